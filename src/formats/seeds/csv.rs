//! Seeds as CSV, the format that this project publishes (`docs/seeds.md`).
//!
//! Lines `#key=value` say what the list refers to; a header line names the columns; each further line is one entry.
//! Fields are separated by commas, or by tabs, semicolons or blanks where the header is. Other lines with `#` are
//! comments.

use super::arrays::MOST_SEEDS;
use super::checks;
use super::csv_columns::Columns;
use super::csv_head::Head;
use super::entry::{Fault, indices};
use super::numbered;
use crate::error::{Error, Result};
use crate::seed::{Seed, SeedList};
use std::collections::BTreeMap;
use std::path::Path;

/// Line numbers and text of the lines that are not blank.
fn filled(text: &str) -> impl Iterator<Item = (usize, &str)> {
    numbered(text).map(|(line, text)| (line, text.trim_end())).filter(|(_, text)| !text.trim().is_empty())
}

/// Reads a CSV list.
pub(super) fn read(path: &Path, text: &str) -> Result<SeedList> {
    let mut lines = filled(text);
    let mut head = Head::default();
    let columns = loop {
        let Some((line, text)) = lines.next() else {
            return Err(Error::file(path, "has no header line", "begin with a line such as h,k,l,phase_deg"));
        };
        match text.trim_start().strip_prefix('#') {
            Some(header) if Columns::heads_as_comment(header) => break Columns::parse(header, line, path)?,
            Some(comment) => head.read(comment, line, path)?,
            None => break Columns::parse(text, line, path)?,
        }
    };
    let mut list = SeedList::new(path, "CSV");
    let mut sets: BTreeMap<i32, Vec<Seed>> = BTreeMap::new();
    let mut degrees = Vec::new();
    for (taken, (line, text)) in lines.enumerate() {
        if taken >= MOST_SEEDS {
            let what = format!("more than {} million seeds", MOST_SEEDS / 1_000_000);
            return Err(Error::line(path, line, what, "give those of the strongest reflections"));
        }
        if let Some(comment) = text.trim_start().strip_prefix('#') {
            Head::refuse(comment, line, path)?;
            continue;
        }
        let checked = |fault: Fault| fault.at_line(path, line);
        let row = columns.row(text).map_err(checked)?;
        let hkl = indices(row.hkl).map_err(checked)?;
        degrees.extend(row.entry.phase_deg);
        let knowledge = head.in_our_sign(row.entry.knowledge().map_err(checked)?);
        sets.entry(row.set).or_default().push(Seed { hkl, knowledge, line: Some(line) });
    }
    checks::degrees(&degrees, path)?;
    if columns.weighs_probabilities() {
        list.warnings.push("weights beside probabilities are not used: the probabilities say more".to_owned());
    }
    list.frame = head.frame(path)?;
    list.wrong = head.wrong;
    list.source = head.source;
    list.warnings.extend(head.warnings);
    list.sets = sets.into_values().collect();
    checks::finish(list)
}

/// True for a text whose first lines are those of such a list.
pub(super) fn is_csv(text: &str) -> bool {
    for (_, text) in filled(text) {
        match text.trim_start().strip_prefix('#') {
            Some(comment) if Columns::heads_as_comment(comment) || Head::knows(comment) => return true,
            Some(_) => {}
            None => return Columns::heads(text),
        }
    }
    false
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
