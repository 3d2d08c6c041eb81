//! `seedflip screen`: how good must seeds be for this crystal?

use super::backend::BackendArgs;
use super::data_args::DataArgs;
use super::heading;
use super::planned;
use super::seed_make::{ErrorsArg, Of, skill};
use super::solve::{fraction, positive};
use crate::clock::Clock;
use crate::engine::Method;
use crate::error::EXIT_OK;
use crate::formats::write_bytes;
use crate::input::Input;
use crate::journal::{Plan, RunFolder};
use crate::output::say;
use crate::screen::condition::{MOST_TRIALS, arm, method_names};
use crate::screen::page::page;
use crate::screen::tally::calibration;
use crate::screen::{Book, Condition, Grid, Outcome, Screen, Watcher, table, tallies};
use crate::seed::Network;
use crate::seed_input::true_structure;
use crate::solve::resolution;
use crate::trials::Part;
use crate::{Error, Result};
use serde_json::json;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What stands below the options.
const AFTER_HELP: &str = "Examples:
  seedflip screen NAME.ins --model MODEL.cif -o screen
  seedflip screen NAME.ins --model MODEL.cif -o screen --fraction 0.02,0.05,0.1 --wrong 0,0.25,0.5 --draws 20
  seedflip screen NAME.ins --model MODEL.cif -o screen --fraction 1 --wrong 0 --bins 8 --errors resolution,partial --skill 0.2,0.4

Files that come out:
  screen.csv     every trial
  screen.json    success by condition, and how it compares with what was predicted
  screen.html    the curves as a page
  plan.json, shard-0.jsonl    what is run, and every trial as it ends

A screen that was ended, however, goes on with the same command; more --draws may be asked for.";

/// Success curves over fraction, bins, errors, resolution and completeness of seeds, on one structure
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    data: DataArgs,
    /// The structure, whose phases are the truth
    #[arg(long, value_name = "MODEL", help_heading = heading::DATA)]
    model: PathBuf,
    /// Folder for screen.csv, screen.json, screen.html and the journal from which a screen that was ended goes on
    #[arg(short = 'o', long, value_name = "DIR", help_heading = heading::RESULTS)]
    output: PathBuf,
    /// Begin anew: what an earlier screen left in the folder goes
    #[arg(long, help_heading = heading::RESULTS)]
    restart: bool,
    /// Fractions of the reflections chosen from that become seeds
    #[arg(long, value_delimiter = ',', default_value = "0.01,0.025,0.05,0.1,0.2", value_parser = fraction, help_heading = heading::SEEDS)]
    fraction: Vec<f64>,
    /// Reflections chosen from
    #[arg(long = "of", value_enum, default_value_t = Of::StrongThird, help_heading = heading::SEEDS)]
    pool: Of,
    /// Numbers of equal phase bins
    #[arg(long, value_delimiter = ',', default_value = "4", value_parser = clap::value_parser!(u32).range(2..=360), help_heading = heading::SEEDS)]
    bins: Vec<u32>,
    /// Fractions of the seeds put into a wrong bin
    #[arg(long, value_delimiter = ',', default_value = "0,0.25", value_parser = fraction, help_heading = heading::SEEDS)]
    wrong: Vec<f64>,
    /// Seeds as networks give them, in class probabilities: what their errors go with; bins without a network
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND", help_heading = heading::SEEDS)]
    errors: Vec<ErrorsArg>,
    /// Mean cosines of the phase errors of those networks
    #[arg(long, value_delimiter = ',', default_value = "0.3,0.5,0.7", value_name = "M", value_parser = skill, requires = "errors", help_heading = heading::SEEDS)]
    skill: Vec<f64>,
    /// How sure of themselves they are: 1 is honest, below they say too much, above too little
    #[arg(long, value_delimiter = ',', default_value = "1", value_name = "T", value_parser = positive, requires = "errors", help_heading = heading::SEEDS)]
    temperature: Vec<f64>,
    /// Resolutions in Å [default: 0.8, or where the data end]
    #[arg(long, value_delimiter = ',', value_parser = positive, help_heading = heading::DATA)]
    resolution: Vec<f64>,
    /// Fractions of the unique reflections that are kept
    #[arg(long, value_delimiter = ',', default_value = "1", value_parser = fraction, help_heading = heading::DATA)]
    completeness: Vec<f64>,
    /// Arms that run the trials
    #[arg(long, value_delimiter = ',', default_value = "mp-n1,flip-e", help_heading = heading::SEARCH)]
    method: Vec<String>,
    /// Draws of seeds for each combination, one trial each
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = heading::SEARCH)]
    draws: u32,
    /// Cycles of a trial [default: the arm's own]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..), help_heading = heading::SEARCH)]
    cycles: Option<u32>,
    /// Fraction of wrong seeds that the trials assume [default: the true one]
    #[arg(long, value_name = "E", value_parser = fraction, help_heading = heading::SEEDS)]
    told: Option<f64>,
    #[command(flatten)]
    backend: BackendArgs,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=super::MOST_THREADS), help_heading = heading::DEVICE)]
    threads: Option<u16>,
    /// No progress on the screen
    #[arg(short, long, help_heading = heading::SCREEN)]
    quiet: bool,
}

