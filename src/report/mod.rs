//! What a run tells: JSON record, listing, tables.
//!
//! - `contents` what was found beside what UNIT says
//! - `json`    the run record `NAME.json`
//! - `listing` the listing `NAME.lst`
//! - `reasons` why a run is believed or not
//! - `table`   the ranked table, on the screen and in the listing
//!
//! Imports: `solve`, `trials`, `model`, `trust`, `seed_check`, `seed_input`, `input`, `seed`, `reflections`, `crystal`.

pub mod contents;
pub mod json;
pub mod listing;
pub mod reasons;
pub mod seeds;
pub mod table;
