//! What a search has found so far.

use super::verdict::{Agreement, Sighting};
use super::{Candidate, Finished, Move, RunReport, StopReason, Verdict};
use crate::crystal::{Cell, SpaceGroup};
use crate::engine::StageSeconds;
use crate::reflections::PhasedReflection;
use crate::symmetry::OperatorFits;
use std::time::Duration;

/// Everything found so far. Trials keep their places and candidates their ids from one pause to the next, so that what
/// was worked up for (`Candidate::id`, number of its best trial) stays good.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Finished trials in the order in which they finished: a list that only grows.
    pub finished: Vec<Finished>,
    /// Candidates, best first; their places are those of `finished`.
    pub verdict: Verdict,
    /// Trials that were started, finished or not.
    pub started: u32,
    /// Trial-cycles in all.
    pub cycles: u64,
    /// Wall time spent on trials.
    pub elapsed: Duration,
    /// Engine time by stage, summed over threads.
    pub stages: StageSeconds,
    /// Share of its time on a GPU that the GPU worked; `None` where it had none.
    pub busy: Option<f64>,
    /// Changes of the device.
    pub moves: Vec<Move>,
    /// The best trial as long as none is promising, with its phases.
    fallback: Option<(usize, Vec<PhasedReflection>)>,
}

impl Findings {
    /// Places of the finished trials, best first (`Finished::compare`).
    pub fn ranking(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.finished.len()).collect();
        order.sort_by(|&a, &b| self.finished[a].compare(&self.finished[b]));
        order
    }

    /// By what a worked-up candidate is known: its id, and the number of the trial whose phases it has.
    pub fn key(&self, candidate: &Candidate) -> (u32, u32) {
        (candidate.id, self.finished[candidate.best].trial)
    }

    /// Whether the phases of a trial would be kept if it finished now: it may be a solution, or is better than `held`,
    /// to be shown for lack of one.
    pub(super) fn wants(&self, trial: &Finished, held: Option<&Finished>) -> bool {
        let shown = || self.verdict.candidates.is_empty() && held.is_none_or(|held| trial.compare(held).is_lt());
        trial.is_promising() || shown()
    }

    /// The best trial as long as none is promising.
    pub(super) fn held(&self) -> Option<&Finished> {
        self.fallback.as_ref().map(|(held, _)| &self.finished[*held])
    }

    /// Takes a finished trial in, with its phases where they are wanted (`wants`); how it agreed with the candidates
    /// that there were, if it was compared.
    pub(super) fn take(
        &mut self,
        cell: &Cell,
        space_group: &SpaceGroup,
        trial: Finished,
        phased: Option<Vec<PhasedReflection>>,
    ) -> Option<Vec<Agreement>> {
        let place = self.finished.len();
        self.finished.push(trial);
        let phased = phased?;
        if self.finished[place].is_promising() {
            self.fallback = None;
            return Some(self.verdict.add(cell, space_group, &self.finished, place, phased));
        }
        self.fallback = Some((place, phased));
        None
    }

    /// Takes in a trial of which a diary tells: how it agreed with the best trials of candidates, and the fits of its phases.
    pub fn take_told(&mut self, trial: Finished, agreements: &[Agreement], fits: &OperatorFits) {
        let place = self.finished.len();
        self.finished.push(trial);
        if !self.finished[place].is_promising() {
            return;
        }
        let cc = |candidate: &Candidate| {
            let is_member = |trial: u32| candidate.members.iter().any(|member| self.finished[*member].trial == trial);
            agreements.iter().filter(|a| is_member(a.with)).map(|a| a.cc).fold(0.0, f64::max)
        };
        let ccs: Vec<f64> = self.verdict.candidates.iter().map(cc).collect();
        self.verdict.take(&self.finished, place, &ccs, || Sighting::of(fits.clone()));
    }

    /// What a trial found, where it is the best of a candidate.
    pub fn sighting(&self, trial: u32) -> Option<&Sighting> {
        let best = |candidate: &&Candidate| self.finished[candidate.best].trial == trial;
        self.verdict.candidates.iter().find(best).map(|candidate| &candidate.sighting)
    }

    /// When no trial was worth a candidate, the best becomes one all the same: the user gets to see it, unclaimed.
    pub(super) fn show_best(&mut self, cell: &Cell, space_group: &SpaceGroup) {
        if let Some((best, phased)) = self.fallback.take() {
            self.verdict.add(cell, space_group, &self.finished, best, phased);
        }
    }

    /// The report of a run that has ended: trials in the order of the ranking.
    pub(super) fn report(mut self, stopped: StopReason, fault: Option<String>) -> RunReport {
        let order = self.ranking();
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(rank, &i)| place[i] = rank);
        for candidate in &mut self.verdict.candidates {
            candidate.best = place[candidate.best];
            candidate.members.iter_mut().for_each(|i| *i = place[*i]);
        }
        RunReport {
            finished: order.iter().map(|&i| self.finished[i].clone()).collect(),
            verdict: self.verdict,
            started: self.started,
            stopped,
            fault,
            cycles: self.cycles,
            elapsed: self.elapsed,
            stages: self.stages,
            busy: self.busy,
            moves: self.moves,
        }
    }
}
