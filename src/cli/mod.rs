//! The command line: one file per sub-command, arguments typed here and resolved there.

mod backend;
pub mod bench;
mod bench_text;
mod data_args;
pub mod devices;
mod drop_in;
mod dump;
mod inflip;
mod memory;
mod progress;
pub mod replay;
pub mod schema;
pub mod screen;
pub mod seed;
mod seed_check;
mod seed_make;
pub mod simulate;
pub mod solve;
mod stop;
mod write;

use crate::Result;
use crate::input::places;
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::path::Path;

/// Solves crystal structures from single-crystal diffraction amplitudes.
#[derive(Debug, Parser)]
#[command(name = "seedflip", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Solve(solve::Args),
    Simulate(simulate::SimulateArgs),
    Seed(seed::Args),
    Screen(screen::Args),
    Bench(bench::Args),
    Devices(devices::Args),
    Replay(replay::Args),
    Schema(schema::Args),
}

/// Parses a command line, the name of the program first. `seedflip NAME` is `seedflip solve NAME` where files of that
/// name are there, with options as SHELXT takes them, or for an input of Superflip. Ends the program where the line cannot be
/// parsed or asks for help.
///
/// # Errors
/// Those of reading an input of Superflip.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Cli> {
    let mut arguments: Vec<OsString> = arguments.collect();
    let known = |first: &OsString| {
        let word = first.to_string_lossy();
        word == "help" || Cli::command().find_subcommand(&*word).is_some()
    };
    if let Some((first, _)) = arguments.get(1..).and_then(<[_]>::split_first)
        && !known(first)
    {
        if let Some(line) = inflip::translated(&arguments[1..])? {
            arguments.splice(1.., line);
            arguments.insert(1, "solve".into());
        } else if let Some(line) = drop_in::translated(&arguments[1..]) {
            arguments.splice(1.., line);
            arguments.insert(1, "solve".into());
        } else if !first.to_string_lossy().starts_with('-') && places::stands_for_data(Path::new(first)) {
            arguments.insert(1, "solve".into());
        }
    }
    Ok(Cli::parse_from(arguments))
}

/// Runs a parsed command line; the exit code of a run that ended in order.
pub fn run(cli: Cli) -> Result<u8> {
    match cli.command {
        Command::Solve(args) => solve::run(&args),
        Command::Simulate(args) => simulate::run(&args).map(|()| crate::error::EXIT_OK),
        Command::Screen(args) => screen::run(&args),
        Command::Seed(args) => seed::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Devices(args) => devices::run(&args),
        Command::Replay(args) => replay::run(&args).map(|()| crate::error::EXIT_OK),
        Command::Schema(args) => schema::run(&args),
    }
}

/// More threads than any one machine has.
const MOST_THREADS: i64 = 1024;

/// A thread pool of the asked-for size, by default one thread per core.
fn thread_pool(threads: Option<usize>) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .build()
        .map_err(|error| crate::Error::unusable(format!("no worker threads: {error}"), "try --threads 1"))
}
