//! One data set, from reading to files.

use super::args::Args;
use crate::cli::follower::Follower;
use crate::cli::planned;
use crate::cli::progress::Screen;
use crate::cli::stop;
use crate::cli::write::kinds;
use crate::diary::Keeper;
use crate::input::{Basis, Input};
use crate::journal::{Plan, RunFolder, TrialLedger};
use crate::live::{Feed, Narrator};
use crate::output::{Folder, Results, say, write_map, write_trials};
use crate::report::Record;
use crate::seed_input::{SeedFile, read_seeds};
use crate::solve::{Job, Means, Solved, allow, resolution, solve, solve_told};
use crate::trials::{Part, SeedInput, Told};
use crate::{Error, Result};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Under what a plan has the number of its shards.
pub const SHARDS: &str = "--shard i/n with n";
/// Under what it has the number of trials.
pub const TRIALS: &str = "--trials";

/// A data set that was read.
pub struct Case<'a> {
    args: &'a Args,
    /// What was read.
    pub input: Input,
    /// What the run takes for granted.
    pub basis: Basis,
    /// Its seeds.
    pub seed_file: Option<SeedFile>,
    /// Folder of its journal; `None` where none is kept.
    pub run: Option<PathBuf>,
    /// What is in that folder goes.
    restart: bool,
    begun: Instant,
    read_seconds: f64,
    /// Who looks at its runs in a browser.
    feed: Option<Arc<Feed>>,
}

/// Where its trials come from.
pub enum Trials {
    /// They are run.
    Run,
    /// They have run elsewhere.
    Told(Vec<Told>),
}

/// What became of it. Its files are written, or some of them: `fate` says so.
pub struct Outcome<'a> {
    /// The structures.
    pub solved: Solved,
    /// The record of the run.
    pub record: Record,
    /// The files.
    pub results: Results<'a>,
    /// What went wrong with them.
    pub fate: Result<()>,
    /// What became of files of others that were in the way, one line each.
    pub kept: Vec<String>,
}

impl<'a> Case<'a> {
    /// Reads it, for a run on so many threads within `memory` bytes (all that are free where nothing is said).
    ///
    /// # Errors
    /// Those of the readers and of `allow`.
    pub fn read(args: &'a Args, name: &Path, threads: usize, memory: Option<u64>) -> Result<Self> {
        let begun = Instant::now();
        let input = args.reading.read(name, args.radiation())?;
        // Seeds, and groups that are given, are on the axes of the list.
        let is_free = args.seeds.is_none() && args.space_group.is_none();
        let input = if is_free { input.on_telling_axes()? } else { input };
        let basis = args.basis(&input)?;
        let d_min = resolution(&input.data, args.resolution);
        // Before anything is written or said: what is refused leaves one line.
        allow(&basis.data, resolution(&basis.data, args.resolution), threads, memory)
            .map_err(|error| error.of_file(&input.ins_path))?;
        let seed_file = args.seeds.as_deref().map(|path| read_seeds(path, &input.data, d_min)).transpose()?;
        let read_seconds = begun.elapsed().as_secs_f64();
        let (run, restart) = (args.run.clone(), args.restart);
        Ok(Self { args, input, basis, seed_file, run, restart, begun, read_seconds, feed: None })
    }

    /// Its run is told to `feed`.
    #[must_use]
    pub fn told_to(self, feed: Arc<Feed>) -> Self {
        Self { feed: Some(feed), ..self }
    }

    /// The same as one of several, with a journal in the folder `run` if one is kept: what it has to forget has gone already.
    #[must_use]
    pub fn among(self, run: Option<PathBuf>) -> Self {
        Self { run, restart: false, ..self }
    }

    /// The folder of its results.
    ///
    /// # Errors
    /// Those of `Folder::new`.
    pub fn folder(&self) -> Result<Folder> {
        Folder::new(&self.input.ins_path, self.args.output.as_deref())
    }

    /// What its trials depend on, but for the device.
    ///
    /// # Errors
    /// A file that cannot be read again.
    pub fn plan(&self) -> Result<Plan> {
        let plan = planned::plan("solve", &self.input, &[("seeds", self.args.seeds.as_deref())])?;
        Ok(with_options(plan, self.args))
    }

    /// The same for so many shards, which may have any device.
    ///
    /// # Errors
    /// A file that cannot be read again.
    pub fn sharded_plan(&self, shards: u32) -> Result<Plan> {
        Ok(self.plan()?.with(SHARDS, shards))
    }

