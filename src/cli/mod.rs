//! The command line: one file per sub-command, arguments typed here and resolved there.

mod backend;
pub mod bench;
mod bench_text;
mod data_args;
pub mod devices;
mod dump;
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

use crate::Result;
use crate::input::places::stands_for_data;
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
/// name are there. Ends the program where the line cannot be parsed or asks for help.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Cli {
    let mut arguments: Vec<OsString> = arguments.collect();
    let names_data = |first: &OsString| {
        let word = first.to_string_lossy();
        let known = word.starts_with('-') || word == "help" || Cli::command().find_subcommand(&*word).is_some();
        !known && stands_for_data(Path::new(first))
    };
    if arguments.get(1).is_some_and(names_data) {
        arguments.insert(1, "solve".into());
    }
    Cli::parse_from(arguments)
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
