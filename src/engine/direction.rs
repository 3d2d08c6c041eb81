//! The direction along which the mean derivative of the pair prior is taken: one map for all trials and cycles of a problem.
//!
//! Where every voxel is judged by itself the mean of f′ is a sum over voxels. What the pair prior makes of a voxel depends on
//! all others, and the mean derivative over the maps of the sphere is that along random directions: one is enough (off by 1
//! to 3 % at 6000 reflections), and better kept than drawn anew, but it has to be exact along it: of 12 trials each from
//! 17 and 14 % seeds 12 and 5 solve, with a mean-field formula 10 and 1, without the pair term in it 0 and 0.

use super::Problem;
use super::cpu::passes::{Passes, PlaneStep, with_entries};
use crate::twins::random::{phase_index, phase_table, trial_hash};
use num_complex::Complex32;
use std::sync::Arc;

/// Key of its phases.
const DIRECTION_KEY: u32 = 0xFFFF_0004;

/// A map of mean 0 and mean square 1 with all coefficients of the sphere alike but for their phases, from the counter hash.
#[derive(Debug, Clone)]
pub struct Direction {
    /// Coefficients by entry.
    pub coefficients: Vec<Complex32>,
    /// The map, in the order of the plane passes.
    pub map: Vec<f32>,
}

struct Keep<'a>(&'a mut Vec<f32>);

impl PlaneStep for Keep<'_> {
    fn apply(&mut self, rho: &mut [f32]) {
        self.0.extend_from_slice(rho);
    }
}

impl Direction {
    /// That of a problem.
    pub fn of(problem: &Problem) -> Self {
        Self::new(problem, &Passes::new(Arc::new(problem.layout().clone())))
    }

    /// The same by passes that are planned.
    pub(super) fn new(problem: &Problem, passes: &Passes) -> Self {
        let (table, modulus) = (phase_table(), (problem.sphere().max(1) as f32).sqrt().recip());
        let coefficient = |&key: &u32| {
            let [cos, sin] = table[phase_index(trial_hash(DIRECTION_KEY, 0, key))];
            Complex32::new(cos, sin) * modulus
        };
        let coefficients: Vec<Complex32> = problem.keys().iter().map(coefficient).collect();
        let mut mixed = vec![Complex32::default(); passes.mixed_len()];
        let mut scratch = passes.scratch();
        passes.columns::<false, true>(&mut mixed, &mut scratch, |column, line| {
            let copy = |entries: std::ops::Range<usize>, line: &mut [Complex32]| {
                line.copy_from_slice(&coefficients[entries]);
            };
            with_entries(column, line, |_| Complex32::default(), copy);
        });
        let mut map = Vec::with_capacity(problem.layout().points());
        passes.planes_of::<true, false>(&mut mixed, &mut scratch, &mut Keep(&mut map));
        Self { coefficients, map }
    }
}
