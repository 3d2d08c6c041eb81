//! `seedflip seed`: making seeds from a model, and checking seeds before a run.

use super::{seed_check, seed_make};
use crate::Result;
use clap::Subcommand;

/// What stands below the options.
const AFTER_HELP: &str = "Examples:
  seedflip seed make NAME.ins --model MODEL.cif -o seeds.csv
  seedflip seed check NAME.ins seeds.csv

Files that come out: see `seedflip seed make --help`; a check writes none.";

/// Make seeds from a model, or check seeds before a run
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Make(seed_make::Args),
    Check(seed_check::Args),
}

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    match &args.command {
        Command::Make(args) => seed_make::run(args),
        Command::Check(args) => seed_check::run(args),
    }
}
