//! A candidate as the work-up sees it.

use super::structure::Found;
use crate::trials::{Candidate, Findings, Finished};

/// A candidate of the run with its best trial.
#[derive(Clone, Copy)]
pub struct Contender<'a> {
    /// The candidate.
    pub candidate: &'a Candidate,
    /// Its best trial.
    pub best: &'a Finished,
    /// Whether it convinces as far as phases go.
    pub convinces: bool,
}

impl<'a> Contender<'a> {
    /// All of a run, the most believed by their phases first.
    pub fn all(findings: &'a Findings) -> Vec<Self> {
        let of = |candidate: &'a Candidate| Self {
            candidate,
            best: &findings.finished[candidate.best],
            convinces: candidate.convinces(&findings.finished),
        };
        findings.verdict.candidates.iter().map(of).collect()
    }

    /// What names it for the length of the run.
    pub fn id(&self) -> u32 {
        self.candidate.id
    }

    /// True for phases that are worth the time of settling.
    pub fn looks_right(&self) -> bool {
        self.best.is_promising() && self.candidate.symmetry_found() != Some(false)
    }

    /// True for phases that say nothing of space groups: they show no symmetry, and one trial alone found them.
    pub fn is_mute(&self) -> bool {
        self.candidate.symmetry_found() == Some(false) && self.candidate.members.len() == 1
    }

    /// What is to be said of it.
    pub fn found(&self) -> Found {
        Found {
            candidate: self.candidate.id,
            trial: self.best.clone(),
            agreeing: self.candidate.members.len(),
            symmetry_found: self.candidate.symmetry_found(),
            symmetry: self.candidate.sighting.fits.evidence(),
        }
    }
}
