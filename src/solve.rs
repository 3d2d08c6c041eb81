//! The main job without files or screen: from a data set to ranked structures.
//!
//! | file | noun |
//! |---|---|
//! | `options` | what the user can choose, and what was used |
//! | `setup` | a run that is ready to begin |
//! | `seeded` | what a run says of its seeds |
//! | `seen` | a candidate as the work-up sees it |
//! | `rework` | phases that go on in an engine |
//! | `settle` | phases gone over once more |
//! | `groups` | the space groups of a candidate |
//! | `merges` | unique reflections of each group |
//! | `work_up` | from candidates to structures |
//! | `structure` | a candidate in a group |
//! | `ranking` | one order for all structures |
//! | `judge` | claim, doubt, and when to stop |
//!
//! Imports: `trials`, `phasing`, `engine`, `symmetry`, `model`, `trust`, `grid`, `structure`, `seed`, `reflections`, `crystal`, `clock`, `error`.

mod groups;
mod judge;
mod merges;
mod options;
mod ranking;
mod rework;
mod seeded;
mod seen;
mod settle;
mod setup;
mod structure;
mod work_up;

pub use options::{DEFAULT_D_MIN, Effective, Options, resolution};
pub use seeded::{SeedOutcome, SeedSummary};
pub use structure::{Route, Structure};

use crate::Result;
use crate::clock::Clock;
use crate::crystal::SpaceGroup;
use crate::engine::{Backend, Device};
use crate::reflections::{DataSet, reach};
use crate::trials::{Observer, RunReport, Runner, SeedInput};
use crate::trust::{Evidence, log_odds};
use judge::{Judgement, evidence};
use ranking::rank;
use seeded::outcome;
use seen::Seen;
use serde::Serialize;
use setup::Setup;
use std::sync::Arc;
use work_up::WorkUp;

/// Structures that are kept, over all candidates and space groups: files `_a` to `_e`.
pub const MOST_STRUCTURES: usize = 5;

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
/// the Laue class alone, the group is found, and the hint is what the input says of it. Trials start from `seeds` where there are any,
/// on the device of `backend`; candidates are worked up on the threads of `pool`.
///
/// # Errors
/// Those of `Setup::new`.
pub fn solve(
    data: &DataSet,
    hint: Option<&SpaceGroup>,
    options: &Options,
    seeds: Option<SeedInput<'_>>,
    backend: &dyn Backend,
    pool: Arc<rayon::ThreadPool>,
    observer: &mut dyn Observer,
) -> Result<Solved> {
    let clock = Clock::new(options.time_limit);
    let header = &data.header;
    let (cell, space_group) = (&header.cell, &header.space_group);
    let setup = Setup::new(data, options, seeds.is_some(), backend)?;
    let effective = setup.effective(options);
    let Setup { sphere, arms, budget, engines, .. } = setup;
    let mut summary = seeds.map(|input| SeedSummary::new(input, &sphere, space_group));
    let set_up = clock.elapsed().as_secs_f64();
    let runner = Runner { cell, space_group, sphere: &sphere, engines, arms, budget, seed: options.seed, seeds };
    // Inside the pool, so that comparisons and structures keep to its threads as well.
    let report = pool.install(|| runner.run(observer));
    let trials = clock.elapsed().as_secs_f64() - set_up;
    let candidates = &report.verdict.candidates;
    let seen: Vec<Seen<'_>> = candidates
        .iter()
        .enumerate()
        .map(|(id, candidate)| Seen { id: id as u32, candidate, best: &report.finished[candidate.best] })
        .collect();
    let mut work_up = WorkUp::new(data, hint, &sphere, backend, &clock);
    pool.install(|| work_up.take(&seen, &mut |_| {})).unwrap();
    let reach = reach(data);
    let evidence_of = |s: &Structure| evidence(&seen[s.candidate as usize], s, reach);
    rank(&mut work_up.structures, |s| log_odds(&evidence_of(s)));
    while let Some(first) = work_up.structures.first().map(|s| seen[s.candidate as usize]) {
        if !pool.install(|| work_up.widen(&first)).unwrap() {
            break;
        }
        rank(&mut work_up.structures, |s| log_odds(&evidence_of(s)));
    }
    let mut structures = work_up.structures;
    structures.truncate(MOST_STRUCTURES);
    let seconds = Seconds { setup: set_up, trials, structures: clock.elapsed().as_secs_f64() - set_up - trials };
    if let (Some(summary), Some(input), Some(first)) = (&mut summary, seeds, report.verdict.candidates.first()) {
        summary.outcome = input.sets.sets.first().map(|known| outcome(known, &first.phased));
    }
    let judgement = Judgement::of(structures.first().map(evidence_of));
    Ok(Solved {
        structures,
        solved: judgement.claimed(),
        probability: judgement.probability,
        evidence: judgement.evidence,
        effective,
        seeds: summary,
        device: backend.device(),
        seconds,
        report,
    })
}
