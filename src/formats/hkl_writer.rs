//! Writes SHELX reflection files, HKLF 4.

use super::atomic::write_bytes;
use crate::error::{Error, Result};
use crate::reflections::RawReflection;
use std::fmt::Write;
use std::path::Path;

/// Width of the value columns of HKLF 4 (3I4,2F8.2,I4).
const FIELD: usize = 8;
/// Largest magnitudes that fit `F8.2`.
const LARGEST: f64 = 99_999.99;
const SMALLEST: f64 = -9_999.99;
/// Indices that fit `I4`.
const INDICES: std::ops::RangeInclusive<i32> = -999..=9999;

/// Writes intensities and uncertainties as HKLF 4 with the closing `0 0 0`, and returns the power of ten
/// that the whole list was multiplied by: below 1 where a value would not fit its eight columns, above 1 where
/// two decimals would lose most of the weak ones, else 1.
///
/// # Errors
/// `Error::Output` when the file cannot be written, `Error::Unusable` for indices that do not fit four columns
/// or numbers that are not finite.
pub fn write_hkl(path: &Path, rows: &[RawReflection]) -> Result<f64> {
    let (text, scale) = hkl(rows)?;
    write_bytes(path, text.as_bytes())?;
    Ok(scale)
}

/// The text of such a file, and that power of ten.
///
/// # Errors
/// `Error::Unusable`, as `write_hkl`.
pub fn hkl(rows: &[RawReflection]) -> Result<(String, f64)> {
    for row in rows {
        if !row.hkl.iter().all(|i| INDICES.contains(i)) {
            return Err(Error::unusable(
                format!("reflection {:?} does not fit the columns of a .hkl file", row.hkl),
                "lower the resolution",
            ));
        }
        if !row.intensity.is_finite() || !row.sigma.is_finite() {
            return Err(Error::unusable(
                format!("reflection {:?} has no finite intensity", row.hkl),
                "check the model's displacement parameters and occupancies",
            ));
        }
    }
    let scale = power_of_ten(rows);
    let mut out = String::with_capacity(33 * (rows.len() + 1));
    for row in rows {
        let [h, k, l] = row.hkl;
        let (value, sigma) = (field(row.intensity * scale), field(row.sigma * scale));
        // Writing to a String cannot fail.
        let _ = write!(out, "{h:4}{k:4}{l:4}{value}{sigma}");
        if let Some(batch) = row.batch.filter(|batch| INDICES.contains(batch)) {
            let _ = write!(out, "{batch:4}");
        }
        out.push('\n');
    }
    let _ = writeln!(out, "   0   0   0{}{}", field(0.0), field(0.0));
    Ok((out, scale))
}

/// The power of ten that brings the largest value just below the column width; 1 when everything fits and
/// the largest value keeps three significant digits or more.
fn power_of_ten(rows: &[RawReflection]) -> f64 {
    /// With a largest value of 100 the list keeps four digits of its strongest reflections.
    const LARGEST_WORTH_SCALING: f64 = 100.0;
    let values = || rows.iter().flat_map(|r| [r.intensity, r.sigma]);
    let used = values().map(|x| if x < 0.0 { x / SMALLEST } else { x / LARGEST }).fold(0.0, f64::max);
    let largest = values().map(f64::abs).fold(0.0, f64::max);
    if used == 0.0 || (used <= 1.0 && largest >= LARGEST_WORTH_SCALING) {
        return 1.0;
    }
    10f64.powi(-(used.log10().ceil() as i32))
}

/// A number in eight columns: up to four decimals, as many as leave a blank in front where there is one to spare.
fn field(x: f64) -> String {
    // −0.00 tells nothing and some readers stumble over it.
    let x = if x == 0.0 { 0.0 } else { x };
    // One blank in front, by which readers of words tell the columns, is worth the second decimal of a large number.
    for (decimals, room) in [(4, FIELD - 1), (3, FIELD - 1), (2, FIELD - 1), (1, FIELD - 1), (2, FIELD), (1, FIELD)] {
        let text = format!("{x:FIELD$.decimals$}");
        if text.trim_start().len() <= room {
            return text;
        }
    }
    format!("{x:FIELD$.0}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{Hklf, read_hkl};

    fn round_trip(values: &[(f64, f64)]) -> (f64, Vec<RawReflection>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.hkl");
        let rows: Vec<RawReflection> = (1..)
            .zip(values)
            .map(|(h, &(intensity, sigma))| RawReflection { hkl: [h, -h, 100], intensity, sigma, batch: Some(3) })
            .collect();
        let scale = write_hkl(&path, &rows).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.lines().all(|line| line.len() <= 32), "{text}");
        let back = read_hkl(&path, &Hklf::default()).unwrap().reflections;
        assert_eq!(rows.len(), back.len());
        for (a, b) in rows.iter().zip(&back) {
            assert_eq!(a.hkl, b.hkl);
            assert!((a.intensity * scale - b.intensity).abs() <= 0.5, "{text}");
        }
        (scale, back)
    }

    #[test]
    fn fields_never_overflow() {
        assert_eq!(round_trip(&[(99_999.99, 1.0), (12_345.67, 0.5), (-9_999.99, 2.0)]).0, 1.0);
        assert_eq!(round_trip(&[(100_000.0, 1.0)]).0, 0.1);
        assert_eq!(round_trip(&[(1.5e9, 1.0), (-2.0e3, 1.0)]).0, 1e-5);
        assert_eq!(round_trip(&[(5.0, 1.0), (-20_000.0, 1.0)]).0, 0.1);
        assert!(round_trip(&[(0.002, 0.0001), (0.0011, 0.0001)]).0 > 1e6);
        assert_eq!(round_trip(&[(1e300, 1.0), (0.0, 0.0)]).1[1].intensity, 0.0);
    }

    #[test]
    fn columns_do_not_touch_where_a_decimal_can_be_spared() {
        for (x, text) in [
            (10_373.7, " 10373.7"),
            (99_999.99, "99999.99"),
            (1.5, "  1.5000"),
            (-9_999.99, "-9999.99"),
            (123.45, " 123.450"),
        ] {
            assert_eq!(field(x), text);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let bad = RawReflection { hkl: [10_000, 0, 0], intensity: 1.0, sigma: 1.0, batch: None };
        assert!(write_hkl(Path::new("never.hkl"), &[bad]).is_err());
        let nan = RawReflection { hkl: [1, 0, 0], intensity: f64::NAN, ..bad };
        assert!(write_hkl(Path::new("never.hkl"), &[nan]).is_err());
    }
}
