//! A row of the table of several data sets.

use super::table::{formula, group_name, sureness};
use crate::Error;
use crate::solve::Solved;
use crate::trials::StopReason;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// How a data set ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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

impl RowOutcome {
    /// In the table.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Solved => "solved",
            Self::NotSolved => "not solved",
            Self::Failed => "FAILED",
            Self::Skipped => "skipped",
            Self::NotBegun => "not begun",
        }
    }
}

impl Row {
    /// Of a run that has ended and written its `record`; `fault` is what went wrong with its files.
    pub fn of(name: &str, input: &Path, solved: &Solved, record: PathBuf, fault: Option<&Error>) -> Self {
        let report = &solved.report;
        let lost =
            || report.fault.clone().map(|what| Error::Lost { what, finished: report.finished.len() }.to_string());
        let fault = fault.map(Error::to_string).or_else(lost);
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
            reason: fault.or_else(|| early.map(str::to_owned)),
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

    pub(super) fn without_run(name: &str, input: &Path, outcome: RowOutcome) -> Self {
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
    pub(super) fn columns(&self) -> String {
        let number = |x: Option<f64>| x.map_or("-".to_owned(), |x| format!("{x:.3}"));
        let word = self.outcome.word();
        let told = matches!(self.outcome, RowOutcome::Solved | RowOutcome::NotSolved);
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
