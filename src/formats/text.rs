//! Bytes of a text file as lines, whatever the encoding and the line ends.

use super::ccp4_read::is_ccp4;
use super::{mtz_header, seeds};
use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// No input is larger, bytes: three million rows of a reflection list. What becomes of it takes 700 MB of memory at most.
const LARGEST: u64 = 96 << 20;
/// … but maps, of which nothing but the map is made.
const LARGEST_MAP: u64 = 160 << 20;
/// Lines of a text at most: each takes memory of its own, however short it is.
const MOST_LINES: usize = 5_000_000;
/// What to do about a file that is too large.
const WITHOUT: &str = "give the file itself, without what is not needed";

/// Reads a file whole. `Error::Input` when it is missing, unreadable, a folder, empty, larger than 96 MB (maps: 160), or of more
/// than five million lines; `hint` says what to do about a missing file.
pub fn read_bytes(path: &Path, hint: &str) -> Result<Vec<u8>> {
    let bytes = read_up_to(path, hint, LARGEST_MAP)?;
    if is_ccp4(&bytes) { Ok(bytes) } else { bounded(path, bytes) }
}

/// The bytes, where they are not too many, and where a text has not too many lines.
fn bounded(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>> {
    if bytes.len() as u64 > LARGEST {
        return Err(Error::file(path, format!("is larger than {} MB", LARGEST >> 20), WITHOUT));
    }
    let binary = [mtz_header::MAGIC, seeds::ZIP, seeds::NUMPY, &GZIP].iter().any(|mark| bytes.starts_with(mark));
    let ends = |end: u8| bytes.iter().filter(|b| **b == end).count();
    if !binary && ends(b'\n').max(ends(b'\r')) > MOST_LINES {
        return Err(Error::file(path, format!("has more than {MOST_LINES} lines"), WITHOUT));
    }
    Ok(bytes)
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
        return Err(Error::file(path, format!("is larger than {} MB", most >> 20), WITHOUT));
    }
    if bytes.is_empty() {
        return Err(Error::file(path, "is empty", hint));
    }
    Ok(bytes)
}

/// First bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads a file as `read_bytes` does, and unpacks it if it is packed with gzip.
///
/// # Errors
/// Those of `read_bytes` and `unpacked`.
pub fn read_unpacked(path: &Path, hint: &str) -> Result<Vec<u8>> {
    unpacked(path, read_bytes(path, hint)?)
}

/// The bytes as they are, or what is in them where they are packed with gzip, up to 96 MB.
///
/// # Errors
/// `Error::Input` naming `path`: packed bytes that are damaged, cut short, empty, larger unpacked or of too many lines.
pub fn unpacked(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>> {
    if bytes.starts_with(&GZIP) { bounded(path, unpack(path, &bytes, LARGEST)?) } else { Ok(bytes) }
}

fn unpack(path: &Path, packed: &[u8], most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(packed).take(most + 1).read_to_end(&mut bytes);
    read.map_err(|e| Error::file(path, format!("cannot be unpacked ({e})"), "fetch or pack the file again"))?;
    if bytes.len() as u64 > most {
        let what = format!("is larger than {} MB unpacked", most >> 20);
        return Err(Error::file(path, what, WITHOUT));
    }
    if bytes.is_empty() {
        return Err(Error::file(path, "holds nothing when unpacked", "fetch or pack the file again"));
    }
    Ok(bytes)
}

/// Text of UTF-8 bytes (a byte-order mark removed), else the bytes taken as Latin-1, which always succeeds.
pub fn decode(bytes: &[u8]) -> String {
    decoded(bytes).into_owned()
}

/// The same without a copy where the bytes are UTF-8.
pub fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect()),
    }
}

/// The same of `plain` bytes.
fn plain_text(bytes: &[u8]) -> Cow<'_, str> {
    match plain(bytes) {
        Cow::Borrowed(bytes) => decoded(bytes),
        Cow::Owned(bytes) => String::from_utf8(bytes).map_or_else(|e| Cow::Owned(decode(e.as_bytes())), Cow::Owned),
    }
}

/// The text of a file, whatever the encoding and the line ends: lines end in LF or CR LF.
pub fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let text = plain_text(bytes);
    let returns = text.bytes().filter(|b| *b == b'\r').count();
    if returns == text.matches("\r\n").count() && !text.contains("\r\r") {
        return text;
    }
    // In one pass, for copies of a large file are large.
    let mut unified = String::with_capacity(text.len());
    for line in lines(text.as_bytes()) {
        unified.push_str(&decoded(line));
        unified.push('\n');
    }
    Cow::Owned(unified)
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
    let mut lines: Vec<&[u8]> = Vec::with_capacity(1 + bytes.iter().filter(|b| **b == b'\n').count());
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
        std::fs::write(&path, vec![b'\n'; MOST_LINES + 1]).unwrap();
        let message = read_bytes(&path, "").unwrap_err().to_string();
        assert!(message.contains("more than 5000000 lines"), "{message}");
        std::fs::write(&path, [b"MTZ ", &vec![b'\n'; MOST_LINES + 1][..]].concat()).unwrap();
        assert!(read_bytes(&path, "").is_ok());
        assert_eq!((LARGEST, LARGEST_MAP), (96 << 20, 160 << 20));
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
