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
use super::commands::{Batch, Recorder};
use super::kernels::{Kernel, Kernels};
use super::numbers::numbers;
use super::plan::{Plan, Tuning};
use super::seed_sets::SeedSets;
use super::shared::{Recipe as DeviceRecipe, State};
use super::tables::Tables;
use super::timing::Timer;
use crate::engine::{Device, Engine, EngineError, Merits, Problem, Recipe, StageSeconds, Start};
use num_complex::Complex32;
use seats::Seat;
use std::sync::Arc;
use submissions::{Flight, SUBMISSION};

/// The GPU engine.
pub struct GpuEngine {
    open: Arc<OpenDevice>,
    problem: Problem,
    tables: Tables,
    plan: Plan,
    kernels: Kernels,
    common: Common,
    seeds: SeedSets,
    /// A trial with seeds that are held has been seated. It stays so, lest the rounding of a trial depend on its
    /// neighbours.
    held: bool,
    chunks: Vec<Chunk>,
    seats: Vec<Option<Seat>>,
    recipes: Vec<DeviceRecipe>,
    /// Chunks whose recipes the device has yet to see.
    stale: Vec<bool>,
    timer: Option<Timer>,
    /// Where states and timestamps come home, and where phases do, as large as they have been.
    states: wgpu::Buffer,
    fields: Option<wgpu::Buffer>,
    flight: Option<Flight>,
    /// Looks so far.
    looks: u64,
    seconds: StageSeconds,
    /// Seconds of a cycle of all chunks, as last seen.
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
        let mut kernels = Kernels::new(&open, checked);
        let limits = open.report.limits;
        let (plan, common, seeds, mut chunks) = halving(slots, |slots| {
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
        // A software adapter compiles on the cores that the trials need, and only what they need.
        if let Some(chunk) = chunks.first_mut().filter(|_| !open.report.software) {
            kernels.begin(&plan, wanted(&plan, chunk)?);
        }
        let slots: usize = plan.chunks.iter().sum();
        let timer = Timer::new(&open);
        Ok(Self {
            states: open.readable((slots * size_of::<State>()) as u64 + timer.as_ref().map_or(0, Timer::bytes)),
            fields: None,
            flight: None,
            looks: 0,
            timer,
            stale: vec![false; chunks.len()],
            seats: (0..slots).map(|_| None).collect(),
            recipes: vec![DeviceRecipe::default(); slots],
            open,
            problem,
            tables,
            plan,
            kernels,
            common,
            seeds,
            held: false,
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

/// All kernels that trials of any method may want, in the order in which they will.
fn wanted(plan: &Plan, chunk: &mut Chunk) -> Result<Vec<Kernel>> {
    let one = Batch { first: 0, count: 1 };
    let mut recorder = Recorder { plan, chunk, seeds: false, steps: Vec::new() };
    recorder.start(one, one)?;
    recorder.flipping(one)?;
    recorder.message(one, true)?;
    if plan.pairs > 0 {
        recorder.pairs(one, true)?;
    }
    recorder.phases(one)?;
    recorder.merits(one)?;
    let steps = recorder.steps;
    chunk.forget();
    Ok(steps.iter().map(|step| step.kernel).collect())
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
        self.launch(cycles, false)?;
        self.land().map(|_| ())
    }

    fn merits(&mut self) -> Result<Vec<Option<Merits>>> {
        self.launch(0, true)?;
        self.collect()
    }

    fn begin(&mut self, cycles: u32) -> Result<()> {
        self.launch(cycles, true)
    }

    fn collect(&mut self) -> Result<Vec<Option<Merits>>> {
        let states = self.land()?;
        Ok(self.merits_of(&states))
    }

    fn phases(&mut self, slot: usize) -> Result<Option<Vec<Complex32>>> {
        self.place(slot)?;
        Ok(self.read_phases(&[slot])?.pop().flatten())
    }

    fn phases_of(&mut self, slots: &[usize]) -> Result<Vec<Option<Vec<Complex32>>>> {
        self.read_phases(slots)
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
