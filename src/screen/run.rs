//! The loop over conditions, draws and slots.

use super::condition::arm;
use super::subject::{OnGrid, Subject};
use super::{Condition, Outcome};
use crate::engine::{Backend, Engine, EngineError, Start};
use crate::phasing::rules::converged;
use crate::phasing::{Arm, Draw, StartKind, feasibility};
use crate::reflections::DataSet;
use crate::seed::{Prediction, TruePhase};
use crate::trials::probe::{PROBED, unseeded_rate};
use crate::trials::runner::STEP;
use crate::{Error, Result};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Hears of every outcome; false ends the screen.
pub trait Watcher {
    /// One trial has ended; `done` of `all` have.
    fn outcome(&mut self, outcome: Outcome, done: usize, all: usize) -> Result<bool>;
}

/// A screen that has been set up.
pub struct Screen<'a> {
    /// The data.
    pub data: &'a DataSet,
    /// True phases of its unique reflections.
    pub truth: &'a [TruePhase],
    /// The grid.
    pub conditions: &'a [Condition],
    /// Draws of each condition.
    pub draws: u32,
    /// Fraction of wrong seeds that the trials assume, in place of the true one.
    pub told: Option<f64>,
    /// Cycles of a trial in place of the arm's own.
    pub cycles: Option<u32>,
}

/// A trial still to be run.
struct Job {
    condition: usize,
    draw: u32,
    arm: Arm,
}

/// A trial in a slot.
struct Seated {
    job: Job,
    done: u32,
    s0: f64,
    predicted: [f64; 2],
}

