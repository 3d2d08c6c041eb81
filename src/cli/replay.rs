//! `seedflip replay`: decisions of earlier runs taken again.

use crate::Result;
use crate::diary::{Tally, tally_of};
use crate::output::say;
use std::path::PathBuf;

/// What stands below the options.
const AFTER_HELP: &str = "Example:
  seedflip solve NAME --diary runs.jsonl && seedflip replay runs.jsonl

No file comes out: the counts are on stdout. See docs/trust.md.";

/// Take the decisions of earlier runs again, from their diaries, and count what comes of them
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Diaries of runs (solve --diary), one line each; with the truth from benches/evidence.py. `.gz` are unpacked
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<()> {
    let mut tally = Tally::default();
    for path in &args.files {
        tally += tally_of(path)?;
    }
    say::out(&tally.to_string())
}
