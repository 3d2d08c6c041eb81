//! The loop over conditions and grids.

use super::condition::arm;
use super::draws::{Draws, End};
use super::subject::Subject;
use super::{Condition, Outcome};
use crate::engine::{Backend, EngineError};
use crate::phasing::{Arm, ArmId};
use crate::reflections::DataSet;
use crate::seed::{TrueModel, TruePhase};
use crate::trials::probe::{PROBED, unseeded_rate};
use crate::trials::search::STEP;
use crate::trials::{Crew, Slots};
use crate::{Error, Result};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

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
    /// The structure that they are of; `None` where no condition has a network.
    pub model: Option<&'a TrueModel>,
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
pub(super) struct Draw {
    pub condition: usize,
    pub draw: u32,
    pub arm: Arm,
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
                jobs.extend(todo.map(|draw| Draw { condition, draw, arm }));
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
                let (here, rest): (Vec<Draw>, Vec<Draw>) =
                    jobs.into_iter().partition(|job| job.arm.sampling == sampling);
                jobs = rest;
                let on = subject.on_grid(sampling);
                let slots = backend.slots(&on.gridded.problem, here.len() as u32);
                let mut crews = [Crew::new(backend, &on.gridded.problem, slots, 1).map_err(failed)?];
                let unseeded = probe(&mut crews, &here)?;
                let mut report = |outcome| {
                    done += 1;
                    watcher.outcome(outcome, done, all)
                };
                let mut draws = Draws {
                    screen: self,
                    subject: &subject,
                    on: &on,
                    jobs: here.into_iter(),
                    next: 0,
                    unseeded,
                    report: &mut report,
                };
                match Slots::new(&crews, STEP).run(&mut crews, &mut draws) {
                    Ok(()) => {}
                    Err(End::Enough) => return Ok(()),
                    Err(End::Failed(error)) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

/// Success without seeds of every arm among the jobs.
fn probe(crews: &mut [Crew], jobs: &[Draw]) -> Result<HashMap<ArmId, f64>> {
    let mut rates = HashMap::new();
    for job in jobs {
        if let Entry::Vacant(rate) = rates.entry(job.arm.name) {
            rate.insert(unseeded_rate(crews, &job.arm, PROBED, 1).map_err(failed)?);
        }
    }
    Ok(rates)
}

pub(super) fn failed(error: EngineError) -> Error {
    Error::unusable(error.to_string(), "run again with --backend cpu; what was finished is kept")
}
