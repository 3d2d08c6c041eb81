//! The marks by which seedflip knows files that it wrote. Whatever lacks them belongs to somebody else.

use crate::formats::checksum::{checksum_of, checksum_text};
use crate::formats::fcf::FCF_MARK;
use crate::formats::m81::{M81_MARK, M81_MARK_AT};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How the name of a record's program is written in JSON, blanks left out.
const RECORD: &[u8] = b"\"program\":\"seedflip\"";
/// What the head of a page says.
const PAGE: &[u8] = b"<meta name=\"generator\" content=\"seedflip\">";
/// How a listing begins, and the label of a map.
const NAME: &[u8] = b"seedflip ";
/// Where the first label of a CCP4 map stands, bytes from its beginning.
const MAP_LABEL: usize = 224;
/// The title of an XPLOR map stands within so many bytes of its beginning.
const XPLOR_HEAD: usize = 200;
/// How the last line but one of a model begins; the checksum of all lines before it follows. Programs that refine the model
/// write nothing of what stands behind END, and whoever changes a line breaks the sum: their files are not taken for
/// ours.
const SEAL: &str = "REM seedflip wrote this file, checksum ";
/// The very last line, by which it is seen that a model is whole; all readers have stopped at the END of SHELX before.
const CLOSED: &str = "END\n";
/// Marks of lists and records stand within so many bytes of the beginning: titles and operations come before them.
const HEAD: u64 = 1 << 16;
/// Endings of files that have no place for a mark; the record of the run knows them.
const LISTED: [&str; 7] = [".cif", ".mtz", ".phs", ".xplor", ".csv", ".hkl", ".lxt"];
/// Ending of that record, and the program in it.
const RECORD_ENDING: &str = ".json";
const PROGRAM: &str = "seedflip";
/// Characters of `_a` at the end of a stem.
const LETTERED: usize = 2;
/// No model is larger, in bytes.
const LARGEST_MODEL: u64 = 1 << 26;

/// Whether `path` is a file of this ending that this program wrote. What cannot be read is not.
pub fn is_own(path: &Path, ending: &str) -> bool {
    if LISTED.iter().any(|listed| ending.ends_with(listed)) {
        return is_listed(path, ending).unwrap_or(false);
    }
    let model = ending.ends_with(".res");
    let Some(bytes) = beginning(path, if model { LARGEST_MODEL } else { HEAD }) else { return false };
    if model {
        return is_sealed(&bytes);
    }
    match ending.rsplit('.').next() {
        Some("fcf") => has(&bytes, FCF_MARK.as_bytes()),
        Some("ccp4") => bytes.get(MAP_LABEL..).is_some_and(|label| label.starts_with(NAME)),
        Some("html") => has(&bytes, PAGE),
        Some("json") => {
            let dense: Vec<u8> = bytes.into_iter().filter(|b| !b.is_ascii_whitespace()).collect();
            has(&dense, RECORD)
        }
        _ => bytes.starts_with(NAME),
    }
}

/// Endings of results, with the letter of the structure where they have one, that are read as data or instructions as well.
const READABLE: [&str; 5] = [".res", ".fcf", ".cif", ".mtz", ".hkl"];

/// Whether `path` is a result of this program that could be taken for a data set.
pub fn is_result(path: &Path) -> bool {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    READABLE.iter().filter_map(|ending| name.strip_suffix(ending)).any(|stem| {
        let letter = stem.len().checked_sub(LETTERED).and_then(|at| stem.get(at..)).filter(|end| end.starts_with('_'));
        letter.is_some_and(|letter| name.get(stem.len()..).is_some_and(|kind| is_own(path, &format!("{letter}{kind}"))))
    })
}

/// Whether the record of a run beside the file names it with the checksum that it has; `None` without such a record.
fn is_listed(path: &Path, ending: &str) -> Option<bool> {
    let name = path.file_name()?.to_str()?;
    let stem = name.strip_suffix(ending)?;
    let record = beginning(&path.with_file_name(format!("{stem}{RECORD_ENDING}")), LARGEST_MODEL)?;
    let record: serde_json::Value = serde_json::from_slice(&record).ok()?;
    let files = record.get("files").filter(|_| record.get("program").is_some_and(|p| p == PROGRAM))?.as_array()?;
    let listed = files.iter().find(|file| file.get("name").is_some_and(|n| n == name))?;
    let sum = checksum_of(path).ok()?;
    Some(listed.get("checksum").is_some_and(|c| *c == sum))
}

/// Whether `path` is a map that this program wrote: its label, or the title of an XPLOR map, begins with the name.
pub fn is_own_map(path: &Path) -> bool {
    let Some(bytes) = beginning(path, HEAD) else { return false };
    let label = bytes.get(MAP_LABEL..).is_some_and(|label| label.starts_with(NAME));
    let jana = bytes.get(M81_MARK_AT..).is_some_and(|label| label.starts_with(M81_MARK));
    label || jana || has(bytes.get(..XPLOR_HEAD).unwrap_or(&bytes), b" REMARKS seedflip ")
}

/// The text of a model with the lines that mark it as ours and as whole.
pub fn sealed(text: &str) -> String {
    format!("{text}{SEAL}{}\n{CLOSED}", checksum_text(text.as_bytes()))
}

fn is_sealed(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    text.rfind(SEAL).is_some_and(|at| sealed(&text[..at]) == text)
}

fn has(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}

/// Up to `most` bytes of a plain file; others, pipes among them, are not opened.
fn beginning(path: &Path, most: u64) -> Option<Vec<u8>> {
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(most).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_ours_until_somebody_changes_it() {
        let ours = sealed("TITL x\nREM seedflip 0.1.0\nEND\n");
        assert!(is_sealed(ours.as_bytes()));
        for other in [
            "",
            "TITL refined by hand for a week\n",
            "TITL x\nREM seedflip 0.1.0\nEND\n",
            &ours.replace("TITL x", "TITL y"),
            &format!("{ours}Q1 1 0 0 0 11 0.05 1.0\n"),
        ] {
            assert!(!is_sealed(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn files_without_a_mark_are_ours_while_the_record_knows_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("x_a.phs"), "1 2 3\n").unwrap();
        assert!(!is_own(&path("x_a.phs"), "_a.phs"));
        let record = |sum: &str| {
            let files = format!("[{{\"name\": \"x_a.phs\", \"checksum\": \"{sum}\"}}]");
            std::fs::write(path("x.json"), format!("{{\"program\": \"seedflip\", \"files\": {files}}}")).unwrap();
        };
        record("0");
        assert!(!is_own(&path("x_a.phs"), "_a.phs"));
        record(&checksum_text(b"1 2 3\n"));
        assert!(is_own(&path("x_a.phs"), "_a.phs") && !is_own(&path("x_a.mtz"), "_a.mtz"));
        std::fs::write(path("x_a.phs"), "1 2 4\n").unwrap();
        assert!(!is_own(&path("x_a.phs"), "_a.phs"));
    }

    #[test]
    fn what_cannot_be_read_is_somebody_elses() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_own(folder.path(), ".lst") && !is_own(&folder.path().join("none.lst"), ".lst"));
    }
}
