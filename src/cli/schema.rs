//! `seedflip schema`: what a program may count on in `NAME.json`, and in the table of many.

use crate::Result;
use crate::error::EXIT_OK;
use crate::output::say;
use crate::report::{Record, batch::Batch};

/// What stands below the options.
const AFTER_HELP: &str = "Example:
  seedflip schema > record.schema.json
  seedflip schema --table > table.schema.json";

/// Print the JSON schema of the run record NAME.json
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// That of the table of several data sets, see `seedflip solve --table`
    #[arg(long)]
    table: bool,
}

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    say::json(&if args.table { Batch::schema() } else { Record::schema() })?;
    Ok(EXIT_OK)
}
