//! A sharpened Patterson map without its origin peak, on a fine grid.

use super::ListRecipe;
use crate::crystal::{Cell, SpaceGroup, friedel};
use crate::fourier::{Fourier3, smooth_at_least};
use crate::reflections::NormalisedReflection;
use num_complex::Complex32;

/// Grid points per largest index: an atom 0.15 Å off is 0.3 Å off in its vectors (frontier notes §4: ≥ 5,
/// interpolated).
const POINTS_PER_INDEX: usize = 5;
/// Largest grid, in points; larger cells get a coarser one (8 bytes a point while it is made).
const MOST_POINTS: usize = 1 << 25;

/// The map, in units of its root mean square σ.
pub struct VectorMap {
    values: Vec<f32>,
    dims: [usize; 3],
    /// How high a vector stands, in σ, that has all the scattering of the cell for its weight.
    whole: f64,
}

impl VectorMap {
    /// The map of E² − 1 of unique reflections to `d_min` Å, whose Laue class `group` has, as `recipe` has it; `None`
    /// where it is flat.
    pub fn new(
        cell: &Cell,
        group: &SpaceGroup,
        reflections: &[NormalisedReflection],
        d_min: f64,
        recipe: &ListRecipe,
    ) -> Option<Self> {
        let limits = cell.max_indices(d_min);
        let dims = (2..=POINTS_PER_INDEX)
            .rev()
            .map(|points| limits.map(|h| smooth_at_least((points * h.unsigned_abs() as usize + 1).max(4))))
            .find(|dims| dims.iter().product::<usize>() <= MOST_POINTS)?;
        let plan = Fourier3::<f32>::new(dims);
        let mut grid = vec![Complex32::default(); plan.len()];
        let limit = d_min.powi(-2) * (1.0 + 1e-9);
        for r in reflections.iter().filter(|r| cell.d_star_sq(r.merged.hkl) <= limit) {
            let weight = (-2.0 * recipe.softening * cell.stol_sq(r.merged.hkl)).exp();
            let value = weight * ((r.e * r.e).min(recipe.largest_e_sq) - 1.0);
            // The weight stands beside its term until all of them are added up.
            let term = Complex32::new(value as f32, weight as f32);
            for op in group.primitive_operations() {
                let image = op.rotate_hkl(r.merged.hkl);
                grid[plan.index(image)] = term;
                grid[plan.index(friedel(image))] = term;
            }
        }
        let weights: f64 = grid.iter_mut().map(|term| f64::from(std::mem::take(&mut term.im))).sum();
        plan.inverse(&mut grid);
        let mean_sq = grid.iter().map(|c| f64::from(c.re).powi(2)).sum::<f64>() / grid.len() as f64;
        if mean_sq == 0.0 {
            return None;
        }
        let unit = mean_sq.sqrt().recip();
        let values = grid.into_iter().map(|c| c.re * unit as f32).collect();
        Some(Self { values, dims, whole: weights * unit })
    }

    /// The height, in σ, of a vector between two atoms that have this share of the scattering each.
    pub fn expected(&self, share: f64) -> f32 {
        (share * self.whole) as f32
    }

    /// The map's values with the vectors that they stand at, fractional.
    pub fn values(&self) -> impl Iterator<Item = ([f64; 3], f32)> {
        let [nx, ny, nz] = self.dims;
        let at =
            move |i: usize| [(i / (ny * nz), nx), (i / nz % ny, ny), (i % nz, nz)].map(|(i, n)| i as f64 / n as f64);
        self.values.iter().enumerate().map(move |(i, value)| (at(i), *value))
    }

    /// The map at fractional `u`, linear between the points around it.
    pub fn at(&self, u: [f64; 3]) -> f32 {
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
        let value = |x: usize, y: usize, z: usize| self.values[(corner[0][x] * ny + corner[1][y]) * nz + corner[2][z]];
        let along_z = |x: usize, y: usize| value(x, y, 0) + part[2] * (value(x, y, 1) - value(x, y, 0));
        let along_y = |x: usize| along_z(x, 0) + part[1] * (along_z(x, 1) - along_z(x, 0));
        along_y(0) + part[0] * (along_y(1) - along_y(0))
    }
}
