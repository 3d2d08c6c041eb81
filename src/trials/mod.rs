//! Many trials: dealing them to slots, watching, retiring and refilling, ranking, and when to stop.
//!
//! - `budget`     how much a run may spend
//! - `crew`       engines that work on one grid
//! - `queue`      what it asks of whoever hands out trials
//! - `slots`      the one loop: seat, advance, look, retire, refill
//! - `search`     a search under way, that can be paused
//! - `relay`      from one device to another, and back
//! - `goal`       when it should pause
//! - `desk`       where its trials are dealt from and report back
//! - `deal`       which arm the next trial gets
//! - `ledger`     where finished trials are kept, and known from
//! - `starts`     what the trials of one grid may start from
//! - `seed_source` which seeds a trial starts from
//! - `stage`      where a trial stands, and what comes next
//! - `proof`      does a seeded solution hold without its seeds?
//! - `finished`   one finished trial
//! - `phases`     its phases, to be kept
//! - `findings`   what a search has found so far
//! - `verdict`    ranking, agreement among trials, symmetry
//! - `run_report` everything a run found, and why it ended
//! - `progress`   what is told while a run goes on
//! - `part`       a share of the trials of a run
//! - `pass`       phases gone over once more
//! - `probe`      how often a method solves without seeds
//!
//! Imports: `clock`, `phasing`, `engine`, `symmetry`, `structure`, `grid`, `seed`, `twins`, `reflections`, `crystal`.

pub mod budget;
pub mod crew;
pub mod deal;
mod desk;
pub mod findings;
pub mod finished;
pub mod goal;
pub mod ledger;
pub mod part;
pub mod pass;
pub mod phases;
pub mod probe;
pub mod progress;
pub mod proof;
pub mod queue;
pub mod relay;
pub mod run_report;
pub mod search;
pub mod seed_source;
pub mod slots;
pub mod stage;
mod starts;
pub mod verdict;

pub use crate::engine::{Merits, Recipe, StageSeconds};
pub use crate::phasing::ArmId;
pub use budget::Budget;
pub use crew::Crew;
pub use deal::Deal;
pub use findings::Findings;
pub use finished::Finished;
pub use goal::{Goal, Seen};
pub use ledger::{Ledger, Told};
pub use part::Part;
pub use pass::{Pass, Passed, run_passes, run_passes_on};
pub use phases::TrialPhases;
pub use progress::{Event, Observer, Progress};
pub use queue::{Ahead, Course, Job, Look, Next, Queue};
pub use relay::{Move, Relay};
pub use run_report::{RunReport, StopReason};
pub use search::{Search, Setup, Workplace};
pub use seed_source::{SeedInput, SeedSource};
pub use slots::Slots;
pub use stage::{Running, Turn};
pub use verdict::{Agreement, Candidate, Sighting, Verdict};
