//! Density maps as input: CCP4/MRC or XPLOR, told apart by their contents, brought to the whole cell.

use super::ccp4_read::{is_ccp4, parse_ccp4};
use super::xplor::{is_xplor, parse_xplor};
use crate::crystal::symop::TRANSLATION_DENOMINATOR;
use crate::crystal::{Cell, SpaceGroup, SymOp};
use crate::error::{Error, Result};
use crate::structure::DensityMap;
use std::path::Path;

/// Most grid points of a cell, 512³: a damaged header must not ask for all memory; the largest cell for phasing,
/// 130 Å, at 0.25 Å needs no more.
const MAX_POINTS: usize = 1 << 27;
/// What to do about a map that leaves part of the cell open.
const WHOLE_CELL: &str = "write it for the whole cell, such as with CCP4 mapmask, XYZLIM CELL";

/// A map of the whole cell, with the symmetry that its file names.
#[derive(Debug, Clone, PartialEq)]
pub struct MapFile {
    /// Values over the whole cell.
    pub map: DensityMap,
    /// Space group of the file; `None` where it names none or only P 1, in which whole cells are written.
    pub group: Option<SpaceGroup>,
    /// What the user should know about the reading, one line each.
    pub warnings: Vec<String>,
}

/// A map as it stands in a file: a box of grid points, in any order of axes.
#[derive(Debug)]
pub(super) struct MapBox {
    /// The cell.
    pub cell: Cell,
    /// Grid points along a, b, c of the cell.
    pub dims: [usize; 3],
    /// Axes (0 a, 1 b, 2 c) of columns, rows, sections.
    pub axes: [usize; 3],
    /// First grid point of columns, rows, sections.
    pub first: [i64; 3],
    /// Number of columns, rows, sections.
    pub counts: [usize; 3],
    /// Values, columns fastest.
    pub values: Vec<f32>,
    /// Space group, where the file gives its operations.
    pub group: Option<SpaceGroup>,
}

/// True for bytes that start like a CCP4/MRC or an XPLOR map.
pub fn is_map(bytes: &[u8]) -> bool {
    is_ccp4(bytes) || is_xplor(bytes)
}

/// Reads a map from the bytes of a file; `path` is for messages. A part of the cell is expanded by the operations that
/// the file names.
///
/// # Errors
/// `Error::Input` naming `path`: headers that contradict themselves or the length of the file, values that are no
/// numbers, kinds of values other than 32-bit reals, and maps that cannot be brought to the whole cell.
pub fn read_map(path: &Path, bytes: &[u8]) -> Result<MapFile> {
    let stored = if is_ccp4(bytes) {
        parse_ccp4(path, bytes)?
    } else if is_xplor(bytes) {
        parse_xplor(path, bytes)?
    } else {
        let hint = "give a CCP4/MRC map (mode 2) or an XPLOR map";
        return Err(Error::file(path, "is no density map", hint));
    };
    whole_cell(path, stored)
}

/// Number of points of a grid; `Err` names a grid that no cell has.
pub(super) fn points(path: &Path, dims: [usize; 3]) -> Result<usize> {
    let product = dims.iter().try_fold(1usize, |product, &n| product.checked_mul(n));
    product.filter(|n| (1..=MAX_POINTS).contains(n)).ok_or_else(|| {
        let what = format!("has a grid of {} × {} × {} points", dims[0], dims[1], dims[2]);
        Error::file(path, what, format!("give an undamaged map of at most {MAX_POINTS} points"))
    })
}

/// Lays the box out in the cell and fills the rest by symmetry.
fn whole_cell(path: &Path, stored: MapBox) -> Result<MapFile> {
    let MapBox { cell, dims, axes, first, counts, values: source, group } = stored;
    let n = points(path, dims)?;
    if source.iter().any(|v| !v.is_finite()) {
        return Err(Error::file(path, "holds values that are no numbers", "write the map again"));
    }
    let index = |at: [usize; 3]| (at[0] * dims[1] + at[1]) * dims[2] + at[2];
    let wrapped = |i: usize, offset: usize| (first[i] + offset as i64).rem_euclid(dims[axes[i]] as i64) as usize;
    let mut values = vec![f32::NAN; n];
    let mut filled = 0;
    let mut from = source.iter();
    for section in 0..counts[2] {
        for row in 0..counts[1] {
            for (column, value) in (0..counts[0]).zip(&mut from) {
                let mut at = [0; 3];
                for (i, offset) in [column, row, section].into_iter().enumerate() {
                    at[axes[i]] = wrapped(i, offset);
                }
                filled += usize::from(values[index(at)].is_nan());
                values[index(at)] = *value;
            }
        }
    }
    let mut warnings = Vec::new();
    if filled < n {
        let part = 100.0 * filled as f64 / n as f64;
        let covers = format!("covers {part:.0} % of the cell");
        let Some(group) = &group else {
            return Err(Error::file(path, format!("{covers} and names no symmetry operations"), WHOLE_CELL));
        };
        let given: Vec<usize> = (0..n).filter(|&at| !values[at].is_nan()).collect();
        for op in group.operations() {
            let step = GridStep::new(op, dims).ok_or_else(|| {
                let what = format!("{covers}, and {op} does not map its {dims:?} grid onto itself");
                Error::file(path, what, WHOLE_CELL)
            })?;
            for &at in &given {
                let image = index(step.image([at / (dims[1] * dims[2]), at / dims[2] % dims[1], at % dims[2]], dims));
                if values[image].is_nan() {
                    values[image] = values[at];
                }
            }
        }
        if values.iter().any(|v| v.is_nan()) {
            return Err(Error::file(path, format!("{covers}, not all of an asymmetric unit"), WHOLE_CELL));
        }
        warnings.push(format!("{covers}; the rest follows by its {} operations", group.operations().len()));
    }
    let square: f64 = values.iter().map(|&v| f64::from(v) * f64::from(v)).sum();
    if square == 0.0 {
        return Err(Error::file(path, "is zero everywhere", "write the map again"));
    }
    let map = DensityMap { dims, cell, values, sigma: (square / n as f64).sqrt() };
    Ok(MapFile { map, group: group.filter(|g| g.operations().len() > 1), warnings })
}

/// An operation on grid points.
struct GridStep {
    rotation: [[i64; 3]; 3],
    translation: [i64; 3],
}

impl GridStep {
    /// `None` when images of grid points lie between grid points.
    fn new(op: &SymOp, dims: [usize; 3]) -> Option<Self> {
        let whole = |product: i64, divisor: i64| (product % divisor == 0).then(|| product / divisor);
        let n = dims.map(|n| n as i64);
        let mut step = Self { rotation: [[0; 3]; 3], translation: [0; 3] };
        for i in 0..3 {
            step.translation[i] = whole(i64::from(op.trans[i]) * n[i], i64::from(TRANSLATION_DENOMINATOR))?;
            for j in 0..3 {
                step.rotation[i][j] = whole(i64::from(op.rot[i][j]) * n[i], n[j])?;
            }
        }
        Some(step)
    }

    fn image(&self, at: [usize; 3], dims: [usize; 3]) -> [usize; 3] {
        std::array::from_fn(|i| {
            let x = (0..3).map(|j| self.rotation[i][j] * at[j] as i64).sum::<i64>() + self.translation[i];
            x.rem_euclid(dims[i] as i64) as usize
        })
    }
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
