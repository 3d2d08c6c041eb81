//! What is told while a run goes on, and to whom.

use super::verdict::Agreement;
use super::{Finished, Ledger, Move, TrialPhases};
use crate::engine::Merits;
use crate::phasing::ArmId;
use crate::symmetry::OperatorFits;
use std::time::Duration;

/// Where a run stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Trials finished and allowed.
    pub finished: u32,
    /// Trials of the budget.
    pub trials: u32,
    /// Trial-cycles so far.
    pub cycles: u64,
    /// Time spent on trials.
    pub elapsed: Duration,
    /// Best finished or running R_weak.
    pub best_r_weak: Option<f32>,
    /// Trials that agree with the leading candidate.
    pub agreeing: usize,
}

/// Something has happened. Of one run and one seed events come in the same order whatever runs it.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A trial is about to be seated.
    Started {
        /// Its number.
        trial: u32,
        /// Its arm.
        arm: ArmId,
    },
    /// A trial has been looked at.
    Looked {
        /// Its number.
        trial: u32,
        /// Cycles since it was seated.
        cycles: u32,
        /// Its figures of merit.
        merits: &'a Merits,
    },
    /// A trial has run its course: all that the verdict knows of it, and that a journal has to keep.
    Finished {
        /// The trial.
        trial: &'a Finished,
        /// Its phases, where they are kept: of those that may be a solution, and of the best as long as there is none.
        phases: Option<&'a TrialPhases>,
    },
    /// A finished trial was promising and has been compared with the candidates that there were.
    Compared {
        /// Its number.
        trial: u32,
        /// How it agreed with each.
        agreements: &'a [Agreement],
        /// How the rotations of the Laue class hold in its phases; `None` where it is not the best of its candidate.
        fits: Option<&'a OperatorFits>,
    },
    /// Another device goes on.
    Moved(&'a Move),
    /// A structure has been built from a candidate.
    Structure {
        /// Space group.
        group: &'a str,
        /// The candidate, by its id.
        candidate: u32,
        /// Atoms of the model; 0 where none came out.
        atoms: usize,
        /// R1 of the model.
        r1: Option<f64>,
    },
}

/// Listens to a run and may end it.
pub trait Observer: Send {
    /// Called after every step of the engines; false ends the run after this step.
    fn step(&mut self, progress: &Progress) -> bool;

    /// Called when something has happened.
    fn event(&mut self, event: &Event<'_>) {
        let _ = event;
    }

    /// Whether the phases of every trial are wanted when it finishes, not of those alone that may be a solution. It
    /// changes nothing of what a run finds; to fetch them costs a little.
    fn wants_phases(&self) -> bool {
        false
    }

    /// Where finished trials are kept and known from, if anywhere.
    fn ledger(&self) -> Option<&dyn Ledger> {
        None
    }
}
