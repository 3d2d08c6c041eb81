//! Many trials: dealing them to slots, watching, retiring and refilling, ranking, and when to stop.
//!
//! - `budget`   how much a run may spend
//! - `finished` one finished trial
//! - `verdict`  ranking, agreement among trials, symmetry, the claim
//! - `runner`   the loop
//!
//! Imports: `phasing`, `engine`, `structure`, `grid`, `reflections`, `crystal`.

pub mod budget;
pub mod finished;
pub mod runner;
pub mod verdict;

pub use budget::Budget;
pub use finished::Finished;
pub use runner::{Observer, Progress, RunReport, Runner, StopReason};
pub use verdict::{Candidate, Verdict};
