//! The main job without files or screen: from a data set to ranked structures.
//!
//! Imports: `trials`, `phasing`, `engine`, `symmetry`, `model`, `trust`, `grid`, `structure`, `seed`, `reflections`, `crystal`, `error`.

mod memory;
mod seeded;
mod settle;
mod structures;
mod teller;
mod watch;

pub use crate::engine::Device;
pub use memory::allow;
pub use seeded::{SeedOutcome, SeedSummary};
pub use structures::{MOST_STRUCTURES, Route, Structure};
pub use watch::{Stage, Watch};

use crate::crystal::SpaceGroup;
use crate::engine::{Backend, EngineError};
use crate::phasing::{Arm, Methods, Sphere, expected_atoms, portfolio, seeded_portfolio};
use crate::reflections::{DataSet, reach};
use crate::trials::runner::GridEngine;
use crate::trials::{Budget, RunReport, Runner, SeedInput};
use crate::trust::{BAR, Evidence, probability};
use crate::{Error, Result};
use schemars::JsonSchema;
use seeded::outcome;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use structures::Bench;
use teller::Teller;

/// Data beyond this resolution do not help the search in P1 and cost time; recipe notes §6 cut at 0.8 Å.
pub const DEFAULT_D_MIN: f64 = 0.8;

/// Resolution in Å to which `data` are phased: as asked for, but never beyond where they end.
pub fn resolution(data: &DataSet, asked: Option<f64>) -> f64 {
    asked.unwrap_or(DEFAULT_D_MIN).max(data.shells.d_min)
}

/// What the user can choose. `None` means: by the size of the problem.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Options {
    /// Seed of every random number.
    pub seed: u32,
    /// Methods.
    pub methods: Methods,
    /// Resolution cut in Å.
    pub d_min: Option<f64>,
    /// Trials at most.
    pub trials: Option<u32>,
    /// Cycles per trial at most.
    pub max_cycles: Option<u32>,
    /// Wall time at most.
    pub time_limit: Option<Duration>,
    /// Memory at most, bytes.
    pub memory: Option<u64>,
}

/// The parameters a run really used.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct Effective {
    /// Seed of every random number.
    pub seed: u32,
    /// Methods.
    pub methods: Methods,
    /// Resolution of the phasing, Å.
    pub d_min: f64,
    /// Limits.
    pub budget: Budget,
    /// Arms, dealt to trials in turn.
    pub arms: Vec<Arm>,
    /// Trials that advance together, for each of the grids.
    pub slots: Vec<usize>,
    /// Grids, points along the engine's x, y, z.
    pub grids: Vec<[usize; 3]>,
    /// How the engine goes about each of them.
    pub plans: Vec<String>,
    /// Reflections of the full P1 sphere.
    pub sphere: usize,
    /// Share of the sphere that was measured.
    pub sphere_completeness: f64,
    /// Expected non-hydrogen atoms in the primitive cell.
    pub atoms: f64,
}

/// What came of it.
pub struct Solved {
    /// The run.
    pub report: RunReport,
    /// The structures, most believed first; several may come from one candidate, in different space groups.
    pub structures: Vec<Structure>,
    /// True when the first structure is claimed to be right: its probability reaches `trust::BAR`.
    pub solved: bool,
    /// Probability that the first structure is right; 0 without one.
    pub probability: f64,
    /// What that rests on.
    pub evidence: Option<Evidence>,
    /// The parameters used.
    pub effective: Effective,
    /// The seeds of the run, before and after.
    pub seeds: Option<SeedSummary>,
    /// What ran the trials.
    pub device: Device,
    /// Seconds spent on setting up, on trials and on structures.
    pub seconds: Seconds,
}

/// Wall seconds of the parts of the job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// Expansion to P1, tables, plans.
    pub setup: f64,
    /// The trials.
    pub trials: f64,
    /// Symmetry, maps and peaks.
    pub structures: f64,
}

