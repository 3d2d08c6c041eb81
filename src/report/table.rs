//! Short tables for the screen and the listing.

use super::hand::hand_line;
use super::twin::{domains_line, remarks_of, warning};
use crate::crystal::SpaceGroup;
use crate::crystal::elements::symbol;
use crate::crystal::identity::identify;
use crate::error::shown::cut;
use crate::input::Input;
use crate::model::Model;
use crate::seed_input::SeedFile;
use crate::solve::{Solved, Structure};
use crate::trials::{Finished, StopReason};
use crate::trust::BAR;
use std::fmt::Write;

/// Characters of a title on the screen.
const LONGEST_TITLE: usize = 80;

/// Two lines on the data, and one before them on what was read where that is not just NAME.ins and NAME.hkl.
pub fn data_summary(input: &Input) -> String {
    let header = &input.data.header;
    let ([a, b, c], [al, be, ga]) = (header.cell.lengths, header.cell.angles);
    let merge = &input.data.merge;
    let group = group_name(&header.space_group);
    let r_int = merge.r_int.map_or("-".into(), |r| format!("{r:.3}"));
    let taken = if input.plain { String::new() } else { format!("{}\n", input.taken) };
    format!(
        "{taken}{}: {group}, cell {a:.3} {b:.3} {c:.3} {al:.2} {be:.2} {ga:.2}, {}\n\
         {} rows, {} unique, R_int {r_int}, d_min {:.2} Å, {:.1} % complete\n",
        cut(&header.title, LONGEST_TITLE),
        header.radiation.name(),
        merge.n_rows,
        merge.n_unique,
        input.data.shells.d_min,
        100.0 * input.data.shells.completeness,
    )
}

/// One line on the seeds as read.
pub fn seed_summary(file: &SeedFile) -> String {
    let c = &file.sets.counts;
    let mut out = format!("{} seeds ({}): {} reflections", c.read, file.kind, c.used);
    let sets = file.sets.sets.len();
    if sets > 1 {
        let _ = write!(out, " in the first of {sets} sets");
    }
    for (count, what) in [
        (c.outside, "outside the data"),
        (c.repeated, "repeated"),
        (c.snapped, "centric phases snapped"),
        (c.undecided, "centric and undecided"),
    ] {
        if count > 0 {
            let _ = write!(out, ", {count} {what}");
        }
    }
    out.push('\n');
    out
}

/// A mean cosine between seeds and a solution below this says that they have nothing in common: 0.64 is expected of
/// quadrants that are a quarter wrong, and chance gives ±0.07 for 100 seeds.
const BY_CHANCE: f64 = 0.2;

/// What became of the seeds, for a run that had any.
pub fn seed_outcome(solved: &Solved) -> String {
    let Some(seeds) = &solved.seeds else { return String::new() };
    let f = &seeds.feasibility;
    let mut out = format!(
        "Seeds: s0 {:.2}, {:.2} effective seeds per atom, CC0 {:.2}",
        f.height, f.seeds_per_atom, f.correlation
    );
    if let Some(o) = &seeds.outcome {
        let share = 100.0 * o.agreeing as f64 / o.compared.max(1) as f64;
        let _ = write!(out, "; {share:.0} % of them agree with _a (mean cosine {:.2})", o.mean_cosine);
        if seeds.share.is_some() {
            out.push_str(", not held");
        } else if solved.solved && o.mean_cosine < BY_CHANCE {
            out.push_str(": no better than chance, the structure was found in spite of them");
        }
    }
    out.push('\n');
    out
}

/// The structures, the most believed first. `held` is the mean correlation of the group's operations in the phases,
/// `left` that of the best operation it lacks, `SysAbs` the mean E² of its systematic absences.
pub fn ranking(solved: &Solved) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        " file     R1  R_weak   held   left  SysAbs  space group    agree  trial  arm            formula"
    );
    for (structure, letter) in solved.structures.iter().zip('a'..) {
        let found = &structure.found;
        let t = &found.trial;
        let number = |x: Option<f64>, digits: usize| x.map_or("-".to_owned(), |x| format!("{x:.digits$}"));
        let _ = writeln!(
            out,
            "  _{letter}  {:>6}  {:>6.3}  {:>5}  {:>5}  {:>6}  {:<13}  {:>5}  {:>5}  {:<13}  {}",
            number(structure.model.as_ref().map(|m| m.r1), 3),
            t.merits.r_weak,
            number(structure.score.map(|s| s.held), 2),
            number(structure.score.map(|s| s.left_out), 2),
            number(structure.score.and_then(|s| s.absences), 3),
            group_name(&structure.group),
            found.agreeing,
            t.trial,
            t.arm,
            structure.model.as_ref().map_or("no model".into(), formula),
        );
    }
    out
}

