//! How well an atom at a place, with its symmetry mates, explains a Patterson map: the Harker score.
//!
//! An atom at x and its mate Rx + t put a peak at (R − I)x + t. The smallest value of the map at all these vectors of a place is its
//! score (the symmetry minimum function; Simpson, Dobrott & Lipscomb 1965, Acta Cryst. 18, 169). By the minimum the best sulphur of
//! lysozyme 4AXT has 340 points of the grid above it, by the sum 4676 (frontier notes §4).

use crate::crystal::{Cell, SpaceGroup, SymOp, friedel, symop::TRANSLATION_DENOMINATOR};
use crate::fourier::{Fourier3, smooth_at_least};
use crate::reflections::NormalisedReflection;
use num_complex::Complex32;

/// Grid points per largest index: an atom 0.15 Å off is 0.3 Å off in its vectors (frontier notes §4: ≥ 5, interpolated).
const POINTS_PER_INDEX: usize = 5;
/// Largest grid, in points; larger cells get a coarser one (8 bytes a point while it is made).
const MOST_POINTS: usize = 1 << 25;
/// E² is not taken for more than this: a few strong reflections would make waves of the map (frontier notes §1).
const LARGEST_E_SQ: f64 = 10.0;
/// A place whose atom comes nearer than this to a mate, Å, is none: it would be on a symmetry element, or in the origin peak.
const NEAREST_MATE: f64 = 1.2;

/// A sharpened Patterson map without its origin peak, and the vectors between mates.
pub struct Harker {
    /// In units of its root mean square.
    map: Vec<f32>,
    dims: [usize; 3],
    vectors: Vec<SymOp>,
    cell: Cell,
}

impl Harker {
    /// The map of E² − 1 of unique reflections to `d_min` Å, and the Harker vectors of `group`, one for each pair of an operation and its
    /// inverse; `None` where there are none.
    pub fn new(cell: &Cell, group: &SpaceGroup, reflections: &[NormalisedReflection], d_min: f64) -> Option<Self> {
        let vectors = vectors(group);
        if vectors.is_empty() {
            return None;
        }
        let limits = cell.max_indices(d_min);
        let dims = (2..=POINTS_PER_INDEX)
            .rev()
            .map(|points| limits.map(|h| smooth_at_least((points * h.unsigned_abs() as usize + 1).max(4))))
            .find(|dims| dims.iter().product::<usize>() <= MOST_POINTS)?;
        let plan = Fourier3::<f32>::new(dims);
        let mut grid = vec![Complex32::default(); plan.len()];
        let limit = d_min.powi(-2) * (1.0 + 1e-9);
        for r in reflections.iter().filter(|r| cell.d_star_sq(r.merged.hkl) <= limit) {
            let value = Complex32::new(((r.e * r.e).min(LARGEST_E_SQ) - 1.0) as f32, 0.0);
            for op in group.primitive_operations() {
                let image = op.rotate_hkl(r.merged.hkl);
                grid[plan.index(image)] = value;
                grid[plan.index(friedel(image))] = value;
            }
        }
        plan.inverse(&mut grid);
        let mean_sq = grid.iter().map(|c| f64::from(c.re).powi(2)).sum::<f64>() / grid.len() as f64;
        if mean_sq == 0.0 {
            return None;
        }
        let unit = mean_sq.sqrt().recip() as f32;
        let map = grid.into_iter().map(|c| c.re * unit).collect();
        Some(Self { map, dims, vectors, cell: cell.clone() })
    }

    /// The smallest value of the map, in its σ, at the vectors of an atom at fractional `x`; −∞ where it comes too near to a mate.
    pub fn score(&self, x: [f64; 3]) -> f32 {
        let mut least = f32::INFINITY;
        for op in &self.vectors {
            let image = op.apply(x);
            let u: [f64; 3] = std::array::from_fn(|i| {
                let d = image[i] - x[i];
                d - d.round()
            });
            if self.cell.length_sq(u) < NEAREST_MATE * NEAREST_MATE {
                return f32::NEG_INFINITY;
            }
            least = least.min(self.at(u));
        }
        least
    }

    /// The map at fractional `u`, linear between the points around it.
    fn at(&self, u: [f64; 3]) -> f32 {
        let mut corner = [[0_usize; 2]; 3];
        let mut part = [0.0_f32; 3];
        for axis in 0..3 {
            let n = self.dims[axis];
            let place = (u[axis] - u[axis].floor()) * n as f64;
            let first = (place as usize).min(n - 1);
            part[axis] = (place - first as f64) as f32;
            corner[axis] = [first, if first + 1 == n { 0 } else { first + 1 }];
        }
        let [_, ny, nz] = self.dims;
        let value = |x: usize, y: usize, z: usize| self.map[(corner[0][x] * ny + corner[1][y]) * nz + corner[2][z]];
        let along_z = |x: usize, y: usize| value(x, y, 0) + part[2] * (value(x, y, 1) - value(x, y, 0));
        let along_y = |x: usize| along_z(x, 0) + part[1] * (along_z(x, 1) - along_z(x, 0));
        along_y(0) + part[0] * (along_y(1) - along_y(0))
    }
}

/// The operations whose vectors differ, the identity left out and one kept of each pair of inverses, which share theirs but for the sign.
fn vectors(group: &SpaceGroup) -> Vec<SymOp> {
    let mut out: Vec<SymOp> = Vec::new();
    for op in group.operations().iter().filter(|op| op.rot != SymOp::IDENTITY.rot) {
        let inverse_is_there = out.iter().any(|other| {
            let both = other.compose(op);
            both.rot == SymOp::IDENTITY.rot && both.trans.iter().all(|t| t.rem_euclid(TRANSLATION_DENOMINATOR) == 0)
        });
        // Vectors that a centring adds are the same in the map.
        let same = out.iter().any(|other| other.rot == op.rot);
        if !inverse_is_there && !same {
            out.push(*op);
        }
    }
    out
}
