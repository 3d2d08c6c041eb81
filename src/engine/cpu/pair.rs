//! The plane passes of the pair prior: the density is kept once, and six transforms stand where two did.
//!
//! ```text
//! c ─planes─▶ x kept, f₀ ─columns─▶ W FT(f₀)/⟨f₀⟩ + V c/σ ─planes─▶ q, y(x, q), Σ e·dy
//!          f₀′ e ─planes─▶ ─columns─▶ W FT(f₀′e)/⟨f₀⟩ + V e ─planes─▶ dq kept
//! ```

use super::Shared;
use super::passes::{PlaneStep, Scratch, with_entries};
use super::trial::Trial;
use crate::engine::Direction;
use crate::engine::problem::Pairs;
use crate::twins::pair::{PairPosterior, filter, first, posterior, slope};
use crate::twins::pair_table::LEAST;
use crate::twins::posterior::Logistic;
use num_complex::Complex32;

/// Keeps x and leaves f₀.
struct First<'a> {
    map: Keep<'a>,
    p: Logistic,
    sum: f64,
}

impl PlaneStep for First<'_> {
    fn apply(&mut self, rho: &mut [f32]) {
        self.map.apply(rho);
        self.sum += f64::from(first(rho, self.p));
    }
}

/// Makes f₀′ e of the map that is kept.
struct Slope<'a> {
    map: &'a [f32],
    direction: &'a [f32],
    at: usize,
    p: Logistic,
}

impl PlaneStep for Slope<'_> {
    fn apply(&mut self, rho: &mut [f32]) {
        let part = self.at..self.at + rho.len();
        self.at = part.end;
        slope(rho, &self.map[part.clone()], &self.direction[part], self.p);
    }
}

/// Keeps what it sees.
struct Keep<'a> {
    kept: &'a mut [f32],
    at: usize,
}

impl PlaneStep for Keep<'_> {
    fn apply(&mut self, rho: &mut [f32]) {
        self.kept[self.at..self.at + rho.len()].copy_from_slice(rho);
        self.at += rho.len();
    }
}

/// Leaves y of q.
struct Last<'a> {
    map: &'a [f32],
    direction: &'a [f32],
    change: &'a [f32],
    at: usize,
    p: Logistic,
    sum: f64,
}

impl PlaneStep for Last<'_> {
    fn apply(&mut self, rho: &mut [f32]) {
        let part = self.at..self.at + rho.len();
        self.at = part.end;
        let (map, direction, change) = (&self.map[part.clone()], &self.direction[part.clone()], &self.change[part]);
        self.sum += f64::from(posterior(rho, map, direction, change, self.p));
    }
}

/// Replaces the cavity map of a trial by its posterior, both in mixed space; the sum over voxels of the derivative along
/// the direction. `plain`: the logistic posterior of this cycle.
pub fn denoise(
    shared: &Shared,
    trial: &mut Trial,
    scratch: &mut Scratch,
    (pairs, direction): (&Pairs, &Direction),
    plain: Logistic,
) -> f64 {
    let passes = &shared.passes;
    let points = shared.problem.layout().points();
    let (shape, nodes) = pairs.table.at(plain.height);
    let p = PairPosterior::new(plain, shape);
    let mut kept = std::mem::take(&mut scratch.pairs);
    kept.mixed.resize(passes.mixed_len(), Complex32::default());
    kept.map.resize(points, 0.0);
    kept.change.resize(points, 0.0);

    let mut step = First { map: Keep { kept: &mut kept.map, at: 0 }, p: p.first, sum: 0.0 };
    passes.planes(&mut trial.mixed, scratch, &mut step);
    let mean = step.sum / points as f64 + LEAST;
    let scale = (1.0 / (points as f64 * mean)) as f32;
    let filtered = |mixed: &mut [Complex32], linear: &[Complex32], by: f32, scratch: &mut Scratch| {
        passes.columns::<true, true>(mixed, scratch, |column, line| {
            let work = |entries: std::ops::Range<usize>, line: &mut [Complex32]| {
                filter(line, &linear[entries.clone()], &pairs.places[entries], &nodes, [scale, by]);
            };
            with_entries(column, line, |_| Complex32::default(), work);
        });
    };
    let mut step = Slope { map: &kept.map, direction: &direction.map, at: 0, p: p.first };
    passes.planes_of::<false, true>(&mut kept.mixed, scratch, &mut step);
    filtered(&mut kept.mixed, &direction.coefficients, 1.0, scratch);
    let mut step = Keep { kept: &mut kept.change, at: 0 };
    passes.planes_of::<true, false>(&mut kept.mixed, scratch, &mut step);

    filtered(&mut trial.mixed, &trial.cavity, plain.inverse_sigma, scratch);
    let (map, direction, change) = (&kept.map, &direction.map, &kept.change);
    let mut step = Last { map, direction, change, at: 0, p: p.second, sum: 0.0 };
    passes.planes(&mut trial.mixed, scratch, &mut step);
    let sum = step.sum;
    scratch.pairs = kept;
    sum
}