/// Hermann–Mauguin symbol of a group.
pub fn group_name(group: &SpaceGroup) -> String {
    identify(group).map_or("unknown group".into(), |i| i.hm)
}

/// A share in per cent.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// The columns that both tables share, from the trial's number to κ.
fn columns(t: &Finished) -> String {
    let m = &t.merits;
    format!(
        "{:>5}  {:<15} {:>6}  {:>6.3}  {:>6.1}  {:>7.3}  {:>5.2}",
        t.trial, t.arm, m.cycles, m.r_weak, m.e_kurtosis, m.tan_cos, m.kappa
    )
}

/// Trials that are listed at most: those of a whole run on a card, not those of a cluster.
const MOST_LISTED: usize = 10_000;

/// Every finished trial, best first, or as many as are listed at most.
pub fn trials(solved: &Solved) -> String {
    let mut out = String::from(" rank  trial  arm              cycles  R_weak  E-kurt  tan_cos  kappa      R\n");
    let finished = &solved.report.finished;
    for (rank, t) in finished.iter().take(MOST_LISTED).enumerate() {
        let _ = writeln!(out, "{:>5}  {}  {:>5.3}", rank + 1, columns(t), t.merits.r);
    }
    if let Some(more) = finished.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
        let _ = writeln!(out, "and {more} more");
    }
    out
}

/// The word that `conclusion` begins with.
pub fn verdict(solved: &Solved) -> &'static str {
    if solved.solved { "SOLVED" } else { "NOT SOLVED" }
}

/// What came of it: solved or not and how sure, why the run ended, what was written.
pub fn conclusion(solved: &Solved, stem: &str, listing: &str, extras: &[String]) -> String {
    let report = &solved.report;
    let (seconds, rate) = (solved.seconds.trials, solved.seconds.rate(report.cycles as f64));
    let busy = report.busy.map_or(String::new(), |busy| format!(", GPU busy {:.0} %", 100.0 * busy));
    // Trials that were run elsewhere took no time here.
    let pace = if rate > 0.0 { format!(", {seconds:.1} s ({rate:.0} cycles/s{busy})") } else { String::new() };
    let (finished, started, cycles) = (report.finished.len(), report.started, report.cycles);
    let spent = format!("{finished} of {started} started trials finished, {cycles} cycles{pace}");
    let ended = match report.stopped {
        StopReason::Convinced => "the best trials agree",
        StopReason::Settled => "many trials agree, more would change nothing",
        StopReason::TrialsUsed => "all trials used",
        StopReason::TimeLimit => "time limit reached",
        StopReason::Interrupted => "stopped by the user",
        StopReason::DeviceLost => report.fault.as_deref().unwrap_or("the device failed"),
    };
    let mut out = String::from(verdict(solved));
    if let Some(first) = solved.structures.first() {
        let sure = sureness(solved.probability);
        let _ = write!(out, " (probability {sure}): {}", group_name(&first.group));
        if solved.solved && solved.probability_group < BAR {
            let _ = write!(out, " (the space group is less sure: {})", sureness(solved.probability_group));
        }
        if let Some(model) = &first.model {
            let _ = write!(out, ", R1 {:.3}, {} in the cell", model.r1, formula(model));
        }
        out.push('\n');
        if let Some(line) = hand_line(first).filter(|_| solved.solved) {
            let _ = writeln!(out, "{line}");
        }
        let warned = warning(solved).map(|line| format!("warning: {line}"));
        for line in first.model.as_ref().and_then(domains_line).into_iter().chain(warned) {
            let _ = writeln!(out, "{line}");
        }
    } else {
        out.push_str(": ");
    }
    let _ = writeln!(out, "{ended}; {spent}");
    if report.verdict.candidates.is_empty() {
        let _ = write!(out, "no trial finished: wrote {listing} {stem}.json");
        return out;
    }
    let extras: String = extras.iter().map(|name| format!(" {name}")).collect();
    let _ = write!(out, "wrote {stem}_a.res {stem}_a.fcf {stem}_a.ccp4{extras} {listing} {stem}.json");
    let others = solved.structures.len().saturating_sub(1);
    if let Some(last) = ('a'..='z').nth(others).filter(|_| others > 0) {
        let more = if others > 1 { format!(" to _{last}.res") } else { String::new() };
        let _ = write!(out, "; what else was found: {stem}_b.res{more}");
    }
    out
}

