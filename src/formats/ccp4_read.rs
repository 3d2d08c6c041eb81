//! Reads CCP4 and MRC density maps of mode 2 (formats: ccp4.ac.uk, "CCP4 map format"; Cheng et al., J. Struct. Biol.
//! 192, 146, 2015). Words of the header are counted from 1.

use super::map_read::{MapBox, points};
use crate::crystal::{Cell, SpaceGroup, SymOp};
use crate::error::{Error, Result};
use std::path::Path;

/// Length of the header in bytes.
const HEADER: usize = 1024;
/// `MAP ` stands in word 53.
const MAGIC: (usize, &[u8; 4]) = (208, b"MAP ");
/// First byte of the machine stamp, word 54, of big-endian numbers; many files have a wrong one or none.
const BIG_ENDIAN: (usize, u8) = (212, 0x11);
/// Mode of 32-bit reals.
const REALS: i32 = 2;
/// Modes of the format, the largest being 4-bit integers.
const MODES: std::ops::RangeInclusive<i32> = 0..=101;
/// Length of a symmetry record.
const RECORD: usize = 80;
const HINT: &str = "write the map again as CCP4 mode 2 (32-bit reals)";

/// The header, in the byte order that makes sense of it.
struct Header<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Header<'_> {
    fn word(&self, word: usize) -> [u8; 4] {
        let at = 4 * (word - 1);
        let mut word = [0; 4];
        word.iter_mut().zip(self.bytes.iter().skip(at)).for_each(|(slot, byte)| *slot = *byte);
        if self.big_endian {
            word.reverse();
        }
        word
    }

    fn int(&self, word: usize) -> i32 {
        i32::from_le_bytes(self.word(word))
    }

    fn ints(&self, word: usize) -> [i32; 3] {
        [0, 1, 2].map(|i| self.int(word + i))
    }

    /// Three positive counts.
    fn counts(&self, word: usize) -> Option<[usize; 3]> {
        let counts = self.ints(word);
        counts.iter().all(|n| *n > 0).then(|| counts.map(|n| n as usize))
    }

    fn reals(&self, word: usize) -> [f64; 3] {
        [0, 1, 2].map(|i| f64::from(f32::from_le_bytes(self.word(word + i))))
    }

    /// Axes of columns, rows and sections, from 0; MRC files may leave them out.
    fn axes(&self) -> Option<[usize; 3]> {
        let axes = match self.ints(17) {
            [0, 0, 0] => [1, 2, 3],
            axes => axes,
        };
        (1..=3).all(|axis| axes.contains(&axis)).then(|| axes.map(|axis| axis as usize - 1))
    }

    fn makes_sense(&self) -> bool {
        self.counts(1).is_some() && MODES.contains(&self.int(4)) && self.axes().is_some()
    }
}

/// True for bytes with the mark of a CCP4 or MRC map.
pub(super) fn is_ccp4(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER && bytes[MAGIC.0..].starts_with(MAGIC.1)
}

/// The box of values that the file holds.
pub(super) fn parse_ccp4(path: &Path, bytes: &[u8]) -> Result<MapBox> {
    let fault = |what: String| Error::file(path, what, HINT);
    let stamped = bytes.get(BIG_ENDIAN.0) == Some(&BIG_ENDIAN.1);
    let header = [stamped, !stamped].map(|big_endian| Header { bytes, big_endian });
    let header = header.into_iter().find(Header::makes_sense);
    let header = header.ok_or_else(|| fault("has a header that makes no sense in either byte order".into()))?;
    if header.int(4) != REALS {
        return Err(fault(format!("has mode {}, and only mode 2 is read", header.int(4))));
    }
    let (Some(counts), Some(axes)) = (header.counts(1), header.axes()) else {
        return Err(fault("names no numbers of columns, rows and sections".into()));
    };
    let dims = header.counts(8).ok_or_else(|| fault("names no grid of the cell (words 8–10)".into()))?;
    let cell = Cell::new(header.reals(11), header.reals(14)).map_err(fault)?;
    let n = points(path, counts)?;
    let start = usize::try_from(header.int(24)).ok().and_then(|extra| extra.checked_add(HEADER));
    let start = start.ok_or_else(|| fault("names a negative length of its symmetry records (word 24)".into()))?;
    let data = bytes.get(start..).and_then(|data| data.get(..4 * n)).ok_or_else(|| {
        let (wanted, found) = (start.saturating_add(4 * n), bytes.len());
        fault(format!("has {found} bytes where its header promises {wanted}; it is cut short"))
    })?;
    let real = |word: &[u8; 4]| if header.big_endian { f32::from_be_bytes(*word) } else { f32::from_le_bytes(*word) };
    let values = data.as_chunks::<4>().0.iter().map(real).collect();
    let group = group(bytes.get(HEADER..start).unwrap_or(&[]));
    Ok(MapBox { cell, dims, axes, first: header.ints(5).map(i64::from), counts, values, group })
}

/// The group of the symmetry records, several operations in one being separated by `*`. Extended headers of another
/// kind (electron microscopes write them) say nothing.
fn group(records: &[u8]) -> Option<SpaceGroup> {
    let mut operations = Vec::new();
    for record in records.chunks(RECORD) {
        let text = std::str::from_utf8(record).ok()?;
        for part in text.split('*').map(|part| part.trim_matches(['\0', ' '])).filter(|part| !part.is_empty()) {
            operations.push(SymOp::parse(part).ok()?);
        }
    }
    (!operations.is_empty()).then(|| SpaceGroup::from_generators(&operations).ok()).flatten()
}
