//! Where finished trials are kept beyond the run, and known from when it goes on.

use super::{Finished, TrialPhases};
use crate::engine::Merits;

/// Keeps trials as they finish. A run that goes on is told of them, at the place where it would have run each of them: so it decides as if it
/// had never been broken off.
pub trait Ledger {
    /// Whether it is likely to tell of trial number `trial`.
    fn knows(&self, trial: u32) -> bool;

    /// How trial number `trial` went, where it has finished before.
    fn told(&self, trial: u32) -> Option<Told>;

    /// Whether the phases of a trial are to be kept although the search itself does not want them.
    fn wants(&self, trial: &Finished) -> bool {
        let _ = trial;
        false
    }

    /// A trial has run its course, and was not cut short. `looks`: its figures of merit at each look; `phases`, where the search or the
    /// ledger wants them.
    fn keep(&self, trial: &Finished, looks: &[Merits], phases: Option<&TrialPhases>);
}

/// A trial that finished in an earlier part of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The trial.
    pub finished: Finished,
    /// Figures of merit at each look; empty where nobody will ask for its course: it is taken in at once then.
    pub looks: Vec<Merits>,
    /// Its phases, where they were kept.
    pub phases: Option<TrialPhases>,
}
