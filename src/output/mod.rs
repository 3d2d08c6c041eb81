//! What leaves the program: the files of a run, and words for the screen that never end one.
//!
//! - `say`     stderr and stdout, whatever has become of them
//! - `aside`   files of others in the way, and maps under other names
//! - `folder`  where files go, and where else if that place is full or gone
//! - `contents` SFAC and UNIT of a model
//! - `kind`    files that are written on request
//! - `export`  the table of trials
//! - `extras`  what is in them
//! - `amplitudes` amplitudes and phases of model and solution
//! - `parquet_table` the same as Apache Parquet
//! - `patterson` the Patterson map
//! - `model`   the text of a model
//! - `setting` the axes on which a model is written
//! - `list`    the reflections that go with the models
//! - `mark`    by what our own files are known
//! - `results` the files of a run, in the order in which they matter
//!
//! Imports: `report`, `solve`, `trials`, `input`, `formats`, `model`, `structure`, `reflections`, `twinning`, `crystal`, `error`.

mod amplitudes;
mod aside;
mod contents;
mod export;
mod extras;
pub mod folder;
mod kind;
mod list;
mod mark;
mod model;
#[cfg(feature = "parquet")]
mod parquet_table;
mod patterson;
pub mod results;
#[cfg(feature = "cli")]
pub mod say;
mod setting;

pub use aside::{MapFormat, write_map};
pub use export::{TableFormat, write_trials};
pub use folder::Folder;
pub use kind::Kind;
pub use mark::is_result;
pub use results::Results;
