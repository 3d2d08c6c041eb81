//! What a run of one data set says, before and after.

use super::args::Args;
use super::case::{Case, Outcome};
use crate::Result;
use crate::cli::write::Extra;
use crate::output::{Kind, say};
use crate::report::reasons::{advice, cell_lines};
use crate::report::twin::imitation;
use crate::report::{lxt, sflog, table};
use crate::solve::Solved;
use anstyle::AnsiColor;

/// The data, and what is odd about them.
pub fn before(case: &Case<'_>) {
    say::text(&table::data_summary(&case.input));
    say::text(&case.seed_file.as_ref().map(table::seed_summary).unwrap_or_default());
    for warning in case.warnings() {
        say::line(&format!("warning: {warning}"));
    }
}

/// The ranking, the verdict, and what may help; little where the screen is not `on`.
///
/// # Errors
/// `Error::Stdout`.
pub fn after(args: &Args, case: &Case<'_>, outcome: &Outcome<'_>, on: bool) -> Result<()> {
    let Outcome { solved, results, .. } = outcome;
    // Said whatever the screen: somebody will look for the file.
    outcome.kept.iter().for_each(|line| say::line(line));
    if on {
        say::text(&format!("{}{}", table::ranking(solved), table::seed_outcome(solved)));
        let (stem, listing) = (results.folder().stem(), results.listing());
        verdict(solved, &table::conclusion(solved, stem, &listing, &results.extras()));
        // Where nothing is claimed it is among what may help.
        let imitated = imitation(&case.input, &case.basis, solved).filter(|_| solved.solved);
        for line in solved.evidence.iter().flat_map(cell_lines).chain(imitated) {
            say::line(&format!("warning: {line}"));
        }
        // After a fault the run itself is to be repeated.
        if !solved.solved && solved.report.fault.is_none() {
            for line in advice(solved, &case.input, &case.basis) {
                say::line(&format!("what may help: {line}"));
            }
        }
    }
    if args.superflip {
        say::out(&sflog::log(&case.input, solved))?;
    }
    // Callers of SHELXT look for it.
    if args.write.contains(&Extra::One(Kind::Lxt)) && !solved.solved {
        say::line(&lxt::not_solved(solved));
    }
    Ok(())
}

/// The conclusion, its verdict in green or yellow.
fn verdict(solved: &Solved, conclusion: &str) {
    let colour = if solved.solved { AnsiColor::Green } else { AnsiColor::Yellow };
    let word = table::verdict(solved);
    say::headed(word, conclusion.strip_prefix(word).unwrap_or(conclusion), colour.on_default().bold());
}