/// Pause between two writings of the files.
const WRITE_PAUSE: Duration = Duration::from_secs(5);

/// Keeps the files up to date while the screen runs.
struct Keeper<'a> {
    args: &'a Args,
    run: String,
    title: String,
    conditions: &'a [Condition],
    book: Book,
    written: Instant,
    on: bool,
    clock: Clock,
}

impl Watcher for Keeper<'_> {
    fn outcome(&mut self, outcome: Outcome, done: usize, all: usize) -> Result<bool> {
        self.book.take(outcome)?;
        if self.written.elapsed() > WRITE_PAUSE {
            self.write()?;
            self.written = Instant::now();
            if self.on {
                let solved = self.book.outcomes().iter().filter(|o| o.solved()).count();
                say::line(&format!("{done} of {all} trials, {solved} solved"));
            }
        }
        Ok(!self.clock.stopped())
    }
}

impl Keeper<'_> {
    fn write(&self) -> Result<()> {
        let path = |name: &str| self.args.output.join(name);
        let outcomes = self.book.outcomes();
        write_bytes(&path("screen.csv"), table::write(&self.run, self.conditions, &outcomes).as_bytes())?;
        let tallies = tallies(self.conditions, &outcomes);
        let flipping = |o: &&Outcome| {
            arm(&self.conditions[o.condition].method).is_some_and(|arm| arm.method() == Method::Flipping)
        };
        let (flipped, passed): (Vec<&Outcome>, Vec<&Outcome>) = outcomes.iter().partition(flipping);
        let calibrations = [
            ("message passing, one B", calibration(&passed, 0)),
            ("message passing, B spread", calibration(&passed, 1)),
            ("flipping, one B", calibration(&flipped, 0)),
            ("flipping, B spread", calibration(&flipped, 1)),
        ];
        let document = json!({
            "program": "seedflip", "version": env!("CARGO_PKG_VERSION"), "run": self.run, "title": self.title,
            "conditions": tallies,
            "calibration": calibrations.iter().map(|(name, bands)| json!({"methods": name, "bands": bands})).collect::<Vec<_>>(),
        });
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| Error::Bug(format!("the record of the screen cannot be written: {error}")))?;
        write_bytes(&path("screen.json"), text.as_bytes())?;
        write_bytes(&path("screen.html"), page(&self.title, &document)?.as_bytes())
    }
}

impl Args {
    /// What is run.
    fn plan(&self, input: &Input, grid: &Grid, device: &str) -> Result<Plan> {
        let plan = planned::plan("screen", input, &[("model", Some(&self.model))])?
            .with("--method", &grid.methods)
            .with("--fraction", &grid.fractions)
            .with("--of", grid.pool)
            .with("--bins", &grid.bins)
            .with("--wrong", &grid.wrong)
            .with("--resolution", &grid.d_min)
            .with("--completeness", &grid.completeness)
            .with("--errors", &grid.networks)
            .with("--cycles", self.cycles)
            .with("--told", self.told)
            .with("the device", device);
        // Each draw stands for itself.
        Ok(plan.up_to("--draws", u64::from(self.draws)))
    }

    /// What gives the seeds.
    fn networks(&self) -> Vec<Option<Network>> {
        let mut networks = Vec::new();
        for &errors in &self.errors {
            for &temperature in &self.temperature {
                let of = |&skill: &f64| Some(Network { errors: errors.into(), skill, temperature });
                networks.extend(self.skill.iter().map(of));
            }
        }
        if networks.is_empty() { vec![None] } else { networks }
    }

