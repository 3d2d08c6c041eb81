//! Search, work-up and judge, round by round, until one of them has enough.

use super::assessment::Assessment;
use super::contender::Contender;
use super::judge::Judgement;
use super::judged::judged;
use super::note::Note;
use super::pace::{MORE_AGREEING, MORE_TRIALS, Pace};
use super::solved::{Modelled, Seconds};
use super::structure::Structure;
use super::teller::Teller;
use super::watch::Watch;
use super::work_up::WorkUp;
use super::{Job, MOST_STRUCTURES, Means};
use crate::clock::Clock;
use crate::engine::Device;
use crate::phasing::{Arm, AtomList, Sphere};
use crate::trials::{Budget, Goal, Part, Relay, RunReport, Search, Setup, StopReason, Told, Workplace};
use std::ops::ControlFlow;

/// Share of a time limit that trials may take: what they have found is then worked up in the rest.
const SEARCH_SHARE: f64 = 0.8;
/// A job under way.
pub struct Case<'a> {
    search: Search<'a>,
    assessment: Assessment<'a>,
    /// The clock of the trials.
    clock: Clock,
    whole: &'a Clock,
    seconds: Seconds,
    /// Trials of each seed set, where every set is tried by itself.
    trials_per_set: Option<u32>,
}

/// A job that has ended.
pub struct Closed {
    /// The run.
    pub report: RunReport,
    /// The structures that are kept, the most believed first.
    pub structures: Vec<Structure>,
    /// All that were worked up.
    pub modelled: Vec<Modelled>,
    /// What is thought of the first.
    pub judgement: Judgement,
    /// What is thought of each trial, where every seed set was tried by itself.
    pub judged: Vec<f64>,
    /// Time spent on trials and on structures.
    pub seconds: Seconds,
    /// What ran the last trials, where it was not the device of the first.
    pub device: Option<Device>,
}

impl<'a> Case<'a> {
    /// Nothing has begun.
    pub fn new(
        job: &Job<'a>,
        means: &Means<'a>,
        sphere: &'a Sphere,
        arms: Vec<Arm>,
        budget: Budget,
        places: Vec<Workplace>,
        atoms: Option<AtomList>,
    ) -> Self {
        let header = &job.data.header;
        let setup = Setup {
            cell: &header.cell,
            space_group: &header.space_group,
            sphere,
            arms,
            budget,
            seed: job.options.seed,
            seeds: job.seeds,
            atoms,
        };
        Self {
            search: Search::new(setup, places),
            assessment: Assessment::new(WorkUp::new(job.data, job.hint, sphere, means.backend, means.clock)),
            clock: means.clock.part(SEARCH_SHARE),
            whole: means.clock,
            seconds: Seconds::default(),
            trials_per_set: None,
        }
    }

    /// The search changes its device as `relay` has it.
    #[must_use]
    pub fn relayed(self, relay: Relay) -> Self {
        Self { search: self.search.relayed(relay), ..self }
    }

    /// Every seed set is tried by itself, by so many trials.
    #[must_use]
    pub fn with_sets_apart(self, trials_per_set: Option<u32>) -> Self {
        Self { search: self.search.with_sets_apart(trials_per_set), trials_per_set, ..self }
    }

    /// Only a part of the trials is run, and the clock is theirs alone.
    #[must_use]
    pub fn of_part(self, part: Part) -> Self {
        Self { search: self.search.of_part(part), clock: self.whole.clone(), ..self }
    }

    /// Runs the trials of a part until all have finished, time is used up, or somebody says stop. With `until_sure` what convinces is worked up, and
    /// a claim ends it: `Convinced` then.
    pub fn go_part(&mut self, until_sure: bool, watch: &mut dyn Watch) -> StopReason {
        let mut goal = if until_sure { Goal::default() } else { Goal::never() };
        loop {
            let stopped = self.search.go_on(&goal, &self.clock, watch);
            if stopped != StopReason::Convinced {
                return stopped;
            }
            self.look(watch, false);
            if self.assessment.fault().is_some() {
                return StopReason::DeviceLost;
            }
            if self.assessment.judgement.claimed() {
                return StopReason::Convinced;
            }
            if let Some(reason) = StopReason::of(self.whole) {
                return reason;
            }
            goal = Goal::after(self.search.findings(), MORE_AGREEING, MORE_TRIALS);
        }
    }

    /// Works up trials that were run elsewhere.
    pub fn go_told(&mut self, trials: Vec<Told>, watch: &mut dyn Watch) -> StopReason {
        let begun = self.whole.elapsed();
        self.search.take_in(trials);
        self.look(watch, true);
        self.seconds.structures += (self.whole.elapsed() - begun).as_secs_f64();
        if self.assessment.fault().is_some() { StopReason::DeviceLost } else { StopReason::TrialsUsed }
    }

    /// Goes on until the judge is content, trials or time are used up, or somebody says stop.
    pub fn go(&mut self, watch: &mut dyn Watch) -> StopReason {
        let mut goal = if self.trials_per_set.is_some() { Goal::never() } else { Goal::default() };
        let mut pace = Pace::new(self.search.alone());
        loop {
            let begun = self.whole.elapsed();
            let stopped = self.search.go_on(&goal, &self.clock, watch);
            let searched = self.whole.elapsed();
            self.seconds.trials += (searched - begun).as_secs_f64();
            let ended = stopped != StopReason::Convinced;
            self.look(watch, ended);
            self.seconds.structures += (self.whole.elapsed() - searched).as_secs_f64();
            if self.assessment.fault().is_some() {
                return StopReason::DeviceLost;
            }
            if ended {
                return stopped;
            }
            if let Some(reason) = StopReason::of(self.whole) {
                return reason;
            }
            match pace.after(&self.assessment.judgement, self.search.findings()) {
                ControlFlow::Continue(next) => goal = next,
                ControlFlow::Break(reason) => {
                    if reason == StopReason::Settled {
                        self.look(watch, true);
                    }
                    return reason;
                }
            }
        }
    }

    /// Works up what there is, ranks it, and judges the first. Until the search has `ended` only candidates that look right are worth the
    /// time.
    fn look(&mut self, watch: &mut dyn Watch, ended: bool) {
        let contenders: Vec<Contender<'_>> = Contender::all(self.search.findings())
            .into_iter()
            .filter(|contender| ended || contender.convinces || contender.looks_right())
            .collect();
        let best = self.assessment.structures().iter().map(Structure::paid).min_by(f64::total_cmp);
        let teller = Teller::new(watch, best);
        let finished = self.search.findings().finished.len();
        self.assessment.take(&contenders, finished as u32, &teller);
        let (structures, judgement) = (self.assessment.structures(), &self.assessment.judgement);
        teller.note(&Note::Judged { finished, ended, structures, judgement });
    }

    /// Closes the case.
    pub fn close(self, stopped: StopReason) -> Closed {
        let moved = !self.search.findings().moves.is_empty();
        let device = self.search.device().filter(|_| moved);
        let mut report = self.search.report(stopped);
        if let Some(error) = self.assessment.fault() {
            report.fault = Some(error.to_string());
        }
        let edges = self.assessment.edges();
        let (mut structures, judgement) = self.assessment.close();
        let judged =
            self.trials_per_set.map_or_else(Vec::new, |each| judged(&report, each, &structures, &judgement, edges));
        let modelled = structures.iter().map(Modelled::of).collect();
        structures.truncate(MOST_STRUCTURES);
        Closed { report, structures, modelled, judgement, judged, seconds: self.seconds, device }
    }
}
