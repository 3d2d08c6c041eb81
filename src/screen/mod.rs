//! How good must seeds be? Success over a grid of seed qualities, each trial from seeds of its own, judged by the
//! truth.
//!
//! - `condition`  one point of the grid
//! - `outcome`    how one trial ended
//! - `subject`    data and truth at one resolution and completeness
//! - `run`        the loop over conditions and grids
//! - `draws`      the trials of one grid
//! - `tally`      n of N with intervals, against the prediction
//! - `book`       outcomes in the journal of a run
//! - `table`      `screen.csv`
//! - `page`       the success curves as one HTML page
//!
//! Imports: `journal`, `trials`, `phasing`, `engine`, `structure`, `grid`, `formats`, `seed`, `twins`, `reflections`, `crystal`,
//! `error`.

mod book;
pub mod condition;
mod draws;
pub mod outcome;
pub mod page;
pub mod run;
pub mod subject;
pub mod table;
pub mod tally;

pub use book::Book;
pub use condition::{Condition, Grid};
pub use outcome::Outcome;
pub use run::{Screen, Watcher};
pub use tally::{Tally, tallies};
