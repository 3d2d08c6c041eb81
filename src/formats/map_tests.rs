//! Maps in every guise of their formats must give back the same density.

use super::*;
use crate::formats::ccp4::{ccp4, one_cell};
use crate::reflections::PhasedReflection;
use crate::structure::{Coefficients, density_map, map_coefficients};
use rustfft::num_complex::Complex64;
use std::fmt::Write;

const SCREW: &str = "-x, 1/2+y, -z";

fn screw() -> SpaceGroup {
    SpaceGroup::from_generators(&[SymOp::parse(SCREW).unwrap()]).unwrap()
}

/// Reflections of P 21 with their equivalents, and their map.
fn example() -> (Vec<PhasedReflection>, DensityMap) {
    let cell = Cell::new([6.0, 7.0, 8.0], [90.0, 100.0, 90.0]).unwrap();
    let op = SymOp::parse(SCREW).unwrap();
    let mut phased = Vec::new();
    for (hkl, phase) in [([1, 2, 3], 0.3), ([2, 1, -4], -1.9), ([4, 3, 1], 2.5)] {
        let mut add = |hkl, phase| phased.push(PhasedReflection { hkl, f: 10.0, e: 1.0, phase, fom: 1.0 });
        add(hkl, phase);
        // The half-sphere has the mate of the equivalent.
        add(op.rotate_hkl(hkl).map(|x| -x), -(phase - op.phase_shift(hkl)));
    }
    let map = density_map(&cell, &screw(), &phased, Coefficients::F);
    (phased, map)
}

/// How a map is written.
struct Guise {
    axes: [usize; 3],
    first: [i64; 3],
    counts: [usize; 3],
    records: Vec<u8>,
    big_endian: bool,
}

impl Guise {
    fn whole(map: &DensityMap, axes: [usize; 3]) -> Self {
        Self { axes, first: [0; 3], counts: axes.map(|a| map.dims[a]), records: Vec::new(), big_endian: false }
    }

    fn write(&self, map: &DensityMap) -> Vec<u8> {
        let mut bytes = ccp4(map, &SpaceGroup::p1(), &one_cell(map), "test")[..1024].to_vec();
        let mut put = |word: usize, value: i32| bytes[4 * word - 4..4 * word].copy_from_slice(&value.to_le_bytes());
        for i in 0..3 {
            put(1 + i, self.counts[i] as i32);
            put(5 + i, self.first[i] as i32);
            put(17 + i, self.axes[i] as i32 + 1);
        }
        put(24, self.records.len() as i32);
        for z in 0..self.counts[2] {
            for y in 0..self.counts[1] {
                for x in 0..self.counts[0] {
                    let mut at = [0; 3];
                    for (i, n) in [x, y, z].into_iter().enumerate() {
                        at[self.axes[i]] = self.first[i] + n as i64;
                    }
                    bytes.extend(map.at(at[0], at[1], at[2]).to_le_bytes());
                }
            }
        }
        if self.big_endian {
            for word in (1..=52).chain([55, 56]).chain(257..=bytes.len() / 4) {
                bytes[4 * word - 4..4 * word].reverse();
            }
            bytes[212..214].copy_from_slice(&[0x11, 0x11]);
        }
        bytes.splice(1024..1024, self.records.iter().copied());
        bytes
    }
}

fn read(bytes: &[u8]) -> Result<MapFile> {
    assert!(is_map(bytes));
    read_map(Path::new("a.map"), bytes)
}

fn same(found: &DensityMap, expected: &DensityMap, tolerance: f32) {
    assert_eq!(found.dims, expected.dims);
    for (f, e) in found.values.iter().zip(&expected.values) {
        assert!((f - e).abs() <= tolerance, "{f} {e}");
    }
}

#[test]
fn what_this_program_writes_it_reads() {
    let (phased, map) = example();
    let file = read(&ccp4(&map, &SpaceGroup::p1(), &one_cell(&map), "round trip")).unwrap();
    same(&file.map, &map, 0.0);
    assert!(file.group.is_none() && file.warnings.is_empty() && (file.map.sigma - map.sigma).abs() < 1e-9);
    let hkls: Vec<_> = phased.iter().map(|r| r.hkl).collect();
    for (r, found) in phased.iter().zip(map_coefficients(&file.map, &hkls)) {
        assert!((found.unwrap() - Complex64::from_polar(r.f, r.phase)).norm() < 1e-4);
    }
}

#[test]
fn byte_orders_axes_and_starts_do_not_matter() {
    let (_, map) = example();
    for axes in [[0, 1, 2], [2, 0, 1], [1, 0, 2]] {
        let mut guise = Guise::whole(&map, axes);
        guise.first = [-3, 5, 1];
        guise.counts[1] += 1;
        same(&read(&guise.write(&map)).unwrap().map, &map, 0.0);
        guise.big_endian = true;
        let mut bytes = guise.write(&map);
        same(&read(&bytes).unwrap().map, &map, 0.0);
        // A wrong stamp: the header itself tells.
        bytes[212..214].copy_from_slice(&[0x44, 0x41]);
        same(&read(&bytes).unwrap().map, &map, 0.0);
    }
}

