//! CCP4 density map, mode 2 (32-bit reals; format: ccp4.ac.uk, "CCP4 map format", 2014 revision).

use super::ccp4_group::{lattice_records, number};
use crate::crystal::SpaceGroup;
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
/// Space beyond the outermost atoms, Å.
const MARGIN: f64 = 2.0;
/// A map that would be more than so many cells keeps to one.
const MOST_CELLS: f64 = 6.0;

/// First and last grid point along each axis.
pub type Extent = [[i64; 2]; 3];

/// One cell from the origin.
pub fn one_cell(map: &DensityMap) -> Extent {
    map.dims.map(|n| [0, n as i64 - 1])
}

/// One cell from the origin and beyond it as far as the `sites` (fractional coordinates) go, so that programs which draw a
/// map where it stands show it around the whole molecule.
pub fn around(map: &DensityMap, sites: &[[f64; 3]]) -> Extent {
    let extent: Extent = std::array::from_fn(|axis| {
        let points = map.dims[axis] as f64;
        // In oblique cells a margin along the axis is more than enough across it.
        let margin = MARGIN / map.cell.lengths[axis];
        let all = || sites.iter().map(|x| x[axis]);
        let low = all().fold(0.0, f64::min) - if all().any(|x| x < margin) { margin } else { 0.0 };
        let high = all().fold(1.0, f64::max) + if all().any(|x| x > 1.0 - margin) { margin } else { 0.0 };
        [(low * points).floor() as i64, ((high * points).ceil() as i64).max(map.dims[axis] as i64) - 1]
    });
    let cells: f64 = (0..3).map(|i| (extent[i][1] - extent[i][0] + 1) as f64 / map.dims[i] as f64).product();
    if cells <= MOST_CELLS { extent } else { one_cell(map) }
}

/// The map as a file: little-endian, x fastest, values in the unit of the map. It is declared with its space group and
/// operations where CCP4 has a number for the setting, else as P 1. `label` is cut at 80 characters.
pub fn ccp4(map: &DensityMap, group: &SpaceGroup, extent: &Extent, label: &str) -> Vec<u8> {
    let ispg = number(group);
    let records = if ispg == 1 { Vec::new() } else { lattice_records(group) };
    let mut bytes = vec![0; 4 * HEADER_WORDS];
    let mut put = |word: usize, value: [u8; 4]| {
        let at = 4 * (word - FIRST_WORD);
        bytes[at..at + 4].copy_from_slice(&value);
    };
    for (axis, n) in map.dims.into_iter().enumerate() {
        let [first, last] = extent[axis];
        put(1 + axis, ((last - first + 1) as i32).to_le_bytes());
        put(5 + axis, (first as i32).to_le_bytes());
        put(8 + axis, (n as i32).to_le_bytes());
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
    put(23, ispg.to_le_bytes());
    put(24, (records.len() as i32).to_le_bytes());
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
    bytes.extend(records);
    let points: i64 = extent.iter().map(|[first, last]| last - first + 1).product();
    bytes.reserve(4 * points as usize);
    let [xs, ys, zs] = extent;
    for z in zs[0]..=zs[1] {
        for y in ys[0]..=ys[1] {
            for x in xs[0]..=xs[1] {
                bytes.extend_from_slice(&map.at(x, y, z).to_le_bytes());
            }
        }
    }
    bytes
}
