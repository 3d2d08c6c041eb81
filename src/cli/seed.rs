//! `seedflip seed`: making seeds from a model, and checking seeds before a run.

use super::{seed_check, seed_make};
use crate::Result;
use clap::Subcommand;

/// Make seeds from a model, or check seeds before a run
#[derive(Debug, clap::Args)]
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
