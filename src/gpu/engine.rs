//! The engine: seats trials, submits cycles, brings scalars home.

mod coefficients;

use super::OpenDevice;
use super::chunk::{Chunk, Common};
use super::commands::{Batch, Recorder, Step, encode};
use super::kernels::Kernels;
use super::numbers::{numbers, seeded, unseeded};
use super::plan::{Plan, Tuning};
use super::seed_sets::SeedSets;
use super::shared::{Recipe as DeviceRecipe, State};
use super::tables::Tables;
use super::timing::Timer;
use crate::engine::{Device, Engine, EngineError, Merits, Problem, Recipe, StageSeconds, Start};
use num_complex::Complex32;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Wall time that a submission should take: below the watchdogs of desktop drivers by far, above the cost of waiting.
const SUBMISSION: Duration = Duration::from_millis(60);
/// Most cycles of one submission.
const MOST_CYCLES: u32 = 256;

/// A trial in a slot.
struct Seat {
    recipe: Recipe,
    cycles: u32,
    /// Not started on the device yet; phases to be uploaded, if it does not start at random.
    waiting: Option<Option<Vec<[f32; 2]>>>,
}

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
    /// An engine of up to `slots` slots: of half as many, and half again, where memory does not suffice. `checked` switches
    /// bounds checks on in the shaders.
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

    /// First slot of a chunk.
    fn first_slot(&self, chunk: usize) -> usize {
        self.plan.chunks[..chunk].iter().sum()
    }

    /// Chunk of a slot, and its number there.
    fn place(&self, slot: usize) -> (usize, usize) {
        let mut local = slot;
        for (chunk, &size) in self.plan.chunks.iter().enumerate() {
            if local < size {
                return (chunk, local);
            }
            local -= size;
        }
        (0, 0)
    }

    /// Seated slots of a chunk, flipping first, and how many those are.
    fn seated(&self, chunk: usize) -> (Vec<u32>, usize) {
        let first = self.first_slot(chunk);
        let of = |flipping: bool| {
            (0..self.plan.chunks[chunk]).filter(move |&local| {
                let seat = self.seats[first + local].as_ref();
                seat.is_some_and(|s| matches!(s.recipe, Recipe::Flipping(_)) == flipping)
            })
        };
        let mut list: Vec<u32> = of(true).map(|s| s as u32).collect();
        let flipping = list.len();
        list.extend(of(false).map(|s| s as u32));
        (list, flipping)
    }

    /// Writes the list of seated slots; the batches of flipping and of message-passing trials.
    fn list(&self, chunk: usize) -> [Batch; 2] {
        let (list, flipping) = self.seated(chunk);
        self.open.queue.write_buffer(&self.chunks[chunk].buffers.lists, 0, bytemuck::cast_slice(&list));
        [Batch { first: 0, count: flipping }, Batch { first: flipping, count: list.len() - flipping }]
    }

    fn recorder(&mut self, chunk: usize) -> Recorder<'_> {
        Recorder {
            open: &self.open,
            plan: &self.plan,
            kernels: &mut self.kernels,
            chunk: &mut self.chunks[chunk],
            steps: Vec::new(),
        }
    }

    /// Starts the trials of a chunk that wait for it.
    fn start_waiting(&mut self, chunk: usize) -> Result<()> {
        let first = self.first_slot(chunk);
        let (mut random, mut given) = (Vec::new(), Vec::new());
        for local in 0..self.plan.chunks[chunk] {
            let Some(seat) = self.seats[first + local].as_mut() else { continue };
            match seat.waiting.take() {
                None => {}
                Some(None) => random.push(local as u32),
                Some(Some(phases)) => {
                    // Empty for seeded starts.
                    let offset = (local * self.plan.entries * 8) as u64;
                    self.open.queue.write_buffer(
                        &self.chunks[chunk].buffers.field,
                        offset,
                        bytemuck::cast_slice(&phases),
                    );
                    given.push(local as u32);
                }
            }
        }
        if random.is_empty() && given.is_empty() {
            return Ok(());
        }
        let begin = self.plan.chunks[chunk];
        let starts = Batch { first: begin, count: random.len() };
        let all = Batch { first: begin, count: random.len() + given.len() };
        let list = [random, given].concat();
        self.open.queue.write_buffer(&self.chunks[chunk].buffers.lists, begin as u64 * 4, bytemuck::cast_slice(&list));
        let mut recorder = self.recorder(chunk);
        recorder.start(starts, all)?;
        let steps = recorder.steps;
        self.submit(chunk, &steps, None)
    }

    /// Uploads parameters and submits steps; with a weight the steps are timed and their seconds counted so many times.
    fn submit(&mut self, chunk: usize, steps: &[Step], timed: Option<(usize, f64)>) -> Result<()> {
        let mut encoder = self.open.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        self.chunks[chunk].upload(&self.open);
        let chunk = &self.chunks[chunk];
        let rest = match (&mut self.timer, timed) {
            (Some(timer), Some((count, _))) => {
                timer.encode(&mut encoder, chunk, &steps[..count]);
                &steps[count..]
            }
            _ => steps,
        };
        encode(&mut encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()), chunk, rest);
        let index = self.open.queue.submit([encoder.finish()]);
        self.open.wait(index)?;
        if let (Some(timer), Some((_, weight))) = (&self.timer, timed) {
            let (buffer, bytes) = timer.readable();
            let ticks: Vec<u64> = bytemuck::pod_collect_to_vec(&self.open.map(buffer, bytes)?);
            timer.book(&ticks, weight, &mut self.seconds);
        }
        Ok(())
    }

    /// What of a recipe depends on the start alone.
    fn start_numbers(&mut self, start: &Start) -> DeviceRecipe {
        match start {
            Start::Random { seed, trial } => DeviceRecipe { seed: *seed, trial: *trial, ..unseeded() },
            Start::Phases(_) => unseeded(),
            Start::Seeded { seeds, hold } => {
                let seated = |set: usize| {
                    self.seats.iter().zip(&self.recipes).any(|(s, r)| s.is_some() && r.seed_set == set as u32)
                };
                let (set, grown) = self.seeds.place(&self.open, &self.tables, seeds, seated);
                if grown {
                    for chunk in &mut self.chunks {
                        chunk.rebind(&self.open, &self.kernels, &self.common, self.seeds.buffer());
                    }
                }
                seeded(seeds, *hold, set)
            }
        }
    }

    fn write_recipe(&mut self, slot: usize, recipe: DeviceRecipe) {
        let (chunk, local) = self.place(slot);
        self.recipes[slot] = recipe;
        let offset = (local * size_of::<DeviceRecipe>()) as u64;
        self.open.queue.write_buffer(&self.chunks[chunk].buffers.recipes, offset, bytemuck::bytes_of(&recipe));
    }

    /// Runs cycles of a chunk in submissions of about `SUBMISSION`.
    fn cycles(&mut self, chunk: usize, cycles: u32) -> Result<()> {
        let [flipping, message] = self.list(chunk);
        if flipping.count + message.count == 0 {
            return Ok(());
        }
        let mut left = cycles;
        while left > 0 {
            let affordable = (SUBMISSION.as_secs_f64() / self.pace.max(1e-9)) as u32;
            let now = affordable.clamp(1, MOST_CYCLES).min(left);
            let mut recorder = self.recorder(chunk);
            let mut first_cycle = 0;
            for i in 0..now {
                recorder.flipping(flipping)?;
                recorder.message(message, left == now && i + 1 == now)?;
                if i == 0 {
                    first_cycle = recorder.steps.len();
                }
            }
            let steps = recorder.steps;
            let begun = Instant::now();
            self.submit(chunk, &steps, Some((first_cycle, f64::from(now))))?;
            self.pace = begun.elapsed().as_secs_f64() / f64::from(now);
            left -= now;
        }
        Ok(())
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
        let phases = match start {
            Start::Random { .. } => None,
            // The fill stage takes the phases of seeds from their own buffer.
            Start::Seeded { .. } => Some(Vec::new()),
            Start::Phases(phases) => Some(self.tables.spread(phases.iter().map(|p| [p.re, p.im]), [1.0, 0.0])),
        };
        let start_numbers = self.start_numbers(start);
        self.write_recipe(slot, numbers(&self.problem, &self.plan, recipe, &start_numbers));
        self.seats[slot] = Some(Seat { recipe, cycles: 0, waiting: Some(phases) });
        self.open.check()
    }

    fn change_recipe(&mut self, slot: usize, recipe: Recipe) -> Result<()> {
        let start_numbers = self.recipes[slot];
        self.write_recipe(slot, numbers(&self.problem, &self.plan, recipe, &start_numbers));
        if let Some(seat) = &mut self.seats[slot] {
            seat.recipe = recipe;
        }
        self.open.check()
    }

    fn vacate(&mut self, slot: usize) {
        self.seats[slot] = None;
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
        let mut states: Vec<State> = Vec::new();
        for chunk in 0..self.chunks.len() {
            self.start_waiting(chunk)?;
            let [flipping, message] = self.list(chunk);
            let mut recorder = self.recorder(chunk);
            recorder.phases(flipping)?;
            recorder.merits(Batch { first: 0, count: flipping.count + message.count })?;
            let steps = recorder.steps;
            if !steps.is_empty() {
                self.submit(chunk, &steps, Some((steps.len(), 1.0)))?;
            }
            let bytes = (self.chunks[chunk].slots * size_of::<State>()) as u64;
            let read = self.open.read(&self.chunks[chunk].buffers.states, 0, bytes)?;
            states.extend(bytemuck::pod_collect_to_vec::<u8, State>(&read));
        }
        let merits = |(seat, state): (&Option<Seat>, &State)| {
            let seat = seat.as_ref()?;
            let flipping = matches!(seat.recipe, Recipe::Flipping(_));
            let only = |value: f32, wanted: bool| if wanted { value } else { 0.0 };
            Some(Merits {
                cycles: seat.cycles,
                r_weak: state.r_weak,
                e_kurtosis: state.e_kurtosis,
                tan_cos: state.tan_cos,
                r: only(state.r, flipping),
                flipped: only(state.flipped, flipping),
                kappa: only(state.kappa, !flipping),
            })
        };
        Ok(self.seats.iter().zip(&states).map(merits).collect())
    }

    fn phases(&mut self, slot: usize) -> Result<Option<Vec<Complex32>>> {
        let Some(seat) = &self.seats[slot] else { return Ok(None) };
        let flipping = matches!(seat.recipe, Recipe::Flipping(_));
        let (chunk, local) = self.place(slot);
        self.start_waiting(chunk)?;
        if flipping {
            let list = [local as u32];
            self.open.queue.write_buffer(&self.chunks[chunk].buffers.lists, 0, bytemuck::cast_slice(&list));
            let mut recorder = self.recorder(chunk);
            recorder.phases(Batch { first: 0, count: 1 })?;
            let steps = recorder.steps;
            self.submit(chunk, &steps, None)?;
        }
        let bytes = (self.plan.entries * 8) as u64;
        let field = self.open.read(&self.chunks[chunk].buffers.field, local as u64 * bytes, bytes)?;
        let field: Vec<[f32; 2]> = bytemuck::pod_collect_to_vec(&field);
        let phase = |(&entry, &e): (&u32, &f32)| {
            let [re, im] = field[entry as usize];
            let value = Complex32::new(re, im);
            match (flipping, e > 0.0) {
                (true, _) => value,
                (false, true) => value / e,
                (false, false) => Complex32::default(),
            }
        };
        Ok(Some(self.tables.entry.iter().zip(self.problem.e()).map(phase).collect()))
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
