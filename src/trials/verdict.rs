//! What a set of finished trials amounts to: candidates that differ, their support, and the claim.

use super::Finished;
use crate::crystal::{Cell, SpaceGroup, SymOp};
use crate::reflections::PhasedReflection;
use crate::structure::{Weighting, agreement};
use crate::symmetry::OperatorFits;
use rayon::prelude::*;

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
    /// How the rotations of the Laue class hold in the phases of the best trial.
    pub fits: OperatorFits,
    /// Phases of the best trial in P1.
    pub phased: Vec<PhasedReflection>,
    /// The strongest of them, for comparison with other trials.
    strongest: Vec<PhasedReflection>,
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
        match self.fits.evidence() {
            Some(evidence) => Some(evidence > SYMMETRY_FOUND),
            None => self.fits.of(&SymOp::INVERSION.rot).filter(|fit| fit.correlation > INVERSION_FOUND).map(|_| true),
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

    /// Trials that must agree on it before more would bring nothing.
    pub fn agreeing_for_end(&self) -> usize {
        if self.symmetry_found().is_some() { AGREEING_FOR_STOP } else { AGREEING_TRIALS }
    }
}

impl Verdict {
    /// Puts a finished trial (its place in `finished`) and its phases with the candidate it agrees with, or makes
    /// a new one of it.
    pub fn add(
        &mut self,
        cell: &Cell,
        space_group: &SpaceGroup,
        finished: &[Finished],
        trial: usize,
        phased: Vec<PhasedReflection>,
    ) {
        let strongest = strongest(&phased);
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
                    candidate.fits = OperatorFits::new(cell, space_group, &phased);
                    candidate.strongest = strongest;
                    candidate.phased = phased;
                }
            }
            None => {
                let fits = OperatorFits::new(cell, space_group, &phased);
                let id = self.made;
                self.made += 1;
                self.candidates.push(Candidate { id, best: trial, members: vec![trial], fits, phased, strongest });
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
