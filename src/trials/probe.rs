//! How often does a method solve this structure without any seeds?

use super::Crew;
use super::queue::{Course, Job, Look, Next, Queue};
use super::search::STEP;
use super::slots::Slots;
use crate::engine::{EngineError, Start};
use crate::phasing::Arm;

/// Trials that show whether a structure needs seeds.
pub const PROBED: u32 = 8;

/// Share of `trials` random starts of an arm whose merits convince within its cycles; no truth is used. The slots of
/// the crews are empty afterwards.
///
/// # Errors
/// Those of the engines.
pub fn unseeded_rate(crews: &mut [Crew], arm: &Arm, trials: u32, seed: u32) -> Result<f64, EngineError> {
    let mut probe = Probe { arm, trials, seed, next: 0, solved: 0 };
    Slots::new(crews, STEP).run(crews, &mut probe)?;
    Ok(f64::from(probe.solved) / f64::from(trials.max(1)))
}

struct Probe<'a> {
    arm: &'a Arm,
    trials: u32,
    seed: u32,
    next: u32,
    solved: u32,
}

impl Queue for Probe<'_> {
    type Trial = ();
    type Error = EngineError;

    fn next(&mut self, _: usize) -> Result<Option<Job<()>>, EngineError> {
        let trial = self.next;
        self.next += u32::from(trial < self.trials);
        let job = || Job {
            number: trial,
            course: Course::Run(Start::Random { seed: self.seed, trial }, self.arm.recipe(self.seed, trial)),
            trial: (),
        };
        Ok((trial < self.trials).then(job))
    }

    fn look(&mut self, look: &mut Look<'_, ()>) -> Result<Next, EngineError> {
        let converged = self.arm.method().protocol().converged.pass(&look.merits);
        self.solved += u32::from(converged);
        Ok(if converged || look.cycles >= self.arm.cycles { Next::Leave } else { Next::GoOn })
    }
}
