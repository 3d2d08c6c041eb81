//! The phases of one trial as a NumPy array: `complex64`, one axis, little-endian, version 1.0 of the format.

use super::seeds::{NUMPY, split_array};
use num_complex::Complex32;

/// Bytes of one number.
const BYTES: usize = size_of::<Complex32>();
/// Magic, version and header are padded with blanks to a multiple of this, as NumPy does.
const ALIGNED: usize = 64;
/// Bytes of version and length behind the magic.
const LENGTHS: usize = 4;

/// The bytes of the file.
pub fn write(phases: &[Complex32]) -> Vec<u8> {
    let mut bytes = head(phases.len());
    bytes.reserve(phases.len() * BYTES);
    for phase in phases {
        bytes.extend(phase.re.to_le_bytes());
        bytes.extend(phase.im.to_le_bytes());
    }
    bytes
}

/// What such a file holds, to the last bit; `None` for anything else.
pub fn read(bytes: &[u8]) -> Option<Vec<Complex32>> {
    let (_, data) = split_array(bytes).filter(|(_, data)| data.len().is_multiple_of(BYTES))?;
    // The length follows from the size of the file: what stands before has to say the same.
    if bytes[..bytes.len() - data.len()] != head(data.len() / BYTES) {
        return None;
    }
    let number = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    Some(data.chunks_exact(BYTES).map(|b| Complex32::new(number(&b[..4]), number(&b[4..]))).collect())
}

fn head(count: usize) -> Vec<u8> {
    let mut header = format!("{{'descr': '<c8', 'fortran_order': False, 'shape': ({count},), }}");
    let bare = NUMPY.len() + LENGTHS + header.len() + 1;
    header.push_str(&" ".repeat(bare.next_multiple_of(ALIGNED) - bare));
    header.push('\n');
    let length = (header.len() as u16).to_le_bytes();
    [NUMPY, &[1, 0], &length, header.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_come_back_to_the_last_bit_and_nothing_else_is_taken() {
        for n in [0, 1, 5, 1000] {
            let phases: Vec<Complex32> = (0..n).map(|i| Complex32::from_polar(0.7, i as f32)).collect();
            let bytes = write(&phases);
            assert_eq!((bytes.len() - n * BYTES) % ALIGNED, 0);
            assert_eq!(read(&bytes).unwrap(), phases);
            assert!(read(&bytes[..bytes.len().saturating_sub(1)]).is_none());
        }
        let other = write(&[Complex32::new(1.0, 0.0)]);
        assert!(read(&[other.as_slice(), &[0; 8]].concat()).is_none() && read(b"").is_none());
    }
}
