//! The table of a run of several data sets, on the screen and as JSON. `docs/table.schema.json` is its published schema.

use super::table::{formula, group_name, sureness};
use crate::error::shown::cut;
use crate::solve::Solved;
use crate::trials::StopReason;
use crate::{Error, Result};
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use std::fmt::Write;
use std::path::{Path, PathBuf};

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

/// How a data set ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowOutcome {
    /// The first structure is claimed to be right.
    Solved,
    /// It is not claimed, or there is none.
    NotSolved,
    /// The data cannot be used, the device was lost, or results are not where they should be.
    Failed,
    /// A file of a folder that is no data set.
    Skipped,
    /// The run was stopped before its turn.
    NotBegun,
}

/// What came of a data set.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Row {
    /// What it is called: its name, with its folder where another has the same.
    pub name: String,
    /// The file or name that was given.
    pub input: PathBuf,
    /// How it ended.
    pub outcome: RowOutcome,
    /// Why it failed, was skipped, or ended early; in one line.
    pub reason: Option<String>,
    /// Probability that the atoms of the first structure are right; null without a run.
    pub probability: Option<f64>,
    /// Probability that its space group is right too; null without a run.
    pub probability_group: Option<f64>,
    /// Hermann–Mauguin symbol of the first structure; null without one.
    pub space_group: Option<String>,
    /// R1 of its model over reflections above 2σ(I); null without one.
    pub r1: Option<f64>,
    /// Atoms per cell of its model, heaviest first: `S4 O16 C88`; null without one.
    pub formula: Option<String>,
    /// Trials that finished; null without a run.
    pub trials_finished: Option<usize>,
    /// Trial-cycles in all; null without a run.
    pub cycles: Option<u64>,
    /// Wall seconds from reading to writing, beside the others.
    pub wall_s: f64,
    /// The run record; null where none was written.
    pub record: Option<PathBuf>,
}

impl Row {
    /// Of a run that has ended and written its `record`; `fault` is what went wrong with its files.
    pub fn of(name: &str, input: &Path, solved: &Solved, record: PathBuf, fault: Option<Error>) -> Self {
        let report = &solved.report;
        let lost = || report.fault.clone().map(|what| Error::Lost { what, finished: report.finished.len() });
        let fault = fault.or_else(lost);
        let first = solved.structures.first();
        let model = first.and_then(|first| first.model.as_ref());
        let early = match report.stopped {
            StopReason::Interrupted => Some("stopped by the user"),
            StopReason::TimeLimit => Some("time limit reached"),
            _ => None,
        };
        let outcome = match (&fault, solved.solved) {
            (Some(_), _) => RowOutcome::Failed,
            (None, true) => RowOutcome::Solved,
            (None, false) => RowOutcome::NotSolved,
        };
        Self {
            outcome,
            reason: fault.map(|fault| fault.to_string()).or_else(|| early.map(str::to_owned)),
            probability: Some(solved.probability),
            probability_group: Some(solved.probability_group),
            space_group: first.map(|first| group_name(&first.group)),
            r1: model.map(|model| model.r1),
            formula: model.map(formula),
            trials_finished: Some(report.finished.len()),
            cycles: Some(report.cycles),
            record: Some(record),
            ..Self::without_run(name, input, outcome)
        }
    }

    /// Of data that could not be used.
    pub fn failed(name: &str, input: &Path, error: &Error) -> Self {
        Self { reason: Some(error.to_string()), ..Self::without_run(name, input, RowOutcome::Failed) }
    }

    /// Of a file of a folder that is no data set.
    pub fn skipped(input: &Path, why: &str) -> Self {
        let name = input.file_name().unwrap_or(input.as_os_str()).to_string_lossy();
        Self { reason: Some(why.to_owned()), ..Self::without_run(&name, input, RowOutcome::Skipped) }
    }

    /// Of a data set whose turn did not come.
    pub fn not_begun(name: &str, input: &Path) -> Self {
        let reason = Some("stopped by the user before its turn".to_owned());
        Self { reason, ..Self::without_run(name, input, RowOutcome::NotBegun) }
    }

    /// Whether somebody has to look after it.
    pub fn is_failure(&self) -> bool {
        self.outcome == RowOutcome::Failed
    }

    fn without_run(name: &str, input: &Path, outcome: RowOutcome) -> Self {
        Self {
            name: name.to_owned(),
            input: input.to_owned(),
            outcome,
            reason: None,
            probability: None,
            probability_group: None,
            space_group: None,
            r1: None,
            formula: None,
            trials_finished: None,
            cycles: None,
            wall_s: 0.0,
            record: None,
        }
    }

    /// The columns behind the name.
    fn columns(&self) -> String {
        let number = |x: Option<f64>| x.map_or("-".to_owned(), |x| format!("{x:.3}"));
        let (word, told) = match self.outcome {
            RowOutcome::Solved => ("solved", true),
            RowOutcome::NotSolved => ("not solved", true),
            RowOutcome::Failed => ("FAILED", false),
            RowOutcome::Skipped => ("skipped", false),
            RowOutcome::NotBegun => ("not begun", false),
        };
        let reason = self.reason.as_deref();
        if !told {
            return format!("{word:<10}  {}", reason.unwrap_or(""));
        }
        let early = reason.map_or(String::new(), |reason| format!(" ({reason})"));
        format!(
            "{word:<10}  {:<10}  {:>5}  {:<13}  {:>6.1}  {}{early}",
            self.probability.map_or("-".into(), sureness),
            number(self.r1),
            self.space_group.as_deref().unwrap_or("-"),
            self.wall_s,
            self.formula.as_deref().unwrap_or("no model"),
        )
    }
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
        let Counts { solved, not_solved, failed, skipped, not_begun } = self.counts;
        let _ = write!(out, "{solved} solved, {not_solved} not solved, {failed} failed");
        for (count, what) in [(skipped, "skipped"), (not_begun, "not begun")] {
            if count > 0 {
                let _ = write!(out, ", {count} {what}");
            }
        }
        let _ = writeln!(out, " in {:.1} s", self.wall_s);
        out
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