    /// The folder of the run and the trials that it has finished so far; `None` where no journal is kept.
    fn journal(&self, means: &Means<'_>) -> Result<Option<(RunFolder, TrialLedger)>> {
        let Some(folder) = &self.run else { return Ok(None) };
        let device = means.backend.device().to_string();
        let plan = self.plan()?.with("the device", &device);
        let run = RunFolder::open(folder, &plan, Part::WHOLE, self.restart)?;
        let ledger = TrialLedger::of_run(&run, &device)?;
        planned::damage(ledger.damaged).iter().for_each(|line| say::line(line));
        if !self.args.quiet && ledger.known > 0 {
            say::line(&format!("{} trials are known from before", ledger.known));
        }
        Ok(Some((run, ledger)))
    }

    /// What is worth a word before the run, one line each.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        let of_seeds = self.seed_file.iter().flat_map(|file| &file.warnings).cloned();
        self.input.warnings.iter().cloned().chain(self.basis.warnings()).chain(of_seeds)
    }

    /// What is to be solved, for `run`.
    pub fn job<R>(&self, memory: Option<u64>, run: impl FnOnce(&Job<'_>) -> R) -> R {
        let options = crate::solve::Options { memory, ..self.args.options() };
        let seeds = self.seed_file.as_ref().map(|file| SeedInput { sets: &file.sets, wrong: self.args.wrong });
        run(&Job { data: &self.basis.data, hint: self.basis.hint.as_ref(), options: &options, seeds })
    }

    /// Solves it and writes the files to `folder`, within `memory` bytes; `screen` shows how far it is. A page is written that says `page` as
    /// the command that was typed. `trials` are run, or were.
    ///
    /// # Errors
    /// Those of `solve`: nothing is written then.
    pub fn solve(
        &self,
        folder: Folder,
        means: &Means<'_>,
        memory: Option<u64>,
        screen: Screen,
        page: Option<String>,
        trials: Trials,
    ) -> Result<Outcome<'_>> {
        let Self { args, input, basis, .. } = self;
        let _vigil = stop::watch_for(folder.path(".fin"), means.clock.clone());
        let journal = if matches!(trials, Trials::Run) { self.journal(means) } else { Ok(None) };
        let (_run, ledger) = journal.inspect_err(|_| folder.unmake())?.unzip();
        let keeper = args.diary.is_some().then(Keeper::default);
        let results = Results::new(folder, input, basis, &kinds(&args.write));
        let results = match page {
            Some(command) => results.with_page(command),
            None => results,
        };
        let live = self.feed.as_ref().map(|feed| Narrator::new(feed.clone(), input));
        let mut follower = Follower { screen, results, keeper, ledger, live };
        let solved = self.job(memory, |job| match trials {
            Trials::Run => solve(job, means, &mut follower),
            Trials::Told(trials) => solve_told(job, means, trials, &mut follower),
        });
        let Follower { mut screen, mut results, keeper, ledger, .. } = follower;
        screen.end();
        // A run that is refused leaves nothing behind.
        let solved = solved.inspect_err(|_| results.folder().unmake())?;
        let mut record = Record::new(input, basis, &solved, self.read_seconds, self.begun.elapsed().as_secs_f64());
        let written = results.whole(&solved, &mut record);
        if let Some(feed) = &self.feed {
            feed.ended(results.document());
        }
        let mut kept: Vec<String> = results.folder().kept().collect();
        let written = written.and_then(|()| self.write_maps(&solved, &mut kept));
        let exported = args.export.as_deref().map_or(Ok(()), |path| write_trials(path, &solved));
        let written = written.and(exported).and(ledger.map_or(Ok(()), TrialLedger::close));
        let noted = match args.diary.as_deref().zip(keeper) {
            Some((path, keeper)) => {
                keeper.closed(results.folder().stem(), &solved).line().and_then(|line| append(path, &line))
            }
            None => Ok(()),
        };
        Ok(Outcome { solved, record, results, fate: written.and(noted), kept })
    }

    /// The map of the first structure under names of the user's choice.
    fn write_maps(&self, solved: &Solved, kept: &mut Vec<String>) -> Result<()> {
        let Some(first) = solved.structures.first() else { return Ok(()) };
        let label = format!("seedflip {}", self.input.data.header.title);
        for path in &self.args.map {
            kept.extend(write_map(path, first, &label)?);
        }
        Ok(())
    }
}

/// A plan with the options on which the trials of a data set depend.
pub fn with_options(plan: Plan, args: &Args) -> Plan {
    let options = args.options();
    plan.with("--seed", options.seed)
        .with("--method", options.methods)
        .with("--resolution", options.d_min)
        .with(TRIALS, options.trials)
        .with("--max-cycles", options.max_cycles)
        .with("--every-set", options.every_set)
        .with("--start-list", options.list)
        .with("--space-group", &args.space_group)
        .with("--wrong", args.wrong)
}

/// Adds a line to a file.
fn append(path: &Path, line: &str) -> Result<()> {
    let lost = |source| Error::Output { path: path.to_owned(), source };
    let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(lost)?;
    // In one call, so that runs side by side can share the file.
    file.write_all(format!("{line}\n").as_bytes()).map_err(lost)
}
