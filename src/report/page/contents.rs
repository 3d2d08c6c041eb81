//! What the page of a run shows.

use super::drawn::Drawn;
use super::looks::{Course, Looks};
use crate::basis::scattering_power;
use crate::crystal::SymOp;
use crate::input::{Basis, Input};
use crate::reflections::Shell;
use crate::report::reasons::{advice, reasons};
use crate::report::record::Record;
use crate::report::table;
use crate::solve::Solved;
use serde::Serialize;

/// The document that the page is drawn from.
#[derive(Debug, Serialize)]
pub struct Contents<'a> {
    record: &'a Record,
    /// NAME of the files.
    stem: &'a str,
    /// What was typed.
    command: &'a str,
    /// The verdict as on the screen.
    verdict: String,
    reasons: Vec<String>,
    advice: Vec<String>,
    warnings: Vec<String>,
    shells: Vec<ShellRow>,
    /// B, Å², and the scale of the Wilson plot.
    wilson: Option<[f64; 2]>,
    laue: Vec<LaueRow>,
    worked_up: Vec<WorkedUp>,
    courses: Vec<Trial<'a>>,
    courses_left_out: usize,
    model: Option<Drawn>,
}

#[derive(Debug, Serialize)]
struct Trial<'a> {
    trial: u32,
    #[serde(flatten)]
    course: &'a Course,
}

#[derive(Debug, Serialize)]
struct ShellRow {
    d_max: f64,
    d_min: f64,
    unique: usize,
    completeness: f64,
    redundancy: f64,
    i_over_sigma: f64,
    r_int: Option<f64>,
    /// Middle of the shell, (sin θ/λ)² in Å⁻².
    stol_sq: f64,
    /// ln of the mean intensity over what atoms at rest would have; without elements nothing.
    wilson: Option<f64>,
}

#[derive(Debug, Serialize)]
struct LaueRow {
    rotation: String,
    input: bool,
    pairs: usize,
    r_sym: f64,
    unrelated: f64,
    correlation: f64,
}

#[derive(Debug, Serialize)]
struct WorkedUp {
    group: String,
    sketch: Option<f64>,
    r1: Option<f64>,
    atoms: usize,
    standing: f64,
}

impl<'a> Contents<'a> {
    /// Of a run that has ended. Nothing is drawn where merging in the group fails, of which the other files tell.
    pub fn new(
        input: &'a Input,
        basis: &'a Basis,
        solved: &'a Solved,
        record: &'a Record,
        looks: &'a Looks,
        (stem, command): (&'a str, &'a str),
    ) -> Self {
        let laue = basis.laue.iter().flat_map(|laue| &laue.table).map(|e| LaueRow {
            rotation: SymOp::new(e.rotation.rot, [0; 3]).to_string(),
            input: e.in_hint,
            pairs: e.pairs,
            r_sym: e.r_sym,
            unrelated: e.r_unrelated,
            correlation: e.correlation,
        });
        let worked_up = solved.modelled.iter().map(|m| WorkedUp {
            group: table::group_name(&m.group),
            sketch: m.sketch,
            r1: m.r1,
            atoms: m.atoms,
            standing: m.standing,
        });
        Self {
            record,
            stem,
            command,
            verdict: table::conclusion(solved, stem, "", &[]).lines().next().unwrap_or_default().to_owned(),
            reasons: reasons(solved),
            advice: if solved.solved { Vec::new() } else { advice(solved, input, basis) },
            warnings: input.warnings.iter().cloned().chain(basis.warnings()).collect(),
            shells: shells(basis),
            wilson: basis.data.wilson.as_ref().map(|w| [w.b, w.scale]),
            laue: laue.collect(),
            worked_up: worked_up.collect(),
            courses: looks.courses().map(|(trial, course)| Trial { trial, course }).collect(),
            courses_left_out: looks.left_out,
            model: solved.structures.first().map(|first| Drawn::new(input, first).with_difference(basis, first)),
        }
    }
}

fn shells(basis: &Basis) -> Vec<ShellRow> {
    let data = &basis.data;
    let sum_f2 = scattering_power(&data.header);
    let row = |shell: &Shell| {
        let stol_sq = 0.125 * (shell.d_max.powi(-2) + shell.d_min.powi(-2));
        let at_rest = sum_f2(stol_sq);
        ShellRow {
            d_max: shell.d_max,
            d_min: shell.d_min,
            unique: shell.n_unique,
            completeness: shell.completeness,
            redundancy: shell.redundancy,
            i_over_sigma: shell.mean_i_over_sigma,
            r_int: shell.r_int,
            stol_sq,
            wilson: (shell.mean_intensity > 0.0 && at_rest > 0.0).then(|| (shell.mean_intensity / at_rest).ln()),
        }
    };
    data.shells.shells.iter().map(row).collect()
}
