//! What a run tells: JSON record, listing, tables.
//!
//! - `json`    the run record `NAME.json`
//! - `listing` the listing `NAME.lst`
//! - `table`   the ranked table, on the screen and in the listing
//!
//! Imports: `solve`, `model`, `trials`, `seed_check`, `seed_input`, `input`, `seed`, `crystal`.

pub mod json;
pub mod listing;
pub mod seeds;
pub mod table;
