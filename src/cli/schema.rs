//! `seedflip schema`: what a program may count on in `NAME.json`.

use crate::Result;
use crate::error::EXIT_OK;
use crate::output::say;
use crate::report::Record;

/// What stands below the options.
const AFTER_HELP: &str = "Example:
  seedflip schema > record.schema.json";

/// Print the JSON schema of the run record NAME.json
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {}

/// Runs the sub-command.
pub fn run(_: &Args) -> Result<u8> {
    say::json(&Record::schema())?;
    Ok(EXIT_OK)
}
