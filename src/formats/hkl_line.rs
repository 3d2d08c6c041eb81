//! One line of a SHELX reflection file: fixed columns 3I4,2F8,I4 first, blanks as separators second.

/// Numbers of one line, as they stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// h, k, l.
    pub hkl: [i64; 3],
    /// F² or F.
    pub value: f64,
    /// Its uncertainty; `None` when the columns are blank.
    pub sigma: Option<f64>,
    /// Batch number.
    pub batch: Option<i32>,
}

impl Row {
    /// True for `-1 -1` in place of data: not measured. A real row can hold −1.00, but not as its uncertainty.
    pub fn is_missing(&self) -> bool {
        self.value == -1.0 && self.sigma == Some(-1.0)
    }
}

/// What a line turned out to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Line {
    /// A row in fixed columns.
    Fixed(Row),
    /// A row that only makes sense when split at blanks.
    Free(Row),
    /// `0 0 0`: the end of the list.
    End,
    /// `0 0 0 -1 -1`: a reflection marked as not measured, as Olex2 exports them; no end by itself.
    MissingOrigin,
    /// Nothing but blanks.
    Blank,
    /// No reflection.
    Nonsense,
}

/// End of each index column of `3I4`.
const INDEX_COLUMNS: [(usize, usize); 3] = [(0, 4), (4, 8), (8, 12)];
/// Columns of the value, the uncertainty (`2F8`) and the batch number (`I4`).
const VALUE_COLUMNS: (usize, usize) = (12, 20);
const SIGMA_COLUMNS: (usize, usize) = (20, 28);
const BATCH_COLUMNS: (usize, usize) = (28, 32);

/// Reads one line. Bytes are taken as they are, so that odd characters cannot shift columns.
pub fn parse(line: &[u8]) -> Line {
    if line.iter().all(u8::is_ascii_whitespace) {
        return Line::Blank;
    }
    match (fixed(line), free(line)) {
        (Some(row), _) | (None, Some(row)) if row.hkl == [0, 0, 0] => {
            if row.is_missing() {
                Line::MissingOrigin
            } else {
                Line::End
            }
        }
        (Some(row), _) => Line::Fixed(row),
        (None, Some(row)) => Line::Free(row),
        // An end line need not have data behind the indices.
        (None, None) if indices(line) == Some([0, 0, 0]) => Line::End,
        (None, None) => Line::Nonsense,
    }
}

fn fixed(line: &[u8]) -> Option<Row> {
    let hkl = indices(line)?;
    if spills_over(line, SIGMA_COLUMNS) || spills_over(line, BATCH_COLUMNS) {
        return None;
    }
    let value = number(field(line, VALUE_COLUMNS)?)?;
    let sigma = match field(line, SIGMA_COLUMNS)? {
        "" => None,
        text => Some(number(text)?),
    };
    let batch = match field(line, BATCH_COLUMNS)? {
        "" => None,
        text => Some(text.parse().ok()?),
    };
    Some(Row { hkl, value, sigma, batch })
}

fn indices(line: &[u8]) -> Option<[i64; 3]> {
    let mut hkl = [0; 3];
    for (out, columns) in hkl.iter_mut().zip(INDEX_COLUMNS) {
        *out = field(line, columns)?.parse().ok()?;
    }
    Some(hkl)
}

/// True when a number runs across the left border of these columns. Numbers may touch there
/// (`11847.60` behind an index), but Fortran fills a field from the right: one that starts in its
/// first column and does not fill it is the tail of a number in wider columns (2F10, 2F12).
fn spills_over(line: &[u8], (start, end): (usize, usize)) -> bool {
    let solid = |i: usize| line.get(i).is_some_and(|b| !b.is_ascii_whitespace());
    start > 0 && solid(start - 1) && solid(start) && !(start..end).all(solid)
}

fn free(line: &[u8]) -> Option<Row> {
    let text = std::str::from_utf8(line).ok()?;
    let mut fields = text.split_ascii_whitespace();
    let mut hkl = [0; 3];
    for out in &mut hkl {
        *out = fields.next()?.parse().ok()?;
    }
    let value = number(fields.next()?)?;
    let sigma = fields.next().map_or(Some(None), |s| number(s).map(Some))?;
    let batch = fields.next().and_then(|s| s.parse().ok());
    Some(Row { hkl, value, sigma, batch })
}

/// The text of a column without its blanks; empty beyond the end of the line, `None` for bytes that are no text.
fn field(line: &[u8], (start, end): (usize, usize)) -> Option<&str> {
    let end = end.min(line.len());
    let bytes = line.get(start..end).unwrap_or(&[]);
    bytes.is_ascii().then(|| std::str::from_utf8(bytes).ok()).flatten().map(str::trim)
}

/// A number, infinities and NaN included: the caller refuses those with a better message.
fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed_row(text: &str) -> Row {
        match parse(text.as_bytes()) {
            Line::Fixed(row) => row,
            other => panic!("{text:?} gave {other:?}"),
        }
    }

    #[test]
    fn columns_may_touch() {
        let row = fixed_row("   1   1   011847.60   94.40");
        assert_eq!((row.hkl, row.value, row.sigma, row.batch), ([1, 1, 0], 11847.6, Some(94.4), None));
        let row = fixed_row(" -10-110-12012345.6712345.68  12");
        assert_eq!((row.hkl, row.value, row.sigma, row.batch), ([-10, -110, -120], 12345.67, Some(12345.68), Some(12)));
    }

    #[test]
    fn decimals_blanks_and_batches() {
        let row = fixed_row("   0   0   1 2.68628 1.21809   1");
        assert_eq!((row.value, row.sigma, row.batch), (2.68628, Some(1.21809), Some(1)));
        let row = fixed_row("   0   0   1    5.00");
        assert_eq!((row.value, row.sigma, row.batch), (5.0, None, None));
    }

    #[test]
    fn wider_columns_are_split_at_blanks() {
        for text in ["   1   2   3       12.34        1.23", "   1   2   3     12.34      1.23", "1 2 3 12.34 1.23"] {
            let Line::Free(row) = parse(text.as_bytes()) else { panic!("{text:?}") };
            assert_eq!((row.hkl, row.value, row.sigma), ([1, 2, 3], 12.34, Some(1.23)));
        }
    }

    #[test]
    fn ends_and_nonsense() {
        for text in ["   0   0   0    0.00    0.00", "   0   0   0", "0 0 0 0 0"] {
            assert_eq!(parse(text.as_bytes()), Line::End, "{text:?}");
        }
        assert_eq!(parse(b"   0   0   0   -1.00   -1.00"), Line::MissingOrigin);
        assert_eq!(parse(b"  \t"), Line::Blank);
        for text in ["_shelx_hkl_checksum 1234", "   1   2   x    1.00    1.00", "   1   2", "\u{e9}   1   1   2.0"] {
            assert_eq!(parse(text.as_bytes()), Line::Nonsense, "{text:?}");
        }
    }
}
