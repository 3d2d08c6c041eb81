//! What a run leaves while it goes on, so that it goes on after whatever has ended it, and so that several machines can share its trials.
//!
//! ```text
//! DIR/plan.json        what is run: contents of the inputs by their checksums, parameters, version; the same for all that take part
//! DIR/shard-0.jsonl    a header, then a line for each trial that has finished, each with its checksum; lines are only added
//! DIR/shard-0/17.npy   phases of trial 17, of those that are worth it
//! DIR/shard-0.lock     who writes the two: host, process and when that began
//! DIR/solved.json      a shard is sure of its solution: the others may end
//! ```
//! A line is in the file whole or not at all: what a kill has torn fails its checksum and is run again. Every other file takes its name when it is
//! whole.
//!
//! | file | noun |
//! |---|---|
//! | `plan` | what a run is |
//! | `line` | a line with its checksum |
//! | `shard` | the lines of one writer |
//! | `lock` | one writer a shard |
//! | `process` | who a process is, and whether it lives |
//! | `folder` | all of it in its folder |
//! | `ledger` | finished trials of a search |
//! | `merge` | those of all shards together |
//!
//! Imports: `trials`, `formats`, `error`.

mod folder;
mod ledger;
mod line;
mod lock;
mod merge;
mod plan;
mod process;
mod shard;

pub use folder::{RunFolder, Shards, SolvedMark};
pub use ledger::{Entry, MOST_PHASES, TrialLedger};
pub use lock::Lock;
pub use merge::{Merged, Missing, merge};
pub use plan::{Call, Contents, Plan};
pub use shard::{Journal, Opening, Scan, read_lines};
