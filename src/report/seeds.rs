//! The figures of `seedflip seed check` in words.

use crate::seed_check::SeedCheck;
use crate::seed_input::SeedFile;
use std::fmt::Write;

/// Seeds whose inner agreement stands less than this many deviations above chance are doubtful.
const ABOVE_CHANCE: f64 = 3.0;

/// The check as a table for people.
pub fn check_text(check: &SeedCheck, file: &SeedFile) -> String {
    let mut out = super::table::seed_summary(file);
    if let Some(source) = &file.source {
        let _ = writeln!(out, "source: {source}");
    }
    let _ = writeln!(out, "to {:.2} Å, {:.0} % of the seeds taken as wrong\n", check.d_min, 100.0 * check.wrong);
    let _ = writeln!(out, "  |E| from  reflections   seeds  share");
    for row in &check.coverage {
        let share = 100.0 * row.seeds as f64 / row.reflections.max(1) as f64;
        let _ = writeln!(out, "  {:>8.1}  {:>11}  {:>6}  {share:>4.1}%", row.e_from, row.reflections, row.seeds);
    }
    let (f, p) = (&check.feasibility, &check.prediction);
    let _ = writeln!(out, "\nheight of an atom in the seed map, s0   {:.2} sigma", f.height);
    let _ = writeln!(out, "effective seeds per atom                {:.2}", f.seeds_per_atom);
    let _ = writeln!(out, "correlation of the seed map, CC0        {:.2}", f.correlation);
    let (message, flipping) = (100.0 * check.unseeded.message, 100.0 * check.unseeded.flipping);
    let _ = writeln!(out, "trials without seeds that solve: message passing {message:.0} %, flipping {flipping:.0} %");
    let range = |[hard, easy]: [f64; 2]| format!("{:.0} to {:.0} %", 100.0 * hard, 100.0 * easy);
    let _ = writeln!(
        out,
        "expected success of one trial: message passing {}, flipping {}\n  (atoms all alike with one B, to B spread widely or heavier atoms among them)",
        range(p.message),
        range(p.flipping)
    );
    let t = &check.tangent;
    let _ = writeln!(
        out,
        "agreement with the tangent relations among them {:.3}, by chance {:.3}: {:.1} sigma {}",
        t.agreement,
        t.by_chance,
        t.sigmas,
        if t.sigmas > ABOVE_CHANCE { "above chance" } else { "- not distinguishable from random phases" }
    );
    if let Some(truth) = &check.truth {
        let _ = write!(
            out,
            "against the model: mean phase error {:.1}°, mean cosine {:.2} (said {:.2})",
            truth.mean_error_deg, truth.mean_cosine, truth.said_cosine
        );
        if let Some(right) = truth.right_bins {
            let _ = write!(out, ", {:.1} % in the right bin", 100.0 * right);
        }
        if let Some(nll) = truth.nll {
            let _ = write!(out, ", NLL {nll:.2} nats");
        }
        let [x, y, z] = truth.shift;
        let _ =
            writeln!(out, " (origin shift {x:.3} {y:.3} {z:.3}{})", if truth.inverted { ", other hand" } else { "" });
    }
    if !check.each.is_empty() {
        out.push_str(&each_set(check));
    }
    out
}

/// A row for every set of several.
fn each_set(check: &SeedCheck) -> String {
    let mut out = "\nevery set by itself\n".to_owned();
    let _ = writeln!(out, "   set   seeds    s0   CC0  tangent  message passing  flipping        error");
    for set in &check.each {
        let (f, p) = (&set.feasibility, &set.prediction);
        let range = |[hard, easy]: [f64; 2]| format!("{:.0} to {:.0} %", 100.0 * hard, 100.0 * easy);
        let error = set.truth.map_or("-".to_owned(), |truth| format!("{:.1}°", truth.mean_error_deg));
        let _ = writeln!(
            out,
            "  {:>4}  {:>6}  {:>4.2}  {:>4.2}  {:>5.1} σ  {:<15}  {:<14}  {error}",
            set.set,
            set.used,
            f.height,
            f.correlation,
            set.tangent.sigmas,
            range(p.message),
            range(p.flipping),
        );
    }
    out
}