    /// The folder, for the run of `plan`.
    fn folder(&self, plan: &Plan) -> Result<RunFolder> {
        let csv = self.output.join("screen.csv");
        if csv.exists() && !self.output.join("plan.json").exists() && !self.restart {
            let what = "is there without the plan.json of the screen that wrote it";
            return Err(Error::file(&csv, what, "--restart begins anew, or choose another folder with -o"));
        }
        RunFolder::open(&self.output, plan, Part::WHOLE, self.restart)
    }
}

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    if let Some(unknown) = args.method.iter().find(|name| arm(name).is_none()) {
        return Err(Error::Usage(format!(
            "--method {unknown} is not known; choose from {}",
            method_names().join(", ")
        )));
    }
    let input = args.data.read(None)?;
    let best = input.data.shells.d_min;
    let mut resolutions = args.resolution.clone();
    if resolutions.is_empty() {
        // Four decimals, rounded towards the better resolution: it stands in every line of the table.
        resolutions.push((resolution(&input.data, None) * 1e4).floor() / 1e4);
    }
    if let Some(d) = resolutions.iter().find(|d| **d < best * 0.99) {
        return Err(Error::Usage(format!("--resolution {d} is beyond the data, which end at {best:.2} Å")));
    }
    if args.completeness.contains(&0.0) {
        return Err(Error::Usage("--completeness 0 leaves no data; give fractions above 0".into()));
    }
    let finest = resolutions.iter().copied().fold(f64::MAX, f64::min);
    let (structure, truth) = true_structure(&args.model, &input.data, finest)?;
    let grid = Grid {
        methods: args.method.clone(),
        fractions: args.fraction.clone(),
        pool: args.pool.into(),
        bins: args.bins.clone(),
        wrong: args.wrong.clone(),
        d_min: resolutions,
        completeness: args.completeness.clone(),
        networks: args.networks(),
    }
    .without_repeats();
    let trials = grid.trials(args.draws);
    if trials > MOST_TRIALS {
        return Err(Error::Usage(format!(
            "the screen has {trials} trials and {MOST_TRIALS} are allowed; take fewer --draws or values"
        )));
    }
    let conditions = grid.conditions();
    let name = |path: &PathBuf| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let run = format!(
        "seedflip screen of {} with {}: {} unique reflections, told {}, cycles {}",
        name(&input.ins_path),
        name(&args.model),
        truth.len(),
        args.told.map_or("the truth".into(), |e| e.to_string()),
        args.cycles.map_or("as usual".into(), |n| n.to_string())
    );
    let pool = Arc::new(super::thread_pool(args.threads.map(usize::from))?);
    let say_line = |line: &str| {
        if !args.quiet {
            say::line(line);
        }
    };
    let backend = args.backend.resolve(None, &pool, say_line)?;
    let device = backend.device().to_string();
    let folder = args.folder(&args.plan(&input, &grid, &device)?)?;
    let book = Book::open(&folder, &device, conditions.len(), args.draws)?;
    planned::damage(book.damaged).iter().for_each(|line| say::line(line));
    let known: HashSet<(usize, u32)> = book.known().collect();
    say_line(&format!(
        "{} conditions, {} draws each, {} trials known from before",
        conditions.len(),
        args.draws,
        known.len()
    ));
    let clock = Clock::endless();
    super::stop::catch(clock.clone());
    let title = input.data.header.title.clone();
    let mut keeper = Keeper {
        args,
        run,
        title,
        conditions: &conditions,
        book,
        written: Instant::now(),
        on: !args.quiet,
        clock: clock.clone(),
    };
    let screen = Screen {
        data: &input.data,
        truth: &truth,
        model: Some(&structure),
        conditions: &conditions,
        draws: args.draws,
        told: args.told,
        cycles: args.cycles,
    };
    let ended = pool.install(|| screen.run(backend.as_ref(), &known, &mut keeper));
    keeper.write()?;
    ended?;
    for t in tallies(&conditions, &keeper.book.outcomes()) {
        let c = &t.condition;
        let network = c.network.as_ref().map_or(String::new(), |network| {
            let errors = format!("{:?}", network.errors).to_lowercase();
            format!("  {errors} skill {} T {} NLL {:.2}", network.skill, network.temperature, t.merit.nll)
        });
        say_line(&format!(
            "{:<10} {:>5.2} Å  complete {:>4}  bins {}  wrong {:>4}  fraction {:>6}{network}  {:>3}/{:<3}  s0 {:.2}  predicted {:.2} to {:.2}",
            c.method,
            c.d_min,
            c.completeness,
            c.bins,
            c.wrong,
            c.fraction,
            t.solved,
            t.trials,
            t.s0,
            t.predicted[0],
            t.predicted[1]
        ));
    }
    say_line(&format!("wrote screen.csv, screen.json, screen.html in {}", args.output.display()));
    Ok(if clock.stopped() { super::stop::exit_code() } else { EXIT_OK })
}
