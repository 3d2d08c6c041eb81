//! A run as its diary has it.

use crate::engine::Merits;
use crate::phasing::{ArmId, Methods};
use crate::solve::{Choice, Models, Polished, Routes};
use crate::symmetry::{OperatorFits, Signs};
use crate::trials::{Agreement, Finished};
use crate::trust::Evidence;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// Significant digits that are kept of a number.
const DIGITS: i32 = 4;

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diary {
    /// Name of the data.
    pub name: String,
    /// Seed of every random number.
    pub seed: u32,
    /// Methods.
    pub methods: Methods,
    /// Atoms expected in the primitive cell.
    pub atoms: f64,
    /// Whether the data counted as blurred, which have arms of their own.
    #[serde(default)]
    pub blurred: bool,
    /// Whether promising trials go on by the pair prior.
    #[serde(default)]
    pub distances: bool,
    /// Trials that started from atoms of the Patterson before each of the others.
    #[serde(default)]
    pub atoms_each: usize,
    /// What happened, in order.
    pub moments: Vec<Moment>,
    /// What is right; unknown to the run itself.
    #[serde(default)]
    pub truth: Option<Truth>,
}

/// What is right of a run, by whoever knows the structure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// How the data or the header were spoiled; empty for the data as they were measured.
    pub spoiled: String,
    /// Names of the space group, on the axes of the data, with that of its other hand.
    pub groups: Vec<String>,
    /// For the first structures of the last look, in its order: atoms right, space group right too.
    pub structures: Vec<[bool; 2]>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// A trial was seated: its number and arm.
    Started(u32, ArmId),
    /// A trial was looked at.
    Looked {
        /// Its number.
        trial: u32,
        /// Cycles since it was seated.
        cycles: u32,
        /// R_weak, kurtosis, cosine of the tangent formula, κ.
        merits: [f32; 4],
    },
    /// A trial ended.
    Finished(Finished),
    /// … and was compared with candidates.
    Compared {
        /// Its number.
        trial: u32,
        /// How it agreed.
        agreements: Vec<Agreement>,
        /// Fits of its phases, where it was the best of its candidate.
        fits: Option<OperatorFits>,
    },
    /// The engines had made a step in which trials ended.
    Step,
    /// Space groups of a candidate.
    Groups {
        /// The candidate.
        candidate: u32,
        /// Best first.
        groups: Vec<Signed>,
        /// What else the choice depends on.
        choice: Choice,
    },
    /// A polish.
    Polished(Polished),
    /// Two routes.
    Routes(Routes),
    /// Which structures get a model.
    Models(Models),
    /// The judge looked.
    Judged {
        /// Trials that had finished.
        finished: usize,
        /// The search would not go on.
        ended: bool,
        /// The first structures in the order of the ranking.
        structures: Vec<Stood>,
        /// Evidence of the first, bonds included.
        evidence: Option<Box<Evidence>>,
    },
}

/// A space group and what speaks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signed {
    /// Hermann–Mauguin symbol.
    pub name: String,
    /// What speaks for it, in each version of the phases that counts.
    pub signs: Vec<Signs>,
}

/// A structure in the ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stood {
    /// Its candidate.
    pub candidate: u32,
    /// Its space group.
    pub name: String,
    /// Operations of the group.
    pub operations: usize,
    /// R1 of the model or its sketch.
    pub r1: f64,
    /// What the phases say of the group; `None` where it was given.
    pub score: Option<f64>,
    /// A model in a subgroup says that the symmetry is too high.
    #[serde(default)]
    pub refuted: bool,
    /// What speaks for it, without bonds.
    pub evidence: Evidence,
}

impl Diary {
    /// One line of JSON, numbers rounded.
    ///
    /// # Errors
    /// `Error::Bug` when JSON cannot express it.
    pub fn line(&self) -> Result<String> {
        let bug = |error: serde_json::Error| Error::Bug(format!("the diary cannot be written: {error}"));
        let value = serde_json::to_value(self).map_err(bug)?;
        serde_json::to_string(&rounded(value)).map_err(bug)
    }

    /// Reads such a line.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(line: &str) -> std::result::Result<Self, String> {
        serde_json::from_str(line).map_err(|error| error.to_string())
    }
}

/// The four figures that decisions ask for.
pub fn short(merits: &Merits) -> [f32; 4] {
    [merits.r_weak, merits.e_kurtosis, merits.tan_cos, merits.kappa]
}

/// As a decision takes them.
pub fn long([r_weak, e_kurtosis, tan_cos, kappa]: [f32; 4]) -> Merits {
    Merits { r_weak, e_kurtosis, tan_cos, kappa, ..Merits::default() }
}

/// The same with `DIGITS` significant digits of each number that is not whole.
fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let x = number.as_f64().unwrap_or(0.0);
            let shift = 10f64.powi(DIGITS - 1 - if x == 0.0 { 0 } else { x.abs().log10().floor() as i32 });
            Number::from_f64((x * shift).round() / shift).map_or(Value::Number(number), Value::Number)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(rounded).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(name, item)| (name, rounded(item))).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_and_whole_ones_left_alone() {
        let value = serde_json::json!([0.123456, -98765.4321, 1234567, [1.0, 3e-7], {"x": 0.0}]);
        assert_eq!(rounded(value).to_string(), "[0.1235,-98770.0,1234567,[1.0,3e-7],{\"x\":0.0}]");
    }
}
