//! What came of a job.

use super::seeded::SeedSummary;
use super::{Effective, Structure};
use crate::crystal::SpaceGroup;
use crate::engine::Device;
use crate::trials::RunReport;
use crate::trials::deal::set_of;
use crate::trust::Evidence;
use serde::Serialize;

/// What came of it.
pub struct Solved {
    /// The run.
    pub report: RunReport,
    /// The structures, most believed first; several may come from one candidate, in different space groups.
    pub structures: Vec<Structure>,
    /// Where every seed set was tried by itself: of each finished trial, in their order, the probability that its phases are right, judged without
    /// the trials of other sets. Else empty.
    pub judged: Vec<f64>,
    /// True when the first structure is claimed to be right: its probability reaches `trust::BAR`.
    pub solved: bool,
    /// Everything that was modelled on the way, in the order of `structures` where it stands there, the best first.
    pub modelled: Vec<Modelled>,
    /// Probability that the first structure is right; 0 without one.
    pub probability: f64,
    /// Probability that its space group is right too.
    pub probability_group: f64,
    /// What that rests on.
    pub evidence: Option<Evidence>,
    /// The parameters used.
    pub effective: Effective,
    /// The seeds of the run, before and after.
    pub seeds: Option<SeedSummary>,
    /// What ran the trials.
    pub device: Device,
    /// Seconds spent on setting up, on trials and on structures.
    pub seconds: Seconds,
}

impl Solved {
    /// The seed set, from 0, that trial number `trial` started from; `None` without seeds.
    pub fn set_of(&self, trial: u32) -> Option<usize> {
        let seeds = self.seeds.as_ref()?;
        Some(set_of(trial, seeds.sets, self.effective.trials_per_set))
    }

    /// Of each finished trial how many ended at its phases, that one included; 0 for one that is no candidate.
    pub fn agreeing(&self) -> Vec<usize> {
        let mut agreeing = vec![0; self.report.finished.len()];
        for candidate in &self.report.verdict.candidates {
            candidate.members.iter().for_each(|&member| agreeing[member] = candidate.members.len());
        }
        agreeing
    }
}

/// Wall seconds of the parts of the job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// Expansion to P1, tables, plans.
    pub setup: f64,
    /// The trials.
    pub trials: f64,
    /// Symmetry, maps and peaks.
    pub structures: f64,
}

impl Seconds {
    /// How many of so many, trials or their cycles, there were in a second of the search; 0 where none was made.
    pub fn rate(&self, count: f64) -> f64 {
        if self.trials > 0.0 { count / self.trials } else { 0.0 }
    }
}

/// A candidate that was worked up in a group, in a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Modelled {
    /// The candidate (`trials::Candidate::id`).
    pub candidate: u32,
    /// The group.
    pub group: SpaceGroup,
    /// R1 of the first atoms after a few cycles; `None` where the map has none.
    pub sketch: Option<f64>,
    /// R1 of the whole model; `None` where the sketch left no hope.
    pub r1: Option<f64>,
    /// Atoms of the model; 0 without one.
    pub atoms: usize,
    /// By what it is ranked.
    pub standing: f64,
}

impl Modelled {
    /// A structure in a line.
    pub fn of(structure: &Structure) -> Self {
        let model = structure.model.as_ref();
        Self {
            candidate: structure.found.candidate,
            group: structure.group.clone(),
            sketch: structure.sketch,
            r1: model.map(|model| model.r1),
            atoms: model.map_or(0, |model| model.atoms),
            standing: structure.standing,
        }
    }
}
