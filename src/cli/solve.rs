//! `seedflip solve`: from `NAME.ins` and `NAME.hkl` to `NAME_a.res`.

use super::backend::BackendArgs;
use super::data_args::DataArgs;
use super::follower::Follower;
use super::heading;
use super::progress::Screen;
use super::stop;
use super::write::{Extra, kinds};
use crate::clock::Clock;
use crate::crystal::Radiation;
use crate::crystal::identity::group_by_name;
use crate::diary::Keeper;
use crate::error::{EXIT_INTERRUPTED, EXIT_NOT_SOLVED, EXIT_OK};
use crate::input::{Basis, Input};
use crate::output::{Folder, Kind, MapFormat, Results, say, write_map};
use crate::phasing::Methods;
use crate::report::reasons::{advice, cell_lines};
use crate::report::{Record, lxt, sflog, table};
use crate::seed_input::read_seeds;
use crate::solve::{Job, Means, Options, Solved, allow, resolution, solve};
use crate::trials::{RunReport, SeedInput, StopReason};
use crate::{Error, Result};
use anstyle::AnsiColor;
use clap::ValueEnum;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What stands below the options.
const AFTER_HELP: &str = "Examples:
  seedflip solve NAME.ins -o out                    results in a folder of their own
  seedflip solve NAME --time-limit 600 -v           ten minutes at most, a line for every trial
  seedflip solve NAME --space-group P21/n --seeds phases.csv
  seedflip solve NAME -q --json --require-solved    for programs: the record on stdout, exit code 0 or 5

Files that come out:
  NAME_a.res              atoms with elements in the space group that was found; Q-peaks behind END
  NAME_b.res to _e.res    runners-up
  NAME_a.fcf              reflections with F_calc and phases (LIST 6)
  NAME_a.ccp4             the map
  NAME_a.cif              structure, data and refinement; --write names more and others
  NAME.lst                listing: data, decisions, reasons, every trial
  NAME.json               the same for programs, see `seedflip schema`

Ctrl-C, or a file NAME.fin, ends a run gently: what has been found is written.";

/// Solve a crystal structure: NAME.ins + NAME.hkl in, NAME_a.res and a map out
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    data: DataArgs,
    /// Folder for the results [default: the folder of NAME.ins]
    #[arg(short = 'o', long, value_name = "DIR", help_heading = heading::RESULTS)]
    output: Option<PathBuf>,
    /// Trials at most [default: 96 to 32 by the size of the cell; 64 times as many where a graphics card takes part, 8 times on other GPUs]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = heading::SEARCH)]
    trials: Option<u32>,
    /// Cycles of searching per trial, polish not counted [default: by method and size]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..), help_heading = heading::SEARCH)]
    max_cycles: Option<u32>,
    /// Seconds at most; the best so far is then written
    #[arg(long, value_name = "S", value_parser = seconds, help_heading = heading::SEARCH)]
    time_limit: Option<Duration>,
    /// Iteration
    #[arg(long, value_enum, value_name = "KIND", default_value_t = Method::Auto, help_heading = heading::SEARCH)]
    method: Method,
    /// Resolution cut in Å [default: 0.8, or where the data end]
    #[arg(long, value_name = "D", value_parser = positive, help_heading = heading::DATA)]
    resolution: Option<f64>,
    /// Space group of the result [default: found from the data and the phases]
    #[arg(long, value_name = "SYMBOL", help_heading = heading::DATA)]
    space_group: Option<String>,
    /// Radiation [default: neutrons where the input says so, else by the wavelength]
    #[arg(long, value_enum, value_name = "KIND", help_heading = heading::DATA)]
    radiation: Option<RadiationArg>,
    /// Phases known beforehand: CSV, .fcf, MTZ, NPY, NPZ, .phs, a model or a map; see docs/seeds.md
    #[arg(long, value_name = "FILE", help_heading = heading::SEEDS)]
    seeds: Option<PathBuf>,
    /// Fraction of the seeds that are wrong, 0 to 1 [default: as the file says, else trials try several]
    #[arg(long, value_name = "E", value_parser = fraction, requires = "seeds", help_heading = heading::SEEDS)]
    wrong: Option<f64>,
    /// Memory that the run may take, in GB; one that would take more is refused [default: what is free]
    #[arg(long, value_name = "GB", value_parser = positive, help_heading = heading::DEVICE)]
    memory: Option<f64>,
    #[command(flatten)]
    backend: BackendArgs,
    /// Seed of every random number: same seed, same result
    #[arg(long, default_value_t = 1, value_name = "N", help_heading = heading::SEARCH)]
    seed: u32,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=super::MOST_THREADS), help_heading = heading::DEVICE)]
    threads: Option<u16>,
    /// Append what every decision of the run rested on to FILE, one line of JSON; see docs/trust.md
    #[arg(long, value_name = "FILE", help_heading = heading::RESULTS)]
    diary: Option<PathBuf>,
    /// Files beside model, fcf, map, listing and record; cif alone if nothing is said
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST", default_value = "cif", help_heading = heading::RESULTS)]
    write: Vec<Extra>,
    /// Write the map to FILE too: .xplor, .m81, or .ccp4, .map, .mrc
    #[arg(long, value_name = "FILE", help_heading = heading::RESULTS)]
    map: Vec<PathBuf>,
    /// Say at the end what Superflip would, for programs that read its words
    #[arg(long, hide = true)]
    superflip: bool,
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

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Method {
    /// Flipping and message passing side by side
    Auto,
    Flipping,
    Message,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RadiationArg {
    Xray,
    Electron,
    Neutron,
}

pub(super) fn positive(text: &str) -> std::result::Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|x| x.is_finite() && *x > 0.0)
        .ok_or_else(|| format!("{text:?} is not a positive number"))
}

