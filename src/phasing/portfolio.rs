//! Which recipes a run is made of: a portfolio of arms, dealt to trials in turn.

use crate::engine::{Amplitudes, Denoiser, FlipRecipe, MessageRecipe, Recipe, SeedUse};
use crate::grid::Sampling;
use crate::twins::random::{trial_hash, unit_interval};
use schemars::JsonSchema;
use serde::Serialize;

/// Threshold k is drawn from this window: it is narrow, and its place differs from structure to
/// structure (recipe notes §1: 1.0/1.1/1.2/1.3 solved 2/10/10/0 of 10; §6: 1.25 is too high in hard sets).
pub const K_WINDOW: [f32; 2] = [1.05, 1.20];
/// Weak fractions that are drawn (recipe notes §1).
pub const WEAK_FRACTIONS: [f32; 2] = [0.2, 0.3];
/// Polish after flipping: w = 0, E, k = 0.9 (recipe notes §1: 24.5° against 29.8° mean phase error).
pub const POLISH: FlipRecipe = FlipRecipe { k: 0.9, weak: 0.0, amplitudes: Amplitudes::E };
/// Cycles of polish (recipe notes §1).
pub const POLISH_CYCLES: u32 = 40;
/// What phases that flipping found from seeds are put to the proof with.
pub const PROOF: MessageRecipe = plain_message(1.0, 1.0, 0);
/// Cycles that message passing goes on after it has converged: the first look that passes comes while heavy atoms are in
/// place and light ones still arrive.
pub const SETTLE_CYCLES: u32 = 20;
/// Keys that keep the draws of a recipe apart from each other and from phases.
const K_KEY: u32 = 0xFFFF_0002;
const WEAK_KEY: u32 = 0xFFFF_0003;

/// Which methods a run may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Methods {
    /// Flipping and message passing side by side.
    Both,
    /// Charge flipping alone.
    Flipping,
    /// Message passing alone.
    Message,
}

impl Methods {
    /// Whether an arm is among them.
    pub(super) fn allow(self, arm: &Arm) -> bool {
        match self {
            Self::Both => true,
            Self::Flipping => arm.is_flipping(),
            Self::Message => !arm.is_flipping(),
        }
    }
}

/// Where an arm's trials start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StartKind {
    /// Random phases.
    Random,
    /// Patterson superposition.
    Patterson,
    /// Seeds alone.
    Seeded(SeedStart),
}

/// How an arm uses seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
pub struct SeedStart {
    /// Cycles for which they are held.
    pub hold: u32,
    /// Phases drawn from what is known, anew for each trial, in place of prior means.
    pub drawn: bool,
}

/// One arm: what its trials have in common.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize)]
pub struct Arm {
    /// Short name for tables.
    pub name: &'static str,
    /// Starts.
    pub start: StartKind,
    /// Grid.
    pub sampling: Sampling,
    /// Cycles after which a trial is given up.
    pub cycles: u32,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Flip(Amplitudes),
    /// Without the weak-reflection variant, which lets a solved map drift away from the origin of its seeds (recipe notes
    /// §2: w = 0 with seeds).
    FlipAll(Amplitudes),
    Message(MessageRecipe),
}

/// Above this many atoms in the primitive cell flipping without a heavy atom is a poor bet (recipe notes
/// §6: it fails above about 480), and message passing gets most trials.
const LARGE: f64 = 250.0;
/// Cycles given to a flipping trial: small cells converge in tens, hard ones in about a thousand.
const FLIP_CYCLES_SMALL: u32 = 400;
const FLIP_CYCLES_LARGE: u32 = 800;
/// Cycles given to a message-passing trial ("restart after 60–100", recipe notes §3).
const MESSAGE_CYCLES: u32 = 90;
/// Cycles over which N is annealed, and the trial's length then (recipe notes §3: 50–80).
const ANNEAL: u32 = 60;
const ANNEAL_CYCLES: u32 = 120;

/// Message passing with the soft denoiser, undamped: multiples of the number of atoms at first and at last, and the cycles between.
pub const fn plain_message(n_start: f32, n_end: f32, anneal: u32) -> MessageRecipe {
    MessageRecipe { denoiser: Denoiser::Logistic, n_start, n_end, anneal, damping: 0.0, seeds: SeedUse::Posterior }
}

