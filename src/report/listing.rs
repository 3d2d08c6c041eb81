//! The listing `NAME.lst`: what was read, what was done, what came out, in plain words.

use super::contents::contents_lines;
use super::hand::hand_line;
use super::reasons::{advice, reasons};
use super::table;
use super::twin::{domains_line, imitation, laws_table, twin_line};
use crate::crystal::identity::identify;
use crate::crystal::{Radiation, SymOp};
use crate::input::{Basis, Input};
use crate::reflections::LaueFinding;
use crate::solve::{Route, Solved};
use crate::trials::Move;
use std::fmt::Write;

/// The listing as text; `stem` is the NAME of the files written, `listing` what its own is called, `extras` names of
/// further files.
pub fn listing(input: &Input, basis: &Basis, solved: &Solved, stem: &str, listing: &str, extras: &[String]) -> String {
    let mut out = beginning(input, basis);
    parameters(&mut out, solved);
    out.push_str(&table::seed_outcome(solved));
    out.push_str("\nStructures, most believed first\n");
    out.push_str(&table::ranking(solved));
    out.push_str(RANKING_LEGEND);
    worked_up(&mut out, solved);
    found_group(&mut out, solved);
    belief(&mut out, input, basis, solved);
    out.push_str("\nTrials, best first\n");
    out.push_str(&table::trials(solved));
    sites(&mut out, input.data.header.radiation, solved);
    timings(&mut out, solved);
    let _ = writeln!(out, "\n{}", table::conclusion(solved, stem, listing, extras));
    out
}

/// The part of the listing that is known before the run.
fn beginning(input: &Input, basis: &Basis) -> String {
    let mut out = format!("seedflip {}\n\n", env!("CARGO_PKG_VERSION"));
    out.push_str(&table::data_summary(input));
    crystal(&mut out, input);
    data(&mut out, input, basis);
    if let Some(laue) = &basis.laue {
        laue_class(&mut out, laue);
    }
    out
}

/// The listing of a run that has just begun.
pub fn early_listing(input: &Input, basis: &Basis) -> String {
    beginning(input, basis) + "\nThe run goes on. If this line stays, it was ended before it could say more.\n"
}

fn crystal(out: &mut String, input: &Input) {
    let header = &input.data.header;
    if let Some(identity) = identify(&header.space_group) {
        let _ = writeln!(out, "Space group of the input {} (No. {})", identity.hm, identity.number);
        let _ = writeln!(out, "Hall symbol: {}", identity.hall);
    }
    let contents: Vec<String> = header.elements.iter().map(|e| format!("{}{}", e.symbol, e.count)).collect();
    let _ = writeln!(out, "Cell contents: {}", contents.join(" "));
}

fn data(out: &mut String, input: &Input, basis: &Basis) {
    let data = &basis.data;
    let absent = &input.data.merge.absences;
    let _ = writeln!(
        out,
        "Systematic absences of the input's group: {} rows, {} unique, {} of them above 3 sigma",
        absent.n_rows, absent.n_unique, absent.n_strong
    );
    let negative = 100.0 * data.statistics.fraction_negative;
    let _ = writeln!(out, "Negative intensities: {negative:.1} %, counted as zero");
    if let Some(w) = &data.wilson {
        let _ = writeln!(out, "Wilson plot: B {:.2} ({:.2}) Å², scale {:.4e}", w.b, w.sigma_b, w.scale);
    }
    let s = &data.statistics;
    let _ = writeln!(
        out,
        "<|E^2-1|> {:.3} (expected {:.3}), <I^2>/<I>^2 {:.2} (expected {:.2})",
        s.mean_e2_minus_1, s.expected_e2_minus_1, s.second_moment, s.expected_second_moment
    );
    out.push_str("\n  d_max   d_min   unique  complete  redundancy   I/sigma   R_int\n");
    for shell in &data.shells.shells {
        let r_int = shell.r_int.map_or("-".into(), |r| format!("{r:.3}"));
        let _ = writeln!(
            out,
            "{:>7.2} {:>7.2} {:>8} {:>8.1}% {:>11.1} {:>9.1} {:>7}",
            shell.d_max,
            shell.d_min,
            shell.n_unique,
            100.0 * shell.completeness,
            shell.redundancy,
            shell.mean_i_over_sigma,
            r_int
        );
    }
    for warning in input.warnings.iter().chain(&basis.warnings()) {
        let _ = writeln!(out, "Warning: {warning}");
    }
}

