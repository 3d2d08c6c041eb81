//! Patterson superposition starts: phases of the minimum function of two shifted Patterson maps.
//!
//! Like SHELXT's start (Sheldrick 2015, A71, 3): a strong interatomic vector u is picked, and
//! M(r) = min(P(r), P(r − u)) holds an image of the structure wherever a pair of atoms has that vector.

use crate::engine::Problem;
use crate::fourier::Fourier3;
use crate::twins::random::trial_hash;
use num_complex::Complex32;
use rayon::prelude::*;
use std::sync::Arc;

/// Vectors that are picked from, the strongest of the map (recipe notes §1: "~50").
const VECTORS: usize = 50;
/// Peaks within this many grid points of the origin belong to the origin peak (≈ 1 Å at d_min/2 sampling
/// of 0.8 Å data).
const ORIGIN_POINTS: i32 = 3;
/// Keeps the draw of the vector apart from the draws of phases.
const VECTOR_KEY: u32 = 0xFFFF_0001;
/// Bytes of phases that are kept, so that trials with one vector share them: beyond, each makes its own.
const KEPT_BYTES: usize = 64 << 20;

/// A sharpened, origin-removed Patterson map and its strong vectors.
pub struct Patterson {
    plan: Fourier3<f32>,
    map: Vec<f32>,
    vectors: Vec<[usize; 3]>,
    /// Phases of each vector, once they have been prepared. Empty where there is no room for them.
    kept: Vec<Option<Arc<[Complex32]>>>,
}

impl Patterson {
    /// The map of E² − 1 on the problem's grid (engine axes).
    pub fn new(problem: &Problem) -> Self {
        let plan = Fourier3::new(problem.layout().dims());
        let mut grid = vec![Complex32::default(); plan.len()];
        for (k, &e) in problem.layout().indices().zip(problem.e()) {
            let value = if e >= 0.0 { Complex32::new(e * e - 1.0, 0.0) } else { Complex32::default() };
            grid[plan.index(k)] = value;
            grid[plan.index(k.map(|x| -x))] = value;
        }
        plan.inverse(&mut grid);
        let map: Vec<f32> = grid.iter().map(|c| c.re).collect();
        let vectors = strong_vectors(&map, plan.dims());
        let bytes = vectors.len() * problem.layout().len() * size_of::<Complex32>();
        let kept = if bytes <= KEPT_BYTES { vectors.len() } else { 0 };
        Self { plan, map, vectors, kept: vec![None; kept] }
    }

    /// Makes the phases that trials will ask for, side by side. No thread waits for another that makes the same: a
    /// transform takes up other work of the pool while it waits, and would come to wait for itself.
    pub fn prepare(&mut self, problem: &Problem, seed: u32, trials: impl Iterator<Item = u32>) {
        let mut picks: Vec<usize> = trials.map(|trial| self.pick(seed, trial)).collect();
        picks.sort_unstable();
        picks.dedup();
        picks.retain(|&pick| self.kept.get(pick).is_some_and(Option::is_none));
        let made: Vec<_> = picks.par_iter().map(|&pick| self.phases_of(problem, pick)).collect();
        for (pick, phases) in picks.into_iter().zip(made) {
            self.kept[pick] = Some(phases);
        }
    }

    /// Start phases of a trial, in layout order: unit vectors.
    pub fn phases(&self, problem: &Problem, seed: u32, trial: u32) -> Arc<[Complex32]> {
        let pick = self.pick(seed, trial);
        match self.kept.get(pick) {
            Some(Some(kept)) => kept.clone(),
            _ => self.phases_of(problem, pick),
        }
    }

    /// Number of the vector that a trial takes.
    fn pick(&self, seed: u32, trial: u32) -> usize {
        trial_hash(seed, trial, VECTOR_KEY) as usize % self.vectors.len().max(1)
    }

    /// Phases of the minimum function of vector number `pick`.
    fn phases_of(&self, problem: &Problem, pick: usize) -> Arc<[Complex32]> {
        let dims = self.plan.dims();
        let u = self.vectors.get(pick).copied().unwrap_or([0; 3]);
        let mut grid = vec![Complex32::default(); self.plan.len()];
        let mut i = 0;
        for x in 0..dims[0] {
            let sx = (x + dims[0] - u[0]) % dims[0];
            for y in 0..dims[1] {
                let sy = (y + dims[1] - u[1]) % dims[1];
                for z in 0..dims[2] {
                    let sz = (z + dims[2] - u[2]) % dims[2];
                    let minimum = self.map[i].min(self.map[(sx * dims[1] + sy) * dims[2] + sz]);
                    grid[i] = Complex32::new(minimum.max(0.0), 0.0);
                    i += 1;
                }
            }
        }
        self.plan.forward(&mut grid);
        problem
            .layout()
            .indices()
            .map(|k| {
                let value = grid[self.plan.index(k)];
                let norm = value.norm();
                if norm > 0.0 { value / norm } else { Complex32::new(1.0, 0.0) }
            })
            .collect()
    }
}

/// Positions of the highest local maxima away from the origin, strongest first.
fn strong_vectors(map: &[f32], dims: [usize; 3]) -> Vec<[usize; 3]> {
    let at = |x: usize, y: usize, z: usize| map[((x % dims[0]) * dims[1] + y % dims[1]) * dims[2] + z % dims[2]];
    let mut peaks: Vec<(f32, [usize; 3])> = Vec::new();
    for x in 0..dims[0] {
        for y in 0..dims[1] {
            for z in 0..dims[2] {
                let value = at(x, y, z);
                let from_origin = [(x, 0), (y, 1), (z, 2)].map(|(v, i)| (v as i32).min((dims[i] - v) as i32));
                if value <= 0.0 || from_origin.iter().map(|d| d * d).sum::<i32>() < ORIGIN_POINTS * ORIGIN_POINTS {
                    continue;
                }
                let neighbours = [
                    at(x + 1, y, z),
                    at(x + dims[0] - 1, y, z),
                    at(x, y + 1, z),
                    at(x, y + dims[1] - 1, z),
                    at(x, y, z + 1),
                    at(x, y, z + dims[2] - 1),
                ];
                if neighbours.iter().all(|&n| n <= value) {
                    peaks.push((value, [x, y, z]));
                }
            }
        }
    }
    peaks.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    peaks.truncate(VECTORS);
    peaks.into_iter().map(|(_, v)| v).collect()
}
