//! What is told of a run, one JSON object each. `docs/howto/watch.md` lists them for those who read them by a script.

use crate::engine::Merits;
use crate::report::page::Drawn;
use serde::Serialize;

/// One thing that has happened.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum News {
    /// A trial begins.
    Started {
        /// Its number.
        trial: u32,
        /// Its arm.
        arm: String,
    },
    /// A trial was looked at.
    Looked {
        /// Its number.
        trial: u32,
        /// Cycles since its start, R_weak, E-kurtosis, tan_cos, κ.
        look: [f32; 5],
    },
    /// A trial has finished.
    Finished {
        /// Its number.
        trial: u32,
        /// It may be a solution.
        promising: bool,
        /// Its figures of merit at the end, as those of a look.
        look: [f32; 5],
    },
    /// Where the trials stand.
    Progress {
        /// Trials finished.
        finished: u32,
        /// Trials at most.
        trials: u32,
        /// Cycles of all trials.
        cycles: u64,
        /// Seconds of searching.
        elapsed_s: f64,
        /// Best R_weak so far.
        best_r_weak: Option<f32>,
        /// Trials that agree with the leading one.
        agreeing: usize,
    },
    /// Phases of so many candidates are being settled.
    Settling {
        /// How many.
        candidates: usize,
    },
    /// Models are being built.
    Modelling {
        /// Space groups that are through.
        done: usize,
        /// All of them.
        all: usize,
        /// Those under way.
        under_way: Vec<String>,
    },
    /// A model was built, or none came out.
    Modelled {
        /// Space group.
        group: String,
        /// The candidate.
        candidate: u32,
        /// Atoms of the model.
        atoms: usize,
        /// R1 of the model.
        r1: Option<f64>,
    },
    /// The best structure so far; nothing is claimed of it.
    Structure {
        /// Space group.
        group: String,
        /// R1 of the model.
        r1: Option<f64>,
        /// What is drawn of it.
        model: Box<Drawn>,
    },
    /// The judge has looked at the leading structure.
    Judged {
        /// Trials that had finished.
        finished: usize,
        /// Probability that the atoms are right.
        probability: f64,
        /// It is claimed.
        claimed: bool,
    },
}

/// Figures of a look.
pub fn look(cycles: u32, merits: &Merits) -> [f32; 5] {
    [cycles as f32, merits.r_weak, merits.e_kurtosis, merits.tan_cos, merits.kappa]
}
