//! From the axes and origin of a list of phases to those of the data.
//!
//! The same crystal may be described on other axes (P 2₁/n for P 2₁/c, permuted axes) or about another origin. With
//! Q the integer matrix whose column j is the data's axis j in units of the list's axes, and s the list's origin in
//! the data's coordinates, x_data = Q⁻¹ x_list + s; hence h_data = h_list Q and φ_data = φ_list + 2π h_data·s.

mod matrix;
mod mismatch;

use super::cell::Cell;
use super::identity::{identify, origin};
use super::miller::{Hkl, phase_gain};
use super::spacegroup::SpaceGroup;
use super::symop::{SymOp, inverse_rotation, product};
use matrix::{Matrix, column_times, row_times, unimodular};
pub use mismatch::Mismatch;
use std::collections::HashSet;

/// Largest relative difference of cell edges that still are the same: between 100 K and room temperature a crystal
/// expands by about 1 %, and other lattices are as near as 2 % far more often by chance.
const LENGTH_TOLERANCE: f64 = 0.015;
/// Largest difference of cell angles, degrees: what such edges make of an angle (0.015 rad is 0.9°), and some more
/// because monoclinic and triclinic angles change with temperature by themselves.
const ANGLE_TOLERANCE: f64 = 1.5;

/// How indices, phases and positions of a list become those of the data's frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Reframing {
    /// Q, determinant +1: column j is the data's axis j in units of the list's axes.
    pub rotation: Matrix,
    /// Origin of the list in the data's fractional coordinates.
    pub shift: [f64; 3],
    /// The list has no symmetry and the data have: its phases may be about any origin.
    pub floating: bool,
}

impl Reframing {
    /// True when indices and phases stay as they are.
    pub fn is_identity(&self) -> bool {
        self.rotation == SymOp::IDENTITY.rot && self.shift == [0.0; 3]
    }

    /// Index in the data's frame of a reflection of the list.
    pub fn hkl(&self, of_list: Hkl) -> Hkl {
        row_times(of_list, &self.rotation)
    }

    /// Index in the list's frame of a reflection of the data.
    pub fn hkl_of_list(&self, of_data: Hkl) -> Hkl {
        row_times(of_data, &inverse_rotation(self.rotation))
    }

    /// What a phase gains on the way to the data's frame, radians, less than a turn; `of_data` is the index there.
    pub fn phase_gain(&self, of_data: Hkl) -> f64 {
        phase_gain(of_data, self.shift)
    }

    /// Index and phase (radians) in the data's frame of a reflection and phase of the list.
    pub fn seed(&self, of_list: Hkl, phase: f64) -> (Hkl, f64) {
        let of_data = self.hkl(of_list);
        (of_data, phase + self.phase_gain(of_data))
    }

    /// Fractional position in the data's frame of a position in the list's.
    pub fn position(&self, of_list: [f64; 3]) -> [f64; 3] {
        let m = inverse_rotation(self.rotation);
        std::array::from_fn(|i| (0..3).map(|j| f64::from(m[i][j]) * of_list[j]).sum::<f64>() + self.shift[i])
    }
}

/// Finds how a list of phases in cell `from_cell` and group `from_group` is expressed in those of the data. What the
/// list does not say is taken as the data's. Untouched axes come before all others.
///
/// # Errors
/// Says in which way the two frames differ for good, or that more than one way leads from one to the other.
pub fn reframe(
    from_cell: Option<&Cell>,
    from_group: Option<&SpaceGroup>,
    to_cell: &Cell,
    to_group: &SpaceGroup,
) -> Result<Reframing, Mismatch> {
    let cell = from_cell.unwrap_or(to_cell);
    let group = from_group.unwrap_or(to_group);
    let floating = group.primitive_operations().len() == 1 && to_group.primitive_operations().len() > 1;
    let target = Target::new(to_group);
    let generators = generators(group);
    let fit = |q: &Matrix| {
        if floating { Some([0.0; 3]) } else { target.shift(group.operations(), &generators, q) }
    };
    let fitting: Vec<Matrix> = unimodular().into_iter().filter(|q| agree(cell, q, to_cell)).collect();
    if fitting.is_empty() {
        return Err(Mismatch::Cell { list: numbers(cell), data: numbers(to_cell) });
    }
    let mut found: Vec<Reframing> = Vec::new();
    for rotation in fitting.iter().copied() {
        let Some(shift) = fit(&rotation) else { continue };
        let way = Reframing { rotation, shift, floating };
        if rotation == SymOp::IDENTITY.rot {
            return Ok(way);
        }
        if !found.iter().any(|kept| target.laue.contains(&product(&inverse_rotation(kept.rotation), &rotation))) {
            found.push(way);
        }
    }
    let ways = found.len();
    if ways > 1 {
        return Err(Mismatch::Ambiguous { ways });
    }
    found.pop().ok_or_else(|| {
        let (list, data) = (name(group), name(to_group));
        let flip =
            |ops: &[SymOp]| -> Vec<SymOp> { ops.iter().map(|op| SymOp::new(op.rot, op.trans.map(|t| -t))).collect() };
        let (operations, generators) = (flip(group.operations()), flip(&generators));
        if class(group) != class(to_group) {
            Mismatch::PointGroup { list, data }
        } else if fitting.iter().any(|q| target.shift(&operations, &generators, q).is_some()) {
            Mismatch::Hand { list, data }
        } else {
            Mismatch::Group { list, data }
        }
    })
}

