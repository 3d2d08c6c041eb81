//! Twins in words and in the run record.

use crate::model::{LawTest, Model, Twin};
use crate::solve::Solved;
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::Write;

/// A second domain of the crystal.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TwinRecord {
    /// The matrix of a card TWIN, r11 r12 … r33: indices of the first domain, as a column, become those of the second.
    pub matrix: [f64; 9],
    /// What becomes of the indices: `k, h, -l`.
    pub law: String,
    /// Share of the second domain, that of a card BASF.
    pub fraction: f64,
    /// Its standard uncertainty.
    pub fraction_su: f64,
    /// How near reflections of the two domains must come to be one in the list, Å⁻¹; null where all do.
    pub reach: Option<f64>,
    /// R1 of the best model without the law.
    pub r1_without: f64,
}

/// A law of the lattice tried on the model of a single crystal.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LawRecord {
    /// What becomes of the indices: `k, h, -l`.
    pub law: String,
    /// Share of a second domain with which it fits best.
    pub fraction: f64,
    /// Its standard uncertainty; null where both domains would scatter alike.
    pub fraction_su: Option<f64>,
    /// R1 with it over R1 without, of the same atoms.
    pub r1_ratio: f64,
}

impl TwinRecord {
    /// The record of a second domain.
    pub fn new(twin: &Twin) -> Self {
        Self {
            matrix: twin.law.matrix(),
            law: twin.law.to_string(),
            fraction: twin.fraction.share,
            fraction_su: twin.fraction.sigma,
            reach: twin.law.reach(),
            r1_without: twin.single,
        }
    }
}

impl LawRecord {
    /// The record of a law.
    pub fn new(test: &LawTest) -> Self {
        Self {
            law: test.law.to_string(),
            fraction: test.fraction.share,
            fraction_su: Some(test.fraction.sigma).filter(|sigma| sigma.is_finite()),
            r1_ratio: test.ratio,
        }
    }
}

/// What is to be said of a twin: its law and share, and what it explains.
pub fn twin_lines(model: &Model) -> Vec<String> {
    let Some(Twin { law, fraction, single }) = model.twin else { return Vec::new() };
    let mut lines = vec![
        format!("the crystal is a twin: {law}, fraction {:.3}, s.u. {:.3}", fraction.share, fraction.sigma),
        format!("R1 {:.3} with this law, {single:.3} without", model.r1),
    ];
    lines.extend(
        law.reach().map(|reach| {
            format!("only reflections meet that come as near as {reach} /Å: no TWIN says so, HKLF 5 does")
        }),
    );
    lines
}

/// The same in one line.
pub fn twin_line(model: &Model) -> Option<String> {
    let lines = twin_lines(model);
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// The same of the first structure of a run, as a warning: whoever goes on with the model must know.
pub fn warning(solved: &Solved) -> Option<String> {
    twin_line(solved.structures.first()?.model.as_ref()?)
}

/// A table of the laws that were tried; empty where the lattice has no more symmetry than the crystal.
pub fn laws_table(model: &Model) -> String {
    if model.laws.is_empty() {
        return String::new();
    }
    let mut out =
        "Twin laws tried on the model of a single crystal: fraction that fits best, R1 with the law over that \
                   without\n"
            .to_owned();
    for test in &model.laws {
        let LawTest { law, fraction, ratio } = test;
        let sigma = if fraction.sigma.is_finite() { format!("{:.3}", fraction.sigma) } else { "-".into() };
        let _ = writeln!(out, "  {:<24} {:>6.3}  s.u. {sigma:>5}  {ratio:>6.3}", law.to_string(), fraction.share);
    }
    out
}
