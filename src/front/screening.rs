//! How good seeds must be for a crystal to be solved from them.

use super::Crystal;
use crate::clock::Clock;
use crate::device::DeviceChoice;
use crate::screen::condition::{MOST_TRIALS, arm, method_names};
use crate::screen::{Grid, Outcome, Screen, Tally, Watcher, tallies};
use crate::seed::Pool;
use crate::seed_input::true_phases;
use crate::solve::resolution;
use crate::{Error, Result};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// What is screened: every combination of the lists.
///
/// ```
/// use seedflip::{Crystal, Screening, screen};
/// let crystal = Crystal::read("tests/data/aspirin.ins".as_ref())?;
/// let screening = Screening { fractions: vec![0.5], bins: vec![4], draws: 2, ..Screening::default() };
/// let tallies = screen(&crystal, "examples/models/aspirin.cif".as_ref(), &screening)?;
/// assert_eq!((tallies.len(), tallies[0].trials), (1, 2));
/// # Ok::<(), seedflip::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Screening {
    /// Short names of the arms that run the trials, `mp-n1` or `flip-e` for example.
    pub methods: Vec<String>,
    /// Fractions of the pool of reflections that are known.
    pub fractions: Vec<f64>,
    /// The pool: true for the strongest third by E, false for all.
    pub strong: bool,
    /// Numbers of phase bins.
    pub bins: Vec<u32>,
    /// Fractions of seeds in a wrong bin.
    pub wrong: Vec<f64>,
    /// Resolutions in Å; the usual one where there is none.
    pub resolutions: Vec<f64>,
    /// Fractions of the unique reflections that are kept.
    pub completeness: Vec<f64>,
    /// Trials of each combination, each from seeds of its own.
    pub draws: u32,
    /// Where the trials run.
    pub device: DeviceChoice,
    /// Threads, 0 for one a core.
    pub threads: usize,
    /// Stops it, with what it has.
    pub clock: Clock,
}

impl Default for Screening {
    fn default() -> Self {
        Self {
            methods: vec!["mp-n1".into()],
            fractions: vec![0.1, 0.2, 0.5],
            strong: true,
            bins: vec![4],
            wrong: vec![0.0],
            resolutions: Vec::new(),
            completeness: vec![1.0],
            draws: 10,
            device: DeviceChoice::Cpu,
            threads: 0,
            clock: Clock::endless(),
        }
    }
}

/// Runs trials from seeds of every quality that `screening` names, made of the phases of the structure in the file `model`, and counts those
/// that solve.
///
/// # Errors
/// A model of another crystal, an unknown method, more than a million trials, and a device that fails.
pub fn screen(crystal: &Crystal, model: &Path, screening: &Screening) -> Result<Vec<Tally>> {
    let data = crystal.data();
    let usage = |what: String| Err(Error::Usage(what));
    if let Some(unknown) = screening.methods.iter().find(|name| arm(name).is_none()) {
        return usage(format!("method {unknown} is not known; choose from {}", method_names().join(", ")));
    }
    let d_min =
        if screening.resolutions.is_empty() { vec![resolution(data, None)] } else { screening.resolutions.clone() };
    if let Some(d) = d_min.iter().find(|d| **d < data.shells.d_min * BEYOND) {
        return usage(format!("resolution {d} is beyond the data, which end at {:.2} Å", data.shells.d_min));
    }
    let fractions = [&screening.fractions, &screening.wrong, &screening.completeness].into_iter().flatten();
    if let Some(value) = fractions.copied().find(|value| !(0.0..=1.0).contains(value)) {
        return usage(format!("{value} is no fraction; give numbers from 0 to 1"));
    }
    let truth = true_phases(model, data, d_min.iter().copied().fold(f64::MAX, f64::min))?;
    let grid = Grid {
        methods: screening.methods.clone(),
        fractions: screening.fractions.clone(),
        pool: if screening.strong { Pool::StrongThird } else { Pool::All },
        bins: screening.bins.clone(),
        wrong: screening.wrong.clone(),
        d_min,
        completeness: screening.completeness.clone(),
        networks: vec![None],
    }
    .without_repeats();
    let trials = grid.trials(screening.draws);
    if trials > MOST_TRIALS {
        return usage(format!("the screen has {trials} trials and {MOST_TRIALS} are allowed; take fewer"));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(screening.threads).build();
    let pool = Arc::new(pool.map_err(|e| Error::unusable(format!("no worker threads: {e}"), "take one thread"))?);
    let backend = screening.device.site_of_search(&|_| {})?.backend(&pool);
    let conditions = grid.conditions();
    let (draws, conditions) = (screening.draws, conditions.as_slice());
    let run = Screen { data, truth: &truth, model: None, conditions, draws, told: None, cycles: None };
    let mut list = List { outcomes: Vec::new(), clock: &screening.clock };
    pool.install(|| run.run(backend.as_ref(), &HashSet::new(), &mut list))?;
    list.outcomes.sort_by_key(|outcome| (outcome.condition, outcome.draw));
    Ok(tallies(conditions, &list.outcomes))
}

/// The last shell of the data may end a little below their limit.
const BEYOND: f64 = 0.99;

struct List<'a> {
    outcomes: Vec<Outcome>,
    clock: &'a Clock,
}

impl Watcher for List<'_> {
    fn outcome(&mut self, outcome: Outcome, _: usize, _: usize) -> Result<bool> {
        self.outcomes.push(outcome);
        Ok(!self.clock.stopped())
    }
}
