//! Cycles cut into submissions, each of which a driver's watchdog can bear.

use super::{GpuEngine, Result};
use crate::gpu::commands::{Recorder, Step, encode};
use std::time::{Duration, Instant};

/// Wall time that a submission should take: below the watchdogs of desktop drivers by far, above the cost of waiting.
pub(super) const SUBMISSION: Duration = Duration::from_millis(60);
/// Most cycles of one submission.
const MOST_CYCLES: u32 = 256;

impl GpuEngine {
    pub(super) fn recorder(&mut self, chunk: usize) -> Recorder<'_> {
        Recorder {
            open: &self.open,
            plan: &self.plan,
            kernels: &mut self.kernels,
            chunk: &mut self.chunks[chunk],
            steps: Vec::new(),
        }
    }

    /// Uploads parameters and submits steps; with a weight the steps are timed and their seconds counted so many times.
    pub(super) fn submit(&mut self, chunk: usize, steps: &[Step], timed: Option<(usize, f64)>) -> Result<()> {
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

    /// Runs cycles of a chunk in submissions of about `SUBMISSION`.
    pub(super) fn cycles(&mut self, chunk: usize, cycles: u32) -> Result<()> {
        let batches = self.list(chunk);
        if batches.all().count == 0 {
            return Ok(());
        }
        let mut left = cycles;
        while left > 0 {
            let affordable = (SUBMISSION.as_secs_f64() / self.pace.max(1e-9)) as u32;
            let now = affordable.clamp(1, MOST_CYCLES).min(left);
            let mut recorder = self.recorder(chunk);
            let mut first_cycle = 0;
            for i in 0..now {
                recorder.flipping(batches.flipping)?;
                recorder.message(batches.message, left == now && i + 1 == now)?;
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
