//! Reads SHELX reflection files, HKLF 2, 3, 4 and 5.

use super::hkl_columns::Columns;
use super::hkl_layout::Layout;
use super::hkl_left_out::leave_satellites_out;
use super::hkl_line::{Row, ends_list};
use super::hkl_meaning::is_hardly_sigma;
use super::hkl_several::{Pieces, pieces};
use super::hkl_tally::Tally;
use super::hkl_twin::is_twin;
use super::hklf::{Hklf, HklfFormat};
use super::text::{decode, lines, plain, read_bytes};
use crate::error::{Error, Result};
use crate::reflections::RawReflection;
use std::borrow::Cow;
use std::path::Path;

/// A reflection file as read.
#[derive(Debug, Clone, PartialEq)]
pub struct HklFile {
    /// Rows in the order of the file: indices after the matrix of `HKLF`, intensities after its scale.
    pub reflections: Vec<RawReflection>,
    /// What the list was taken to hold: of a twin, batch numbers are those of HKLF 5.
    pub quantity: HklfFormat,
    /// Where the numbers stand, in words: `columns 3I4,2F8,I4`.
    pub layout: String,
    /// What the user should know about the reading, one line each.
    pub warnings: Vec<String>,
}

/// Intensities are squared and summed; far beyond any detector this is a slip of the columns.
const LARGEST_INTENSITY: f64 = 1e60;
/// Characters of a bad line that an error message quotes.
const QUOTED_CHARACTERS: usize = 40;
/// Begin a line of comment or of names before the list (GSAS-II, FullProf, pieces of CIFs).
const COMMENTS: [&str; 3] = ["#", "!", "_"];
/// The first names on a line that names the columns.
const COLUMN_NAMES: [&str; 3] = ["h", "k", "l"];

/// What to do about a file that cannot be opened.
const MISSING_HINT: &str = "put the reflection file beside the .ins under the same name, with the ending .hkl";

/// Reads a `.hkl` file, see [`parse_hkl`].
///
/// # Errors
/// As [`parse_hkl`]; also when the file is missing or empty.
pub fn read_hkl(path: &Path, hklf: &Hklf) -> Result<HklFile> {
    parse_hkl(path, &read_bytes(path, MISSING_HINT)?, hklf)
}

/// Reads the bytes of a `.hkl` file in columns 3I4,2F8,I4 (SHELX manual, HKLF), in other columns or in numbers
/// separated by blanks, tabs or commas: one layout, found from all rows, for the whole list. The list ends at
/// `0 0 0`, at a blank line or with the file; what stands behind is ignored, and so are blank lines, comments and a
/// row `0 0 0` before the first reflection. Rows `h k l -1 -1` are marked as not measured and left out. HKLF 3:
/// I = F|F|. Satellites are left out, with a warning.
///
/// # Errors
/// `Error::Input` naming `path` and the line: text that is no reflection in the layout of the list, indices beyond
/// 16 bits or not integral after the matrix, infinite or undefined numbers; and a file without any reflection. Of a twin those
/// of `hkl_twin::is_twin`.
pub fn parse_hkl(path: &Path, bytes: &[u8], hklf: &Hklf) -> Result<HklFile> {
    parse_hkl_as(path, bytes, hklf, None)
}

