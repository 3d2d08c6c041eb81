//! Short tables for the screen and the listing.

use crate::crystal::identity::identify;
use crate::input::Input;
use crate::solve::Solved;
use crate::trials::{Candidate, StopReason};
use std::fmt::Write;

/// Two lines on the data.
pub fn data_summary(input: &Input) -> String {
    let header = &input.data.header;
    let ([a, b, c], [al, be, ga]) = (header.cell.lengths, header.cell.angles);
    let merge = &input.data.merge;
    let group = identify(&header.space_group).map_or("unknown group".into(), |i| i.hm);
    let r_int = merge.r_int.map_or("-".into(), |r| format!("{r:.3}"));
    format!(
        "{}: {group}, cell {a:.3} {b:.3} {c:.3} {al:.2} {be:.2} {ga:.2}, {}\n\
         {} rows, {} unique, R_int {r_int}, d_min {:.2} Å, {:.1} % complete\n",
        header.title,
        header.radiation.name(),
        merge.n_rows,
        merge.n_unique,
        input.data.shells.d_min,
        100.0 * input.data.shells.completeness,
    )
}

/// The ranked candidates and the first trials of the ranking.
pub fn ranking(solved: &Solved) -> String {
    let report = &solved.report;
    let mut out = String::new();
    let _ = writeln!(out, " file  trial  arm          cycles  R_weak  E-kurt  tan_cos  kappa  agree  symmetry");
    for ((candidate, structure), letter) in report.verdict.candidates.iter().zip(&solved.structures).zip('a'..) {
        let t = &report.finished[candidate.best];
        let m = &t.merits;
        let symmetry = match candidate.symmetry_found() {
            None => "P1".into(),
            Some(found) => format!("{:.0}° {}", structure.origin.residual, if found { "found" } else { "not found" }),
        };
        let _ = writeln!(
            out,
            "  _{letter}   {:>5}  {:<11} {:>6}  {:>6.3}  {:>6.1}  {:>7.3}  {:>5.2}  {:>5}  {symmetry}",
            t.trial,
            t.arm,
            m.cycles,
            m.r_weak,
            m.e_kurtosis,
            m.tan_cos,
            m.kappa,
            candidate.members.len(),
        );
    }
    out
}

/// Every finished trial, best first, at most `rows`.
pub fn trials(solved: &Solved, rows: usize) -> String {
    let mut out = String::from(" rank  trial  arm          cycles  R_weak  E-kurt  tan_cos  kappa      R\n");
    for (rank, t) in solved.report.finished.iter().take(rows).enumerate() {
        let m = &t.merits;
        let _ = writeln!(
            out,
            "{:>5}  {:>5}  {:<11} {:>6}  {:>6.3}  {:>6.1}  {:>7.3}  {:>5.2}  {:>5.3}",
            rank + 1,
            t.trial,
            t.arm,
            m.cycles,
            m.r_weak,
            m.e_kurtosis,
            m.tan_cos,
            m.kappa,
            m.r,
        );
    }
    let rest = solved.report.finished.len().saturating_sub(rows);
    if rest > 0 {
        let _ = writeln!(out, "       and {rest} more");
    }
    out
}

/// One or two lines: solved or not, why it ended, what was written, what to try.
pub fn conclusion(solved: &Solved, stem: &str) -> String {
    let report = &solved.report;
    let seconds = solved.seconds.trials;
    let spent = format!(
        "{} trials, {} cycles, {seconds:.1} s ({:.0} cycles/s)",
        report.finished.len(),
        report.cycles,
        report.cycles as f64 / seconds.max(1e-9)
    );
    let ended = match report.stopped {
        StopReason::Convinced => "the best trials agree",
        StopReason::TrialsUsed => "all trials used",
        StopReason::TimeLimit => "time limit reached",
        StopReason::Interrupted => "stopped by the user",
    };
    let mut out = format!("{}: {ended}; {spent}\n", if report.verdict.solved { "SOLVED" } else { "NOT SOLVED" });
    if report.verdict.candidates.is_empty() {
        out.push_str("no trial finished: nothing but the listing was written");
    } else {
        let _ = write!(out, "wrote {stem}_a.res {stem}_a.fcf {stem}_a.ccp4 {stem}.lst {stem}.json");
        let others = report.verdict.candidates.len().saturating_sub(1);
        if let Some(last) = ('a'..='z').nth(others).filter(|_| others > 0) {
            let _ = write!(
                out,
                "; what else was found: {stem}_b.res{}",
                if others > 1 { format!(" to _{last}.res") } else { String::new() }
            );
        }
    }
    if !report.verdict.solved {
        out.push_str("\nwhat may help: more --trials, another --seed, --resolution where the data are good");
    }
    out
}

/// Remark lines of a `.res`.
pub fn remarks(solved: &Solved, candidate: &Candidate, letter: char) -> Vec<String> {
    let best = &solved.report.finished[candidate.best];
    let claimed = letter == 'a' && solved.report.verdict.solved;
    vec![
        format!(
            "seedflip {} solution {letter}: {}",
            env!("CARGO_PKG_VERSION"),
            if claimed { "believed to be the structure" } else { "not claimed to be right" }
        ),
        format!(
            "trial {} ({}), R_weak {:.3}, tan_cos {:.3}, {} trials agree",
            best.trial,
            best.arm,
            best.merits.r_weak,
            best.merits.tan_cos,
            candidate.members.len()
        ),
        format!("phase residual of the space group {:.1} degrees", candidate.origin.residual),
    ]
}
