//! The main job without files or screen: from a data set to ranked structures.
//!
//! ```text
//!            ┌──────────── not claimed, or doubted, and trials left ◀───────────┐
//!            ▼                                                                  │
//! setup ─▶ search ──something to look at──▶ work-up ─▶ ranking ─▶ judge ────────┴──▶ solved
//! ```
//! The search pauses when phases convince; they are worked up to models, all models stand in one ranking, and the judge, who also makes the
//! claim, says whether the search goes on. One clock is looked at in every stage.
//!
//! | file | noun |
//! |---|---|
//! | `options` | what the user can choose, and what was used |
//! | `memory` | what a run takes of the machine's memory |
//! | `setup` | a run that is ready to begin |
//! | `question` | the group whose vectors starts are looked for by |
//! | `seeded` | what a run says of its seeds |
//! | `contender` | a candidate as the work-up sees it |
//! | `rework` | phases that go on in an engine |
//! | `settle` | phases gone over once more |
//! | `groups` | the space groups of a candidate |
//! | `above` | those of a higher Laue class that a model shows |
//! | `merges` | unique reflections of each group |
//! | `work_up` | from candidates to structures |
//! | `models` | maps sketched, models for those with hope |
//! | `hopes` | which sketches are worth a model |
//! | `relatives` | groups that come into question once models stand |
//! | `structure` | a candidate in a group |
//! | `kinship` | a group beside its subgroup |
//! | `ranking` | one order for all structures |
//! | `judge` | claim, doubt, and when to stop |
//! | `pace` | when a run has enough |
//! | `absolute` | the hand of a structure |
//! | `assessment` | what was worked up, and what the judge thinks of the first |
//! | `case` | search, work-up and judge, round by round |
//! | `judged` | the trials of seed sets, each judged by itself |
//! | `note` | what decisions rest on |
//! | `watch` | who follows a job, and what is told |
//! | `teller` | tells it from any thread |
//! | `tried` | what was tried of a candidate already |
//! | `solved` | what came of it |
//!
//! Imports: `clock`, `trials`, `phasing`, `engine`, `symmetry`, `model`, `trust`, `grid`, `structure`, `seed`, `reflections`, `crystal`, `error`.

mod above;
mod absolute;
mod assessment;
mod case;
mod contender;
mod groups;
mod hopes;
mod judge;
mod judged;
mod kinship;
mod memory;
mod merges;
mod models;
mod note;
mod options;
mod pace;
mod question;
mod ranking;
mod relatives;
mod rework;
mod seeded;
mod settle;
mod setup;
mod solved;
mod structure;
mod teller;
mod tried;
mod watch;
mod work_up;

pub use crate::engine::Device;
pub use absolute::Absolute;
pub use judge::{Judgement, evidence};
pub use kinship::{Kinship, Pair};
pub use memory::{Demand, allow, free};
pub use note::{Choice, Models, Note, Polished, Routes};
pub use options::{DEFAULT_D_MIN, Effective, Options, resolution};
pub use pace::Pace;
pub use ranking::{Entry, standings};
pub use seeded::{SeedOutcome, SeedSummary};
pub use solved::{Modelled, Seconds, Solved};
pub use structure::{Found, Route, Structure};
pub use watch::{Stage, Watch};

use crate::Result;
use crate::clock::Clock;
use crate::crystal::SpaceGroup;
use crate::engine::Backend;
use crate::reflections::DataSet;
use crate::trials::{Part, SeedInput, StopReason, Told};
use absolute::settle_hands;
use case::Case;
use seeded::outcome;
use setup::Prepared;

/// Structures that are kept, over all candidates and space groups: files `_a` to `_e`.
pub const MOST_STRUCTURES: usize = 5;

/// What is to be solved, and how.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// Data merged in the space group, which is kept, unless there is a `hint`: then they are merged in the Laue class alone.
    pub data: &'a DataSet,
    /// What the input says of a space group that is to be found.
    pub hint: Option<&'a SpaceGroup>,
    /// What the user has chosen.
    pub options: &'a Options,
    /// Phases known beforehand, from which trials start.
    pub seeds: Option<SeedInput<'a>>,
}

