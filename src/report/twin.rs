//! Twins in words and in the run record.

use super::table;
use crate::input::{Basis, Input};
use crate::model::{DomainFit, LawTest, Model, Twin};
use crate::solve::Solved;
use crate::trust::NO_MODEL_R1;
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::Write;

/// Models of one domain of perfect twins have R1 0.20 to 0.32 in the group that these imitate, and in their own without the law (13 simulated); right
/// models of 45 of 52 measured sets are below.
const UNEXPLAINED_R1: f64 = 0.17;

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

/// Two domains whose list says which reflections fall together (HKLF 5).
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DomainsRecord {
    /// How many domains there are.
    pub domains: usize,
    /// Share of each: the second is that of a card BASF.
    pub fractions: [f64; 2],
    /// Standard uncertainty of either; null where nothing tells them apart.
    pub fraction_su: Option<f64>,
    /// Observations, over which R1 is: overlaps and reflections of one domain.
    pub observations: usize,
    /// Observations of one reflection, by domain.
    pub alone: [usize; 2],
    /// Observations of one reflection of each domain.
    pub overlaps: usize,
    /// Share of these.
    pub overlap: f64,
}

impl DomainsRecord {
    /// The record of what a model says of them.
    pub fn new(fit: &DomainFit) -> Self {
        let DomainFit { fraction, counts } = fit;
        Self {
            domains: counts.alone.len(),
            fractions: fraction.shares(),
            fraction_su: Some(fraction.sigma).filter(|sigma| sigma.is_finite()),
            observations: counts.all(),
            alone: counts.alone,
            overlaps: counts.overlaps,
            overlap: counts.overlap(),
        }
    }
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
fn twin_lines(model: &Model) -> Vec<String> {
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

/// What is to be said of a twin whose list says which reflections fall together.
pub fn domains_line(model: &Model) -> Option<String> {
    let DomainFit { fraction, counts } = model.domains?;
    let su = if fraction.sigma.is_finite() { format!(", s.u. {:.4}", fraction.sigma) } else { String::new() };
    Some(format!(
        "HKLF 5: two domains, fraction of the second {:.3}{su}; {:.0} % of {} observations are overlaps, R1 is of their sums",
        fraction.share,
        100.0 * counts.overlap(),
        counts.all()
    ))
}

/// What is to be said of a second domain, found or in the list.
pub fn remarks_of(model: &Model) -> Vec<String> {
    twin_lines(model).into_iter().chain(domains_line(model)).collect()
}

/// What is to be said of a twin that was found, in one line.
pub fn twin_line(model: &Model) -> Option<String> {
    let lines = twin_lines(model);
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// The same of the first structure of a run, as a warning: whoever goes on with the model must know.
pub fn warning(solved: &Solved) -> Option<String> {
    twin_line(solved.structures.first()?.model.as_ref()?)
}

/// That a perfect twin may imitate the Laue class, where that of the intensities is higher than the input's and no model explains them.
pub fn imitation(input: &Input, basis: &Basis, solved: &Solved) -> Option<String> {
    let (own, taken) = (&input.data.header.space_group, &basis.laue.as_ref()?.group);
    let raised = taken.proper_rotations().len() > own.proper_rotations().len();
    let r1 = solved.structures.first()?.model.as_ref().map_or(NO_MODEL_R1, |model| model.r1);
    (raised && r1 >= UNEXPLAINED_R1).then(|| {
        let name = table::group_name(own);
        format!(
            "a perfect twin of a crystal of lower symmetry looks like this: run again in the group of the input, \
             --space-group '{name}', where its law is found"
        )
    })
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
