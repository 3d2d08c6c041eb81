//! One arm: what its trials have in common.

use super::{Methods, blurred_portfolio, portfolio, seeded_portfolio, start_portfolio, with_atom_starts};
use crate::engine::{Amplitudes, FlipRecipe, MessageRecipe, Method, Recipe};
use crate::grid::Sampling;
use crate::twins::random::{trial_hash, unit_interval};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// Threshold k is drawn from this window: it is narrow, and its place differs from structure to
/// structure (recipe notes §1: 1.0/1.1/1.2/1.3 solved 2/10/10/0 of 10; §6: 1.25 is too high in hard sets).
pub const K_WINDOW: [f32; 2] = [1.05, 1.20];
/// Weak fractions that are drawn (recipe notes §1).
pub const WEAK_FRACTIONS: [f32; 2] = [0.2, 0.3];
/// Keys that keep the draws of a recipe apart from each other and from phases.
const K_KEY: u32 = 0xFFFF_0002;
const WEAK_KEY: u32 = 0xFFFF_0003;

/// Name of an arm: one of those in the portfolios, whoever wrote it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema, Serialize)]
pub struct ArmId(&'static str);

impl ArmId {
    /// For the portfolios, where arms are made.
    pub(super) const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The arm of this name; `None` where no portfolio has one.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|id| id.0 == name)
    }

    /// Every arm that a run may be made of, those of small cells, of large ones, and of seeds; some stand there twice.
    pub fn all() -> impl Iterator<Item = Self> {
        let unseeded =
            [portfolio, blurred_portfolio].map(|of| [0.0, f64::INFINITY].map(|atoms| of(Methods::Both, atoms)));
        let seeded = seeded_portfolio(Methods::Both, true).into_iter().chain(start_portfolio(Methods::Both));
        unseeded.into_iter().flatten().flat_map(|arms| with_atom_starts(arms, 1)).chain(seeded).map(|arm| arm.name)
    }

    /// Its name as one word for a command line: `seed mp N*1` is `mp-n1`.
    pub fn word(self) -> String {
        let word = self.0.trim_start_matches("seed ").to_lowercase().replace(' ', "-");
        word.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')).collect()
    }
}

impl fmt::Display for ArmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl<'de> Deserialize<'de> for ArmId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| serde::de::Error::custom(format!("no arm is called {name:?}")))
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
    /// An atom or a few with their symmetry mates, from the list that the Patterson map allows.
    Atom,
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
    pub name: ArmId,
    /// Starts.
    pub start: StartKind,
    /// Grid.
    pub sampling: Sampling,
    /// Cycles after which a trial is given up.
    pub cycles: u32,
    /// What its trials do.
    pub(super) kind: Kind,
}

/// What the trials of an arm do; each draws the rest of its recipe.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Charge flipping on these amplitudes.
    Flip(Amplitudes),
    /// The same without the weak-reflection variant, which lets a solved map drift away from the origin of its seeds
    /// (recipe notes §2: w = 0 with seeds).
    FlipAll(Amplitudes),
    /// Message passing.
    Message(MessageRecipe),
}

impl Arm {
    /// The recipe of one trial: flipping draws k and the weak fraction from (seed, trial).
    pub fn recipe(&self, seed: u32, trial: u32) -> Recipe {
        let flip = |amplitudes, weak| {
            let u = unit_interval(trial_hash(seed, trial, K_KEY));
            Recipe::Flipping(FlipRecipe { k: K_WINDOW[0] + u * (K_WINDOW[1] - K_WINDOW[0]), weak, amplitudes })
        };
        match self.kind {
            Kind::Message(recipe) => Recipe::Message(recipe),
            Kind::Flip(amplitudes) => {
                let weak = trial_hash(seed, trial, WEAK_KEY) as usize % WEAK_FRACTIONS.len();
                flip(amplitudes, WEAK_FRACTIONS[weak])
            }
            Kind::FlipAll(amplitudes) => flip(amplitudes, 0.0),
        }
    }

    /// The iteration that its trials run.
    pub fn method(&self) -> Method {
        match self.kind {
            Kind::Flip(_) | Kind::FlipAll(_) => Method::Flipping,
            Kind::Message(_) => Method::Message,
        }
    }

    /// True when its starts impose a symmetry or phases: then what comes of them has to hold without them.
    pub fn imposes(&self) -> bool {
        matches!(self.start, StartKind::Seeded(_) | StartKind::Atom)
    }

    /// True when its trials start from seeds.
    pub fn is_seeded(&self) -> bool {
        matches!(self.start, StartKind::Seeded(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_as_they_are_written() {
        for id in ArmId::all() {
            let text = serde_json::to_string(&id).unwrap();
            assert_eq!(text, format!("\"{id}\""));
            assert_eq!(serde_json::from_str::<ArmId>(&text).unwrap(), id);
        }
        assert!(serde_json::from_str::<ArmId>("\"flip Z\"").is_err());
        assert_eq!(format!("[{:<9}]", ArmId::new("mp u2")), "[mp u2    ]");
    }

    /// A name stands for one recipe and one grid, in whichever portfolio it is.
    #[test]
    fn a_name_means_one_thing() {
        let unseeded =
            [portfolio, blurred_portfolio].map(|of| [0.0, f64::INFINITY].map(|atoms| of(Methods::Both, atoms)));
        let arms: Vec<Arm> = unseeded
            .into_iter()
            .flatten()
            .flat_map(|arms| with_atom_starts(arms, 1))
            .chain(seeded_portfolio(Methods::Both, true))
            .collect();
        for a in &arms {
            assert_eq!(a.recipe(1, 2).method(), a.method());
            for b in arms.iter().filter(|b| b.name == a.name) {
                assert_eq!((a.kind, a.start, a.sampling), (b.kind, b.start, b.sampling), "{}", a.name);
            }
        }
    }
}