/// Runs the trials of a data set. `data` are merged in the space group, which is kept, unless there is a `hint`: then they are merged in
/// the Laue class alone, the group is found, and the hint is what the input says of it. Trials start from `seeds` where there are any, on the device of `backend` and works the candidates up to structures on the threads
/// of `pool`.
///
/// # Errors
/// `Error::Unusable` when the resolution cut leaves nothing to phase, or the sphere is too large for anyone or for the
/// device.
pub fn solve(
    data: &DataSet,
    hint: Option<&SpaceGroup>,
    options: &Options,
    seeds: Option<SeedInput<'_>>,
    backend: &dyn Backend,
    pool: Arc<rayon::ThreadPool>,
    watch: &mut dyn Watch,
) -> Result<Solved> {
    let begun = std::time::Instant::now();
    let header = &data.header;
    let (cell, space_group) = (&header.cell, &header.space_group);
    let d_min = resolution(data, options.d_min);
    allow(data, d_min, pool.current_num_threads(), options.memory)?;
    let sphere = Sphere::new(cell, space_group, &data.reflections, expected_atoms(header), d_min);
    if sphere.measured().count() < FEWEST_MEASURED {
        return Err(Error::unusable(
            format!("only {} reflections of the sphere to {d_min:.2} Å are measured", sphere.measured().count()),
            "choose a higher resolution with --resolution, or check the cell and the .hkl",
        ));
    }
    let mut arms = match seeds {
        Some(_) => seeded_portfolio(options.methods),
        None => portfolio(options.methods, sphere.atoms()),
    };
    if let Some(cycles) = options.max_cycles {
        arms.iter_mut().for_each(|arm| arm.cycles = cycles);
    }
    let defaults = Budget::for_size(sphere.atoms());
    let budget = Budget {
        trials: options.trials.unwrap_or(defaults.trials),
        max_cycles: options.max_cycles.or(defaults.max_cycles),
        time_limit: options.time_limit.or(defaults.time_limit),
    };
    let mut samplings: Vec<_> = arms.iter().map(|a| a.sampling).collect();
    samplings.sort_unstable();
    samplings.dedup();
    let engines = samplings
        .into_iter()
        .map(|sampling| {
            let gridded = sphere.problem(sampling);
            let slots = backend.slots(&gridded.problem, budget.trials);
            let engine = backend.engine(gridded.problem.clone(), slots).map_err(no_engine)?;
            Ok(GridEngine { sampling, gridded, engine })
        })
        .collect::<Result<Vec<_>>>()?;
    if engines.is_empty() {
        return Err(Error::Usage("no method is left to run; choose another --method".into()));
    }
    let effective = Effective {
        seed: options.seed,
        methods: options.methods,
        d_min,
        budget,
        arms: arms.clone(),
        slots: engines.iter().map(|e| e.engine.slots()).collect(),
        plans: engines.iter().filter_map(|e| e.engine.describe()).collect(),
        grids: engines.iter().map(|e| e.gridded.problem.layout().dims()).collect(),
        sphere: 2 * sphere.len(),
        sphere_completeness: sphere.completeness(),
        atoms: sphere.atoms(),
    };
    let mut summary = seeds.map(|input| SeedSummary::new(input, &sphere, space_group));
    let setup = begun.elapsed().as_secs_f64();
    let runner = Runner { cell, space_group, sphere: &sphere, engines, arms, budget, seed: options.seed, seeds };
    // Inside the pool, so that comparisons and structures keep to its threads as well.
    let report = pool.install(|| runner.run(watch));
    let trials = begun.elapsed().as_secs_f64() - setup;
    let bench = Bench::new(data, hint, &sphere, &report, &pool, Teller::new(watch));
    let structures = pool.install(|| bench.structures());
    let seconds = Seconds { setup, trials, structures: begun.elapsed().as_secs_f64() - setup - trials };
    if let (Some(summary), Some(input), Some(first)) = (&mut summary, seeds, report.verdict.candidates.first()) {
        summary.outcome = input.sets.sets.first().map(|known| outcome(known, &first.phased));
    }
    let evidence = structures.first().map(|first| evidence(data, &report, first));
    let probability = evidence.as_ref().map_or(0.0, probability);
    let solved = probability >= BAR;
    Ok(Solved {
        report,
        structures,
        solved,
        probability,
        evidence,
        effective,
        seeds: summary,
        device: backend.device(),
        seconds,
    })
}

/// Below this many measured reflections of the half sphere no figure of merit means anything.
const FEWEST_MEASURED: usize = 50;

/// A device that cannot even begin.
fn no_engine(error: EngineError) -> Error {
    Error::unusable(error.to_string(), "run with --backend cpu, or choose a lower resolution with --resolution")
}

/// What a run has to say for a structure of its.
fn evidence(data: &DataSet, report: &RunReport, structure: &Structure) -> Evidence {
    let candidate = &report.verdict.candidates[structure.candidate];
    let best = &report.finished[candidate.best];
    let model = structure.model.as_ref();
    Evidence {
        agreeing: candidate.members.len(),
        symmetry: candidate.fits.evidence(),
        r_weak: f64::from(best.merits.r_weak),
        r1: model.map(|m| m.r1),
        proven: best.proven,
        reach: reach(data),
        per_parameter: model.map_or(0.0, |m| m.reflections[0] as f64 / (4 * m.atoms).max(1) as f64),
    }
}