pub(super) fn fraction(text: &str) -> std::result::Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|x| (0.0..=1.0).contains(x))
        .ok_or_else(|| format!("{text:?} is not within 0 and 1"))
}

fn seconds(text: &str) -> std::result::Result<Duration, String> {
    Duration::try_from_secs_f64(positive(text)?).map_err(|_| format!("{text:?} is too long a time"))
}

impl Args {
    fn options(&self) -> Options {
        Options {
            seed: self.seed,
            methods: match self.method {
                Method::Auto => Methods::Both,
                Method::Flipping => Methods::Flipping,
                Method::Message => Methods::Message,
            },
            d_min: self.resolution,
            trials: self.trials,
            max_cycles: self.max_cycles,
            time_limit: self.time_limit,
            memory: self.memory.map(|gb| (gb * 1e9) as u64),
        }
    }

    /// What is taken for granted of the symmetry: the group of `--space-group`; that of the input for a run from seeds,
    /// which have it as their frame; else the Laue class alone.
    fn basis(&self, input: &Input) -> Result<Basis> {
        let Some(symbol) = &self.space_group else {
            let own = &input.data.header.space_group;
            return if self.seeds.is_some() { input.with_group(own.clone()) } else { input.with_laue_class() };
        };
        let usage = |what: String| Error::Usage(format!("--space-group {symbol}: {what}"));
        let cell = &input.data.header.cell;
        let rhombohedral = cell.angles.iter().all(|angle| (angle - cell.angles[0]).abs() < SAME_ANGLE);
        let group = group_by_name(symbol, rhombohedral && cell.angles[0] != 90.0)
            .ok_or_else(|| usage("no such space group; write it like P21/n or I 41/a".into()))?;
        if !group.leaves(cell) {
            return Err(usage(
                "the cell does not have this symmetry; choose a setting for the axes of the .ins".into(),
            ));
        }
        input.with_group(group)
    }
}

/// Rhombohedral angles are equal to this, degrees.
const SAME_ANGLE: f64 = 0.05;

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    let begun = Instant::now();
    // Reading counts too.
    let clock = Clock::new(args.time_limit);
    if let Some(path) = args.map.iter().find(|path| MapFormat::of(path).is_none()) {
        return Err(Error::Usage(format!("--map {}: maps end in {}", path.display(), MapFormat::ENDINGS)));
    }
    let radiation = args.radiation.map(|r| match r {
        RadiationArg::Xray => Radiation::Xray,
        RadiationArg::Electron => Radiation::Electron,
        RadiationArg::Neutron => Radiation::Neutron,
    });
    let input = args.data.read(radiation)?;
    let basis = args.basis(&input)?;
    let d_min = resolution(&input.data, args.resolution);
    let pool = Arc::new(super::thread_pool(args.threads.map(usize::from))?);
    let options = args.options();
    // Before anything is written or said: what is refused leaves one line.
    allow(&basis.data, resolution(&basis.data, args.resolution), pool.current_num_threads(), options.memory)
        .map_err(|error| error.of_file(&input.ins_path))?;
    let seed_file = args.seeds.as_deref().map(|path| read_seeds(path, &input.data, d_min)).transpose()?;
    let folder = Folder::new(&input.ins_path, args.output.as_deref())?;
    let screen_on = !args.quiet;
    let say_line = |line: &str| {
        if screen_on {
            say::line(line);
        }
    };
    let backend = args.backend.resolve_for_search(&pool, say_line)?;
    if screen_on {
        say::text(&table::data_summary(&input));
        say::text(&seed_file.as_ref().map(table::seed_summary).unwrap_or_default());
        let of_seeds = seed_file.iter().flat_map(|file| &file.warnings);
        for warning in input.warnings.iter().chain(&basis.warnings()).chain(of_seeds) {
            say::line(&format!("warning: {warning}"));
        }
    }
    let read_seconds = begun.elapsed().as_secs_f64();
    let seeds = seed_file.as_ref().map(|file| SeedInput { sets: &file.sets, wrong: args.wrong });
    stop::catch(clock.clone());
    stop::watch_for(folder.path(".fin"), clock.clone());
    let keeper = args.diary.is_some().then(Keeper::default);
    let mut follower = Follower {
        screen: Screen::new(screen_on),
        results: Results::new(folder, &input, &basis, &kinds(&args.write)),
        keeper,
    };
    let hint = basis.hint.as_ref();
    let job = Job { data: &basis.data, hint, options: &options, seeds };
    let means = Means { backend: backend.as_ref(), pool: &pool, clock: &clock };
    let solved = solve(&job, &means, &mut follower);
    let Follower { mut screen, mut results, keeper } = follower;
    screen.end();
    // A run that is refused leaves nothing behind.
    let solved = solved.inspect_err(|_| results.folder().unmake())?;
    let mut record = Record::new(&input, &basis, &solved, read_seconds, begun.elapsed().as_secs_f64());
    let written = results.whole(&solved, &mut record).and_then(|()| write_maps(&args.map, &solved, &input));
    let noted = match args.diary.as_deref().zip(keeper) {
        Some((path, keeper)) => {
            keeper.closed(results.folder().stem(), &solved).line().and_then(|line| append(path, &line))
        }
        None => Ok(()),
    };
    // Said whatever the screen: somebody will look for the file.
    results.folder().kept().for_each(|line| say::line(&line));
    if screen_on {
        say::text(&format!("{}{}", table::ranking(&solved), table::seed_outcome(&solved)));
        let (stem, listing) = (results.folder().stem(), results.listing());
        say_verdict(&solved, &table::conclusion(&solved, stem, &listing, &results.extras()));
        for line in solved.evidence.iter().flat_map(cell_lines) {
            say::line(&format!("warning: {line}"));
        }
        // After a fault the run itself is to be repeated.
        if !solved.solved && solved.report.fault.is_none() {
            for line in advice(&solved, &input, &basis) {
                say::line(&format!("what may help: {line}"));
            }
        }
    }
    if args.superflip {
        say::out(&sflog::log(&input, &solved))?;
    }
    // Callers of SHELXT look for it.
    if args.write.contains(&Extra::One(Kind::Lxt)) && !solved.solved {
        say::line(&lxt::not_solved(&solved));
    }
    let printed = if args.json { say::json(&record) } else { Ok(()) };
    written.and(printed).and(noted)?;
    exit_code(&solved.report, args.require_solved && !solved.solved)
}

