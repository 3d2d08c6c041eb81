//! What a set of finished trials amounts to: candidates that differ, their support, and the claim.

use super::Finished;
use crate::crystal::{Cell, SpaceGroup, SymOp};
use crate::reflections::PhasedReflection;
use crate::structure::{Weighting, agreement};
use crate::symmetry::OperatorFits;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// E²-weighted agreement above which two trials are one solution. Independent wrong phase sets agree at
/// 0.1 or less; two polished solutions of one structure at 0.7–0.95.
pub const SAME_SOLUTION: f64 = 0.55;
/// Evidence of symmetry (see `OperatorFits::evidence`) above which it is taken as found in P1 phases.
pub const SYMMETRY_FOUND: f64 = 0.40;
/// The same for a lone inversion, which phases of a structure without a centre show as well, in part.
const INVERSION_FOUND: f64 = 0.6;
/// Candidates that are kept apart; runners-up beyond are of no use to anyone.
pub const MAX_CANDIDATES: usize = 5;
/// Trials that must agree for a claim where merits do not convince, and in P 1 always.
const AGREEING_TRIALS: usize = 3;
/// Trials that must agree before a run with convincing merits and symmetry ends early.
const AGREEING_FOR_STOP: usize = 2;

/// A distinct solution: its best trial and those that agree with it.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its name for the whole run, whatever its place becomes: a number that no other candidate has had.
    pub id: u32,
    /// Place of the best trial in the list of finished ones.
    pub best: usize,
    /// Places of the trials that agree with it, itself included.
    pub members: Vec<usize>,
    /// What its best trial found.
    pub sighting: Sighting,
}

/// What a trial found.
#[derive(Debug, Clone, Default)]
pub struct Sighting {
    /// How the rotations of the Laue class hold in its phases.
    pub fits: OperatorFits,
    /// The phases in P1.
    pub phased: Vec<PhasedReflection>,
    /// The strongest of them, for comparison with other trials.
    strongest: Vec<PhasedReflection>,
}

/// How well a trial agrees with a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Number of the best trial of the candidate.
    pub with: u32,
    /// E²-weighted correlation of the phases.
    pub cc: f64,
}

/// Reflections, the strongest by E, over which two trials are compared: enough for a correlation good to 0.02, and
/// a comparison takes a few milliseconds.
const COMPARED: usize = 2000;

/// Candidates in the order of belief.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Best first.
    pub candidates: Vec<Candidate>,
    /// Candidates so far, those that were dropped among them.
    made: u32,
}

impl Candidate {
    /// True when the P1 phases show the symmetry of the intensities, false when they do not; `None` in Laue class −1
    /// without an inversion, where there is nothing to find.
    pub fn symmetry_found(&self) -> Option<bool> {
        match self.sighting.fits.evidence() {
            Some(evidence) => Some(evidence > SYMMETRY_FOUND),
            None => self
                .sighting
                .fits
                .of(&SymOp::INVERSION.rot)
                .filter(|fit| fit.correlation > INVERSION_FOUND)
                .map(|_| true),
        }
    }

    /// Convinces as far as phases go; the claim is made of the structure (`trust`). Promising merits are needed in any
    /// case. Above P 1 the operations of the space group must be found in the P1 phases, where nobody imposed them, and
    /// either the merits convince or enough trials agree; in P 1, where there is no symmetry to find, both of these are
    /// needed.
    pub fn convinces(&self, finished: &[Finished]) -> bool {
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

    /// Trials that must agree on it before more would bring nothing. One that came back from a blur has agreed with itself.
    pub fn agreeing_for_end(&self, finished: &[Finished]) -> usize {
        match self.symmetry_found() {
            Some(_) if finished[self.best].proven == Some(true) => 1,
            Some(_) => AGREEING_FOR_STOP,
            None => AGREEING_TRIALS,
        }
    }
}

impl Sighting {
    /// Phases before anything is known of them but which are strongest.
    fn unseen(phased: Vec<PhasedReflection>) -> Self {
        Self { strongest: strongest(&phased), phased, fits: OperatorFits::default() }
    }

    /// Looks for the rotations of the Laue class.
    fn fitted(self, cell: &Cell, space_group: &SpaceGroup) -> Self {
        Self { fits: OperatorFits::new(cell, space_group, &self.phased), ..self }
    }

    /// One of which no more is known than its fits.
    pub fn of(fits: OperatorFits) -> Self {
        Self { fits, ..Self::default() }
    }
}

impl Verdict {
    /// Puts a finished trial (its place in `finished`) and its phases with the candidate it agrees with, or makes
    /// a new one of it; returns how it agreed with each of those there were.
    pub fn add(
        &mut self,
        cell: &Cell,
        space_group: &SpaceGroup,
        finished: &[Finished],
        trial: usize,
        phased: Vec<PhasedReflection>,
    ) -> Vec<Agreement> {
        let sighting = Sighting::unseen(phased);
        // All comparisons at once, then the first that agrees: the same whatever the number of threads.
        let agreement = |candidate: &Candidate| Agreement {
            with: finished[candidate.best].trial,
            cc: agreement(cell, &candidate.sighting.strongest, &sighting.strongest, Weighting::E2).cc,
        };
        let agreements: Vec<Agreement> = self.candidates.par_iter().map(agreement).collect();
        let ccs: Vec<f64> = agreements.iter().map(|agreement| agreement.cc).collect();
        self.take(finished, trial, &ccs, || sighting.fitted(cell, space_group));
        agreements
    }

    /// The same, where it is known how the trial agrees with each candidate, in their order. `sighting` is asked for a trial that is the
    /// best of its candidate.
    pub fn take(&mut self, finished: &[Finished], trial: usize, ccs: &[f64], sighting: impl FnOnce() -> Sighting) {
        match ccs.iter().position(|cc| *cc > SAME_SOLUTION).and_then(|place| self.candidates.get_mut(place)) {
            Some(candidate) => {
                candidate.members.push(trial);
                if better(&finished[trial], &finished[candidate.best]) {
                    candidate.best = trial;
                    candidate.sighting = sighting();
                }
            }
            None => {
                let id = self.made;
                self.made += 1;
                self.candidates.push(Candidate { id, best: trial, members: vec![trial], sighting: sighting() });
            }
        }
        self.candidates.sort_by(|a, b| {
            let belief = |c: &Candidate| !c.convinces(finished);
            belief(a).cmp(&belief(b)).then_with(|| finished[a.best].compare(&finished[b.best]))
        });
        self.candidates.truncate(MAX_CANDIDATES);
    }
}

/// The strongest reflections by E with their phases; the same reflections for every trial of a run.
fn strongest(phased: &[PhasedReflection]) -> Vec<PhasedReflection> {
    let mut list = phased.to_vec();
    if list.len() > COMPARED {
        list.select_nth_unstable_by(COMPARED, |a, b| b.e.total_cmp(&a.e).then(a.hkl.cmp(&b.hkl)));
        list.truncate(COMPARED);
        list.sort_unstable_by_key(|r| r.hkl);
    }
    list
}

fn better(a: &Finished, b: &Finished) -> bool {
    a.compare(b).is_lt()
}
