//! Writes the binary maps of JANA, `.m81`, one whole cell. The layout is that which DRAWxtl 5.5 reads (`Fourier.cxx`, its reader of
//! these files): records of as many 32-bit words as a section has points, without marks between them.
//! ```text
//! record 1   n1 n2 n3 n4 n5 n6   points along six axes, both ends counted
//!            words of a record   sections
//!            low and high end of each axis     fractions of the edge
//!            step along each axis
//!            axes in order, 1 to 6, 0 for none
//!            1   kind of map, 4 for a Fourier map
//! record 2 … the sections, the first axis fastest
//! last       highest and lowest value
//! ```

use crate::structure::DensityMap;

/// Words of the header.
const HEADER: usize = 34;
/// A Fourier map.
const FOURIER: i32 = 4;
/// By which our own are known: behind the header, in a part of the record that nobody reads.
pub const M81_MARK: &[u8] = b"seedflip ";
/// Where it stands, bytes from the beginning.
pub const M81_MARK_AT: usize = 4 * HEADER;

/// The map as a file, little-endian.
pub fn m81(map: &DensityMap) -> Vec<u8> {
    let ends = map.dims.map(|n| n + 1);
    let [nx, ny, nz] = ends;
    let record = (nx * ny).max(HEADER + M81_MARK.len().div_ceil(4));
    let mut bytes = Vec::with_capacity(4 * record * (nz + 2));
    let int = |bytes: &mut Vec<u8>, n: usize| bytes.extend((n as i32).to_le_bytes());
    let real = |bytes: &mut Vec<u8>, x: f32| bytes.extend(x.to_le_bytes());
    ends.into_iter().chain([1; 3]).for_each(|n| int(&mut bytes, n));
    int(&mut bytes, record);
    int(&mut bytes, nz);
    for axis in 0..6 {
        real(&mut bytes, 0.0);
        real(&mut bytes, if axis < 3 { 1.0 } else { 0.0 });
    }
    map.dims.into_iter().for_each(|n| real(&mut bytes, 1.0 / n as f32));
    (0..3).for_each(|_| real(&mut bytes, 1.0));
    [1, 2, 3, 0, 0, 0].into_iter().for_each(|axis| int(&mut bytes, axis));
    int(&mut bytes, 1);
    bytes.extend(FOURIER.to_le_bytes());
    bytes.extend(M81_MARK);
    bytes.resize(4 * record, 0);
    for z in 0..nz {
        for y in 0..ny {
            for x in 0..nx {
                real(&mut bytes, map.at(x as i64, y as i64, z as i64));
            }
        }
        bytes.resize(4 * record * (z + 2), 0);
    }
    let fold = |start: f32, pick: fn(f32, f32) -> f32| map.values.iter().copied().fold(start, pick);
    real(&mut bytes, fold(f32::NEG_INFINITY, f32::max));
    real(&mut bytes, fold(f32::INFINITY, f32::min));
    bytes.resize(4 * record * (nz + 2), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::Cell;

    #[test]
    fn words_stand_where_they_are_read() {
        let dims = [6, 8, 5];
        let values: Vec<f32> = (0..240).map(|i| i as f32).collect();
        let map = DensityMap { dims, cell: Cell::new([7.0, 8.0, 9.0], [90.0; 3]).unwrap(), values, sigma: 1.0 };
        let bytes = m81(&map);
        let word = |n: usize| <[u8; 4]>::try_from(&bytes[4 * n..4 * n + 4]).unwrap();
        let int = |n| i32::from_le_bytes(word(n));
        let real = |n| f32::from_le_bytes(word(n));
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 7].map(int), [7, 9, 6, 1, 1, 1, 63, 6]);
        assert_eq!([8, 9, 12, 13, 14, 15].map(real), [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
        assert!((real(21) - 0.125).abs() < 1e-6 && real(23) == 1.0);
        assert_eq!([26, 27, 28, 29, 32, 33].map(int), [1, 2, 3, 0, 1, 4]);
        assert_eq!(&bytes[M81_MARK_AT..M81_MARK_AT + M81_MARK.len()], M81_MARK);
        // Point (2, 3, 4), the repeated last planes, and the extremes.
        let at = |x: usize, y: usize, z: usize| real(63 * (z + 1) + 7 * y + x);
        assert_eq!(at(2, 3, 4), map.at(2, 3, 4));
        assert_eq!((at(6, 3, 4), at(2, 8, 4), at(2, 3, 5)), (map.at(0, 3, 4), map.at(2, 0, 4), map.at(2, 3, 0)));
        assert_eq!((real(63 * 7), real(63 * 7 + 1), bytes.len()), (239.0, 0.0, 4 * 63 * 8));
    }
}
