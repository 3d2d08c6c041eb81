//! One cycle of charge flipping.
//!
//! ```text
//! mixed ─planes─▶ ρ, ρ < kσ → −ρ ─▶ mixed ─columns─▶ G, moduli imposed ─▶ mixed
//! ```

use super::Shared;
use super::passes::{PlaneStep, Scratch, with_entries};
use super::trial::Trial;
use crate::engine::FlipRecipe;
use crate::twins::amplitude::{AmplitudeSums, impose};
use crate::twins::flip::flip;
use crate::twins::restrain::restrain;
use std::time::Instant;

struct Flip {
    delta: f32,
    flipped: u64,
}

impl PlaneStep for Flip {
    fn apply(&mut self, rho: &mut [f32]) {
        self.flipped += u64::from(flip(rho, self.delta));
    }
}

/// Advances a trial by one cycle.
pub fn cycle(shared: &Shared, trial: &mut Trial, scratch: &mut Scratch, recipe: &FlipRecipe) {
    let begun = Instant::now();
    let points = shared.problem.layout().points() as f32;
    let mut step = Flip { delta: recipe.k * trial.sigma(), flipped: 0 };
    shared.passes.planes(&mut trial.mixed, scratch, &mut step);
    let between = Instant::now();
    trial.seconds.planes += (between - begun).as_secs_f64();

    let (targets, e) = (shared.problem.targets(recipe.amplitudes), shared.problem.e());
    let e_weak = shared.problem.e_quantile(recipe.weak);
    let held = trial.held();
    let scale = points.recip();
    let (mut power, mut misfit, mut target) = (0.0f64, 0.0f64, 0.0f64);
    shared.passes.columns::<true, true>(&mut trial.mixed, scratch, |column, line| {
        // F(000) floats: the flipped map's own mean is kept.
        with_entries(
            column,
            line,
            |origin| origin * scale,
            |entries, line| {
                let sums: AmplitudeSums = impose(line, &targets[entries.clone()], &e[entries.clone()], scale, e_weak);
                if let Some(seeds) = &held {
                    power += f64::from(restrain(
                        line,
                        &targets[entries.clone()],
                        &seeds.means()[entries.clone()],
                        &e[entries],
                        e_weak,
                    ));
                }
                power += f64::from(sums.power);
                misfit += f64::from(sums.misfit);
                target += f64::from(sums.target);
            },
        );
    });
    trial.power = power;
    trial.r = (misfit / target.max(f64::MIN_POSITIVE)) as f32;
    trial.flipped = step.flipped as f32 / points;
    trial.seconds.columns += between.elapsed().as_secs_f64();
}
