//! A file of diaries.

use super::page::Diary;
use super::replay::replayed;
use super::tally::Tally;
use crate::formats::text::{decoded, read_unpacked};
use crate::{Error, Result};
use rayon::prelude::*;
use std::path::Path;

/// What comes of the runs whose diaries a file holds, one a line; packed or not.
///
/// # Errors
/// `Error::Input` for a file that cannot be read or is larger than 96 MB, and for a line that is no diary.
pub fn tally_of(path: &Path) -> Result<Tally> {
    tally(path, &read_unpacked(path, "check the path")?)
}

/// The same of the bytes of a file, unpacked.
///
/// # Errors
/// `Error::Input` naming `path` and the line that is no diary.
pub fn tally(path: &Path, bytes: &[u8]) -> Result<Tally> {
    let text = decoded(bytes);
    let lines: Vec<&str> = text.lines().collect();
    let tallies: Vec<Tally> = lines
        .par_iter()
        .enumerate()
        .map(|(n, line)| {
            let diary = Diary::read(line).map_err(|what| Error::line(path, n + 1, what, "record it anew"))?;
            Ok(replayed(&diary))
        })
        .collect::<Result<_>>()?;
    Ok(tallies.into_iter().fold(Tally::default(), |mut all, one| {
        all += one;
        all
    }))
}
