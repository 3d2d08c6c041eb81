//! `seedflip merge`: the answer of a run whose trials several machines shared.

use super::backend::BackendArgs;
use super::solve::{Case, SHARDS, TRIALS, Trials, solved};
use super::{heading, planned, solve_args};
use crate::error::EXIT_MISSING;
use crate::journal::{Merged, Shards, merge};
use crate::output::say;
use crate::{Error, Result};
use std::path::{Path, PathBuf};

/// Rank the trials of all shards of a run, work up the best, and write the answer
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  seedflip merge night
  seedflip merge night -o out --partial     what there is, although shards have not finished

Files that come out: those of seedflip solve, with the options that the shards were given.
Exit code 4 when shards have not finished; they are listed.")]
pub struct Args {
    /// The folder of --run
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Folder for the results [default: as the shards were told]
    #[arg(short = 'o', long, value_name = "DIR", help_heading = heading::RESULTS)]
    output: Option<PathBuf>,
    /// Take what there is, although shards have not finished
    #[arg(long, help_heading = heading::SEARCH)]
    partial: bool,
    #[command(flatten)]
    backend: BackendArgs,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=super::MOST_THREADS), help_heading = heading::DEVICE)]
    threads: Option<u16>,
    /// Print the run record on stdout as one JSON document
    #[arg(long, help_heading = heading::SCREEN)]
    json: bool,
    /// No progress on the screen
    #[arg(short, long, help_heading = heading::SCREEN)]
    quiet: bool,
    /// Exit with 5 when the structure was not solved
    #[arg(long, help_heading = heading::SCREEN)]
    require_solved: bool,
}

/// Runs the sub-command.
pub fn run(args: Args) -> Result<u8> {
    let shards = Shards::open(&absolute(&args.folder)?)?;
    let (Some(of), Some(trials)) = (shards.plan.number(SHARDS), shards.plan.number(TRIALS)) else {
        let what = "is of a run without --shard";
        return Err(Error::file(&args.folder, what, "the command that began it goes on with it and has the answer"));
    };
    let merged = merge(&shards, of, trials)?;
    planned::damage(merged.damaged).iter().for_each(|line| say::line(line));
    let sure = shards.solved();
    if !merged.missing.is_empty() && !args.partial && sure.is_none() {
        missing(&shards, &merged, of);
        return Ok(EXIT_MISSING);
    }
    if !args.quiet {
        let sure = sure
            .map_or(String::new(), |mark| format!("; shard {} is sure of what trial {} found", mark.shard, mark.trial));
        say::line(&format!("{} of {trials} trials from {of} shards{sure}", merged.told.len()));
    }
    let call = &shards.plan.call;
    let again = |what: String| {
        Error::file(&args.folder, format!("plan.json: {what}"), "merge with the version that ran the shards")
    };
    let mut options = solve_args(&call.words).map_err(again)?;
    let output = args.output.as_deref().map(absolute).transpose()?;
    // Names in the call are those of its folder; where that is not there, those of this one.
    let _ = std::env::set_current_dir(&call.folder);
    options.output = output.or(options.output);
    (options.backend, options.threads, options.json) = (args.backend, args.threads, args.json);
    (options.quiet, options.require_solved) = (args.quiet, args.require_solved);
    let Some(name) = options.names.first().cloned() else { return Err(again("it names no data".into())) };
    solved(&options, &name, |case: &Case<'_>| {
        let now = case.sharded_plan(of)?;
        match shards.plan.difference(&now) {
            Some(difference) => Err(Error::file(
                &args.folder,
                format!("cannot be merged: {difference}"),
                "put back what the shards had",
            )),
            None => Ok(Trials::Told(merged.told)),
        }
    })
}

/// Names the shards that have not finished.
fn missing(shards: &Shards, merged: &Merged, of: u32) {
    for shard in &merged.missing {
        let state =
            shards.holder(shard.part).map_or("nobody works on it".into(), |holder| format!("{holder} works on it"));
        say::line(&format!("shard {}: {} of {} trials, {state}", shard.part, shard.finished, shard.of));
    }
    let count = merged.missing.len();
    say::line(&format!(
        "{count} of {of} shards have not finished; run them again, or take what there is with --partial"
    ));
}

/// A path from the root, so that it stays what it is in another folder.
fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path)
        .map_err(|error| Error::file(path, format!("cannot be named from the root ({error})"), "check its name"))
}
