//! What comes home: figures of merit and phases.

use super::seats::Seat;
use super::{GpuEngine, Result};
use crate::engine::{Merits, Method};
use crate::gpu::commands::Batch;
use crate::gpu::shared::State;
use num_complex::Complex32;

impl GpuEngine {
    /// Figures of merit of every slot, see `Engine::merits`.
    pub(super) fn read_merits(&mut self) -> Result<Vec<Option<Merits>>> {
        let mut states: Vec<State> = Vec::new();
        for chunk in 0..self.chunks.len() {
            self.start_waiting(chunk)?;
            let batches = self.list(chunk);
            let mut recorder = self.recorder(chunk);
            recorder.phases(batches.flipping)?;
            recorder.merits(batches.all())?;
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
            let both = Merits {
                cycles: seat.cycles,
                r_weak: state.r_weak,
                e_kurtosis: state.e_kurtosis,
                tan_cos: state.tan_cos,
                ..Merits::default()
            };
            // Of the other method's figures the slot holds what an earlier trial left.
            Some(match seat.recipe.method() {
                Method::Flipping => Merits { r: state.r, flipped: state.flipped, ..both },
                Method::Message => Merits { kappa: state.kappa, ..both },
            })
        };
        let merits: Vec<Option<Merits>> = self.seats.iter().zip(&states).map(merits).collect();
        debug_assert!(merits.iter().flatten().all(Merits::are_finite), "{merits:?}");
        Ok(merits)
    }

    /// Phases of a slot, see `Engine::phases`.
    pub(super) fn read_phases(&mut self, slot: usize) -> Result<Option<Vec<Complex32>>> {
        let (chunk, local) = self.place(slot)?;
        let Some(seat) = &self.seats[slot] else { return Ok(None) };
        let method = seat.recipe.method();
        self.start_waiting(chunk)?;
        if method == Method::Flipping {
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
            match method {
                Method::Flipping => value,
                // The posterior mean carries its amplitude.
                Method::Message if e > 0.0 => value / e,
                Method::Message => Complex32::default(),
            }
        };
        Ok(Some(self.tables.entry.iter().zip(self.problem.e()).map(phase).collect()))
    }
}
