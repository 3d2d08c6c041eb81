//! What the decisions of a run rested on, kept so that they can be taken again: by other constants, or by a later version.
//!
//! A run of `seedflip solve --diary FILE` leaves one line: figures of merit at each look, how trials agree, fits of operations, R1 and
//! evidence of every structure. No intensities, no phases, no atoms. With the truth beside it (`benches/evidence.py`) it is evidence, and
//! `seedflip replay` takes all decisions anew and counts what comes out.
//!
//! | file | noun |
//! |---|---|
//! | `page` | what is kept |
//! | `keeper` | who keeps it |
//! | `replay` | the decisions taken again |
//! | `tally` | what came out, counted |
//! | `shelf` | a file of diaries |
//!
//! Imports: `solve`, `trials`, `phasing`, `symmetry`, `trust`, `engine`, `formats`, `crystal`, `error`.

mod keeper;
mod page;
mod replay;
mod shelf;
mod tally;

pub use keeper::Keeper;
pub use page::{Diary, Moment, Truth};
pub use replay::replayed;
pub use shelf::{tally, tally_of};
pub use tally::Tally;