/// What it is solved with.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// The device of the trials.
    pub backend: &'a dyn Backend,
    /// Threads for everything else.
    pub pool: &'a rayon::ThreadPool,
    /// When to end. It has begun; its limit is that of the whole job.
    pub clock: &'a Clock,
}

/// Solves a structure: trials, structures of what they find, and a judgement.
///
/// # Errors
/// Those of `memory::allow` and `Prepared::new`: too much, or nothing, to phase.
pub fn solve(job: &Job<'_>, means: &Means<'_>, watch: &mut dyn Watch) -> Result<Solved> {
    led(job, means, None, |case| case.go(watch))
}

/// What `solve` makes of trials that have run elsewhere; none is run.
///
/// # Errors
/// As `solve`.
pub fn solve_told(job: &Job<'_>, means: &Means<'_>, trials: Vec<Told>, watch: &mut dyn Watch) -> Result<Solved> {
    led(job, means, None, |case| case.go_told(trials, watch))
}

/// Runs a part of the trials, which the ledger of `watch` keeps; with `until_sure` only until the judge claims a structure (`StopReason::Convinced`
/// then). What was looked at on the way is in the answer.
///
/// # Errors
/// As `solve`.
pub fn solve_part(
    job: &Job<'_>,
    means: &Means<'_>,
    part: Part,
    until_sure: bool,
    watch: &mut dyn Watch,
) -> Result<Solved> {
    led(job, means, Some(part), |case| case.go_part(until_sure, watch))
}

/// A job from its preparation to its close; `lead` takes it through.
fn led(
    job: &Job<'_>,
    means: &Means<'_>,
    part: Option<Part>,
    lead: impl FnOnce(&mut Case<'_>) -> StopReason + Send,
) -> Result<Solved> {
    let begun = means.clock.elapsed();
    let prepared = Prepared::new(job, means)?;
    let effective = prepared.effective(job.options);
    let group = &job.data.header.space_group;
    let mut seeds = job.seeds.map(|input| SeedSummary::new(input, &prepared.sphere, group));
    let setup = (means.clock.elapsed() - begun).as_secs_f64();
    let Prepared { sphere, arms, budget, places, relay, atoms, trials_per_set, .. } = prepared;
    let case = Case::new(job, means, &sphere, arms, budget, places, atoms);
    let mut case = case.with_sets_apart(trials_per_set).relayed(relay);
    // Inside the pool, so that comparisons and structures keep to its threads as well.
    if let Some(part) = part {
        case = case.of_part(part);
    }
    let stopped = means.pool.install(|| lead(&mut case));
    let mut closed = case.close(stopped);
    means.pool.install(|| settle_hands(&mut closed.structures, job.data));
    for (modelled, structure) in closed.modelled.iter_mut().zip(&closed.structures) {
        modelled.group = structure.group.clone();
    }
    let leading = closed.structures.first().map(|structure| structure.found.candidate);
    let candidates = &closed.report.verdict.candidates;
    let leader = candidates.iter().find(|candidate| Some(candidate.id) == leading).or(candidates.first());
    if let (Some(summary), Some(input), Some(leader)) = (&mut seeds, job.seeds, leader) {
        summary.outcome = Some(outcome(&input.sets.sets.get(0), &leader.sighting.phased, group));
    }
    Ok(Solved {
        structures: closed.structures,
        judged: closed.judged,
        modelled: closed.modelled,
        solved: closed.judgement.claimed(),
        probability: closed.judgement.probability,
        probability_group: closed.judgement.probability_group,
        evidence: closed.judgement.evidence,
        effective,
        seeds,
        device: closed.device.unwrap_or_else(|| means.backend.device()),
        seconds: Seconds { setup, ..closed.seconds },
        report: closed.report,
    })
}