impl Screen<'_> {
    /// Runs every trial that is not in `known` (condition, draw).
    ///
    /// # Errors
    /// An unknown arm, seeds that leave nothing, and a device that fails.
    pub fn run(&self, backend: &dyn Backend, known: &HashSet<(usize, u32)>, watcher: &mut dyn Watcher) -> Result<()> {
        let all = self.conditions.len() * self.draws as usize;
        let mut done = known.len();
        let mut first = 0;
        while first < self.conditions.len() {
            let head = &self.conditions[first];
            let same = |c: &&Condition| c.d_min == head.d_min && c.completeness == head.completeness;
            let count = self.conditions[first..].iter().take_while(same).count();
            let mut jobs = Vec::new();
            for (condition, c) in self.conditions.iter().enumerate().skip(first).take(count) {
                let mut arm =
                    arm(&c.method).ok_or_else(|| Error::Usage(format!("--method {} is not known", c.method)))?;
                arm.cycles = self.cycles.unwrap_or(arm.cycles);
                let todo = (1..=self.draws).filter(|&draw| !known.contains(&(condition, draw)));
                jobs.extend(todo.map(|draw| Job { condition, draw, arm }));
            }
            first += count;
            if jobs.is_empty() {
                continue;
            }
            let subject = Subject::new(self.data, self.truth, head.d_min, head.completeness);
            let mut samplings: Vec<_> = jobs.iter().map(|job| job.arm.sampling).collect();
            samplings.sort_unstable();
            samplings.dedup();
            for sampling in samplings {
                let (here, rest): (Vec<Job>, Vec<Job>) = jobs.into_iter().partition(|job| job.arm.sampling == sampling);
                jobs = rest;
                let on = subject.on_grid(sampling);
                let slots = backend.slots(&on.gridded.problem, here.len() as u32);
                let engine = backend.engine(on.gridded.problem.clone(), slots).map_err(failed)?;
                let mut engine = engine;
                let unseeded = self.probe(engine.as_mut(), &here)?;
                let mut report = |outcome| {
                    done += 1;
                    watcher.outcome(outcome, done, all)
                };
                if !self.on_engine(&subject, &on, engine, here, &unseeded, &mut report)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Success without seeds of every arm among the jobs, by its name.
    fn probe(&self, engine: &mut dyn Engine, jobs: &[Job]) -> Result<HashMap<&'static str, f64>> {
        let mut rates = HashMap::new();
        for job in jobs {
            if !rates.contains_key(job.arm.name) {
                rates.insert(job.arm.name, unseeded_rate(engine, &job.arm, PROBED, 1).map_err(failed)?);
            }
        }
        Ok(rates)
    }

    /// The jobs of one engine; false when the watcher has had enough.
    fn on_engine(
        &self,
        subject: &Subject<'_>,
        on: &OnGrid,
        mut engine: Box<dyn Engine>,
        jobs: Vec<Job>,
        unseeded: &HashMap<&'static str, f64>,
        report: &mut dyn FnMut(Outcome) -> Result<bool>,
    ) -> Result<bool> {
        let mut jobs = jobs.into_iter();
        let mut slots: Vec<Option<Seated>> = (0..engine.slots()).map(|_| None).collect();
        loop {
            for (slot, seated) in slots.iter_mut().enumerate().filter(|(_, seated)| seated.is_none()) {
                let Some(job) = jobs.next() else { break };
                *seated = Some(self.seat(subject, on, engine.as_mut(), slot, job, unseeded)?);
            }
            if slots.iter().all(Option::is_none) {
                return Ok(true);
            }
            engine.advance(STEP).map_err(failed)?;
            let merits = engine.merits().map_err(failed)?;
            for (slot, (seated, merits)) in slots.iter_mut().zip(merits).enumerate() {
                let (Some(trial), Some(merits)) = (seated.as_mut(), merits) else { continue };
                trial.done += STEP;
                if trial.done < trial.job.arm.cycles && !converged(&merits, trial.job.arm.is_flipping()) {
                    continue;
                }
                let phases = engine.phases(slot).map_err(failed)?.unwrap_or_default();
                engine.vacate(slot);
                let outcome = Outcome {
                    condition: trial.job.condition,
                    draw: trial.job.draw,
                    cc: subject.judge(on, &phases),
                    cycles: trial.done,
                    kappa: f64::from(merits.kappa),
                    r_weak: f64::from(merits.r_weak),
                    s0: trial.s0,
                    predicted: trial.predicted,
                };
                *seated = None;
                if !report(outcome)? {
                    return Ok(false);
                }
            }
        }
    }

    fn seat(
        &self,
        subject: &Subject<'_>,
        on: &OnGrid,
        engine: &mut dyn Engine,
        slot: usize,
        job: Job,
        unseeded: &HashMap<&'static str, f64>,
    ) -> Result<Seated> {
        let condition = &self.conditions[job.condition];
        let sets = subject.seeds(&condition.oracle(job.draw))?;
        let (group, known) = (subject.group(), &sets.sets[0]);
        let wrong = self.told.unwrap_or(condition.wrong);
        let hold = match job.arm.start {
            StartKind::Seeded(start) if start.drawn => (start.hold, Draw::Trial { seed: 1, trial: job.draw }),
            StartKind::Seeded(start) => (start.hold, Draw::Mean),
            StartKind::Random | StartKind::Patterson => (0, Draw::Mean),
        };
        let seeds = on.places.seeds(&on.gridded.problem, group, sets.origin, known, wrong, hold.1);
        let start = Start::Seeded { seeds: Arc::new(seeds), hold: hold.0 };
        engine.seat(slot, &start, job.arm.recipe(1, job.draw)).map_err(failed)?;
        let figures = feasibility(&subject.sphere, group, sets.origin, known, condition.wrong);
        let prediction =
            Prediction::new(&figures, condition.d_min, [unseeded.get(job.arm.name).copied().unwrap_or_default(); 2]);
        let predicted = if job.arm.is_flipping() { prediction.flipping } else { prediction.message };
        Ok(Seated { job, done: 0, s0: figures.height, predicted })
    }
}

fn failed(error: EngineError) -> Error {
    Error::unusable(error.to_string(), "run again with --backend cpu; what was finished is kept")
}