/// The data's group, ready to be compared with.
struct Target<'a> {
    group: &'a SpaceGroup,
    operations: HashSet<SymOp>,
    rotations: HashSet<Matrix>,
    laue: Vec<Matrix>,
}

impl<'a> Target<'a> {
    fn new(group: &'a SpaceGroup) -> Self {
        let operations: HashSet<SymOp> = group.operations().iter().copied().collect();
        let rotations = operations.iter().map(|op| op.rot).collect();
        Self { group, operations, rotations, laue: group.laue_rotations() }
    }

    /// Where the origin of `operations` (a whole group, with its `generators`) lies in this group once the axes are
    /// transformed; `None` when the two do not agree about any origin.
    fn shift(&self, operations: &[SymOp], generators: &[SymOp], q: &Matrix) -> Option<[f64; 3]> {
        let m = inverse_rotation(*q);
        let transformed = |op: &SymOp| SymOp::new(product(&product(&m, &op.rot), q), column_times(&m, op.trans));
        if operations.len() != self.operations.len() {
            return None;
        }
        let all: Vec<SymOp> = operations.iter().map(transformed).collect();
        if all.iter().all(|op| self.operations.contains(op)) {
            return Some([0.0; 3]);
        }
        // Lattice translations do not depend on the origin.
        let same = |op: &SymOp| {
            if op.rot == SymOp::IDENTITY.rot { self.operations.contains(op) } else { self.rotations.contains(&op.rot) }
        };
        if !all.iter().all(same) {
            return None;
        }
        origin::shift(self.group, &generators.iter().map(transformed).collect::<Vec<_>>())
    }
}

/// Operations that generate the group together with its lattice.
fn generators(group: &SpaceGroup) -> Vec<SymOp> {
    let mut kept: Vec<SymOp> = Vec::new();
    let mut reached: HashSet<Matrix> = HashSet::from([SymOp::IDENTITY.rot]);
    for op in group.primitive_operations() {
        if !reached.contains(&op.rot) {
            kept.push(*op);
            let generated = SpaceGroup::from_generators(&kept);
            reached.extend(generated.iter().flat_map(SpaceGroup::operations).map(|op| op.rot));
        }
    }
    kept
}

/// Crystal class: how many rotations there are of each determinant and trace.
fn class(group: &SpaceGroup) -> Vec<(i32, i32)> {
    let kind = |op: &SymOp| (op.determinant(), (0..3).map(|i| op.rot[i][i]).sum());
    let mut kinds: Vec<_> = group.primitive_operations().iter().map(kind).collect();
    kinds.sort_unstable();
    kinds
}

/// Whether `from` on the axes Q is the cell `to`.
fn agree(from: &Cell, q: &Matrix, to: &Cell) -> bool {
    from.transformed(&q.map(|row| row.map(f64::from))).is_ok_and(|cell| {
        (0..3).all(|i| {
            (cell.lengths[i] - to.lengths[i]).abs() <= LENGTH_TOLERANCE * to.lengths[i]
                && (cell.angles[i] - to.angles[i]).abs() <= ANGLE_TOLERANCE
        })
    })
}

fn numbers(cell: &Cell) -> String {
    let [a, b, c] = cell.lengths;
    let [alpha, beta, gamma] = cell.angles;
    format!("{a:.3} {b:.3} {c:.3} {alpha:.2} {beta:.2} {gamma:.2}")
}

fn name(group: &SpaceGroup) -> String {
    identify(group).map_or_else(|| "without a name".into(), |found| found.hm)
}

#[cfg(test)]
#[path = "reframe_tests.rs"]
mod tests;
