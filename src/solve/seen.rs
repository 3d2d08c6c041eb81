//! A candidate as the work-up sees it.

use crate::trials::{Candidate, Finished};

/// A candidate of the run with its best trial.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// What names the candidate for the length of the run.
    pub id: u32,
    /// The candidate.
    pub candidate: &'a Candidate,
    /// Its best trial.
    pub best: &'a Finished,
}

impl Seen<'_> {
    /// True for phases that are worth the time of settling.
    pub fn looks_right(&self) -> bool {
        self.best.is_promising() && self.candidate.symmetry_found() != Some(false)
    }

    /// True for phases that say nothing of space groups: they show no symmetry, and one trial alone found them.
    pub fn is_mute(&self) -> bool {
        self.candidate.symmetry_found() == Some(false) && self.candidate.members.len() == 1
    }
}
