//! The marks by which seedflip knows files that it wrote. Whatever lacks them belongs to somebody else.

use crate::formats::fcf::FCF_MARK;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How the name of a record's program is written in JSON, blanks left out.
const RECORD: &[u8] = b"\"program\":\"seedflip\"";
/// How a listing begins, and the label of a map.
const NAME: &[u8] = b"seedflip ";
/// Where the first label of a CCP4 map stands, bytes from its beginning.
const MAP_LABEL: usize = 224;
/// How the last line but one of a model begins; the checksum of all lines before it follows. Programs that refine the model
/// write nothing of what stands behind END, and whoever changes a line breaks the sum: their files are not taken for
/// ours.
const SEAL: &str = "REM seedflip wrote this file, checksum ";
/// The very last line, by which it is seen that a model is whole; all readers have stopped at the END of SHELX before.
const CLOSED: &str = "END\n";
/// Marks of lists and records stand within so many bytes of the beginning: titles and operations come before them.
const HEAD: u64 = 1 << 16;
/// No model is larger, in bytes.
const LARGEST_MODEL: u64 = 1 << 26;

/// Whether `path` is a file of this ending that this program wrote. What cannot be read is not.
pub fn is_own(path: &Path, ending: &str) -> bool {
    let model = ending.ends_with(".res");
    let Some(bytes) = beginning(path, if model { LARGEST_MODEL } else { HEAD }) else { return false };
    if model {
        return is_sealed(&bytes);
    }
    match ending.rsplit('.').next() {
        Some("fcf") => has(&bytes, FCF_MARK.as_bytes()),
        Some("ccp4") => bytes.get(MAP_LABEL..).is_some_and(|label| label.starts_with(NAME)),
        Some("json") => {
            let dense: Vec<u8> = bytes.into_iter().filter(|b| !b.is_ascii_whitespace()).collect();
            has(&dense, RECORD)
        }
        _ => bytes.starts_with(NAME),
    }
}

/// The text of a model with the lines that mark it as ours and as whole.
pub fn sealed(text: &str) -> String {
    format!("{text}{SEAL}{:016x}\n{CLOSED}", checksum(text.as_bytes()))
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

/// 64-bit FNV-1a (Fowler, Noll, Vo; IETF draft-eastlake-fnv).
fn checksum(bytes: &[u8]) -> u64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    bytes.iter().fold(BASIS, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_ours_until_somebody_changes_it() {
        // Published value of the hash.
        assert_eq!(checksum(b"a"), 0xaf63_dc4c_8601_ec8c);
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
    fn what_cannot_be_read_is_somebody_elses() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_own(folder.path(), ".lst") && !is_own(&folder.path().join("none.lst"), ".lst"));
    }
}
