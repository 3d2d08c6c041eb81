//! Writes XPLOR density maps, formatted, one whole cell (layout: `xplor`).

use crate::structure::DensityMap;
use std::fmt::Write;

/// Values on a line.
const PER_LINE: usize = 6;
/// Behind the last section.
const END: i32 = -9999;

/// The map as a text; sections along c, a fastest. `label` is the title.
pub fn xplor(map: &DensityMap, label: &str) -> String {
    let [nx, ny, nz] = map.dims;
    let mut out = String::with_capacity(13 * map.values.len() + 500);
    let title: String = label.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).take(70).collect();
    let _ = writeln!(out, "\n{:8} !NTITLE\n REMARKS {title}", 1);
    for n in map.dims {
        let _ = write!(out, "{n:8}{:8}{:8}", 0, n - 1);
    }
    out.push('\n');
    for number in map.cell.lengths.iter().chain(&map.cell.angles) {
        out.push_str(&real(*number));
    }
    out.push_str("\nZYX\n");
    for z in 0..nz {
        let _ = writeln!(out, "{z:8}");
        let section = (0..ny).flat_map(|y| (0..nx).map(move |x| (x, y)));
        for (n, (x, y)) in section.enumerate() {
            if n > 0 && n % PER_LINE == 0 {
                out.push('\n');
            }
            out.push_str(&real(f64::from(map.values[(x * ny + y) * nz + z])));
        }
        out.push('\n');
    }
    let mean = map.values.iter().map(|&v| f64::from(v)).sum::<f64>() / map.values.len() as f64;
    let _ = writeln!(out, "{END:8}\n{}{}", real(mean), real(map.sigma));
    out
}

/// A number in the twelve columns of Fortran's E12.5: `-1.23456E-01`.
fn real(x: f64) -> String {
    let text = format!("{x:.5E}");
    let (digits, power) = text.split_once('E').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let sign = if power < 0 { '-' } else { '+' };
    format!("{:>12}", format!("{digits}E{sign}{:02}", power.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::Cell;
    use crate::formats::read_map;
    use std::path::Path;

    #[test]
    fn numbers_have_twelve_columns_and_maps_come_back() {
        for (x, text) in [
            (0.0, " 0.00000E+00"),
            (-0.123_456_7, "-1.23457E-01"),
            (9.999_999e9, " 1.00000E+10"),
            (1.0, " 1.00000E+00"),
        ] {
            assert_eq!(real(x), text);
        }
        let dims = [4, 5, 7];
        let values: Vec<f32> = (0..140).map(|i| (i as f32 * 0.7).sin() * 10.0).collect();
        let map =
            DensityMap { dims, cell: Cell::new([7.0, 8.0, 9.0], [90.0, 100.0, 90.0]).unwrap(), values, sigma: 1.0 };
        let text = xplor(&map, "a title");
        assert!(text.lines().all(|line| line.len() <= 72));
        let back = read_map(Path::new("a.xplor"), text.as_bytes()).unwrap().map;
        assert_eq!((back.dims, &back.cell), (dims, &map.cell));
        for (a, b) in map.values.iter().zip(&back.values) {
            assert!((a - b).abs() < 1e-4 * a.abs().max(0.1));
        }
    }
}
