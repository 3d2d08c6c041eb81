//! Bytes of a text file as lines, whatever the encoding and the line ends.

use crate::error::{Error, Result};
use std::path::Path;

/// Reads a file whole. `Error::Input` when it is missing, unreadable, a folder, or empty; `hint` says what to do
/// about a missing file.
pub fn read_bytes(path: &Path, hint: &str) -> Result<Vec<u8>> {
    let bytes = std::fs::read(path).map_err(|e| Error::file(path, format!("cannot be read ({e})"), hint))?;
    if bytes.is_empty() {
        return Err(Error::file(path, "is empty", hint));
    }
    Ok(bytes)
}

/// Text of UTF-8 bytes (a byte-order mark removed), else the bytes taken as Latin-1, which always succeeds.
pub fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|&b| char::from(b)).collect(), str::to_owned)
}

/// The lines of a file without their ends: LF, CR LF and lone CR (old Macintosh files) all count.
pub fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = rest.iter().position(|&b| b == b'\n' || b == b'\r').unwrap_or(rest.len());
        let (line, tail) = rest.split_at(end);
        lines.push(line);
        rest = match tail {
            [b'\r', b'\n', after @ ..] => after,
            [_, after @ ..] => after,
            [] => tail,
        };
    }
    lines
}

/// A number that is finite; `None` for anything else, `NaN` and `inf` included.
pub fn finite(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|x| x.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_encodings() {
        assert_eq!(lines(b"a\r\nb\rc\n\nd"), [&b"a"[..], b"b", b"c", b"", b"d"]);
        assert!(lines(b"").is_empty());
        assert_eq!(decode(b"\xef\xbb\xbfTITL"), "TITL");
        assert_eq!(decode(b"K\xf6ln"), "Köln");
        assert_eq!((finite("1e3"), finite("nan"), finite("1e999"), finite("x")), (Some(1000.0), None, None, None));
    }
}
