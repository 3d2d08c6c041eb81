//! Arrays of numbers in NumPy's `.npy` format, versions 1 to 3: a magic string, a header that is a Python dictionary
//! of three known keys, and the values as they lie in memory.

use crate::error::{Error, Result};
use std::path::Path;

/// First bytes of the format.
pub(in crate::formats) const MAGIC: &[u8] = b"\x93NUMPY";
/// Values of an array at most, each of which takes eight bytes once it is read: five numbers of a hundred sets of 16 000 seeds.
const MOST_VALUES: usize = 8_000_000;
const HINT: &str = "save an array of float32, float64, int32 or int64 with numpy.save or numpy.savez";

/// Numbers and their shape; the last axis is fastest, whatever the order in the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Array {
    /// Length of each axis; none for a single number.
    pub shape: Vec<usize>,
    /// The values.
    pub values: Vec<f64>,
}

/// Reads an array; `name` says in messages which one it is.
pub(super) fn parse(bytes: &[u8], name: &str, path: &Path) -> Result<Array> {
    read(bytes).map_err(|what| Error::file(path, format!("{name} {what}"), HINT))
}

fn read(bytes: &[u8]) -> std::result::Result<Array, String> {
    let (header, data) = split(bytes).ok_or("is cut short or is no NumPy array")?;
    let descr = item(header, "descr").ok_or("has no dtype")?;
    let (big, kind, size) = number_type(descr).ok_or_else(|| format!("has dtype {}", descr.trim()))?;
    let shape = item(header, "shape").and_then(shape).ok_or("has no shape")?;
    let fortran = item(header, "fortran_order").is_some_and(|order| order.trim() == "True");
    let too_large = || format!("is cut short: shape {shape:?} needs more bytes than there are");
    let count = shape.iter().try_fold(1usize, |product, n| product.checked_mul(*n)).ok_or_else(too_large)?;
    if count > MOST_VALUES {
        return Err(format!("has {count} values, more than {} million", MOST_VALUES / 1_000_000));
    }
    let length = count.checked_mul(size).ok_or_else(too_large)?;
    let data = data.get(..length).ok_or_else(too_large)?;
    let values: Vec<f64> = data.chunks_exact(size).map(|bytes| value(bytes, big, kind)).collect();
    Ok(Array { values: if fortran { last_axis_fastest(&values, &shape) } else { values }, shape })
}

/// Text of the header, and what follows it.
pub(in crate::formats) fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (version, rest) = rest.split_at_checked(2)?;
    let (length, rest) = rest.split_at_checked(if version[0] == 1 { 2 } else { 4 })?;
    let length = length.iter().rev().fold(0usize, |n, byte| n << 8 | usize::from(*byte));
    let (header, data) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// What follows `'key':` up to the comma outside brackets and quotes.
fn item<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let at = [format!("'{key}':"), format!("\"{key}\":")].iter().find_map(|k| Some(header.find(k)? + k.len()))?;
    let rest = header.get(at..)?;
    let mut depth = 0;
    let end = rest.find(|c| {
        depth += i32::from("([".contains(c)) - i32::from(")]".contains(c));
        depth == 0 && ",}".contains(c)
    })?;
    rest.get(..end)
}

/// Whether big-endian, `f`, `i` or `u`, and the number of bytes.
fn number_type(descr: &str) -> Option<(bool, u8, usize)> {
    match descr.trim().trim_matches(['\'', '"']).as_bytes() {
        [order @ (b'<' | b'>' | b'|' | b'='), kind @ (b'f' | b'i' | b'u'), size @ (b'1' | b'2' | b'4' | b'8')] => {
            let size = usize::from(size - b'0');
            (*kind != b'f' || size >= 4).then_some((*order == b'>', *kind, size))
        }
        _ => None,
    }
}

fn shape(text: &str) -> Option<Vec<usize>> {
    let inside = text.trim().strip_prefix('(')?.strip_suffix(')')?;
    inside.split(',').map(str::trim).filter(|n| !n.is_empty()).map(|n| n.parse().ok()).collect()
}