fn parameters(out: &mut String, solved: &Solved) {
    let e = &solved.effective;
    let grids: Vec<String> = e.grids.iter().map(|[x, y, z]| format!("{x} x {y} x {z}")).collect();
    let _ = writeln!(
        out,
        "\nPhasing in P1 to {:.2} Å: {} reflections of the sphere, {:.1} % measured, {:.0} atoms, grid {}",
        e.d_min,
        e.sphere,
        100.0 * e.sphere_completeness,
        e.atoms,
        grids.join(", ")
    );
    let _ = writeln!(out, "Random seed: {}", e.seed);
    let _ = writeln!(out, "Trials at most: {}", e.budget.trials);
    let arms: Vec<String> = e.arms.iter().map(|a| format!("{} ({} cycles)", a.name, a.cycles)).collect();
    let _ = writeln!(out, "Arms, in turn until one is promising: {}", arms.join(", "));
    let slots: Vec<String> = e.slots.iter().map(ToString::to_string).collect();
    let _ = writeln!(out, "Device: {}, {} trials at a time", solved.device, slots.join(", "));
    for plan in &e.plans {
        let _ = writeln!(out, "Plan: {plan}");
    }
    for change in &solved.report.moves {
        let slots: Vec<String> = change.slots.iter().map(ToString::to_string).collect();
        let why = change.fault.as_ref().map_or(String::new(), |fault| format!(", since {fault}"));
        let Move { finished, device, backend, .. } = change;
        let _ =
            writeln!(out, "After {finished} trials: {device} ({backend}), {} trials at a time{why}", slots.join(", "));
    }
}

/// What the columns of the table mean.
const RANKING_LEGEND: &str = "\
R1 of the atom model; R_weak of the best trial; held: mean correlation of the group's operations in the P1 phases; left: that of
the best operation of the Laue class that it lacks; SysAbs: mean E^2 of its systematic absences; agree: trials with these phases
";

fn laue_class(out: &mut String, laue: &LaueFinding) {
    let _ = writeln!(out, "\nLaue class {}; R_int of repeated measurements {}", laue.name, ratio(laue.r_int));
    if !laue.table.is_empty() {
        out.push_str("  rotation                  input   pairs   R_sym  of noise  unrelated  correlation\n");
    }
    for e in &laue.table {
        let op = SymOp::new(e.rotation.rot, [0; 3]).to_string();
        let input = if e.in_hint { "yes" } else { "no" };
        let _ = writeln!(
            out,
            "  {op:<24} {input:>6} {:>7}  {:>6.3}  {:>8.3}  {:>9.3}  {:>11.3}",
            e.pairs, e.r_sym, e.r_noise, e.r_unrelated, e.correlation
        );
    }
}

fn ratio(value: Option<f64>) -> String {
    value.map_or("-".into(), |x| format!("{x:.3}"))
}

/// Everything that was modelled, kept or not.
fn worked_up(out: &mut String, solved: &Solved) {
    if solved.modelled.is_empty() {
        return;
    }
    out.push_str("\nWorked up: R1 of first atoms, R1 and independent atoms of the model, standing in the ranking\n");
    let r1 = |r1: Option<f64>| r1.map_or("-".to_owned(), |r1| format!("{r1:.3}"));
    for m in &solved.modelled {
        let group = table::group_name(&m.group);
        let (sketch, model) = (r1(m.sketch), r1(m.r1));
        let _ = writeln!(out, "  {group:<13}  {sketch:>6}  {model:>6}  {:>5}  {:>7.2}", m.atoms, m.standing);
    }
}

fn found_group(out: &mut String, solved: &Solved) {
    let Some(first) = solved.structures.first() else { return };
    if let Some(identity) = identify(&first.group) {
        let _ = writeln!(out, "\nSpace group of _a: {} (No. {})", identity.hm, identity.number);
        let _ = writeln!(out, "Hall symbol: {}", identity.hall);
    }
    let operations = first.group.operations();
    let _ = writeln!(out, "Symmetry operations: {}", operations.len());
    for op in operations {
        let _ = writeln!(out, "  {op}");
    }
    if !first.solution.origin.operators.is_empty() {
        out.push_str("Mean phase residual of each operation in the P1 phases of _a\n");
    }
    for operator in &first.solution.origin.operators {
        let _ = writeln!(out, "  {:<32} {:>6.1}°", operator.op.to_string(), operator.degrees);
    }
}

