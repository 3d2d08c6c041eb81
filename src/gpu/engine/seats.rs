//! Who sits in which slot, and how trials start.

use super::{GpuEngine, Result};
use crate::engine::{Denoiser, EngineError, Recipe, Start};
use crate::gpu::commands::{Batch, Step};
use crate::gpu::numbers::{seeded, unseeded};
use crate::gpu::shared::Recipe as DeviceRecipe;

/// A trial in a slot.
pub(super) struct Seat {
    pub(super) recipe: Recipe,
    pub(super) cycles: u32,
    /// Not started on the device yet; phases to be uploaded, if it does not start at random.
    pub(super) waiting: Option<Option<Vec<[f32; 2]>>>,
}

/// What a trial goes through in a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    Flipping,
    Message,
    /// Message passing under the pair prior.
    Pairs,
}

/// The seated slots of a chunk by what they go through: parts of one list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batches {
    pub(super) flipping: Batch,
    pub(super) message: Batch,
    pub(super) pairs: Batch,
}

impl Batches {
    /// All of them.
    pub(super) fn all(self) -> Batch {
        let count = self.flipping.count + self.message.count + self.pairs.count;
        Batch { first: self.flipping.first, count }
    }
}

impl GpuEngine {
    /// First slot of a chunk.
    pub(super) fn first_slot(&self, chunk: usize) -> usize {
        self.plan.chunks[..chunk].iter().sum()
    }

    /// Chunk of a slot, and its number there.
    pub(super) fn place(&self, slot: usize) -> Result<(usize, usize)> {
        let mut local = slot;
        for (chunk, &size) in self.plan.chunks.iter().enumerate() {
            if local < size {
                return Ok((chunk, local));
            }
            local -= size;
        }
        Err(EngineError::NoSlot { slot, slots: self.seats.len() })
    }

    fn course(&self, recipe: &Recipe) -> Course {
        match recipe {
            Recipe::Flipping(_) => Course::Flipping,
            Recipe::Message(r) if r.denoiser == Denoiser::Pair && self.plan.pairs > 0 => Course::Pairs,
            Recipe::Message(_) => Course::Message,
        }
    }

    /// Seated slots of a chunk whose trials go through `course`.
    fn seated(&self, chunk: usize, course: Course) -> impl Iterator<Item = u32> {
        let first = self.first_slot(chunk);
        let runs = move |local: &usize| {
            self.seats[first + local].as_ref().is_some_and(|seat| self.course(&seat.recipe) == course)
        };
        (0..self.plan.chunks[chunk]).filter(runs).map(|local| local as u32)
    }

    /// Writes the list of seated slots, sorted by what they go through; the batches of it.
    pub(super) fn list(&self, chunk: usize) -> Batches {
        let mut list = Vec::new();
        let [flipping, message, pairs] = [Course::Flipping, Course::Message, Course::Pairs].map(|course| {
            let first = list.len();
            list.extend(self.seated(chunk, course));
            Batch { first, count: list.len() - first }
        });
        self.open.queue.write_buffer(&self.chunks[chunk].buffers.lists, 0, bytemuck::cast_slice(&list));
        Batches { flipping, message, pairs }
    }

    /// What starts the trials of a chunk that wait for it: their phases are uploaded, the dispatches come back.
    pub(super) fn starts(&mut self, chunk: usize) -> Result<Vec<Step>> {
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
            return Ok(Vec::new());
        }
        let begin = self.plan.chunks[chunk];
        let starts = Batch { first: begin, count: random.len() };
        let all = Batch { first: begin, count: random.len() + given.len() };
        let list = [random, given].concat();
        self.open.queue.write_buffer(&self.chunks[chunk].buffers.lists, begin as u64 * 4, bytemuck::cast_slice(&list));
        let mut recorder = self.recorder(chunk);
        recorder.start(starts, all)?;
        Ok(recorder.steps)
    }

    /// What of a recipe depends on the start alone.
    pub(super) fn start_numbers(&mut self, start: &Start) -> DeviceRecipe {
        match start {
            Start::Random { seed, trial } => DeviceRecipe { seed: *seed, trial: *trial, ..unseeded() },
            Start::Phases(_) => unseeded(),
            Start::Seeded { seeds, hold } => {
                self.held |= *hold > 0;
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

    /// A recipe that the device is to see before it works again.
    pub(super) fn write_recipe(&mut self, slot: usize, recipe: DeviceRecipe) -> Result<()> {
        let (chunk, _) = self.place(slot)?;
        self.recipes[slot] = recipe;
        self.stale[chunk] = true;
        Ok(())
    }

    /// Uploads the recipes of a chunk, if any has changed.
    pub(super) fn upload_recipes(&mut self, chunk: usize) {
        if std::mem::take(&mut self.stale[chunk]) {
            let first = self.first_slot(chunk);
            let recipes = &self.recipes[first..first + self.plan.chunks[chunk]];
            let bytes = bytemuck::cast_slice(recipes);
            self.open.queue.write_buffer(&self.chunks[chunk].buffers.recipes, 0, bytes);
        }
    }
}
