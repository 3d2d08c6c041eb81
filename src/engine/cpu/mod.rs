//! The engine on the host's cores: one trial per thread at a time, fused passes, f32.
//!
//! - `backend`   the processor as a device
//! - `passes`    column and plane pass over mixed space
//! - `trial`     state of one trial and its start
//! - `flipping`  a cycle of charge flipping
//! - `message`   a cycle of message passing
//! - `pair`      its passes under the pair prior
//! - `evaluate`  figures of merit and phases
//! - `copy`      what memory gives to a plain copy

mod backend;
mod copy;
mod evaluate;
mod flipping;
mod message;
mod pair;
pub mod passes;
mod trial;

pub use backend::CpuBackend;

use super::{Device, Direction, Engine, EngineError, Merits, Problem, Recipe, StageSeconds, Start};
use crate::twins::random::phase_table;
use num_complex::Complex32;
use passes::Passes;
use rayon::prelude::*;
use std::sync::Arc;
use trial::Trial;

/// Times that a cycle goes through the mixed space of its trial: the plane pass and the column pass each read and write
/// it, and in message passing one column pass reads and another writes.
const PASSES: usize = 4;

/// What the trials of an engine share.
struct Shared {
    problem: Problem,
    passes: Passes,
    phase_table: Vec<[f32; 2]>,
    /// Where the problem knows distances.
    direction: Option<Direction>,
}

/// The CPU engine.
pub struct CpuEngine {
    shared: Shared,
    slots: Vec<Option<Trial>>,
    pool: Arc<rayon::ThreadPool>,
    seconds: StageSeconds,
}

impl CpuEngine {
    /// An engine of `slots` slots whose trials run on the threads of `pool`. Results do not depend on
    /// the number of threads: a trial's sums are taken by one thread in a fixed order.
    pub fn new(problem: Problem, slots: usize, pool: Arc<rayon::ThreadPool>) -> Self {
        let passes = Passes::new(Arc::new(problem.layout().clone()));
        let direction = problem.pairs().map(|_| Direction::new(&problem, &passes));
        let shared = Shared { problem, passes, phase_table: phase_table(), direction };
        Self { shared, slots: (0..slots).map(|_| None).collect(), pool, seconds: StageSeconds::default() }
    }

    /// Runs `work` on every seated trial, each with its thread's buffers, and adds up the times.
    fn on_trials<T: Send>(
        &mut self,
        work: impl Fn(&Shared, &mut Trial, &mut passes::Scratch) -> T + Sync,
    ) -> Vec<Option<T>> {
        let shared = &self.shared;
        let results: Vec<Option<(T, StageSeconds)>> = self.pool.install(|| {
            self.slots
                .par_iter_mut()
                .with_max_len(1)
                .map_init(
                    || shared.passes.scratch(),
                    |scratch, slot| {
                        let trial = slot.as_mut()?;
                        let before = trial.seconds;
                        let result = work(shared, trial, scratch);
                        Some((result, trial.seconds.since(&before)))
                    },
                )
                .collect()
        });
        results
            .into_iter()
            .map(|slot| {
                slot.map(|(result, seconds)| {
                    self.seconds.add(&seconds);
                    result
                })
            })
            .collect()
    }
}

impl Engine for CpuEngine {
    fn device(&self) -> Device {
        processor(&self.pool)
    }

    fn problem(&self) -> &Problem {
        &self.shared.problem
    }

    fn slots(&self) -> usize {
        self.slots.len()
    }

    fn seat(&mut self, slot: usize, start: &Start, recipe: Recipe) -> Result<(), EngineError> {
        let slot = EngineError::check_slot(slot, self.slots.len())?;
        start.check(self.shared.problem.layout())?;
        self.slots[slot] = Some(Trial::start(&self.shared, start, recipe));
        Ok(())
    }

    fn change_recipe(&mut self, slot: usize, recipe: Recipe) -> Result<(), EngineError> {
        let at = EngineError::check_slot(slot, self.slots.len())?;
        let trial = self.slots[at].as_mut().ok_or(EngineError::Empty(slot))?;
        if trial.recipe.method() != recipe.method() {
            return Err(EngineError::OtherMethod(slot));
        }
        trial.recipe = recipe;
        Ok(())
    }

    fn vacate(&mut self, slot: usize) -> Result<(), EngineError> {
        let slot = EngineError::check_slot(slot, self.slots.len())?;
        self.slots[slot] = None;
        Ok(())
    }

    fn advance(&mut self, cycles: u32) -> Result<(), EngineError> {
        self.on_trials(|shared, trial, scratch| {
            for _ in 0..cycles {
                match trial.recipe {
                    Recipe::Flipping(recipe) => flipping::cycle(shared, trial, scratch, &recipe),
                    Recipe::Message(recipe) => message::cycle(shared, trial, scratch, &recipe),
                }
                trial.cycles += 1;
            }
        });
        Ok(())
    }

    fn merits(&mut self) -> Result<Vec<Option<Merits>>, EngineError> {
        let merits = self.on_trials(evaluate::merits);
        debug_assert!(merits.iter().flatten().all(Merits::are_finite), "{merits:?}");
        Ok(merits)
    }

    fn phases(&mut self, slot: usize) -> Result<Option<Vec<Complex32>>, EngineError> {
        let slot = EngineError::check_slot(slot, self.slots.len())?;
        let mut scratch = self.shared.passes.scratch();
        Ok(self.slots[slot].as_mut().map(|trial| evaluate::phases(&self.shared, trial, &mut scratch)))
    }

    fn stage_seconds(&self) -> StageSeconds {
        self.seconds
    }

    fn cycle_bytes(&self) -> Option<u64> {
        Some((PASSES * self.shared.passes.mixed_len() * size_of::<Complex32>()) as u64)
    }

    fn describe(&self) -> Option<String> {
        let [x, y, z] = self.shared.problem.layout().dims();
        let columns = self.shared.problem.layout().columns().len();
        Some(format!("{x} x {y} x {z}: {columns} columns, one trial a thread"))
    }
}

/// The processor as a device.
fn processor(pool: &rayon::ThreadPool) -> Device {
    Device { backend: "cpu", name: processor_name(), api: None, driver: None, threads: pool.current_num_threads() }
}

/// The processor's name as the system gives it, or its architecture.
fn processor_name() -> String {
    std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|l| l.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}