fn belief(out: &mut String, input: &Input, basis: &Basis, solved: &Solved) {
    out.push_str(if solved.solved { "\nWhy _a is believed\n" } else { "\nWhy nothing is claimed\n" });
    for line in reasons(solved) {
        let _ = writeln!(out, "- {line}");
    }
    if input.data.header.radiation == Radiation::Neutron {
        out.push_str("- the probability was fitted on X-rays and electrons, and is taken over for neutrons\n");
    }
    if let Some(line) = imitation(input, basis, solved).filter(|_| solved.solved) {
        let _ = writeln!(out, "- {line}");
    }
    if !solved.solved {
        out.push_str("What may help\n");
        for line in advice(solved, input, basis) {
            let _ = writeln!(out, "- {line}");
        }
    }
}

fn sites(out: &mut String, radiation: Radiation, solved: &Solved) {
    let Some(first) = solved.structures.first() else { return };
    if first.route == Route::Polished {
        out.push_str(
            "\nPhases averaged over the space group were polished by flipping once more, and averaged again.\n",
        );
    }
    match &first.model {
        Some(model) => {
            let _ = writeln!(out, "\nModel of _a: {}; {}", table::model_line(model), table::atoms_line(model));
            if let Some(line) = twin_line(model) {
                let _ = writeln!(out, "Warning: {line}");
            }
            if let Some(line) = domains_line(model) {
                let _ = writeln!(out, "{line}");
            }
            out.push_str(&laws_table(model));
            for line in contents_lines(&model.contents).into_iter().chain(hand_line(first)) {
                let _ = writeln!(out, "{line}");
            }
            let (unit, kind) = if radiation == Radiation::Neutron { ("fm", "") } else { ("e", " (X-rays)") };
            let (all, rest) = (&model.agreement, &model.residual);
            let _ = writeln!(
                out,
                "All data to {:.2} Å: R1 {:.4} for {} above 2 sigma, {:.4} for all {}, wR2 {:.4}; \
                 difference map {:.2} to {:.2} {unit}/Å³, {:.2} of a light atom",
                all.d_min,
                all.r1,
                all.reflections[1],
                all.r1_all,
                all.reflections[0],
                all.wr2,
                rest.hole,
                rest.peak,
                rest.of_atom()
            );
            for (n, round) in model.rounds.iter().enumerate() {
                let _ = writeln!(
                    out,
                    "  round {}: {} atoms ({} added, {} removed), R1 {:.4}",
                    n + 1,
                    round.atoms,
                    round.added,
                    round.removed,
                    round.r1
                );
            }
            let _ =
                writeln!(out, "Sites of _a: atoms, then peaks of the difference map with heights in {unit}/Å³{kind}");
        }
        None => out.push_str("\nSites of _a: heights in sigma of the map\n"),
    }
    for site in first.sites() {
        let [x, y, z] = site.xyz;
        let height = site.height.map_or("-".into(), |h| format!("{h:.1}"));
        let _ = writeln!(out, "  {:<5} {x:>9.5} {y:>9.5} {z:>9.5}  sof {:.3}  {height:>6}", site.label, site.sof);
    }
}

fn timings(out: &mut String, solved: &Solved) {
    let (s, stages) = (&solved.seconds, &solved.report.stages);
    let _ = writeln!(out, "\nTimings, s: setup {:.2}, trials {:.2}, structures {:.2}", s.setup, s.trials, s.structures);
    let _ = writeln!(
        out,
        "Stages over {} threads, s: columns {:.2}, planes {:.2}, weights {:.2}, merits {:.2}",
        solved.device.threads, stages.columns, stages.planes, stages.weights, stages.merits
    );
    let finished = solved.report.finished.len() as f64;
    let _ = write!(out, "Trials finished a second of the search: {:.1}", s.rate(finished));
    if let Some(busy) = solved.report.busy {
        let _ = write!(out, "; the GPU worked {:.0} % of its part of it", 100.0 * busy);
    }
    out.push('\n');
}