/// The same with the meaning of the columns given: F or F² as they say, whatever the card says.
///
/// # Errors
/// As [`parse_hkl`].
pub fn parse_hkl_as(path: &Path, bytes: &[u8], hklf: &Hklf, columns: Option<&Columns>) -> Result<HklFile> {
    let hklf = &Hklf { format: columns.map_or(hklf.format, |columns| columns.quantity), ..*hklf };
    let text = plain(bytes);
    let read = lines(&text);
    let start = read.iter().position(|line| !is_before_the_list(line)).unwrap_or(read.len());
    let unified = unify(&text, read.get(start).copied().unwrap_or(&[]));
    let lines = if let Cow::Borrowed(_) = unified { read } else { lines(&unified) };
    let list = lines.get(start..).unwrap_or(&[]);
    let list = list.get(..list.iter().position(|l| is_blank(l) || ends_list(l)).unwrap_or(list.len())).unwrap_or(&[]);
    let Pieces { each, rows: parts, at_blanks, doubt } = pieces(list, columns);
    let parts = parts.get(..parts.iter().position(|part| ends_list(part)).unwrap_or(parts.len())).unwrap_or(&[]);
    let layout = Layout::of_parts(parts, columns, at_blanks);
    let mut warnings = Vec::new();
    let mut rows: Vec<(usize, Row)> = Vec::with_capacity(parts.len());
    let mut missing = Tally::default();
    let mut previous_was_missing_origin = false;
    for (number, line) in parts.iter().enumerate().map(|(n, part)| (start + 1 + n / each, part)) {
        let row = match Row::read(line, &layout) {
            Some(row) => row,
            None if previous_was_missing_origin => break,
            None => return Err(nonsense(path, number, &text, &layout)),
        };
        previous_was_missing_origin = row.hkl == [0; 3];
        if row.is_missing() {
            missing.add(number);
        } else {
            rows.push((number, row));
        }
    }
    if let Some(doubt) = doubt.or(layout.doubt).filter(|_| !rows.is_empty()) {
        return Err(Error::file(
            path,
            format!("is not clear: {doubt}"),
            "say it with --columns, such as h,k,l,-,I,sigma",
        ));
    }
    if rows.is_empty() {
        return Err(Error::file(
            path,
            "holds no reflections",
            "give a SHELX reflection list: h k l F² σ in columns 3I4,2F8, closed by a line 0 0 0",
        ));
    }
    match start {
        0 => {}
        1 => warnings.push("line 1 stands before the first reflection and was passed over".to_owned()),
        n => warnings.push(format!("lines 1 to {n} stand before the first reflection and were passed over")),
    }
    if each > 1 {
        warnings.push(format!("a line holds {each} reflections, the last one fewer perhaps"));
    }
    if layout.is_shelx() && columns.is_none() {
        let sizes = rows.iter().filter_map(|(_, row)| Some((row.value.abs(), row.sigma?)));
        let strange = is_hardly_sigma(sizes.filter(|(f, s)| f.is_finite() && s.is_finite()));
        warnings.extend(strange.then(|| {
            "what stands in the columns of σ is one number in all rows or has nothing to do with F²: if it is something \
             else, say so with --columns"
                .into()
        }));
    } else if !layout.is_shelx() {
        warnings.push(format!("the list is read as {layout} in all rows, not in columns 3I4,2F8,I4"));
    }
    missing.warn(&mut warnings, "marked as not measured (-1 -1) and left out");
    warnings.extend(leave_satellites_out(&mut rows, &layout));
    let asked = hklf.format == HklfFormat::TwinIntensities;
    let quantity = match is_twin(path, &rows, asked, &mut warnings)? {
        true => HklfFormat::TwinIntensities,
        false if asked => HklfFormat::Intensities,
        false => hklf.format,
    };
    let mut no_sigma = Tally::default();
    let mut reflections = Vec::with_capacity(rows.len());
    for (number, row) in rows {
        if row.sigma.is_none_or(|s| s <= 0.0) {
            no_sigma.add(number);
        }
        reflections.push(convert(path, number, row, hklf)?);
    }
    no_sigma.warn(&mut warnings, "without a positive sigma: their weights are estimated from the other rows");
    let end = start + list.len();
    if lines.get(end).is_some_and(|line| is_blank(line)) {
        warnings.extend(rows_behind(&lines, end, &layout));
    }
    let layout = if each > 1 { format!("{each} times {layout}") } else { layout.to_string() };
    Ok(HklFile { reflections, quantity, layout, warnings })
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// True for lines that may stand before the first reflection: blank ones, comments, the names of the columns, F(000).
fn is_before_the_list(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    let names = || text.split(|b| !b.is_ascii_alphanumeric()).filter(|f| !f.is_empty()).take(COLUMN_NAMES.len());
    text.is_empty()
        || COMMENTS.iter().any(|mark| text.starts_with(mark.as_bytes()))
        || names().map(<[u8]>::to_ascii_lowercase).eq(COLUMN_NAMES.map(|name| name.as_bytes().to_vec()))
        || ends_list(line)
}

/// The text with the separators of tables as blanks and decimal points in place of commas, byte for byte; `first` is
/// the first row.
fn unify<'a>(text: &'a [u8], first: &[u8]) -> Cow<'a, [u8]> {
    if !first.contains(&b',') && !first.contains(&b';') {
        return Cow::Borrowed(text);
    }
    let fields = first.split(u8::is_ascii_whitespace).filter(|f| !f.is_empty());
    let between_digits = first.windows(2).all(|pair| pair[0] != b',' || pair[1].is_ascii_digit());
    let decimal = first.contains(&b';') || (!first.contains(&b'.') && between_digits && fields.count() > 3);
    let replaced = text.iter().map(|byte| match byte {
        b';' => b' ',
        b',' if decimal => b'.',
        b',' => b' ',
        other => *other,
    });
    Cow::Owned(replaced.collect())
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
    let (intensity, sigma) = hklf.format.intensity(value, sigma);
    if !(intensity.abs() < LARGEST_INTENSITY && sigma < LARGEST_INTENSITY) {
        return Err(Error::line(path, number, "the intensity is too large to calculate with", "correct the line"));
    }
    Ok(RawReflection { hkl: image, intensity, sigma, batch: row.batch })
}

/// Line `number` of the text is no reflection.
fn nonsense(path: &Path, number: usize, text: &[u8], layout: &Layout) -> Error {
    let line = lines(text).get(number - 1).map(|line| decode(line)).unwrap_or_default();
    let quoted: String = line.chars().take(QUOTED_CHARACTERS).map(|c| if c.is_control() { '?' } else { c }).collect();
    Error::line(
        path,
        number,
        format!("{:?} is no reflection in the layout of the list ({layout})", quoted.trim_end()),
        "give h k l F² σ in the same columns in every row, best 3I4,2F8, and close the list with a line 0 0 0",
    )
}

/// SHELX ends the list at a blank line; rows behind it are probably meant to count.
fn rows_behind(lines: &[&[u8]], blank: usize, layout: &Layout) -> Option<String> {
    let next = lines.get(blank..).unwrap_or(&[]).iter().find(|line| !is_blank(line))?;
    (!ends_list(next) && Row::read(next, layout).is_some()).then(|| {
        format!("line {} is blank and ends the list, but reflections follow: remove it to use them", blank + 1)
    })
}

#[cfg(test)]
#[path = "hkl_tests.rs"]
mod tests;
