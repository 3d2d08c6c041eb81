//! Readers of what is known of phases. The content decides which reader a file gets; its extension only where the
//! content leaves that open.
//!
//! - `csv`      the format that this project publishes; `csv_head` and `csv_columns` are its parts
//! - `entry`    one entry of a table, checked
//! - `checks`   what all readers do at their end

mod checks;
mod csv;
mod csv_columns;
mod csv_head;
mod entry;

use super::text;
use crate::error::Result;
use crate::seed::SeedList;
use std::path::Path;

/// Reads a list of seeds from the bytes of a file; `path` is for messages and its extension. `None` when the file is
/// none of the kinds that list phases, `Err` when it is one and cannot be used.
pub fn read_seed_list(path: &Path, bytes: &[u8]) -> Result<Option<SeedList>> {
    let text = text::decode(bytes);
    if csv::is_csv(&text) {
        return csv::read(path, &text).map(Some);
    }
    Ok(None)
}

/// Lines and their numbers from 1, whatever the line ends.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    // The cuts are at ASCII characters, so that each piece is UTF-8 again.
    let lines = text::lines(text.as_bytes());
    lines.into_iter().enumerate().map(|(i, line)| (i + 1, std::str::from_utf8(line).unwrap_or("")))
}
