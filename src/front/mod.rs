//! The front door: what other programs call, in terms of crystallography.
//!
//! - `crystal`  what was measured, from arrays or from files
//! - `seeds`    what is known of phases beforehand
//! - `solver`   a solution that is to be
//! - `outcome`  what came of it
//! - `phases`   the phases of its trials
//! - `silence`  nobody follows it
//! - `score`    figures of merit of phases that somebody has
//! - `writing`  its record and files
//! - `screening` how good seeds must be for a crystal
//!
//! Imports: `clock`, `basis`, `device`, `output`, `report`, `screen`, `solve`, `trials`, `phasing`, `engine`, `symmetry`, `structure`, `grid`,
//! `simulate`, `seed_input`, `input`, `formats`, `seed`, `reflections`, `crystal`, `error`.

mod crystal;
mod outcome;
mod phases;
mod score;
#[cfg(feature = "formats")]
mod screening;
mod seeds;
mod silence;
mod solver;
#[cfg(feature = "formats")]
mod writing;

pub use crystal::Crystal;
pub use outcome::Outcome;
pub use phases::TrialsPhases;
pub use score::{Score, score};
#[cfg(feature = "formats")]
pub use screening::{Screening, screen};
pub use seeds::Seeds;
pub use solver::{Solver, solve};
