//! Many trials: dealing them to slots, watching, retiring and refilling, ranking, and when to stop.
//!
//! - `budget`     how much a run may spend
//! - `deal`       which arm the next trial gets
//! - `finished`   one finished trial
//! - `verdict`    ranking, agreement among trials, symmetry, the claim
//! - `progress`   what is told while a run goes on
//! - `run_report` everything a run found, and why it ended
//! - `seed_source` which seeds a trial starts from
//! - `probe`      how often a method solves without seeds
//! - `proof`      does a seeded solution hold without its seeds?
//! - `runner`     the loop
//!
//! Imports: `phasing`, `engine`, `symmetry`, `structure`, `grid`, `seed`, `twins`, `reflections`, `crystal`.

pub mod budget;
pub mod deal;
pub mod finished;
pub mod probe;
pub mod progress;
pub mod proof;
pub mod run_report;
pub mod runner;
pub mod seed_source;
pub mod verdict;

pub use crate::engine::{Merits, Recipe, StageSeconds};
pub use budget::Budget;
pub use deal::Deal;
pub use finished::Finished;
pub use progress::{Observer, Progress};
pub use run_report::{RunReport, StopReason};
pub use runner::Runner;
pub use seed_source::{SeedInput, SeedSource};
pub use verdict::{Candidate, Verdict};
