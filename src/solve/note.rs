//! What decisions of the work-up and of the judge rest on, for whoever keeps a diary of the run.

use super::Structure;
use super::hopes::Prospect;
use super::judge::Judgement;
use crate::engine::Method;
use crate::symmetry::GroupCandidate;
use serde::{Deserialize, Serialize};

/// A decision has fallen. Notes come from whatever thread decides, in no order; a look ends those before it.
#[derive(Clone, Copy)]
pub enum Note<'a> {
    /// Which space groups of a candidate are worked up.
    Groups {
        /// The candidate.
        candidate: u32,
        /// The groups that its phases allow, best first.
        ranked: &'a [GroupCandidate],
        /// What the choice depends on beside.
        choice: Choice,
    },
    /// Whether phases were taken that flipping has polished.
    Polished(Polished),
    /// Whether both routes of a candidate in a group stay open.
    Routes(Routes),
    /// Which structures get a model.
    Models(&'a Models),
    /// The judge has looked.
    Judged {
        /// Trials that had finished.
        finished: usize,
        /// The search will not go on.
        ended: bool,
        /// All structures, in the order of the ranking.
        structures: &'a [Structure],
        /// What is thought of the first.
        judgement: &'a Judgement,
    },
}

/// On what, beside their scores, it depends which groups are worked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// All that the phases allow, not the best alone.
    pub wide: bool,
    /// The phases look right.
    pub looks_right: bool,
    /// The cell is tiny.
    pub tiny: bool,
}

/// A polish by flipping.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Polished {
    /// The candidate.
    pub candidate: u32,
    /// What its best trial was.
    pub method: Method,
    /// R_weak of the polished phases over that of the trial.
    pub ratio: f32,
}

/// R1 of the sketches of two routes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Routes {
    /// The candidate.
    pub candidate: u32,
    /// Of the better.
    pub better: f64,
    /// Of the other.
    pub worse: f64,
}

/// Structures of a batch, sketched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Models {
    /// All of them.
    pub prospects: Vec<Prospect>,
    /// The candidate that comes first, where nothing is modelled yet.
    pub first: Option<u32>,
    /// The lowest R1 so far, of sketches or models.
    pub lowest: f64,
    /// The cell is so small that a candidate need not be as close to the best for a model.
    pub small: bool,
}
