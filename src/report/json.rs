//! The run record: everything another program needs, in one JSON document.

use super::table::formula;
use crate::crystal::identity::identify;
use crate::input::{Basis, Input};
use crate::solve::Solved;
use serde_json::{Value, json};

/// Version of the document; it rises when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 2;
/// Trials listed one by one; the rest is counted.
const LISTED_TRIALS: usize = 200;

/// The record as text. Everything but `timings` is the same for the same input, seed and version.
pub fn record(input: &Input, basis: &Basis, solved: &Solved, read_seconds: f64, wall_seconds: f64) -> String {
    let header = &input.data.header;
    let report = &solved.report;
    let group = solved.structures.first().map_or(&header.space_group, |first| &first.group);
    let identity = identify(group);
    let of_input = identify(&header.space_group);
    let candidates: Vec<Value> = solved
        .structures
        .iter()
        .zip('a'..)
        .map(|(structure, letter)| {
            let candidate = &solved.report.verdict.candidates[structure.candidate as usize];
            let best = &report.finished[candidate.best];
            json!({
                "file": format!("_{letter}.res"),
                "trial": best.trial,
                "arm": best.arm,
                "merits": best.merits,
                "agreeing_trials": candidate.members.len(),
                "origin_shift": structure.solution.origin.shift,
                "phase_residual_deg": structure.solution.origin.residual,
                "operations": structure.solution.origin.operators.iter().map(|o| json!({
                    "op": o.op.to_string(), "phase_residual_deg": o.degrees,
                })).collect::<Vec<_>>(),
                "symmetry_found": candidate.symmetry_found(),
                "symmetry_evidence": candidate.fits.evidence(),
                "space_group": identify(&structure.group).map(|i| i.hm),
                "space_group_score": structure.score,
                "belief": structure.standing,
                "route": structure.route,
                "mean_figure_of_merit": structure.solution.phases.mean_fom,
                "sites": structure.sites().len(),
                "atoms": structure.model.as_ref().map(|m| m.atoms),
                "r1": structure.model.as_ref().map(|m| m.r1),
                "r1_all": structure.model.as_ref().map(|m| m.r1_all),
                "formula": structure.model.as_ref().map(formula),
            })
        })
        .collect();
    let trials: Vec<Value> = report
        .finished
        .iter()
        .take(LISTED_TRIALS)
        .map(|t| json!({"trial": t.trial, "arm": t.arm, "recipe": t.recipe, "merits": t.merits}))
        .collect();
    let merge = &input.data.merge;
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "program": "seedflip",
        "version": env!("CARGO_PKG_VERSION"),
        "title": header.title,
        "solved": solved.solved,
        "probability": solved.probability,
        "evidence": solved.evidence,
        "stopped": report.stopped,
        "fault": report.fault,
        "space_group": {
            "number": identity.as_ref().map(|i| i.number),
            "hermann_mauguin": identity.as_ref().map(|i| i.hm.clone()),
            "hall": identity.as_ref().map(|i| i.hall.clone()),
            "operations": group.operations().iter().map(ToString::to_string).collect::<Vec<_>>(),
        },
        "space_group_of_input": of_input.as_ref().map(|i| i.hm.clone()),
        "laue_class": basis.laue.as_ref().map(|laue| json!({
            "name": laue.name,
            "changed": laue.changed.as_ref().map(|c| json!({"from": c.from, "to": c.to, "why": c.why})),
            "remarks": laue.remarks,
        })),
        "cell": {"lengths": header.cell.lengths, "angles": header.cell.angles, "volume": header.cell.volume},
        "radiation": header.radiation.name(),
        "wavelength": header.wavelength,
        "data": {
            "rows": merge.n_rows,
            "unique": merge.n_unique,
            "r_int": merge.r_int,
            "redundancy": merge.mean_redundancy,
            "absences_dropped": merge.absences.n_unique,
            "d_min": input.data.shells.d_min,
            "completeness": input.data.shells.completeness,
            "wilson_b": input.data.wilson.as_ref().map(|w| w.b),
            "mean_e2_minus_1": input.data.statistics.mean_e2_minus_1,
            "warnings": input.warnings.iter().chain(&basis.warnings()).collect::<Vec<_>>(),
        },
        "parameters": solved.effective,
        "seeds": solved.seeds,
        "seed": solved.effective.seed,
        "device": {
            "backend": solved.device.backend,
            "name": solved.device.name,
            "api": solved.device.api,
            "driver": solved.device.driver,
        },
        "cycles": report.cycles,
        "trials_started": report.started,
        "trials_finished": report.finished.len(),
        "candidates": candidates,
        "trials": trials,
        "timings": {
            "wall_s": wall_seconds,
            "read_s": read_seconds,
            "setup_s": solved.seconds.setup,
            "trials_s": solved.seconds.trials,
            "structures_s": solved.seconds.structures,
            "stages_s": report.stages,
            "cycles_per_s": report.cycles as f64 / solved.seconds.trials.max(1e-9),
            "threads": solved.device.threads,
        },
    });
    serde_json::to_string_pretty(&document).unwrap_or_default()
}
