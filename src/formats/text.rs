//! Bytes of a text file as lines, whatever the encoding and the line ends.

use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// No input is larger, bytes: sixteen million rows of a reflection list. Devices that never end are not read until the memory is full.
const LARGEST: u64 = 512 << 20;

/// Reads a file whole. `Error::Input` when it is missing, unreadable, a folder, empty, or larger than 512 MB; `hint` says what to do
/// about a missing file.
pub fn read_bytes(path: &Path, hint: &str) -> Result<Vec<u8>> {
    read_up_to(path, hint, LARGEST)
}

/// The same for a file that is no larger than `most` bytes. A larger one is not read at all, where its size is known beforehand.
pub fn read_up_to(path: &Path, hint: &str, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut length = 0;
    let read = File::open(path).and_then(|file| {
        length = file.metadata()?.len();
        // Exactly as much as is needed: a vector that grows as it is filled takes twice that.
        bytes.reserve_exact(length.min(most + 1) as usize);
        if length <= most { file.take(most + 1).read_to_end(&mut bytes) } else { Ok(0) }
    });
    read.map_err(|e| Error::file(path, format!("cannot be read ({e})"), hint))?;
    if length.max(bytes.len() as u64) > most {
        return Err(Error::file(
            path,
            format!("is larger than {} MB", most >> 20),
            "give the file itself, without what is not needed",
        ));
    }
    if bytes.is_empty() {
        return Err(Error::file(path, "is empty", hint));
    }
    Ok(bytes)
}

/// First bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads a file as `read_bytes` does, and unpacks it if it is packed with gzip, up to 512 MB of what is in it.
///
/// # Errors
/// Those of `read_bytes`; a packed file that is damaged, cut short or larger unpacked.
pub fn read_unpacked(path: &Path, hint: &str) -> Result<Vec<u8>> {
    let bytes = read_bytes(path, hint)?;
    if bytes.starts_with(&GZIP) { unpack(path, &bytes, LARGEST) } else { Ok(bytes) }
}

fn unpack(path: &Path, packed: &[u8], most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(packed).take(most + 1).read_to_end(&mut bytes);
    read.map_err(|e| Error::file(path, format!("cannot be unpacked ({e})"), "fetch or pack the file again"))?;
    if bytes.len() as u64 > most {
        let what = format!("is larger than {} MB unpacked", most >> 20);
        return Err(Error::file(path, what, "give the file itself, without what is not needed"));
    }
    if bytes.is_empty() {
        return Err(Error::file(path, "holds nothing when unpacked", "fetch or pack the file again"));
    }
    Ok(bytes)
}

/// Text of UTF-8 bytes (a byte-order mark removed), else the bytes taken as Latin-1, which always succeeds.
pub fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|&b| char::from(b)).collect(), str::to_owned)
}

/// Byte that ends the text files of CP/M and DOS (Ctrl-Z).
const DOS_END: u8 = 0x1a;

/// The bytes of a text file in an encoding of single bytes: UTF-16 turned into UTF-8, byte-order marks removed,
/// nothing behind a Ctrl-Z.
pub fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(from_utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(from_utf16(rest, u16::from_be_bytes)),
        // Without a mark: every other byte of plain text is 0.
        &[a, 0, b, 0, ..] if a != 0 && b != 0 => Cow::Owned(from_utf16(bytes, u16::from_le_bytes)),
        &[0, a, 0, b, ..] if a != 0 && b != 0 => Cow::Owned(from_utf16(bytes, u16::from_be_bytes)),
        _ => Cow::Borrowed(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
    };
    match (text.iter().position(|b| *b == DOS_END), text) {
        (None, text) => text,
        (Some(end), Cow::Borrowed(text)) => Cow::Borrowed(text.get(..end).unwrap_or(text)),
        (Some(end), Cow::Owned(mut text)) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into_bytes()
}

/// The lines of a file without their ends: LF, CR LF, CR CR LF (copied twice) and lone CR (old Macintosh) all count.
pub fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = rest.iter().position(|&b| b == b'\n' || b == b'\r').unwrap_or(rest.len());
        let (line, tail) = rest.split_at(end);
        lines.push(line);
        let returns = tail.iter().take_while(|b| **b == b'\r').count();
        rest = match tail {
            _ if tail.get(returns) == Some(&b'\n') => tail.get(returns + 1..).unwrap_or(&[]),
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
    fn what_is_too_large_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.hkl");
        std::fs::write(&path, vec![b' '; (2 << 20) + 1]).unwrap();
        let message = read_up_to(&path, "", 2 << 20).unwrap_err().to_string();
        assert!(message.contains("larger than 2 MB"), "{message}");
        assert_eq!(read_up_to(&path, "", (2 << 20) + 1).unwrap().len(), (2 << 20) + 1);
        assert_eq!(LARGEST, 512 << 20);
    }

    #[test]
    fn packed_files_are_unpacked_within_limits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.gz");
        let packed = |bytes: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut encoder, bytes).unwrap();
            encoder.finish().unwrap()
        };
        let whole = packed(&vec![b'a'; 3 << 20]);
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(read_unpacked(&path, "").unwrap().len(), 3 << 20);
        let message = unpack(&path, &whole, 2 << 20).unwrap_err().to_string();
        assert!(message.contains("larger than 2 MB unpacked"), "{message}");
        for bad in [&whole[..whole.len() / 2], &packed(b"")] {
            std::fs::write(&path, bad).unwrap();
            let message = read_unpacked(&path, "").unwrap_err().to_string();
            assert!(message.contains("unpack") && message.lines().count() == 1, "{message}");
        }
        std::fs::write(&path, "plain").unwrap();
        assert_eq!(read_unpacked(&path, "").unwrap(), b"plain");
    }

    #[test]
    fn line_ends_and_encodings() {
        assert_eq!(lines(b"a\r\nb\rc\n\nd"), [&b"a"[..], b"b", b"c", b"", b"d"]);
        assert_eq!(lines(b"a\r\r\nb\r\rc\n\n"), [&b"a"[..], b"b", b"", b"c", b""]);
        assert!(lines(b"").is_empty());
        for (bytes, text) in [
            (&b"\xff\xfea\0\n\0"[..], &b"a\n"[..]),
            (b"\xfe\xff\0a\0\n", b"a\n"),
            (b"a\0b\0", b"ab"),
            (b"\0a\0b", b"ab"),
            (b"\xef\xbb\xbfa\r\n\x1a\x1a", b"a\r\n"),
        ] {
            assert_eq!(*plain(bytes), *text);
        }
        assert_eq!(decode(b"\xef\xbb\xbfTITL"), "TITL");
        assert_eq!(decode(b"K\xf6ln"), "Köln");
        assert_eq!((finite("1e3"), finite("nan"), finite("1e999"), finite("x")), (Some(1000.0), None, None, None));
    }
}
