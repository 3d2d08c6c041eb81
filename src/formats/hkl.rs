//! SHELX reflection files in fixed columns.

use crate::reflections::RawReflection;
use std::fmt::Write;

/// Width of the columns of intensity and σ.
const WIDTH: usize = 8;

/// HKLF 4 text: `3I4,2F8.2`, the batch number as `I4` where there is one, and the `0 0 0` line that ends
/// the list. Values too wide for two decimals lose decimals, not their columns.
pub fn write_hkl(rows: &[RawReflection]) -> String {
    let mut text = String::with_capacity(rows.len() * 29 + 30);
    for row in rows {
        let [h, k, l] = row.hkl;
        // Writing to a String cannot fail.
        let _ = write!(text, "{h:4}{k:4}{l:4}{}{}", column(row.intensity), column(row.sigma));
        if let Some(batch) = row.batch {
            let _ = write!(text, "{batch:4}");
        }
        text.push('\n');
    }
    text.push_str("   0   0   0    0.00    0.00\n");
    text
}

fn column(value: f64) -> String {
    (0..=2)
        .rev()
        .map(|decimals| format!("{value:WIDTH$.decimals$}"))
        .find(|text| text.len() <= WIDTH)
        .unwrap_or_else(|| if value < 0.0 { "-9999999".into() } else { "99999999".into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_where_they_are() {
        let row = |hkl, intensity, sigma| RawReflection { hkl, intensity, sigma, batch: None };
        let text = write_hkl(&[row([1, -12, 3], 123.456, 0.5), row([0, 0, 2], 1_234_567.891, 12_345_678.9)]);
        let expected = "   1 -12   3  123.46    0.50\n   0   0   21234567.912345679\n   0   0   0    0.00    0.00\n";
        assert_eq!(text, expected.replace("1234567.9", " 1234568"));
        assert!(text.lines().all(|l| l.len() == 28));
    }
}
