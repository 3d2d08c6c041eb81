//! A search for phases: many trials, until what they have found is worth a look, and on from there.
//!
//! Every decision falls at a fixed number of cycles and by the trials' numbers, so that a search is the same for any
//! number of threads, for any number of engines that share its slots, and whether it was paused or ran through. It
//! depends on the number of slots: with more of them more trials are under way before the first has taught `Deal`
//! anything.

use super::desk::{Desk, Shift};
use super::relay::Relay;
use super::slots::Slots;
use super::stage::Running;
use super::starts::Starts;
use super::{
    Budget, Crew, Deal, Findings, Goal, Observer, Part, Progress, RunReport, SeedInput, SeedSource, StopReason, Told,
};
use crate::clock::Clock;
use crate::crystal::{Cell, SpaceGroup};
use crate::engine::{EngineError, StageSeconds};
use crate::grid::Sampling;
use crate::phasing::{Arm, AtomList, AtomStarts, GriddedSphere, Patterson, Sphere, StartKind};
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// Cycles between looks at the merits: convergence shows within 10–30 cycles, and a look costs about two
/// cycles (recipe notes §1, §4).
pub const STEP: u32 = 10;

/// A grid, and who works on it.
pub struct Workplace {
    /// Sampling that its arms ask for.
    pub sampling: Sampling,
    /// Places of the reflections on the grid.
    pub gridded: GriddedSphere,
    /// The engines.
    pub crew: Crew,
}

/// What a search is made of.
pub struct Setup<'a> {
    /// Cell of the input.
    pub cell: &'a Cell,
    /// Its space group.
    pub space_group: &'a SpaceGroup,
    /// The reflections.
    pub sphere: &'a Sphere,
    /// Arms in the order of their turns, see `Deal`.
    pub arms: Vec<Arm>,
    /// Limits; time is the clock's.
    pub budget: Budget,
    /// Seed of every random number.
    pub seed: u32,
    /// Phases known beforehand.
    pub seeds: Option<SeedInput<'a>>,
    /// Places of atoms to start from.
    pub atoms: Option<AtomList>,
}

/// A search under way. Between two calls of `go_on` its trials wait in their slots.
pub struct Search<'a> {
    pub(super) crews: Vec<Crew>,
    pub(super) slots: Slots<Running>,
    pub(super) desk: Desk<'a>,
    pub(super) relay: Relay,
    /// Engine time on devices that were lost.
    pub(super) spent: StageSeconds,
    /// Wall time on a GPU, and since when it counts on.
    on_gpu: Duration,
    since: Instant,
    fault: Option<EngineError>,
}

impl<'a> Search<'a> {
    /// Nothing has started yet. `workplaces`: one for each sampling that the arms ask for.
    pub fn new(mut setup: Setup<'a>, workplaces: Vec<Workplace>) -> Self {
        debug_assert!(setup.arms.iter().all(|arm| workplaces.iter().any(|place| place.sampling == arm.sampling)));
        let (mut crews, mut grids) = (Vec::new(), Vec::new());
        for Workplace { sampling, gridded, crew } in workplaces {
            let superposed = |arm: &Arm| arm.start == StartKind::Patterson && arm.sampling == sampling;
            let patterson = setup.arms.iter().any(superposed).then(|| Patterson::new(&gridded.problem));
            let source = |input| SeedSource::new(input, setup.space_group, setup.sphere, &gridded);
            let seeds = setup.seeds.map(source);
            // All arms that start from atoms run on one grid, whose trials take the list in order.
            let from_atoms = |arm: &Arm| arm.start == StartKind::Atom && arm.sampling == sampling;
            let list = if setup.arms.iter().any(from_atoms) { setup.atoms.take() } else { None };
            let atoms = list.map(|list| AtomStarts::new(list, setup.cell, setup.sphere, &gridded));
            let (ready, again) = (HashMap::new(), VecDeque::new());
            grids.push(Starts { sampling, gridded, patterson, atoms, seeds, ready, again, next: 0 });
            crews.push(crew);
        }
        let deal = Deal::new(&setup.arms);
        let slots = Slots::new(&crews, STEP);
        let relay = Relay::new(Vec::new(), setup.budget.trials);
        let desk = Desk { setup, grids, deal, first: None, findings: Findings::default(), running_best: None };
        let (spent, since) = (StageSeconds::default(), Instant::now());
        Self { crews, slots, desk, relay, spent, on_gpu: Duration::ZERO, since, fault: None }
    }

    /// The search changes its device as `relay` has it. Before it has begun.
    #[must_use]
    pub fn relayed(mut self, relay: Relay) -> Self {
        self.desk.first = relay.first();
        self.relay = relay;
        self
    }

    /// Every seed set is tried by itself, by so many trials. Before it has begun.
    #[must_use]
    pub fn with_sets_apart(mut self, trials_per_set: Option<u32>) -> Self {
        self.desk.deal = self.desk.deal.for_each_set(trials_per_set);
        self
    }

    /// Only a part of the trials is run, each by the arm whose turn it is. Before it has begun.
    #[must_use]
    pub fn of_part(mut self, part: Part) -> Self {
        self.desk.deal = self.desk.deal.for_part(part);
        self
    }

