//! A solution that is to be.

use super::phases::Recorder;
use super::silence::Silence;
use super::{Crystal, Outcome, Seeds};
use crate::basis::group_of_symbol;
use crate::clock::Clock;
use crate::device::DeviceChoice;
use crate::solve::{Job, Means, Options, Watch, resolution, solve as solve_job};
use crate::trials::SeedInput;
use crate::{Error, Result};
use std::sync::Arc;
use std::time::Instant;

/// How a crystal is to be solved: what is set here stands until [`run`](Self::run).
///
/// ```
/// use seedflip::{Crystal, Options, Solver};
/// let crystal = Crystal::read("tests/data/aspirin.ins".as_ref())?;
/// let options = Options { trials: Some(4), seed: 7, ..Options::default() };
/// let outcome = Solver::new(&crystal).options(options).space_group("P21/c").run()?;
/// assert!(outcome.is_solved() && outcome.trials().len() <= 4);
/// # Ok::<(), seedflip::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Solver<'a> {
    crystal: &'a Crystal,
    options: Options,
    seeds: Option<&'a Seeds>,
    wrong: Option<f64>,
    group: Option<String>,
    device: DeviceChoice,
    threads: usize,
    clock: Option<Clock>,
    phases: bool,
}

/// Solves a crystal on the processor with all its cores, and nobody following.
///
/// ```
/// use seedflip::{Crystal, Options, solve};
/// let crystal = Crystal::read("tests/data/aspirin.ins".as_ref())?;
/// let outcome = solve(&crystal, &Options::default())?;
/// assert!(outcome.is_solved());
/// assert_eq!(outcome.space_group().as_deref(), Some("P 1 21/c 1"));
/// # Ok::<(), seedflip::Error>(())
/// ```
///
/// # Errors
/// Those of [`Solver::run`].
pub fn solve(crystal: &Crystal, options: &Options) -> Result<Outcome> {
    Solver::new(crystal).options(*options).run()
}

impl<'a> Solver<'a> {
    /// For `crystal`, on the processor with all its cores, by default options, without seeds.
    pub fn new(crystal: &'a Crystal) -> Self {
        Self {
            crystal,
            options: Options::default(),
            seeds: None,
            wrong: None,
            group: None,
            device: DeviceChoice::Cpu,
            threads: 0,
            clock: None,
            phases: false,
        }
    }

    /// Random seed, methods, resolution, and how much may be spent.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Phases known beforehand. The space group of the crystal is then given, as it is their frame.
    #[must_use]
    pub fn seeds(self, seeds: &'a Seeds) -> Self {
        Self { seeds: Some(seeds), ..self }
    }

    /// Fraction of the seeds that are wrong, 0 to 1; where nobody says it trials assume several.
    #[must_use]
    pub fn wrong(self, fraction: f64) -> Self {
        Self { wrong: Some(fraction), ..self }
    }

    /// The space group of the result, such as `P21/n` or `I 41/a`; found where none is given.
    #[must_use]
    pub fn space_group(self, symbol: &str) -> Self {
        Self { group: Some(symbol.to_owned()), ..self }
    }

    /// Where the trials run.
    ///
    /// ```
    /// use seedflip::{Crystal, DeviceChoice, Solver};
    /// let crystal = Crystal::read("tests/data/aspirin.ins".as_ref())?;
    /// let error = Solver::new(&crystal).device(DeviceChoice::Named("no such card".into())).run().unwrap_err();
    /// assert!(matches!(error, seedflip::Error::Device(_)));
    /// # Ok::<(), seedflip::Error>(())
    /// ```
    #[must_use]
    pub fn device(self, device: DeviceChoice) -> Self {
        Self { device, ..self }
    }

    /// Threads, 0 for one a core. The result does not depend on them.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// A clock that somebody else can stop, in place of one made of the time limit of the options.
    ///
    /// ```
    /// use seedflip::{Clock, Crystal, Solver, StopReason};
    /// let crystal = Crystal::read("tests/data/farnesiaside.ins".as_ref())?;
    /// let clock = Clock::new(None);
    /// // Any thread may say so, at any time: the run ends gently with what it has.
    /// clock.stop();
    /// let outcome = Solver::new(&crystal).clock(clock).run()?;
    /// assert_eq!(outcome.stopped(), StopReason::Interrupted);
    /// # Ok::<(), seedflip::Error>(())
    /// ```
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// Phases of every trial are kept, see [`Outcome::phases_of_trials`]; else those of trials that may be a solution.
    #[must_use]
    pub fn keep_all_phases(self) -> Self {
        Self { phases: true, ..self }
    }

    /// Solves it.
    ///
    /// # Errors
    /// Data, seeds and options that do not go together, a device that is not there; each in one line that says what to do.
    pub fn run(&self) -> Result<Outcome> {
        self.run_watched(&mut Silence)
    }

    /// The same while `watch` hears of every event, and may end it.
    ///
    /// # Errors
    /// Those of [`run`](Self::run).
    pub fn run_watched(&self, watch: &mut dyn Watch) -> Result<Outcome> {
        let begun = Instant::now();
        let clock = self.clock.clone().unwrap_or_else(|| Clock::new(self.options.time_limit));
        if let Some(wrong) = self.wrong.filter(|wrong| !(0.0..=1.0).contains(wrong)) {
            return Err(Error::Usage(format!("{wrong} of the seeds cannot be wrong; give a fraction from 0 to 1")));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build();
        let pool = pool.map_err(|e| Error::unusable(format!("no worker threads: {e}"), "take one thread"))?;
        let pool = Arc::new(pool);
        let (crystal, basis, seeds) = pool.install(|| self.prepared())?;
        let backend = self.device.site_of_search(&|_| {})?.backend(&pool);
        let seeds = seeds.as_ref().map(|file| SeedInput { sets: &file.sets, wrong: self.wrong });
        let job = Job { data: &basis.data, hint: basis.hint.as_ref(), options: &self.options, seeds };
        let means = Means { backend: backend.as_ref(), pool: &pool, clock: &clock };
        let read_seconds = begun.elapsed().as_secs_f64();
        let mut recorder = Recorder::new(watch, self.phases);
        let solved = solve_job(&job, &means, &mut recorder)?;
        let phases = recorder.phases(&basis.data, solved.effective.d_min);
        Ok(Outcome { crystal, basis, solved, phases, seconds: [read_seconds, begun.elapsed().as_secs_f64()] })
    }

    /// Data and seeds of the run.
    fn prepared(&self) -> Result<(Crystal, crate::basis::Basis, Option<crate::seed_input::SeedFile>)> {
        // Seeds, and groups that are given, are on the axes of the list.
        let is_free = self.seeds.is_none() && self.group.is_none();
        let crystal = self.crystal.clone();
        let crystal = if is_free { crystal.on_telling_axes()? } else { crystal };
        let header = &crystal.data().header;
        let group = match &self.group {
            Some(symbol) => Some(
                group_of_symbol(symbol, &header.cell)
                    .map_err(|what| Error::Usage(format!("space group {symbol}: {what}")))?,
            ),
            None => self.seeds.map(|_| header.space_group.clone()),
        };
        let basis = crystal.basis(group)?;
        let d_min = resolution(crystal.data(), self.options.d_min);
        let seeds = self.seeds.map(|seeds| seeds.on(crystal.data(), d_min)).transpose()?;
        Ok((crystal, basis, seeds))
    }
}
