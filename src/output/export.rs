//! The trials of a run under a name of the user's choice.

#[cfg(feature = "parquet")]
use super::parquet_table::parquet;
use crate::formats::write_bytes;
use crate::report::trials::{csv, json, trial_rows};
use crate::solve::Solved;
use crate::{Error, Result};
use std::path::Path;

/// Formats of the table of trials, by the ending of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// `.csv`.
    Csv,
    /// `.json`.
    Json,
    /// `.parquet`, where the program was built with the feature `parquet`.
    Parquet,
}

impl TableFormat {
    /// The endings in words.
    pub const ENDINGS: &str = if cfg!(feature = "parquet") {
        ".csv, .json or .parquet"
    } else {
        ".csv or .json; .parquet takes a program that was built with --features parquet"
    };

    /// The format of a name; `None` for endings that are not written.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "parquet" if cfg!(feature = "parquet") => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// Writes the finished trials to `path`, whole or not at all.
///
/// # Errors
/// `Error::Output`, and `Error::Usage` for an ending that is not written.
pub fn write_trials(path: &Path, solved: &Solved) -> Result<()> {
    let rows = trial_rows(solved);
    let bytes = match TableFormat::of(path) {
        Some(TableFormat::Csv) => csv(&rows).into_bytes(),
        Some(TableFormat::Json) => json(&rows)?.into_bytes(),
        #[cfg(feature = "parquet")]
        Some(TableFormat::Parquet) => parquet(&rows)?,
        #[cfg(not(feature = "parquet"))]
        Some(TableFormat::Parquet) => return Err(Error::Usage(format!("tables end in {}", TableFormat::ENDINGS))),
        None => {
            return Err(Error::Usage(format!("--export {}: tables end in {}", path.display(), TableFormat::ENDINGS)));
        }
    };
    write_bytes(path, &bytes)
}