/// A probability in hundredths, rounded down: what is not claimed is never written as what is. It never says that all is certain.
pub fn sureness(probability: f64) -> String {
    // A hair, so that 0.29 is not 0.28.
    let hundredths = (100.0 * probability + 1e-9).floor();
    if probability > 0.99 { "above 0.99".into() } else { format!("{:.2}", hundredths / 100.0) }
}

/// Atoms per cell of a model, heaviest first: `S4 O16 C88`.
pub fn formula(model: &Model) -> String {
    let parts = model.formula.iter().map(|&(z, n)| {
        let text = format!("{n:.2}");
        format!("{}{}", symbol(z).unwrap_or("X"), text.trim_end_matches('0').trim_end_matches('.'))
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// What became of the atoms, for listing and remarks.
pub fn model_line(model: &Model) -> String {
    format!(
        "R1 {:.4} for {} reflections above 2 sigma, {:.4} for all {}",
        model.r1, model.reflections[1], model.r1_all, model.reflections[0]
    )
}

/// The atoms of a model in a few words.
pub fn atoms_line(model: &Model) -> String {
    format!("{} independent atoms, in the cell {}", model.atoms, formula(model))
}

/// Remark lines of a `.res` that is written in the middle of a run.
pub fn early_remarks(structure: &Structure) -> Vec<String> {
    let mut lines = vec![
        format!("seedflip {}: best model so far of a run that goes on", env!("CARGO_PKG_VERSION")),
        "not judged yet; if this line stays, the run was ended before it was".to_owned(),
    ];
    lines.extend(structure.model.iter().flat_map(|m| [model_line(m), atoms_line(m)]));
    lines.extend(structure.model.iter().flat_map(remarks_of));
    lines
}

/// Remark lines of a `.res`.
pub fn remarks(solved: &Solved, structure: &Structure, letter: char) -> Vec<String> {
    let found = &structure.found;
    let best = &found.trial;
    let claimed = letter == 'a' && solved.solved;
    let mut lines = vec![
        format!(
            "seedflip {} solution {letter}: {}",
            env!("CARGO_PKG_VERSION"),
            if claimed {
                format!("believed right, probability {}", sureness(solved.probability))
            } else {
                "not claimed to be right".to_owned()
            }
        ),
        format!(
            "trial {} ({}), R_weak {:.3}, tan_cos {:.3}, {}",
            best.trial,
            best.arm,
            best.merits.r_weak,
            best.merits.tan_cos,
            match found.agreeing {
                1 => "no other trial agrees".to_owned(),
                n => format!("{n} trials agree"),
            }
        ),
        format!("phase residual of the space group {:.1} degrees", structure.solution.origin.residual),
    ];
    if claimed {
        lines.push(format!("space group right as well with probability {}", sureness(solved.probability_group)));
    }
    lines.extend(structure.model.iter().flat_map(|m| [model_line(m), atoms_line(m)]));
    lines.extend(hand_line(structure));
    lines.extend(structure.model.iter().flat_map(remarks_of));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_below_the_bar_is_written_below_it() {
        assert_eq!(sureness(BAR), "0.95");
        for (probability, text) in
            [(0.9499, "0.94"), (0.29, "0.29"), (0.0, "0.00"), (0.9899, "0.98"), (1.0, "above 0.99")]
        {
            assert_eq!(sureness(probability), text);
        }
        for step in 0..95_000 {
            let written: f64 = sureness(f64::from(step) / 1e5).parse().unwrap();
            assert!(written < BAR, "{step}");
        }
    }
}
