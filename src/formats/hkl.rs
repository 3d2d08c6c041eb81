//! Reads SHELX reflection files, HKLF 3 and 4.

use super::hkl_line::{Line, Row, parse};
use super::hklf::{Hklf, HklfFormat};
use super::text::{decode, lines, read_bytes};
use crate::error::{Error, Result};
use crate::reflections::RawReflection;
use std::path::Path;

/// A reflection file as read.
#[derive(Debug, Clone, PartialEq)]
pub struct HklFile {
    /// Rows in the order of the file: indices after the matrix of `HKLF`, intensities after its scale.
    pub reflections: Vec<RawReflection>,
    /// What the user should know about the reading, one line each.
    pub warnings: Vec<String>,
}

/// Intensities are squared and summed; far beyond any detector this is a slip of the columns.
const LARGEST_INTENSITY: f64 = 1e60;
/// Characters of a bad line that an error message quotes.
const QUOTED_CHARACTERS: usize = 40;

/// What to do about a file that cannot be opened.
const MISSING_HINT: &str = "put the reflection file beside the .ins under the same name, with the ending .hkl";

/// Reads a `.hkl` file, see [`parse_hkl`].
///
/// # Errors
/// As [`parse_hkl`]; also when the file is missing or empty.
pub fn read_hkl(path: &Path, hklf: &Hklf) -> Result<HklFile> {
    parse_hkl(path, &read_bytes(path, MISSING_HINT)?, hklf)
}

/// Reads the bytes of a `.hkl` file in columns 3I4,2F8,I4 (SHELX manual, HKLF). The list ends at `0 0 0`, at a
/// blank line or with the file; what stands behind is ignored. Rows `h k l -1 -1` are marked as not measured
/// and left out. Lines in other columns are split at blanks, with a warning. HKLF 3: I = F|F|.
///
/// # Errors
/// `Error::Input` naming `path` and the line: text that is no reflection, indices beyond 16 bits or not
/// integral after the matrix, infinite or undefined numbers; and a file without any reflection.
pub fn parse_hkl(path: &Path, bytes: &[u8], hklf: &Hklf) -> Result<HklFile> {
    let lines = lines(bytes);
    let mut file = HklFile { reflections: Vec::with_capacity(lines.len()), warnings: Vec::new() };
    let mut free = Tally::default();
    let mut missing = Tally::default();
    let mut no_sigma = Tally::default();
    let mut previous_was_missing_origin = false;
    for (index, line) in lines.iter().enumerate() {
        let number = index + 1;
        let row = match parse(line) {
            Line::Fixed(row) => row,
            Line::Free(row) => {
                free.add(number);
                row
            }
            Line::MissingOrigin => {
                missing.add(number);
                previous_was_missing_origin = true;
                continue;
            }
            Line::End => break,
            Line::Blank => {
                warn_of_rows_behind(&mut file.warnings, &lines, index);
                break;
            }
            Line::Nonsense if previous_was_missing_origin => break,
            Line::Nonsense => return Err(nonsense(path, number, line)),
        };
        previous_was_missing_origin = false;
        if row.is_missing() {
            missing.add(number);
            continue;
        }
        if row.sigma.is_none_or(|s| s <= 0.0) {
            no_sigma.add(number);
        }
        file.reflections.push(convert(path, number, row, hklf)?);
    }
    if file.reflections.is_empty() {
        return Err(Error::file(
            path,
            "holds no reflections",
            "give a SHELX reflection list: h k l F² σ in columns 3I4,2F8, closed by a line 0 0 0",
        ));
    }
    free.warn(&mut file.warnings, "not in columns 3I4,2F8,I4 and split at blanks: check that no columns ran together");
    missing.warn(&mut file.warnings, "marked as not measured (-1 -1) and left out");
    no_sigma.warn(&mut file.warnings, "without a positive sigma: their weights are estimated from the other rows");
    Ok(file)
}

/// A row with the scale, the matrix and the format of `HKLF` applied.
fn convert(path: &Path, number: usize, row: Row, hklf: &Hklf) -> Result<RawReflection> {
    let sigma = row.sigma.unwrap_or(0.0);
    if !row.value.is_finite() || !sigma.is_finite() {
        return Err(Error::line(path, number, "the intensity or its sigma is not a finite number", "remove the line"));
    }
    let mut hkl = [0; 3];
    for (out, index) in hkl.iter_mut().zip(row.hkl) {
        *out = i16::try_from(index).map(i32::from).map_err(|_| {
            Error::line(
                path,
                number,
                format!("index {index} is beyond ±{}", i16::MAX),
                "check that the file is in SHELX columns 3I4,2F8",
            )
        })?;
    }
    let Some(image) = hklf.transform(hkl) else {
        return Err(Error::line(
            path,
            number,
            format!("the matrix on HKLF does not turn {} {} {} into integral indices", hkl[0], hkl[1], hkl[2]),
            "correct the matrix in the .ins, or remove reflections that do not belong to the new cell",
        ));
    };
    let value = row.value * hklf.scale;
    // SHELX has no meaning for a negative uncertainty: it counts as missing.
    let sigma = sigma.max(0.0) * hklf.scale * hklf.sigma_scale;
    let (intensity, sigma) = match hklf.format {
        HklfFormat::Intensities => (value, sigma),
        // σ(F²) = 2Fσ(F) to first order; where F is below σ/2 the second-order term σ² is the larger one.
        HklfFormat::Amplitudes => (value * value.abs(), (2.0 * value.abs() * sigma).max(sigma * sigma)),
    };
    if !(intensity.abs() < LARGEST_INTENSITY && sigma < LARGEST_INTENSITY) {
        return Err(Error::line(path, number, "the intensity is too large to calculate with", "correct the line"));
    }
    Ok(RawReflection { hkl: image, intensity, sigma, batch: row.batch })
}

