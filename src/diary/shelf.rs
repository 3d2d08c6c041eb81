//! A file of diaries.

use super::page::Diary;
use super::replay::replayed;
use super::tally::Tally;
use crate::{Error, Result};
use flate2::read::MultiGzDecoder;
use rayon::prelude::*;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// What comes of the runs whose diaries a file holds, one a line; packed, where its name ends in `.gz`.
///
/// # Errors
/// `Error::Input` for a file that cannot be read, and for a line that is no diary.
pub fn tally_of(path: &Path) -> Result<Tally> {
    let unreadable = |error: std::io::Error| Error::file(path, error.to_string(), "check the path");
    let file = File::open(path).map_err(unreadable)?;
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    let text: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let lines: Vec<String> = BufReader::new(text).lines().collect::<std::io::Result<_>>().map_err(unreadable)?;
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
