//! The table of a run of several data sets, on the screen, as JSON and as a page. `docs/table.schema.json` is its published schema.
//!
//! - `page`  the page

mod page;

use super::row::{Row, RowOutcome};
use crate::error::shown::cut;
use crate::{Error, Result};
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// Version of the document; it rises when a field changes its meaning or goes.
const SCHEMA_VERSION: u32 = 1;
/// Characters of a name in the table.
const LONGEST_NAME: usize = 40;

/// What came of several data sets. Everything but the times is the same for the same input, seed and version.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Batch {
    /// Version of this document; it rises when a field changes its meaning or goes.
    pub schema_version: u32,
    /// `seedflip`.
    pub program: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// Seed of every random number, of each of the runs.
    pub seed: u32,
    /// Threads that the runs shared.
    pub threads: usize,
    /// Wall seconds of all of it.
    pub wall_s: f64,
    /// How many ended how.
    pub counts: Counts,
    /// A row for each data set, in the order in which they were named, and for each file of a folder that was none.
    pub structures: Vec<Row>,
}

/// How many of the rows ended how.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Counts {
    /// Claimed to be right.
    pub solved: usize,
    /// Written, and not claimed.
    pub not_solved: usize,
    /// Not usable, or not written.
    pub failed: usize,
    /// Files of folders that hold no reflections, and results of earlier runs.
    pub skipped: usize,
    /// Ended before their turn.
    pub not_begun: usize,
}

impl Batch {
    /// Of these rows, which took `wall_s` seconds on `threads` threads.
    pub fn new(structures: Vec<Row>, seed: u32, threads: usize, wall_s: f64) -> Self {
        let count = |outcome| structures.iter().filter(|row| row.outcome == outcome).count();
        let counts = Counts {
            solved: count(RowOutcome::Solved),
            not_solved: count(RowOutcome::NotSolved),
            failed: count(RowOutcome::Failed),
            skipped: count(RowOutcome::Skipped),
            not_begun: count(RowOutcome::NotBegun),
        };
        let (program, version) = ("seedflip", env!("CARGO_PKG_VERSION"));
        Self { schema_version: SCHEMA_VERSION, program, version, seed, threads, wall_s, counts, structures }
    }

    /// The table for people.
    pub fn text(&self) -> String {
        let names: Vec<String> = self.structures.iter().map(|row| cut(&row.name, LONGEST_NAME)).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max("data set".len());
        let mut out = format!(
            " {:<width$}  outcome     probable       R1  space group         s  formula, or why not\n",
            "data set"
        );
        for (row, name) in self.structures.iter().zip(&names) {
            let _ = writeln!(out, " {name:<width$}  {}", row.columns());
        }
        let _ = writeln!(out, "{} in {:.1} s", self.counts_line(), self.wall_s);
        out
    }

    /// How many ended how, in words.
    fn counts_line(&self) -> String {
        let Counts { solved, not_solved, failed, skipped, not_begun } = self.counts;
        let mut line = format!("{solved} solved, {not_solved} not solved, {failed} failed");
        for (count, what) in [(skipped, "skipped"), (not_begun, "not begun")] {
            if count > 0 {
                let _ = write!(line, ", {count} {what}");
            }
        }
        line
    }

    /// The table as a page that is to lie at `place`, with links to the pages of the data sets.
    ///
    /// # Errors
    /// `Error::Bug` when it cannot be put together.
    pub fn page(&self, place: &Path) -> Result<String> {
        page::page(self, place)
    }

    /// The table for programs.
    ///
    /// # Errors
    /// `Error::Bug` when JSON cannot express it.
    pub fn json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| format!("{text}\n"))
            .map_err(|error| Error::Bug(format!("the table cannot be written: {error}")))
    }

    /// What a program may count on in the document.
    pub fn schema() -> Schema {
        schema_for!(Batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_line_for_each_and_one_for_all() {
        let path = Path::new("a/ylid.ins");
        let good = Row {
            probability: Some(0.998),
            r1: Some(0.0412),
            space_group: Some("P 21 21 21".into()),
            formula: Some("S4 O8 C44".into()),
            wall_s: 1.25,
            ..Row::without_run("ylid", path, RowOutcome::Solved)
        };
        let bad = Row::failed(
            "bad",
            Path::new("bad.hkl"),
            &Error::line(Path::new("bad.hkl"), 7, "h is not a number", "correct the line"),
        );
        let rows = vec![good, bad, Row::skipped(Path::new("x.cif"), "no reflections"), Row::not_begun("late", path)];
        let batch = Batch::new(rows, 1, 2, 3.0);
        let expected = concat!(
            " data set  outcome     probable       R1  space group         s  formula, or why not\n",
            " ylid      solved      above 0.99  0.041  P 21 21 21        1.2  S4 O8 C44\n",
            " bad       FAILED      bad.hkl:7: h is not a number; correct the line\n",
            " x.cif     skipped     no reflections\n",
            " late      not begun   stopped by the user before its turn\n",
            "1 solved, 0 not solved, 1 failed, 1 skipped, 1 not begun in 3.0 s\n",
        );
        assert_eq!(batch.text(), expected);
        assert_eq!(batch.counts, Counts { solved: 1, not_solved: 0, failed: 1, skipped: 1, not_begun: 1 });
    }
}
