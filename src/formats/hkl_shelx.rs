//! Whether SHELXL finds in a reflection file what was read of it.

use super::hklf::{Hklf, HklfFormat};
use crate::reflections::RawReflection;

/// Columns 3I4,2F8.2.
const COLUMNS: [usize; 6] = [0, 4, 8, 12, 20, 28];
/// Digits behind the point where a number has none.
const IMPLIED: f64 = 0.01;
/// Values agree to this share: sums of rounded numbers.
const ALIKE: f64 = 1e-6;

/// True where a program that knows nothing but the columns of SHELX and the card reads these very rows. Indices are compared
/// where the card has no matrix.
pub fn same_in_shelx(bytes: &[u8], card: &Hklf, rows: &[RawReflection]) -> bool {
    let plain = card.has_no_matrix();
    let mut left = rows.iter();
    for line in bytes.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some((hkl, value)) = numbers(line) else { return false };
        if hkl == [0; 3] {
            break;
        }
        let intensity = match card.format {
            HklfFormat::Amplitudes => (card.scale * value) * (card.scale * value).abs(),
            HklfFormat::Intensities | HklfFormat::LaueIntensities | HklfFormat::TwinIntensities => card.scale * value,
        };
        let Some(row) = left.next() else { return false };
        if plain && row.hkl != hkl || (row.intensity - intensity).abs() > ALIKE * intensity.abs().max(1.0) {
            return false;
        }
    }
    left.next().is_none()
}

/// Index and value of a line as Fortran reads it: blanks are 0. An empty line is `0 0 0`, which ends the list.
fn numbers(line: &[u8]) -> Option<([i32; 3], f64)> {
    let text = std::str::from_utf8(line).ok().filter(|text| text.is_ascii())?;
    let part = |n: usize| text.get(COLUMNS[n]..text.len().min(COLUMNS[n + 1])).unwrap_or("").trim();
    let index = |n: usize| if part(n).is_empty() { Some(0) } else { part(n).parse::<i32>().ok() };
    let hkl = [index(0)?, index(1)?, index(2)?];
    let value = match part(3) {
        "" => 0.0,
        digits if !digits.contains('.') => IMPLIED * digits.parse::<f64>().ok()?,
        number => number.parse::<f64>().ok()?,
    };
    Some((hkl, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_columns_of_shelx_are_the_same() {
        let row = |hkl, intensity| RawReflection { hkl, intensity, sigma: 1.0, batch: None };
        let rows = [row([1, 0, -2], 12.5), row([0, 3, 4], -1.0)];
        let same = |text: &str| same_in_shelx(text.as_bytes(), &Hklf::default(), &rows);
        assert!(same(
            "   1   0  -2   12.50    1.00   1\r\n   0   3   4   -1.00    1.00\r\n   0   0   0    0.00    0.00\nrest"
        ));
        assert!(same("   1   0  -2    1250    1.00\n   0   3   4   -1.00    1.00\n"));
        for other in [
            "1 0 -2 12.50 1.00\n0 3 4 -1.00 1.00\n",
            "   1   0  -2   12.50    1.00\n",
            "   1   0  -2   12.50    1.00\n   0   3   4   -1.00    1.00\n   0   3   5   -1.00    1.00\n",
            "   1   0  -2   12.60    1.00\n   0   3   4   -1.00    1.00\n",
            "data_x\n",
        ] {
            assert!(!same(other), "{other}");
        }
    }
}