fn value(bytes: &[u8], big: bool, kind: u8) -> f64 {
    let byte = |n: u64, byte: &u8| n << 8 | u64::from(*byte);
    let bits = if big { bytes.iter().fold(0, byte) } else { bytes.iter().rev().fold(0, byte) };
    match (kind, bytes.len()) {
        (b'f', 4) => f64::from(f32::from_bits(bits as u32)),
        (b'f', _) => f64::from_bits(bits),
        (b'u', _) => bits as f64,
        (_, 1) => f64::from(bits as i8),
        (_, 2) => f64::from(bits as i16),
        (_, 4) => f64::from(bits as i32),
        _ => bits as i64 as f64,
    }
}

/// Values of Fortran order, the first axis fastest, put into C order.
fn last_axis_fastest(values: &[f64], shape: &[usize]) -> Vec<f64> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for n in shape {
        strides.push(stride);
        stride *= n;
    }
    let place = |mut index: usize| {
        let mut at = 0;
        for (n, stride) in shape.iter().zip(&strides).rev() {
            at += index % n * stride;
            index /= n;
        }
        at
    };
    (0..values.len()).map(|index| values[place(index)]).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An array as `numpy.save` writes it.
    pub fn npy(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
        let order = if fortran { "True" } else { "False" };
        let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let length = u16::try_from(header.len()).unwrap().to_le_bytes();
        [MAGIC, &[1, 0], &length, header.as_bytes(), data].concat()
    }

    /// float64 in C order.
    pub fn npy_f8(shape: &str, values: &[f64]) -> Vec<u8> {
        npy("<f8", false, shape, &values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>())
    }

    #[test]
    fn types_and_orders() {
        let read = |bytes: Vec<u8>| parse(&bytes, "a", Path::new("a.npy")).unwrap();
        let expected = Array { shape: vec![2, 3], values: vec![1.0, 2.0, 3.0, 4.0, 5.0, -6.0] };
        assert_eq!(read(npy_f8("(2, 3)", &expected.values)), expected);
        let columns = [1, 4, 2, 5, 3, -6];
        let i4: Vec<u8> = columns.iter().flat_map(|x: &i32| x.to_le_bytes()).collect();
        assert_eq!(read(npy("<i4", true, "(2, 3)", &i4)), expected);
        let i8: Vec<u8> = columns.iter().flat_map(|x| i64::from(*x).to_be_bytes()).collect();
        assert_eq!(read(npy(">i8", true, "(2, 3)", &i8)), expected);
        let f4: Vec<u8> = expected.values.iter().flat_map(|x| (*x as f32).to_be_bytes()).collect();
        assert_eq!(read(npy(">f4", false, "(2, 3)", &f4)), expected);
        assert_eq!(read(npy("|u1", false, "(3,)", &[1, 2, 255])).values, [1.0, 2.0, 255.0]);
        assert_eq!(read(npy("|i1", false, "()", &[255])), Array { shape: vec![], values: vec![-1.0] });
        assert_eq!(read(npy("<f8", true, "(0, 4)", &[])), Array { shape: vec![0, 4], values: vec![] });
    }

    #[test]
    fn refusals() {
        let fault = |bytes: &[u8]| parse(bytes, "hkl", Path::new("a.npz")).unwrap_err().to_string();
        assert_eq!(fault(&npy("<c8", false, "(1,)", &[0; 8])), format!("a.npz: hkl has dtype '<c8'; {HINT}"));
        assert!(fault(&npy("|O", false, "(1,)", &[])).contains("dtype"));
        assert!(fault(&npy("<f8", false, "(2,)", &[0; 8])).contains("cut short"));
        assert!(fault(&npy("<f8", false, "(9999999999, 9999999999)", &[])).contains("cut short"));
        assert!(fault(&npy("|u1", false, "(8000001,)", &[])).contains("has 8000001 values, more than 8 million"));
        assert!(fault(&npy("<f8", false, "x", &[])).contains("has no shape"));
        assert!(fault(b"\x93NUMPY\x01").contains("is no NumPy array"));
    }
}
