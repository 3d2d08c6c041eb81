//! What a set of finished trials amounts to: candidates that differ, their support, and the claim.

use super::Finished;
use crate::crystal::{Cell, SpaceGroup};
use crate::phasing::rules::HOPELESS_R_WEAK;
use crate::structure::{OriginFit, Weighting, agreement, fit_origin};

/// E²-weighted agreement above which two trials are one solution. Independent wrong phase sets agree at
/// 0.1 or less; two polished solutions of one structure at 0.7–0.95.
pub const SAME_SOLUTION: f64 = 0.55;
/// Mean phase residual, in degrees, below which the space group's own operations are taken as found in P1
/// phases. Solved sets: 17–36°, true operations in unsolved phases: 77–79° (recipe notes §5).
pub const SYMMETRY_FOUND: f64 = 55.0;
/// Candidates that are kept apart; runners-up beyond are of no use to anyone.
pub const MAX_CANDIDATES: usize = 5;
/// Trials that must agree for a claim without convincing merits or found symmetry.
const AGREEING_TRIALS: usize = 3;
/// Trials that must agree before a run with convincing merits and symmetry ends early.
const AGREEING_FOR_STOP: usize = 2;

/// A distinct solution: its best trial and those that agree with it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Place of the best trial in the list of finished ones.
    pub best: usize,
    /// Places of the trials that agree with it, itself included.
    pub members: Vec<usize>,
    /// How the phases of the best trial fit the given space group.
    pub origin: OriginFit,
}

/// Candidates in the order of belief.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Best first.
    pub candidates: Vec<Candidate>,
    /// True when the first candidate is claimed to be the structure.
    pub solved: bool,
}

impl Candidate {
    /// True when the operations of the space group are found in the P1 phases; `None` in P 1, where there
    /// is nothing to find.
    pub fn symmetry_found(&self) -> Option<bool> {
        (!self.origin.operators.is_empty()).then_some(self.origin.residual < SYMMETRY_FOUND)
    }

    /// The claim: no wrong weak reflections, and two independent kinds of evidence out of merits, agreement
    /// among trials, and symmetry that nobody imposed.
    fn convinces(&self, finished: &[Finished]) -> bool {
        let best = &finished[self.best];
        if best.merits.r_weak >= HOPELESS_R_WEAK {
            return false;
        }
        let merits = self.members.iter().any(|&i| finished[i].convinces());
        let agree = self.members.len() >= AGREEING_TRIALS;
        match self.symmetry_found() {
            Some(found) => found && (merits || agree),
            None => merits && agree,
        }
    }
}

impl Verdict {
    /// Puts a finished trial with its candidate, or makes a new one of it.
    pub fn add(&mut self, cell: &Cell, space_group: &SpaceGroup, finished: &[Finished], trial: usize) {
        let Some(phased) = &finished[trial].phased else { return };
        let same = self.candidates.iter_mut().find(|c| {
            let best = finished[c.best].phased.as_ref();
            best.is_some_and(|best| agreement(cell, best, phased, Weighting::E2).cc > SAME_SOLUTION)
        });
        if let Some(candidate) = same {
            candidate.members.push(trial);
            if better(&finished[trial], &finished[candidate.best]) {
                candidate.best = trial;
                candidate.origin = fit_origin(cell, space_group, phased);
            }
        } else {
            let origin = fit_origin(cell, space_group, phased);
            self.candidates.push(Candidate { best: trial, members: vec![trial], origin });
        }
        self.candidates.sort_by(|a, b| {
            let belief = |c: &Candidate| !c.convinces(finished);
            belief(a).cmp(&belief(b)).then_with(|| finished[a.best].compare(&finished[b.best]))
        });
        self.candidates.truncate(MAX_CANDIDATES);
        self.solved = self.candidates.first().is_some_and(|c| c.convinces(finished));
    }

    /// True when going on would bring nothing: the first candidate convinces and enough trials agree on it.
    pub fn is_final(&self) -> bool {
        self.solved
            && self.candidates.first().is_some_and(|c| {
                let enough = if c.symmetry_found().is_some() { AGREEING_FOR_STOP } else { AGREEING_TRIALS };
                c.members.len() >= enough
            })
    }
}

fn better(a: &Finished, b: &Finished) -> bool {
    a.compare(b).is_lt()
}
