//! State of one trial on the CPU, and its start.

use super::Shared;
use super::passes::with_entries;
use crate::engine::recipe::UNSEEDED_MEAN;
use crate::engine::{Method, Recipe, Seeds, StageSeconds, Start};
use crate::twins::random::{phase_index, trial_hash};
use num_complex::Complex32;
use std::sync::Arc;

/// One trial. Flipping keeps its coefficients in `mixed` alone; message passing keeps the cavity and
/// posterior coefficients too.
pub struct Trial {
    pub recipe: Recipe,
    pub cycles: u32,
    /// What was known at the start, and for how many cycles it is held.
    seeds: Option<(Arc<Seeds>, u32)>,
    /// Coefficients of the next map in mixed space, nz × columns.
    pub mixed: Vec<Complex32>,
    /// Message passing: cavity coefficients c, then for a moment the field z.
    pub cavity: Vec<Complex32>,
    /// Message passing: posterior means g.
    pub posterior: Vec<Complex32>,
    /// Σ|F|² or Σ|c|² of the next map, half sphere, F(000) left out.
    pub power: f64,
    /// Expected atom height over σ of the next map, for N as given (message passing).
    pub height: f64,
    /// κ of the last message-passing cycle, judged by reflections that are no seeds.
    pub kappa: f32,
    /// R and flipped share of the last flipping cycle.
    pub r: f32,
    pub flipped: f32,
    pub seconds: StageSeconds,
}

impl Trial {
    /// Start phases with the amplitudes of the recipe; unmeasured coefficients are 0 in the first map.
    pub fn start(shared: &Shared, start: &Start, recipe: Recipe) -> Self {
        let problem = &shared.problem;
        let phase = |i: usize| match start {
            Start::Random { seed, trial } => {
                let [cos, sin] = shared.phase_table[phase_index(trial_hash(*seed, *trial, problem.keys()[i]))];
                Complex32::new(cos, sin)
            }
            Start::Phases(phases) => phases[i],
            Start::Seeded { seeds, .. } => match recipe {
                Recipe::Flipping(_) => {
                    let mean = seeds.means()[i];
                    mean / mean.norm().max(f32::MIN_POSITIVE)
                }
                Recipe::Message(_) => seeds.means()[i],
            },
        };
        let (targets, factor) = match recipe {
            Recipe::Flipping(recipe) => (problem.targets(recipe.amplitudes), 1.0),
            Recipe::Message(_) if matches!(start, Start::Seeded { .. }) => (problem.e(), 1.0),
            Recipe::Message(_) => (problem.e(), UNSEEDED_MEAN),
        };
        let first: Vec<Complex32> =
            targets.iter().enumerate().map(|(i, &t)| phase(i) * (t.max(0.0) * factor)).collect();
        let power: f64 = first.iter().map(|c| f64::from(c.norm_sqr())).sum();
        let mut trial = Self {
            recipe,
            cycles: 0,
            seeds: match start {
                Start::Seeded { seeds, hold } => Some((seeds.clone(), *hold)),
                _ => None,
            },
            mixed: vec![Complex32::default(); shared.passes.mixed_len()],
            cavity: Vec::new(),
            posterior: Vec::new(),
            power,
            // √(Σ m²E²/N) over the full sphere.
            height: (2.0 * power / f64::from(problem.atoms())).sqrt(),
            kappa: 0.0,
            r: 0.0,
            flipped: 0.0,
            seconds: StageSeconds::default(),
        };
        shared.passes.columns::<false, true>(&mut trial.mixed, &mut shared.passes.scratch(), |column, line| {
            with_entries(column, line, |_| Complex32::default(), |entries, line| line.copy_from_slice(&first[entries]));
        });
        if recipe.method() == Method::Message {
            trial.posterior = first.clone();
            trial.cavity = first;
        }
        trial
    }

    /// The seeds, as long as they are held.
    pub fn held(&self) -> Option<Arc<Seeds>> {
        self.seeds.as_ref().filter(|(_, hold)| self.cycles < *hold).map(|(seeds, _)| seeds.clone())
    }

    /// σ of the next map: √(2 Σ|F|²) over the half sphere (Parseval, inverse transform unnormalised).
    pub fn sigma(&self) -> f32 {
        (2.0 * self.power).sqrt().max(f64::MIN_POSITIVE) as f32
    }
}