/// The conclusion, its verdict in green or yellow.
fn say_verdict(solved: &Solved, conclusion: &str) {
    let colour = if solved.solved { AnsiColor::Green } else { AnsiColor::Yellow };
    let word = table::verdict(solved);
    say::headed(word, conclusion.strip_prefix(word).unwrap_or(conclusion), colour.on_default().bold());
}

/// The map of the first structure under names of the user's choice.
fn write_maps(paths: &[PathBuf], solved: &Solved, input: &Input) -> Result<()> {
    let Some(first) = solved.structures.first() else { return Ok(()) };
    let label = format!("seedflip {}", input.data.header.title);
    for path in paths {
        write_map(path, first, &label)?.iter().for_each(|line| say::line(line));
    }
    Ok(())
}

/// Adds a line to a file.
fn append(path: &Path, line: &str) -> Result<()> {
    let lost = |source| Error::Output { path: path.to_owned(), source };
    let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(lost)?;
    // In one call, so that runs side by side can share the file.
    file.write_all(format!("{line}\n").as_bytes()).map_err(lost)
}

/// How a run ends whose files are written.
fn exit_code(report: &RunReport, solution_missing: bool) -> Result<u8> {
    if let Some(fault) = &report.fault {
        return Err(Error::Lost { what: fault.clone(), finished: report.finished.len() });
    }
    Ok(if report.stopped == StopReason::Interrupted {
        EXIT_INTERRUPTED
    } else if solution_missing {
        EXIT_NOT_SOLVED
    } else {
        EXIT_OK
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::StageSeconds;
    use crate::trials::Verdict;

    #[test]
    fn a_lost_device_is_one_line_and_exit_code_1_whatever_was_found() {
        let mut report = RunReport {
            finished: Vec::new(),
            verdict: Verdict::default(),
            started: 8,
            stopped: StopReason::DeviceLost,
            fault: Some("the GPU was lost: pulled out".into()),
            cycles: 80,
            elapsed: Duration::ZERO,
            stages: StageSeconds::default(),
            busy: None,
            moves: Vec::new(),
        };
        let error = exit_code(&report, true).unwrap_err();
        assert_eq!(error.exit_code(), 1);
        let message = "the GPU was lost: pulled out; 0 finished trials are written; run again, with --backend cpu if it happens again";
        assert_eq!(error.to_string(), message);
        (report.stopped, report.fault) = (StopReason::Interrupted, None);
        assert_eq!(exit_code(&report, false).unwrap(), EXIT_INTERRUPTED);
        report.stopped = StopReason::TrialsUsed;
        assert_eq!([false, true].map(|missing| exit_code(&report, missing).unwrap()), [EXIT_OK, EXIT_NOT_SOLVED]);
    }
}
