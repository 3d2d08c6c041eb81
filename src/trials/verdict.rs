//! What a set of finished trials amounts to: candidates that differ, their support, and the claim.

use super::Finished;
use crate::crystal::{Cell, SpaceGroup};
use crate::reflections::PhasedReflection;
use crate::structure::{OriginFit, Weighting, agreement, fit_origin};
use rayon::prelude::*;

/// E²-weighted agreement above which two trials are one solution. Independent wrong phase sets agree at
/// 0.1 or less; two polished solutions of one structure at 0.7–0.95.
pub const SAME_SOLUTION: f64 = 0.55;
/// Mean phase residual, in degrees, below which the space group's own operations are taken as found in P1
/// phases. Candidates of solved sets: 3–58°, the upper end an inversion, whose residual is √2 times that of
/// other operations; candidates of 32 runs on shuffled intensities: 68–86° (benches/results, 2026-11-22).
pub const SYMMETRY_FOUND: f64 = 60.0;
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
    /// Strongest reflections of the best trial, for comparison with others.
    strongest: Vec<PhasedReflection>,
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

    /// The claim: promising merits, and two independent kinds of evidence out of merits, agreement
    /// among trials, and symmetry that nobody imposed.
    fn convinces(&self, finished: &[Finished]) -> bool {
        let best = &finished[self.best];
        if !best.is_promising() {
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
        let strongest = finished[trial].strongest();
        // All comparisons at once, then the first that agrees: the same whatever the number of threads.
        let same = self
            .candidates
            .par_iter()
            .map(|c| agreement(cell, &c.strongest, &strongest, Weighting::E2).cc > SAME_SOLUTION)
            .collect::<Vec<bool>>()
            .into_iter()
            .position(|same| same);
        match same.map(|i| &mut self.candidates[i]) {
            Some(candidate) => {
                candidate.members.push(trial);
                if better(&finished[trial], &finished[candidate.best]) {
                    candidate.best = trial;
                    candidate.origin = fit_origin(cell, space_group, phased);
                    candidate.strongest = strongest;
                }
            }
            None => {
                let origin = fit_origin(cell, space_group, phased);
                self.candidates.push(Candidate { best: trial, members: vec![trial], origin, strongest });
            }
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
