//! The command line: one file per sub-command, arguments typed here and resolved there.

mod backend;
pub mod bench;
mod bench_text;
mod board;
pub mod completions;
mod data_args;
pub mod devices;
mod drop_in;
mod dump;
mod follower;
mod heading;
mod inflip;
pub mod man;
mod memory;
pub mod merge;
mod planned;
mod progress;
mod quoted;
pub mod read;
pub mod replay;
pub mod schema;
pub mod screen;
pub mod seed;
mod seed_check;
mod seed_make;
mod shard;
pub mod simulate;
pub mod slurm;
pub mod solve;
pub mod status;
mod stop;
mod trace;
pub mod version;
mod write;

use crate::error::EXIT_OK;
use crate::input::places;
use crate::output::say;
use crate::{Error, Result};
use clap::{ArgAction, CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::path::Path;
use version::Build;

/// What the program is called.
const NAME: &str = "seedflip";

/// Solves crystal structures from single-crystal diffraction amplitudes.
#[derive(Debug, Parser)]
#[command(
    name = NAME,
    about,
    max_term_width = 100,
    disable_version_flag = true,
    arg_required_else_help = true,
    after_help = "Examples:
  seedflip NAME                               NAME_a.res from NAME.ins and NAME.hkl
  seedflip solve NAME.ins -o out              the same, results in a folder of their own
  seedflip solve FOLDER                       every data set in it, a table at the end
  seedflip help solve                         options and files of a command

`seedflip NAME` is short for `seedflip solve NAME`.

Exit codes:
  0    files are written, solved or not
  1    input or run-time error
  2    wrong usage
  3    no such device
  4    shards of a run have not finished
  5    not solved, with --require-solved
  130  stopped; what had been found is written
  143  the same after SIGTERM"
)]
pub struct Cli {
    /// Print the version; with -v commit, target, features and engines too
    #[arg(short = 'V', long)]
    version: bool,
    /// Say more: a line per trial, group and model; -vv for what each decision rested on
    #[arg(short, long, action = ArgAction::Count, global = true, help_heading = heading::SCREEN)]
    verbose: u8,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Solve(solve::Args),
    Merge(merge::Args),
    Status(status::Args),
    Slurm(slurm::Args),
    Read(read::Args),
    Simulate(simulate::SimulateArgs),
    Seed(seed::Args),
    Screen(screen::Args),
    Bench(bench::Args),
    Devices(devices::Args),
    Replay(replay::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// The commands and options as clap knows them, for tests of documents and for whatever is made from them.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The options of `seedflip solve` in the words of such a call.
///
/// # Errors
/// What clap says, in one line.
fn solve_args(words: &[String]) -> std::result::Result<solve::Args, String> {
    let words = std::iter::once(NAME.to_owned()).chain(words.iter().cloned());
    let parsed =
        Cli::try_parse_from(words).map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned())?;
    match parsed.command {
        Some(Command::Solve(args)) => Ok(args),
        _ => Err("it is no call of seedflip solve".into()),
    }
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
        word == "help" || command().find_subcommand(&*word).is_some()
    };
    if let Some((first, _)) = arguments.get(1..).and_then(<[_]>::split_first)
        && !known(first)
    {
        let superflip = inflip::translated(&arguments[1..])?;
        if let Some(line) = superflip.or_else(|| drop_in::translated(&arguments[1..])) {
            arguments.splice(1.., std::iter::once("solve".into()).chain(line));
        } else if !first.to_string_lossy().starts_with('-') && places::stands_for_data(Path::new(first)) {
            arguments.insert(1, "solve".into());
        }
    }
    Ok(Cli::parse_from(arguments))
}

/// Runs a parsed command line; the exit code of a run that ended in order.
pub fn run(cli: Cli, build: &Build) -> Result<u8> {
    if cli.version {
        return say::out(&version::version(build, cli.verbose > 0)).map(|()| EXIT_OK);
    }
    trace::begin(cli.verbose);
    stop::outlive_limits();
    let command = cli.command.ok_or_else(|| Error::Usage("no command is given; see seedflip --help".into()))?;
    match command {
        Command::Solve(args) => solve::run(&args),
        Command::Merge(args) => merge::run(args),
        Command::Status(args) => status::run(&args),
        Command::Slurm(args) => slurm::run(&args),
        Command::Read(args) => read::run(&args),
        Command::Simulate(args) => simulate::run(&args).map(|()| EXIT_OK),
        Command::Screen(args) => screen::run(&args),
        Command::Seed(args) => seed::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Devices(args) => devices::run(&args),
        Command::Replay(args) => replay::run(&args).map(|()| EXIT_OK),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}

/// More threads than any one machine has.
const MOST_THREADS: i64 = 1024;

/// A thread pool of the asked-for size, by default one thread per core.
fn thread_pool(threads: Option<usize>) -> Result<rayon::ThreadPool> {
    built(rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)))
}

/// A thread pool whose words are about `subject`.
fn thread_pool_about(subject: &str, threads: usize) -> Result<rayon::ThreadPool> {
    let subject = subject.to_owned();
    built(rayon::ThreadPoolBuilder::new().num_threads(threads).start_handler(move |_| say::about(&subject)))
}

fn built(pool: rayon::ThreadPoolBuilder) -> Result<rayon::ThreadPool> {
    pool.build().map_err(|error| Error::unusable(format!("no worker threads: {error}"), "try --threads 1"))
}
