//! One finished trial.

use crate::engine::{Merits, Recipe};
use crate::phasing::rules::{convincing, promising};

/// A trial that has run its course. Every one is kept in the ranking.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Number of the trial, from 0.
    pub trial: u32,
    /// Name of its arm.
    pub arm: &'static str,
    /// The recipe that searched (not the polish); that of the proof for phases that came back from it.
    pub recipe: Recipe,
    /// Figures of merit at the end.
    pub merits: Merits,
    /// For a trial from seeds: whether its phases came back without them, see `proof`.
    pub proven: Option<bool>,
}

impl Finished {
    /// True when the merits convince on their own.
    pub fn convinces(&self) -> bool {
        self.proven != Some(false) && convincing(&self.merits, self.is_flipping())
    }

    /// True when the trial may be a solution.
    pub fn is_promising(&self) -> bool {
        self.proven != Some(false) && promising(&self.merits, self.is_flipping())
    }

    fn is_flipping(&self) -> bool {
        matches!(self.recipe, Recipe::Flipping(_))
    }

    /// Order of the ranking, better first: promising trials before others, then by R_weak, which ranked a solved trial first in 83 of 86 sets
    /// (message passing) and 11 of 11 (polished flipping; recipe notes §3, §6).
    pub fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let key = |t: &Self| (!t.is_promising(), t.trial);
        let (a, b) = (key(self), key(other));
        a.0.cmp(&b.0).then(self.merits.r_weak.total_cmp(&other.merits.r_weak)).then(a.1.cmp(&b.1))
    }
}
