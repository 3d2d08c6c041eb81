//! Reads XPLOR and CNS density maps, formatted (XPLOR 3.1 manual, "electron density maps").
//! ```text
//! (blank line)
//!        2 !NTITLE
//!  REMARKS …                                     as many lines
//!       NA    AMIN    AMAX      NB …   NC …      9I8: grid of the cell, first and last point stored
//!  a b c α β γ                                   6E12.5
//! ZYX
//!        0                                       number of a section along c
//!  values, a fastest, then b                     6E12.5
//! ```

use super::map_read::{MapBox, points};
use super::text::{decode, finite, lines};
use crate::crystal::Cell;
use crate::error::{Error, Result};
use std::path::Path;

/// Lines searched for the grid and the order of axes; titles are a few lines.
const LONGEST_HEADER: usize = 200;
/// The only order of axes that programs write: sections along z, rows along y.
const ORDER: &str = "ZYX";
/// Width of a grid number and of a value; the columns may run together.
const INTEGER_WIDTH: usize = 8;
const REAL_WIDTH: usize = 12;
/// Values on a line.
const PER_LINE: usize = 6;
const HINT: &str = "write the map again as a formatted XPLOR map, or as CCP4";

/// True for text with the order of axes two lines below a line of nine integers.
pub(super) fn is_xplor(bytes: &[u8]) -> bool {
    grid_line(&head(bytes)).is_some()
}

/// The first lines; a whole map need not be decoded to tell what it is.
fn head(bytes: &[u8]) -> Vec<String> {
    // No line of a text header is longer than this.
    let start = bytes.get(..LONGEST_HEADER * REAL_WIDTH * PER_LINE).unwrap_or(bytes);
    lines(start).into_iter().take(LONGEST_HEADER).map(decode).collect()
}

fn grid_line(head: &[String]) -> Option<usize> {
    let order = head.iter().position(|line| line.trim() == ORDER)?;
    order.checked_sub(2).filter(|&line| integers(&head[line]).is_some())
}

/// Nine integers, separated by blanks or in columns of eight.
fn integers(line: &str) -> Option<[i64; 9]> {
    let read = |fields: Vec<&str>| -> Option<[i64; 9]> {
        let numbers: Option<Vec<i64>> = fields.into_iter().map(|f| f.trim().parse().ok()).collect();
        numbers?.try_into().ok()
    };
    read(line.split_whitespace().collect()).or_else(|| read(columns(line, INTEGER_WIDTH)))
}

/// `count` reals, separated by blanks or in columns of twelve.
fn reals(line: &str, count: usize) -> Option<Vec<f64>> {
    let read = |fields: Vec<&str>| -> Option<Vec<f64>> {
        let numbers: Option<Vec<f64>> = fields.into_iter().map(|f| finite(f.trim())).collect();
        numbers.filter(|numbers| numbers.len() == count)
    };
    read(line.split_whitespace().collect()).or_else(|| read(columns(line, REAL_WIDTH)))
}

fn columns(line: &str, width: usize) -> Vec<&str> {
    let line = line.trim_end();
    (0..line.len().div_ceil(width)).filter_map(|i| line.get(i * width..line.len().min((i + 1) * width))).collect()
}

/// The box of values that the file holds.
pub(super) fn parse_xplor(path: &Path, bytes: &[u8]) -> Result<MapBox> {
    let start = grid_line(&head(bytes)).ok_or_else(|| Error::file(path, "is no XPLOR map", HINT))?;
    let all = lines(bytes);
    let text = |at: usize| all.get(at).map(|line| decode(line)).unwrap_or_default();
    let fault = |at: usize, what: String| Error::line(path, at + 1, what, HINT);
    let [na, a0, a1, nb, b0, b1, nc, c0, c1] =
        integers(&text(start)).ok_or_else(|| fault(start, "should hold nine integers".into()))?;
    let size = |n: i64| usize::try_from(n).ok().filter(|n| *n > 0);
    let extent = |low: i64, high: i64| high.checked_sub(low).and_then(|n| n.checked_add(1)).and_then(size);
    let dims = [na, nb, nc].map(size);
    let counts = [extent(a0, a1), extent(b0, b1), extent(c0, c1)];
    let ([Some(nx), Some(ny), Some(nz)], [Some(columns), Some(rows), Some(sections)]) = (dims, counts) else {
        return Err(fault(start, "names a grid without points".into()));
    };
    let counts = [columns, rows, sections];
    let n = points(path, counts)?;
    let [a, b, c, alpha, beta, gamma] = reals(&text(start + 1), PER_LINE)
        .and_then(|numbers| <[f64; PER_LINE]>::try_from(numbers).ok())
        .ok_or_else(|| fault(start + 1, "should hold the six numbers of the cell".into()))?;
    let cell = Cell::new([a, b, c], [alpha, beta, gamma]).map_err(|what| fault(start + 1, what))?;
    // What the file can hold bounds what is set aside for it.
    let mut values: Vec<f32> = Vec::with_capacity(n.min(bytes.len()));
    let mut line = start + 3;
    for section in 0..sections {
        if text(line).trim().parse::<i64>().is_err() {
            return Err(fault(line, format!("should hold the number of section {} of {sections}", section + 1)));
        }
        line += 1;
        let mut left = columns * rows;
        while left > 0 {
            let count = left.min(PER_LINE);
            let numbers = reals(&text(line), count);
            let numbers = numbers.ok_or_else(|| fault(line, format!("should hold {count} values of the map")))?;
            values.extend(numbers.into_iter().map(|x| x as f32));
            left -= count;
            line += 1;
        }
    }
    Ok(MapBox { cell, dims: [nx, ny, nz], axes: [0, 1, 2], first: [a0, b0, c0], counts, values, group: None })
}
