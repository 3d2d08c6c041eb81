//! The trials of a run as a table for other programs.

use crate::solve::Solved;
use crate::{Error, Result};
use serde::Serialize;
use std::fmt::Write;

/// A finished trial.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrialRow {
    /// Seed set, from 0; none without seeds.
    pub set: Option<usize>,
    /// Number of the trial, from 0.
    pub trial: u32,
    /// Its arm.
    pub arm: String,
    /// `flipping` or `message`.
    pub method: &'static str,
    /// Cycles from its start to its end.
    pub cycles: u32,
    /// Power of the weak reflections in the truncated map over that of all.
    pub r_weak: f32,
    /// Kurtosis of the map of the strongest E.
    pub e_kurtosis: f32,
    /// Mean cosine against the tangent formula.
    pub tan_cos: f32,
    /// R of the last flipping cycle.
    pub r: f32,
    /// Share of voxels flipped in it.
    pub flipped: f32,
    /// Signal-to-noise of the message-passing field.
    pub kappa: f32,
    /// The merits allow a solution.
    pub promising: bool,
    /// Its phases came back without its seeds; none where nobody asked.
    pub proven: Option<bool>,
    /// Trials that ended at the same phases, this one included; 0 for one that is no candidate.
    pub agreeing: usize,
    /// Probability that the phases are right, judged without other sets; none where sets were not tried by themselves.
    pub probability: Option<f64>,
}

/// The finished trials, set by set.
pub fn trial_rows(solved: &Solved) -> Vec<TrialRow> {
    let mut rows: Vec<TrialRow> = solved
        .report
        .finished
        .iter()
        .zip(solved.agreeing())
        .enumerate()
        .map(|(place, (trial, agreeing))| TrialRow {
            set: solved.set_of(trial.trial),
            trial: trial.trial,
            arm: trial.arm.word(),
            method: trial.recipe.method().name(),
            cycles: trial.cycles,
            r_weak: trial.merits.r_weak,
            e_kurtosis: trial.merits.e_kurtosis,
            tan_cos: trial.merits.tan_cos,
            r: trial.merits.r,
            flipped: trial.merits.flipped,
            kappa: trial.merits.kappa,
            promising: trial.is_promising(),
            proven: trial.proven,
            agreeing,
            probability: solved.judged.get(place).copied(),
        })
        .collect();
    rows.sort_by_key(|row| (row.set, row.trial));
    rows
}

/// Header of the CSV, in the order of the fields.
const COLUMNS: &str =
    "set,trial,arm,method,cycles,r_weak,e_kurtosis,tan_cos,r,flipped,kappa,promising,proven,agreeing,probability";

/// The rows as CSV; what is not known is empty.
pub fn csv(rows: &[TrialRow]) -> String {
    fn known<T: ToString>(value: Option<T>) -> String {
        value.map_or_else(String::new, |value| value.to_string())
    }
    let mut out = format!("{COLUMNS}\n");
    for row in rows {
        let _ = writeln!(
            out,
            "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
            known(row.set),
            row.trial,
            row.arm,
            row.method,
            row.cycles,
            row.r_weak,
            row.e_kurtosis,
            row.tan_cos,
            row.r,
            row.flipped,
            row.kappa,
            row.promising,
            known(row.proven),
            row.agreeing,
            known(row.probability),
        );
    }
    out
}

/// The rows as a JSON list.
///
/// # Errors
/// `Error::Bug` when JSON cannot express them.
pub fn json(rows: &[TrialRow]) -> Result<String> {
    serde_json::to_string_pretty(rows).map_err(|error| Error::Bug(format!("the trials cannot be written: {error}")))
}
