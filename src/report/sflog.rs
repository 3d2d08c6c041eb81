//! What Superflip says of a run, in the words that JANA and others look for.

use crate::crystal::identity::identify;
use crate::input::Input;
use crate::solve::Solved;
use crate::trials::Recipe;
use std::fmt::Write;

/// The lines: title, symmetry of the result, threshold, seed, successes. A success is a trial that found the phases of the first
/// structure, where that is believed; the threshold is that of its flipping trial, in units of the map's σ.
pub fn log(input: &Input, solved: &Solved) -> String {
    let mut out = format!(" seedflip {} in the manner of Superflip\n", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(out, " Title: {}", input.data.header.title);
    let first = solved.structures.first();
    let group = first.map_or(&input.data.header.space_group, |structure| &structure.group);
    if let Some(identity) = identify(group) {
        let _ = writeln!(out, " HM symbol: {}\n Hall symbol: {}", identity.hm, identity.hall);
    }
    out.push_str(" Symmetry operations:\n");
    for (n, op) in group.operations().iter().enumerate() {
        let named = op.to_string().replace('X', "x1").replace('Y', "x2").replace('Z', "x3").replace(' ', "");
        let _ = writeln!(out, "{:4}: {}", n + 1, named.replace(',', "  "));
    }
    let finished = &solved.report.finished;
    let threshold = |recipe: &Recipe| match recipe {
        Recipe::Flipping(flip) => Some(flip.k),
        Recipe::Message(_) => None,
    };
    match finished.iter().find_map(|trial| threshold(&trial.recipe)) {
        Some(k) => {
            let _ = writeln!(out, " Estimated delta: {k:.3} sigma");
        }
        None => out.push_str(" Estimated delta: none, found by message passing\n"),
    }
    let _ = writeln!(out, " Random seed: {}", solved.effective.seed);
    let successes = first.filter(|_| solved.solved).map_or(0, |structure| structure.found.agreeing);
    let share = 100.0 * successes as f64 / finished.len().max(1) as f64;
    let _ = writeln!(out, " Number of trials: {}", finished.len());
    let _ = writeln!(out, " Number of successes: {successes}\n Success rate: {share:.1}%");
    // Message passing keeps the measured moduli: there is no R to speak of.
    if let Some(r) = first.map(|structure| structure.found.trial.merits.r).filter(|r| *r > 0.0) {
        let _ = writeln!(out, " R-value: {:.2}", 100.0 * r);
    }
    out
}