    /// Takes in trials that were run elsewhere, in the place of its own.
    pub fn take_in(&mut self, trials: Vec<Told>) {
        let Desk { setup, findings, .. } = &mut self.desk;
        for Told { finished, phases, .. } in trials {
            findings.started += 1;
            findings.cycles += u64::from(finished.cycles);
            let phased = phases.filter(|_| findings.wants(&finished, findings.held()));
            let phased = phased.map(|phases| setup.sphere.phased_by(&phases.0));
            findings.take(setup.cell, setup.space_group, finished, phased);
        }
        findings.show_best(setup.cell, setup.space_group);
    }

    /// What has been found so far.
    pub fn findings(&self) -> &Findings {
        &self.desk.findings
    }

    /// Trials in all that may be started from now on.
    pub fn allow(&mut self, trials: u32) {
        self.desk.setup.budget.trials = trials;
    }

    /// Runs until `goal` is reached (`Convinced`), all trials have finished, the clock has ended, the observer says
    /// stop, or an engine fails. But for the first, running trials are then ended where they stand and the best is
    /// shown for lack of a candidate; after the failure of an engine, those that ran are lost.
    pub fn go_on(&mut self, goal: &Goal, clock: &Clock, observer: &mut dyn Observer) -> StopReason {
        let begun = Instant::now();
        self.since = begun;
        let before = self.desk.findings.elapsed;
        let stopped = if self.fault.is_some() {
            StopReason::DeviceLost
        } else {
            self.rounds(goal, clock, observer, &|| before + begun.elapsed()).unwrap_or_else(|error| {
                self.fault = Some(error);
                StopReason::DeviceLost
            })
        };
        if stopped != StopReason::Convinced {
            self.desk.findings.show_best(self.desk.setup.cell, self.desk.setup.space_group);
        }
        self.clock_device();
        let findings = &mut self.desk.findings;
        findings.started = (findings.finished.len() + self.slots.running()) as u32;
        findings.elapsed = before + begun.elapsed();
        let crews = || self.crews.iter().chain(self.relay.spare());
        findings.stages = self.spent;
        crews().for_each(|crew| findings.stages.add(&crew.stage_seconds()));
        if self.on_gpu > Duration::ZERO {
            let busy = |crew: &Crew| if crew.on_gpu() { crew.stage_seconds().total() } else { 0.0 };
            let busy: f64 = self.spent.total() + crews().map(busy).sum::<f64>();
            findings.busy = Some((busy / self.on_gpu.as_secs_f64()).min(1.0));
        }
        stopped
    }

    /// Books the time since it was last booked.
    pub(super) fn clock_device(&mut self) {
        if self.crews.iter().any(Crew::on_gpu) {
            self.on_gpu += self.since.elapsed();
        }
        self.since = Instant::now();
    }

    /// The loop. An engine that fails ends it where it stands: what has finished is in the findings.
    fn rounds(
        &mut self,
        goal: &Goal,
        clock: &Clock,
        observer: &mut dyn Observer,
        elapsed: &dyn Fn() -> std::time::Duration,
    ) -> Result<StopReason, EngineError> {
        loop {
            self.desk.running_best = None;
            let mut shift = Shift { desk: &mut self.desk, observer: &mut *observer };
            match self.slots.round(&mut self.crews, &mut shift) {
                Ok(true) => {}
                Ok(false) if self.hand_over(observer) => continue,
                Ok(false) => return Ok(StopReason::TrialsUsed),
                Err(error) if self.take_back(&error, observer) => continue,
                Err(error) if self.go_on_without(&error, observer) => continue,
                Err(error) => return Err(error),
            }
            if goal.reached(&self.desk.findings) {
                return Ok(StopReason::Convinced);
            }
            if let Some(reason) = StopReason::of(clock) {
                self.finish_running(observer)?;
                return Ok(reason);
            }
            self.desk.findings.elapsed = elapsed();
            let progress = self.progress();
            if !observer.step(&progress) {
                self.finish_running(observer)?;
                return Ok(StopReason::Interrupted);
            }
        }
    }

    fn progress(&self) -> Progress {
        let findings = &self.desk.findings;
        let finished = findings.finished.iter().map(|trial| trial.merits.r_weak);
        Progress {
            finished: findings.finished.len() as u32,
            trials: self.desk.deal.share(self.desk.setup.budget.trials),
            cycles: findings.cycles,
            elapsed: findings.elapsed,
            best_r_weak: finished.chain(self.desk.running_best).min_by(f32::total_cmp),
            agreeing: findings.verdict.candidates.first().map_or(0, |candidate| candidate.members.len()),
        }
    }

    /// Ends every running trial where it stands and takes what it found.
    ///
    /// # Errors
    /// Those of the engines; trials that were not seen by then stay in their slots.
    pub fn finish_running(&mut self, observer: &mut dyn Observer) -> Result<(), EngineError> {
        let mut shift = Shift { desk: &mut self.desk, observer };
        self.slots.clear(&mut self.crews, |look| shift.finish(look, false))
    }

    /// The engines, for other work between two calls of `go_on`: only while no trial waits in a slot, which is so after
    /// every end but `Convinced`.
    pub fn crews(&mut self) -> Option<&mut [Crew]> {
        (self.slots.running() == 0).then_some(&mut self.crews)
    }

    /// The report of a search that has ended for the reason that `go_on` gave last.
    pub fn report(self, stopped: StopReason) -> RunReport {
        self.desk.findings.report(stopped, self.fault.map(|error| error.to_string()))
    }
}
