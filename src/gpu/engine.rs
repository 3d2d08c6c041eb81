//! The engine: what it holds, and how it answers the calls of the boundary.
//!
//! - `seats`        who sits in which slot, and how trials start
//! - `submissions`  cycles cut into submissions
//! - `readings`     figures of merit and phases
//! - `coefficients` coefficients of the next map

mod coefficients;
mod readings;
mod seats;
mod submissions;

use super::OpenDevice;
use super::chunk::{Chunk, Common};
use super::kernels::Kernels;
use super::numbers::numbers;
use super::plan::{Plan, Tuning};
use super::seed_sets::SeedSets;
use super::shared::Recipe as DeviceRecipe;
use super::tables::Tables;
use super::timing::Timer;
use crate::engine::{Device, Engine, EngineError, Merits, Problem, Recipe, StageSeconds, Start};
use num_complex::Complex32;
use seats::Seat;
use std::sync::Arc;
use submissions::SUBMISSION;

/// The GPU engine.
pub struct GpuEngine {
    open: Arc<OpenDevice>,
    problem: Problem,
    tables: Tables,
    plan: Plan,
    kernels: Kernels,
    common: Common,
    seeds: SeedSets,
    chunks: Vec<Chunk>,
    seats: Vec<Option<Seat>>,
    recipes: Vec<DeviceRecipe>,
    timer: Option<Timer>,
    seconds: StageSeconds,
    /// Wall seconds of a cycle of each chunk, as last seen.
    pace: f64,
}

type Result<T> = std::result::Result<T, EngineError>;

impl GpuEngine {
    /// An engine of up to `slots` slots: of half as many, and half again, where memory does not suffice. `checked`
    /// switches bounds checks on in the shaders.
    ///
    /// # Errors
    /// `EngineError` when the device cannot work on this grid, or not hold a single trial of it.
    pub fn new(open: Arc<OpenDevice>, problem: Problem, slots: usize, tuning: &Tuning, checked: bool) -> Result<Self> {
        let tables = Tables::new(problem.layout());
        let kernels = Kernels::new(&open, checked);
        let limits = open.report.limits;
        let (plan, common, seeds, chunks) = halving(slots, |slots| {
            let plan = Plan::new(&problem, &tables, slots, &limits, tuning)?;
            let scope = open.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
            let (common, seeds) = (Common::new(&open, &problem, &tables, &plan), SeedSets::new(&open));
            let chunk = |&slots: &usize| Chunk::new(&open, &kernels, &common, &plan, seeds.buffer(), slots);
            let chunks: Vec<Chunk> = plan.chunks.iter().map(chunk).collect();
            match pollster::block_on(scope.pop()) {
                Some(error) => Err(EngineError::Memory(error.to_string())),
                None => Ok((plan, common, seeds, chunks)),
            }
        })?;
        // On a lost device buffers are made without a word.
        open.check()?;
        let slots = plan.chunks.iter().sum();
        Ok(Self {
            timer: Timer::new(&open),
            seats: (0..slots).map(|_| None).collect(),
            recipes: vec![DeviceRecipe::default(); slots],
            open,
            problem,
            tables,
            plan,
            kernels,
            common,
            seeds,
            chunks,
            seconds: StageSeconds::default(),
            pace: SUBMISSION.as_secs_f64(),
        })
    }

    /// The plan that was made.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

/// Calls `make` with half as many slots as long as memory does not suffice.
fn halving<T>(slots: usize, mut make: impl FnMut(usize) -> Result<T>) -> Result<T> {
    let mut slots = slots.max(1);
    loop {
        match make(slots) {
            Err(EngineError::Memory(_)) if slots > 1 => slots /= 2,
            outcome => return outcome,
        }
    }
}

impl Engine for GpuEngine {
    fn device(&self) -> Device {
        self.open.report.device()
    }

    fn problem(&self) -> &Problem {
        &self.problem
    }

    fn slots(&self) -> usize {
        self.seats.len()
    }

    fn seat(&mut self, slot: usize, start: &Start, recipe: Recipe) -> Result<()> {
        let slot = EngineError::check_slot(slot, self.seats.len())?;
        start.check(self.problem.layout())?;
        let phases = match start {
            Start::Random { .. } => None,
            // The fill stage takes the phases of seeds from their own buffer.
            Start::Seeded { .. } => Some(Vec::new()),
            Start::Phases(phases) => Some(self.tables.spread(phases.iter().map(|p| [p.re, p.im]), [1.0, 0.0])),
        };
        let start_numbers = self.start_numbers(start);
        self.write_recipe(slot, numbers(&self.problem, &self.plan, recipe, &start_numbers))?;
        self.seats[slot] = Some(Seat { recipe, cycles: 0, waiting: Some(phases) });
        self.open.check()
    }

    fn change_recipe(&mut self, slot: usize, recipe: Recipe) -> Result<()> {
        let at = EngineError::check_slot(slot, self.seats.len())?;
        let seat = self.seats[at].as_mut().ok_or(EngineError::Empty(slot))?;
        if seat.recipe.method() != recipe.method() {
            return Err(EngineError::OtherMethod(slot));
        }
        seat.recipe = recipe;
        let start_numbers = self.recipes[slot];
        self.write_recipe(slot, numbers(&self.problem, &self.plan, recipe, &start_numbers))?;
        self.open.check()
    }

    fn vacate(&mut self, slot: usize) -> Result<()> {
        let slot = EngineError::check_slot(slot, self.seats.len())?;
        self.seats[slot] = None;
        Ok(())
    }

    fn advance(&mut self, cycles: u32) -> Result<()> {
        for chunk in 0..self.chunks.len() {
            self.start_waiting(chunk)?;
            self.cycles(chunk, cycles)?;
        }
        self.seats.iter_mut().flatten().for_each(|seat| seat.cycles += cycles);
        Ok(())
    }

    fn merits(&mut self) -> Result<Vec<Option<Merits>>> {
        self.read_merits()
    }

    fn phases(&mut self, slot: usize) -> Result<Option<Vec<Complex32>>> {
        self.read_phases(slot)
    }

    fn stage_seconds(&self) -> StageSeconds {
        self.seconds
    }

    fn cycle_bytes(&self) -> Option<u64> {
        Some(self.plan.cycle_bytes())
    }

    fn describe(&self) -> Option<String> {
        let storage = format!("{:?}", self.plan.storage).to_lowercase();
        Some(format!("{}, mixed space in {storage}", self.plan.describe()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_does_not_suffice_halves_the_batch() {
        let mut tried = Vec::new();
        let made = halving(100, |slots| {
            tried.push(slots);
            if slots > 30 { Err(EngineError::Memory("full".into())) } else { Ok(slots) }
        });
        assert_eq!((made, tried), (Ok(25), vec![100, 50, 25]));
        let never: Result<()> = halving(4, |_| Err(EngineError::Memory("full".into())));
        assert_eq!(never, Err(EngineError::Memory("full".into())));
        let mut calls = 0;
        let refused: Result<()> = halving(4, |_| {
            calls += 1;
            Err(EngineError::Refused("an edge of 11".into()))
        });
        assert!(refused.is_err() && calls == 1);
    }
}
