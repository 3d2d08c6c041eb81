//! CCP4 density map, mode 2 (32-bit reals), the whole cell (format: ccp4.ac.uk, "CCP4 map format", 2014 revision).

use crate::structure::DensityMap;

/// Length of the header in 4-byte words.
const HEADER_WORDS: usize = 256;
/// Words are numbered from 1 in the format's description.
const FIRST_WORD: usize = 1;
/// Version of the format: 2014, revision 0.
const FORMAT_VERSION: i32 = 20140;
/// Machine stamp of little-endian IEEE numbers.
const LITTLE_ENDIAN_STAMP: [u8; 4] = [0x44, 0x41, 0, 0];
/// Bytes of one label line.
const LABEL_LENGTH: usize = 80;
/// Word where the labels start.
const LABEL_WORD: usize = 57;

/// The map as a file: little-endian, x fastest, values in the unit of the map. It covers the whole cell and is
/// declared as space group 1, so that every program may take it as it stands. `label` is cut at 80 characters.
pub fn ccp4(map: &DensityMap, label: &str) -> Vec<u8> {
    let [nx, ny, nz] = map.dims;
    let mut bytes = vec![0; 4 * HEADER_WORDS];
    let mut put = |word: usize, value: [u8; 4]| {
        let at = 4 * (word - FIRST_WORD);
        bytes[at..at + 4].copy_from_slice(&value);
    };
    let size = map.dims.map(|n| (n as i32).to_le_bytes());
    for axis in 0..3 {
        put(1 + axis, size[axis]);
        put(8 + axis, size[axis]);
        put(11 + axis, (map.cell.lengths[axis] as f32).to_le_bytes());
        put(14 + axis, (map.cell.angles[axis] as f32).to_le_bytes());
        put(17 + axis, (axis as i32 + 1).to_le_bytes());
    }
    let (least, most) = map.values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v)));
    let mean = map.values.iter().map(|&v| f64::from(v)).sum::<f64>() / map.values.len() as f64;
    put(4, 2i32.to_le_bytes());
    put(20, least.to_le_bytes());
    put(21, most.to_le_bytes());
    put(22, (mean as f32).to_le_bytes());
    put(23, 1i32.to_le_bytes());
    put(27, *b"CCP4");
    put(28, FORMAT_VERSION.to_le_bytes());
    put(53, *b"MAP ");
    put(54, LITTLE_ENDIAN_STAMP);
    put(55, (map.sigma as f32).to_le_bytes());
    put(56, 1i32.to_le_bytes());
    let start = 4 * (LABEL_WORD - FIRST_WORD);
    bytes[start..].fill(b' ');
    let text = label.bytes().filter(|b| b.is_ascii() && !b.is_ascii_control()).take(LABEL_LENGTH);
    for (slot, byte) in bytes[start..].iter_mut().zip(text) {
        *slot = byte;
    }
    bytes.reserve(4 * map.values.len());
    for z in 0..nz {
        for y in 0..ny {
            for x in 0..nx {
                bytes.extend_from_slice(&map.values[(x * ny + y) * nz + z].to_le_bytes());
            }
        }
    }
    bytes
}
