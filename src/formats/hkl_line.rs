//! One line of a reflection list, read by the layout of the whole list.

use super::hkl_columns::Role;
use super::hkl_layout::Layout;

/// Numbers of one line, as they stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// h, k, l; what is beyond 32 bits as the largest that is not.
    pub hkl: [i32; 3],
    /// True for a satellite: one of the integers between l and the value is not 0.
    pub satellite: bool,
    /// F² or F.
    pub value: f64,
    /// Its uncertainty; `None` when the columns are blank.
    pub sigma: Option<f64>,
    /// Batch number.
    pub batch: Option<i32>,
}

impl Row {
    /// Reads a line by the layout of its list; `None` where it does not fit.
    pub fn read(line: &[u8], layout: &Layout) -> Option<Self> {
        let fields = layout.cut(line)?;
        let mut row = Self { hkl: [0; 3], satellite: false, value: f64::NAN, sigma: None, batch: None };
        for (text, role) in fields.into_iter().zip(&layout.roles) {
            match role {
                Role::Index(i) => {
                    let index: i64 = text.parse().ok()?;
                    *row.hkl.get_mut(*i)? = index.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
                }
                Role::Satellite => row.satellite |= text.parse::<i64>().ok()? != 0,
                Role::Value => row.value = number(text)?,
                Role::Sigma if !text.is_empty() => row.sigma = Some(number(text)?),
                Role::Batch if !text.is_empty() => row.batch = Some(text.parse().ok()?),
                // Columns that are passed over hold numbers too, or the fields are not those of the list.
                Role::PassedOver if !text.is_empty() => drop(number(text)?),
                Role::Sigma | Role::Batch | Role::PassedOver => {}
            }
        }
        Some(row)
    }

    /// True for `-1 -1` in place of data: not measured. A real row can hold −1.00, but not as its uncertainty.
    pub fn is_missing(&self) -> bool {
        self.value == NOT_MEASURED && self.sigma == Some(NOT_MEASURED)
    }
}

/// Value and uncertainty of a reflection that Olex2 and others mark as not measured.
const NOT_MEASURED: f64 = -1.0;
/// Line that ends the lists of CRYSTALS, whose columns are those of SHELX.
const CRYSTALS_END: &[u8] = b"-512";
/// Columns of the indices in SHELX lists, 3I4: an end line may touch what stands behind.
const SHELX_INDEX: usize = 4;

/// True for `0 0 0`, in columns or not, and for `-512`: the end of a list in any layout. `0 0 0 -1 -1` is a
/// reflection marked as not measured and no end.
pub fn ends_list(line: &[u8]) -> bool {
    if line.trim_ascii() == CRYSTALS_END {
        return true;
    }
    let mut fields = line.split(u8::is_ascii_whitespace).filter(|f| !f.is_empty());
    let zero = |field: &[u8]| ascii(field).parse() == Ok(0);
    if fields.by_ref().take(3).filter(|f| zero(f)).count() == 3 {
        let mut data = fields.map(|f| number(ascii(f)) == Some(NOT_MEASURED));
        return !(data.next() == Some(true) && data.next() == Some(true));
    }
    line.len() >= 3 * SHELX_INDEX && line.chunks_exact(SHELX_INDEX).take(3).all(|f| zero(f.trim_ascii()))
}

/// Bytes as text; empty for bytes that are no ASCII.
pub fn ascii(bytes: &[u8]) -> &str {
    if bytes.is_ascii() { std::str::from_utf8(bytes).unwrap_or("") } else { "" }
}

/// A number, infinities and NaN included: the caller refuses those with a better message.
pub fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Option<Row> {
        Row::read(text.as_bytes(), &Layout::shelx())
    }

    #[test]
    fn columns_may_touch() {
        let found = row("   1   1   011847.60   94.40").unwrap();
        assert_eq!((found.hkl, found.value, found.sigma, found.batch), ([1, 1, 0], 11847.6, Some(94.4), None));
        let found = row(" -10-110-12012345.6712345.68  12").unwrap();
        assert_eq!((found.hkl, found.value), ([-10, -110, -120], 12345.67));
        assert_eq!((found.sigma, found.batch), (Some(12345.68), Some(12)));
    }

    #[test]
    fn decimals_blanks_and_batches() {
        let found = row("   0   0   1 2.68628 1.21809   1").unwrap();
        assert_eq!((found.value, found.sigma, found.batch), (2.68628, Some(1.21809), Some(1)));
        let found = row("   0   0   1    5.00").unwrap();
        assert_eq!((found.value, found.sigma, found.batch), (5.0, None, None));
        let found = row("   0   0   1    5.00           3").unwrap();
        assert_eq!((found.value, found.sigma, found.batch), (5.0, None, Some(3)));
    }

    #[test]
    fn ends_and_nonsense() {
        for text in ["   0   0   0    0.00    0.00", "   0   0   0", "0 0 0 0 0", "-512", "    0    0    0", "0 0 0"] {
            assert!(ends_list(text.as_bytes()), "{text:?}");
        }
        for text in ["   0   0   0   -1.00   -1.00", "", "   0   0   6    1.00", "    0    0   10      1.00"] {
            assert!(!ends_list(text.as_bytes()), "{text:?}");
        }
        for text in ["_shelx_hkl_checksum 1234", "   1   2   x    1.00    1.00", "   1   2", "\u{e9}   1   1   2.0"] {
            assert_eq!(row(text), None, "{text:?}");
        }
    }
}