pub(super) const fn logistic(n_start: f32, n_end: f32, anneal: u32) -> Kind {
    Kind::Message(plain_message(n_start, n_end, anneal))
}

/// Square denoiser, damped: the arm for heavy atoms ("sq damped 0.5", recipe notes §3).
pub(super) const SQUARE: Kind = Kind::Message(MessageRecipe {
    denoiser: Denoiser::Square,
    n_start: 1.0,
    n_end: 1.0,
    anneal: 0,
    damping: 0.5,
    seeds: SeedUse::Posterior,
});

/// The arms of a run, in the order in which trials get them. `atoms` is the number of non-hydrogen atoms
/// in the primitive cell.
pub fn portfolio(methods: Methods, atoms: f64) -> Vec<Arm> {
    let large = atoms > LARGE;
    let flip = |name, amplitudes, start| Arm {
        name,
        start,
        sampling: Sampling::Nyquist,
        cycles: if large { FLIP_CYCLES_LARGE } else { FLIP_CYCLES_SMALL },
        kind: Kind::Flip(amplitudes),
    };
    let message = |name, sampling, cycles, kind| Arm { name, start: StartKind::Random, sampling, cycles, kind };
    let flip_e = flip("flip E", Amplitudes::E, StartKind::Random);
    let flip_ef = flip("flip EF", Amplitudes::SqrtEF, StartKind::Random);
    let flip_patterson = flip("flip E patt", Amplitudes::E, StartKind::Patterson);
    let soft = message("mp N*3", Sampling::Nyquist, MESSAGE_CYCLES, logistic(3.0, 3.0, 0));
    let plain = message("mp N*1", Sampling::Nyquist, MESSAGE_CYCLES, logistic(1.0, 1.0, 0));
    let annealed = message("mp N*.3-3", Sampling::Nyquist, ANNEAL_CYCLES, logistic(0.3, 3.0, ANNEAL));
    let square = message("mp u2", Sampling::Nyquist, MESSAGE_CYCLES, SQUARE);
    let all = if large {
        vec![soft, annealed, plain, flip_ef, soft, annealed, square, flip_patterson]
    } else {
        vec![flip_e, soft, flip_ef, annealed, flip_patterson, plain, flip_ef, square]
    };
    all.into_iter().filter(|arm| methods.allow(arm)).collect()
}

impl Arm {
    /// The recipe of one trial: flipping draws k and the weak fraction from (seed, trial).
    pub fn recipe(&self, seed: u32, trial: u32) -> Recipe {
        match self.kind {
            Kind::Message(recipe) => Recipe::Message(recipe),
            Kind::Flip(amplitudes) | Kind::FlipAll(amplitudes) => {
                let u = unit_interval(trial_hash(seed, trial, K_KEY));
                let weak = trial_hash(seed, trial, WEAK_KEY) as usize % WEAK_FRACTIONS.len();
                Recipe::Flipping(FlipRecipe {
                    k: K_WINDOW[0] + u * (K_WINDOW[1] - K_WINDOW[0]),
                    weak: if matches!(self.kind, Kind::FlipAll(_)) { 0.0 } else { WEAK_FRACTIONS[weak] },
                    amplitudes,
                })
            }
        }
    }

    /// True for the arms of charge flipping.
    pub fn is_flipping(&self) -> bool {
        !matches!(self.kind, Kind::Message(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_of_methods_has_arms_and_draws_stay_in_their_windows() {
        for methods in [Methods::Both, Methods::Flipping, Methods::Message] {
            for atoms in [20.0, 1000.0] {
                let arms = portfolio(methods, atoms);
                assert!(!arms.is_empty());
                for (trial, arm) in arms.iter().cycle().take(50).enumerate() {
                    if let Recipe::Flipping(r) = arm.recipe(1, trial as u32) {
                        assert!((K_WINDOW[0]..=K_WINDOW[1]).contains(&r.k) && WEAK_FRACTIONS.contains(&r.weak));
                    }
                }
            }
        }
    }
}