fn nonsense(path: &Path, number: usize, line: &[u8]) -> Error {
    let quoted: String =
        decode(line).chars().take(QUOTED_CHARACTERS).map(|c| if c.is_control() { '?' } else { c }).collect();
    Error::line(
        path,
        number,
        format!("{:?} is no reflection", quoted.trim_end()),
        "give h k l F² σ in columns 3I4,2F8 and close the list with a line 0 0 0",
    )
}

/// SHELX ends the list at a blank line; rows behind it are probably meant to count.
fn warn_of_rows_behind(warnings: &mut Vec<String>, lines: &[&[u8]], blank: usize) {
    let rest = lines.get(blank..).unwrap_or(&[]).iter();
    let mut behind = rest.skip_while(|line| parse(line) == Line::Blank);
    if behind.next().is_some_and(|line| matches!(parse(line), Line::Fixed(_))) {
        warnings.push(format!(
            "line {} is blank and ends the list, but reflections follow: remove it to use them",
            blank + 1
        ));
    }
}

/// Counts lines of a kind and remembers the first.
#[derive(Default)]
struct Tally {
    count: usize,
    first: usize,
}

impl Tally {
    fn add(&mut self, line: usize) {
        if self.count == 0 {
            self.first = line;
        }
        self.count += 1;
    }

    fn warn(&self, warnings: &mut Vec<String>, what: &str) {
        match self.count {
            0 => {}
            1 => warnings.push(format!("1 row (line {}) {what}", self.first)),
            n => warnings.push(format!("{n} rows (first: line {}) {what}", self.first)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<HklFile> {
        parse_hkl(Path::new("x.hkl"), text.as_bytes(), &Hklf::default())
    }

    #[test]
    fn the_list_ends_where_it_should() {
        let row = "   1   0   0   10.00    1.00";
        for tail in ["", "\n   0   0   0    0.00    0.00\nEND", "\r\n   0   0   0\r\n;\r\n_shelx", "\n\ntrailing text"]
        {
            let file = read(&format!("{row}{tail}")).unwrap();
            assert_eq!((file.reflections.len(), file.warnings.len()), (1, 0), "{tail:?}");
        }
        assert_eq!(read(&format!("{row}\n\n{row}\n")).unwrap().warnings.len(), 1);
        let missing = read(&format!("   0   0   0   -1.00   -1.00\n{row}\n   2   0   0   -1.00   -1.00\n")).unwrap();
        assert_eq!((missing.reflections.len(), missing.warnings.len()), (1, 1));
    }

    #[test]
    fn amplitudes_are_squared_and_scaled() {
        let hklf = Hklf::parse(&["3", "2", "0", "1", "0", "0", "0", "1", "1", "0", "0"]).unwrap();
        let text = b"   1   2   3   10.00    1.00\n   1   0   0    0.00    0.50\n";
        let file = parse_hkl(Path::new("x.hkl"), text, &hklf).unwrap();
        let first = file.reflections[0];
        assert_eq!((first.hkl, first.intensity, first.sigma), ([2, 3, 1], 400.0, 80.0));
        assert_eq!((file.reflections[1].intensity, file.reflections[1].sigma), (0.0, 1.0));
    }

    #[test]
    fn bad_lines_are_named() {
        let good = "   1   0   0   10.00    1.00\n";
        for (bad, word) in [
            ("   1   x   0   10.00    1.00", "no reflection"),
            ("40000 0 0 10.0 1.0", "beyond"),
            ("   1   0   0     NaN    1.00", "finite"),
            ("   1   0   0   1e999    1.00", "finite"),
            ("_symmetry", "no reflection"),
        ] {
            let message = read(&format!("{good}{bad}\n")).unwrap_err().to_string();
            assert!(message.starts_with("x.hkl:2: ") && message.contains(word), "{message}");
        }
        assert!(read("\n").unwrap_err().to_string().contains("no reflections"));
        assert_eq!(read("1 0 0 10.0 1.0\n").unwrap().warnings.len(), 1);
    }
}
