//! What a run tells: JSON record, listing, tables.
//!
//! - `batch`      the table of a run of several data sets
//! - `record`     the run record `NAME.json`
//! - `candidates` structures and trials in it
//! - `contents`   what was found beside what UNIT says
//! - `cell`       space group, Laue class and cell in it
//! - `hand`       what is said of the absolute structure
//! - `listing`    the listing `NAME.lst`
//! - `lxt`      a table in the columns of SHELXT
//! - `page`       the page `NAME.html`
//! - `reasons`    why a run is believed or not
//! - `refinement` how a model fits, in SHELXL's words
//! - `row`        a row of the table of several data sets
//! - `seeds`      the figures of `seedflip seed check` in words
//! - `sflog`    a run in the words of Superflip
//! - `trials`     the trials as a table for other programs
//! - `twin`       twins in words and in the run record
//! - `table`      the ranked table, on the screen and in the listing
//!
//! Imports: `solve`, `trials`, `model`, `trust`, `seed_check`, `seed_input`, `input`, `basis`, `formats`, `seed`, `symmetry`,
//! `structure`, `reflections`, `crystal`, `error`.

pub mod batch;
pub mod candidates;
pub mod cell;
pub mod contents;
pub mod hand;
pub mod listing;
pub mod lxt;
pub mod page;
pub mod reasons;
pub mod record;
pub mod refinement;
pub mod row;
pub mod seeds;
pub mod sflog;
pub mod table;
pub mod trials;
pub mod twin;

pub use record::Record;
