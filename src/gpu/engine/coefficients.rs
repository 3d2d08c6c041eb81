//! Coefficients of the next map, to be compared with those of another device.

use super::{GpuEngine, Result};
use crate::engine::Method;
use crate::gpu::commands::Batch;
use num_complex::Complex32;

impl GpuEngine {
    /// Coefficients of a trial's next map in layout order, 0 0 0 left out: F as flipping imposed it, the cavity
    /// coefficients c of message passing. `None` for an empty slot.
    ///
    /// # Errors
    /// `EngineError` when the device is lost.
    pub fn coefficients(&mut self, slot: usize) -> Result<Option<Vec<Complex32>>> {
        let (chunk, local) = self.place(slot)?;
        let Some(seat) = &self.seats[slot] else { return Ok(None) };
        let flipping = seat.recipe.method() == Method::Flipping;
        self.land()?;
        let mut steps = self.starts(chunk)?;
        if flipping {
            self.open.queue.write_buffer(&self.chunks[chunk].buffers.lists, 0, bytemuck::bytes_of(&(local as u32)));
            let mut recorder = self.recorder(chunk);
            recorder.coefficients(Batch { first: 0, count: 1 })?;
            steps.extend(recorder.steps);
        }
        if !steps.is_empty() {
            self.submit_steps(chunk, steps)?;
        }
        let bytes = (self.plan.entries * 8) as u64;
        let source = if flipping { &self.chunks[chunk].buffers.field } else { &self.chunks[chunk].buffers.cavity };
        let values: Vec<[f32; 2]> =
            bytemuck::pod_collect_to_vec(&self.open.read(source, local as u64 * bytes, bytes)?);
        let value = |(&entry, [kx, ky, _]): (&u32, [i32; 3])| {
            let value = Complex32::new(values[entry as usize][0], values[entry as usize][1]);
            // Of column 0 one half is stored, doubled.
            if flipping && kx == 0 && ky == 0 { value * 0.5 } else { value }
        };
        Ok(Some(self.tables.entry.iter().zip(self.problem.layout().indices()).map(value).collect()))
    }
}
