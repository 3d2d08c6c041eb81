//! The checksum by which a text or a file is known again.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes that are read at a time.
const PIECE: usize = 1 << 16;
/// What the hash begins with.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// 64-bit FNV-1a (Fowler, Noll, Vo; IETF draft-eastlake-fnv).
pub fn checksum(bytes: &[u8]) -> u64 {
    continued(BASIS, bytes)
}

/// The same as it is written: 16 hexadecimal digits.
pub fn checksum_text(bytes: &[u8]) -> String {
    text(checksum(bytes))
}

/// That of a plain file, read in pieces: maps may be large.
///
/// # Errors
/// The system's reason; `InvalidInput` for what is no plain file.
pub fn checksum_of(path: &Path) -> std::io::Result<String> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    let mut file = File::open(path)?;
    let (mut piece, mut sum) = (vec![0; PIECE], BASIS);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(text(sum)),
            read => sum = continued(sum, &piece[..read]),
        }
    }
}

fn text(sum: u64) -> String {
    format!("{sum:016x}")
}

/// The hash of what `sum` is the hash of, and `bytes` behind it.
fn continued(sum: u64, bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    bytes.iter().fold(sum, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_published_hash_of_text_and_file() {
        assert_eq!(checksum(b"a"), 0xaf63_dc4c_8601_ec8c);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let long = vec![7; 3 * PIECE / 2];
        std::fs::write(&path, &long).unwrap();
        assert_eq!(checksum_of(&path).unwrap(), checksum_text(&long));
        assert!(checksum_of(folder.path()).is_err());
    }
}
