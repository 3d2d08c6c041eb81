//! What comes home: figures of merit and phases.

use super::seats::Seat;
use super::{GpuEngine, Result};
use crate::engine::{Merits, Method};
use crate::gpu::commands::Batch;
use crate::gpu::shared::State;
use num_complex::Complex32;
use rayon::prelude::*;

/// Bytes of phases that come home at a time.
const MOST_BYTES: usize = 256 << 20;

impl GpuEngine {
    /// Figures of merit of every slot, from the states that a look brought home.
    pub(super) fn merits_of(&self, states: &[State]) -> Vec<Option<Merits>> {
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
        // Without a trial there was nothing to look at.
        let none = State::default();
        let states = states.iter().chain(std::iter::repeat(&none));
        let merits: Vec<Option<Merits>> = self.seats.iter().zip(states).map(merits).collect();
        debug_assert!(merits.iter().flatten().all(Merits::are_finite), "{merits:?}");
        merits
    }

    /// Phases of slots, see `Engine::phases_of`: those of a chunk in one submission.
    pub(super) fn read_phases(&mut self, slots: &[usize]) -> Result<Vec<Option<Vec<Complex32>>>> {
        let mut phases: Vec<Option<Vec<Complex32>>> = slots.iter().map(|_| None).collect();
        let mut wanted: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.chunks.len()];
        for (place, &slot) in slots.iter().enumerate() {
            let (chunk, local) = self.place(slot)?;
            if self.seats[slot].is_some() {
                wanted[chunk].push((place, local));
            }
        }
        let at_once = (MOST_BYTES / (self.plan.entries * 8)).max(1);
        for (chunk, wanted) in wanted.iter().enumerate() {
            for part in wanted.chunks(at_once) {
                let read = self.read_part(chunk, part)?;
                for (&(place, _), found) in part.iter().zip(read) {
                    phases[place] = Some(found);
                }
            }
        }
        Ok(phases)
    }

    /// Phases of seated slots of a chunk, by their numbers there.
    fn read_part(&mut self, chunk: usize, part: &[(usize, usize)]) -> Result<Vec<Vec<Complex32>>> {
        self.land()?;
        let first = self.first_slot(chunk);
        let method = |local: usize| self.seats[first + local].as_ref().map(|seat| seat.recipe.method());
        let methods: Vec<Option<Method>> = part.iter().map(|&(_, local)| method(local)).collect();
        let list: Vec<u32> = part
            .iter()
            .zip(&methods)
            .filter(|(_, method)| **method == Some(Method::Flipping))
            .map(|(&(_, local), _)| local as u32)
            .collect();
        let mut steps = self.starts(chunk)?;
        self.open.queue.write_buffer(&self.chunks[chunk].buffers.lists, 0, bytemuck::cast_slice(&list));
        let mut recorder = self.recorder(chunk);
        recorder.phases(Batch { first: 0, count: list.len() })?;
        steps.extend(recorder.steps);
        if !steps.is_empty() {
            self.submit_steps(chunk, steps)?;
        }
        let bytes = self.plan.entries * 8;
        let locals: Vec<usize> = part.iter().map(|&(_, local)| local).collect();
        let home = self.read_fields(chunk, &locals)?;
        let problem = &self.problem;
        let entry = &self.tables.entry;
        let gather = |(field, method): (&[u8], &Option<Method>)| -> Vec<Complex32> {
            let field: Vec<[f32; 2]> = bytemuck::pod_collect_to_vec(field);
            let phase = |(&entry, &e): (&u32, &f32)| {
                let [re, im] = field[entry as usize];
                let value = Complex32::new(re, im);
                match method {
                    // The posterior mean carries its amplitude.
                    Some(Method::Message) if e > 0.0 => value / e,
                    Some(Method::Message) => Complex32::default(),
                    _ => value,
                }
            };
            entry.iter().zip(problem.e()).map(phase).collect()
        };
        Ok(home.par_chunks(bytes).zip(&methods).map(gather).collect())
    }

    /// The fields of slots of a chunk, one after the other.
    fn read_fields(&mut self, chunk: usize, locals: &[usize]) -> Result<Vec<u8>> {
        let bytes = (self.plan.entries * 8) as u64;
        let all = bytes * locals.len() as u64;
        let home = match self.fields.take() {
            Some(buffer) if buffer.size() >= all => buffer,
            _ => self.open.readable(all),
        };
        let mut encoder = self.open.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for (i, &local) in locals.iter().enumerate() {
            let field = &self.chunks[chunk].buffers.field;
            encoder.copy_buffer_to_buffer(field, local as u64 * bytes, &home, i as u64 * bytes, bytes);
        }
        self.open.queue.submit([encoder.finish()]);
        let read = self.open.map(&home, all)?;
        self.fields = Some(home);
        Ok(read)
    }
}