#[test]
fn an_asymmetric_unit_is_expanded_by_the_operations_of_the_file() {
    let (_, map) = example();
    let mut guise = Guise::whole(&map, [2, 0, 1]);
    guise.counts[2] /= 2;
    let message = read(&guise.write(&map)).unwrap_err().to_string();
    assert!(message.starts_with("a.map: covers 50 % of the cell and names no"), "{message}");
    guise.records = format!("{:<80}{:<80}", "X,  Y,  Z", "-X,  Y+1/2,  -Z").into_bytes();
    let file = read(&guise.write(&map)).unwrap();
    same(&file.map, &map, 1e-5);
    assert_eq!(file.group, Some(screw()));
    assert_eq!(file.warnings, ["covers 50 % of the cell; the rest follows by its 2 operations"]);
    guise.records = format!("{:<80}", "X,Y,Z * -X,Y+1/2,-Z").into_bytes();
    same(&read(&guise.write(&map)).unwrap().map, &map, 1e-5);
    guise.counts[2] -= 2;
    assert!(read(&guise.write(&map)).unwrap_err().to_string().contains("not all of an asymmetric unit"));
    guise.records = format!("{:<80}", "X+1/2,Y,Z+1/24").into_bytes();
    let message = read(&guise.write(&map)).unwrap_err().to_string();
    assert!(message.contains("grid onto itself") || message.contains("not all"), "{message}");
}

/// The map as XPLOR writes it, from `first` on.
fn xplor(map: &DensityMap, first: [i64; 3], counts: [usize; 3]) -> String {
    let mut text = "\n       2 !NTITLE\n REMARKS FILENAME=\"a.xplor\"\n REMARKS a test\n".to_owned();
    for i in 0..3 {
        let _ = write!(text, "{:8}{:8}{:8}", map.dims[i], first[i], first[i] + counts[i] as i64 - 1);
    }
    text.push('\n');
    let real = |x: f64| {
        let exponent = if x == 0.0 { 0 } else { x.abs().log10().floor() as i32 + 1 };
        format!("{:>12}", format!("{:.5}E{exponent:+03}", x / 10f64.powi(exponent)))
    };
    text.extend(map.cell.lengths.into_iter().chain(map.cell.angles).map(real));
    text.push_str("\nZYX\n");
    for z in 0..counts[2] as i64 {
        let _ = writeln!(text, "{z:8}");
        let plane = (0..counts[1] as i64).flat_map(|y| (0..counts[0] as i64).map(move |x| [x, y]));
        let values: Vec<String> =
            plane.map(|[x, y]| real(f64::from(map.at(first[0] + x, first[1] + y, first[2] + z)))).collect();
        values.chunks(6).for_each(|line| text.push_str(&(line.concat() + "\n")));
    }
    text.push_str("   -9999\n  0.0000E+00  1.0000E+00\n");
    text
}

#[test]
fn xplor_maps_are_read() {
    let (_, map) = example();
    let text = xplor(&map, [0, -4, 2], map.dims);
    let file = read(text.as_bytes()).unwrap();
    // A mantissa of five digits, 0.1 at least: half a unit of the last is 5·10⁻⁵ of the value at most.
    same(&file.map, &map, 5e-5 * map.values.iter().fold(0.0, |a: f32, b| a.max(b.abs())));
    assert!(file.group.is_none() && file.map.cell.distance_mod_lattice([0.3; 3], [0.0; 3]) > 0.0);
    same(&read(text.replace('\n', "\r\n").as_bytes()).unwrap().map, &file.map, 0.0);
    let [nx, ny, nz] = map.dims;
    let message = read(xplor(&map, [0; 3], [nx, ny, nz / 2]).as_bytes()).unwrap_err().to_string();
    assert!(message.contains("covers 5") && message.contains("whole cell"), "{message}");
    let cut = &text[..text.len() / 2];
    let message = read(&cut.as_bytes()[..cut.len() - 3]).unwrap_err().to_string();
    assert!(message.starts_with("a.map:") && message.contains("should hold"), "{message}");
}

#[test]
fn damaged_maps_are_refused_in_one_line() {
    let (_, map) = example();
    let whole = ccp4(&map, &SpaceGroup::p1(), &one_cell(&map), "");
    let message = |bytes: &[u8]| read_map(Path::new("a.map"), bytes).unwrap_err().to_string();
    let with = |word: usize, value: i32| {
        let mut bytes = whole.clone();
        bytes[4 * word - 4..4 * word].copy_from_slice(&value.to_le_bytes());
        message(&bytes)
    };
    assert!(message(&whole[..whole.len() - 1]).contains("cut short"));
    assert!(message(b"   1   2   3").contains("is no density map") && !is_map(b""));
    assert!(with(4, 1).contains("mode 1"));
    assert!(with(8, 0).contains("words 8"));
    assert!(with(8, i32::MAX).contains("points"));
    assert!(with(1, -1).contains("no sense"));
    assert!(with(1, i32::MAX).contains("points"));
    assert!(with(17, 2).contains("no sense"));
    assert!(with(24, -80).contains("word 24"));
    assert!(with(24, i32::MAX).contains("cut short"));
    assert!(with(300, f32::NAN.to_bits() as i32).contains("no numbers"));
    assert!(with(11, 0).contains("cell edges"));
}
