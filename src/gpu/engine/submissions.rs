//! A look: starts, cycles, figures of merit and their way home in one submission, or in several that a driver's
//! watchdog can bear.

use super::{GpuEngine, Result};
use crate::gpu::commands::{Recorder, Step};
use crate::gpu::shared::State;
use crate::gpu::timing::{Part, encode};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Time that a submission should take: below the watchdogs of desktop drivers by far, above the cost of waiting.
pub(super) const SUBMISSION: Duration = Duration::from_millis(60);
/// Most cycles of one submission.
const MOST_CYCLES: u32 = 256;
/// Cycles that figures of merit take about as long as.
const CYCLES_OF_MERITS: f64 = 3.0;
/// Submissions under way: one that runs, one that waits behind it.
const MOST_UNDER_WAY: usize = 2;
/// Of so many looks one is timed stage by stage: passes of their own cost the host as much as a cycle.
const LOOKS_PER_SAMPLE: u64 = 16;

/// A look that is under way.
pub(super) struct Flight {
    cycles: u32,
    last: wgpu::SubmissionIndex,
    begun: Instant,
}

/// Submissions of a look: what is recorded, and what is under way.
struct Submissions {
    parts: Vec<Part>,
    /// Cycles recorded, and the seconds that they are expected to take.
    cycles: u32,
    seconds: f64,
    under_way: VecDeque<(wgpu::SubmissionIndex, u32)>,
    /// When the last that was waited for was done, or the first begun.
    seen: Instant,
}

impl GpuEngine {
    pub(super) fn recorder(&mut self, chunk: usize) -> Recorder<'_> {
        let (chunk, steps) = (&mut self.chunks[chunk], Vec::new());
        Recorder { plan: &self.plan, chunk, seeds: self.held, steps }
    }

    /// Hands cycles of every seated trial to the device, figures of merit after them if they are wanted.
    pub(super) fn launch(&mut self, cycles: u32, merits: bool) -> Result<()> {
        self.land()?;
        let begun = Instant::now();
        let (parts, under_way) = (Vec::new(), VecDeque::new());
        let mut ahead = Submissions { parts, cycles: 0, seconds: 0.0, under_way, seen: begun };
        let sampled = self.looks.is_multiple_of(LOOKS_PER_SAMPLE);
        self.looks += 1;
        self.timer.iter_mut().for_each(|timer| timer.begin());
        for chunk in 0..self.chunks.len() {
            self.record(&mut ahead, chunk, cycles, merits, sampled)?;
        }
        if ahead.parts.is_empty() {
            return self.open.check();
        }
        let last = self.submit(&mut ahead.parts, true)?;
        self.states.map_async(wgpu::MapMode::Read, .., |_| {});
        self.flight = Some(Flight { cycles, last, begun });
        Ok(())
    }

    /// Records a chunk's part of a look, and submits what is enough for one submission.
    fn record(
        &mut self,
        ahead: &mut Submissions,
        chunk: usize,
        cycles: u32,
        merits: bool,
        sampled: bool,
    ) -> Result<()> {
        let starts = self.starts(chunk)?;
        let batches = self.list(chunk);
        if batches.all().count == 0 {
            return Ok(());
        }
        ahead.parts.push(Part { chunk, steps: starts, weight: None });
        let mut left = cycles;
        while left > 0 {
            let affordable = ((SUBMISSION.as_secs_f64() - ahead.seconds) / self.pace.max(1e-9)) as u32;
            let now = affordable.clamp(1, MOST_CYCLES).min(left);
            for i in 0..now {
                let mut recorder = self.recorder(chunk);
                recorder.flipping(batches.flipping)?;
                let publish = left == now && i + 1 == now;
                recorder.message(batches.message, publish)?;
                recorder.pairs(batches.pairs, publish)?;
                let weight = (sampled && left == cycles && i == 0).then_some(f64::from(cycles));
                ahead.parts.push(Part { chunk, steps: recorder.steps, weight });
            }
            left -= now;
            ahead.cycles += now;
            ahead.seconds += f64::from(now) * self.pace;
            if left > 0 {
                self.send(ahead)?;
            }
        }
        if merits {
            ahead.seconds += CYCLES_OF_MERITS * self.pace;
            if ahead.cycles > 0 && ahead.seconds > SUBMISSION.as_secs_f64() {
                self.send(ahead)?;
            }
            let mut recorder = self.recorder(chunk);
            recorder.phases(batches.flipping)?;
            recorder.merits(batches.all())?;
            ahead.parts.push(Part { chunk, steps: recorder.steps, weight: sampled.then_some(1.0) });
        }
        Ok(())
    }

    /// Submits what is recorded and is not the last of its look. The device never has to wait for the next, nor more to
    /// do than it can be stopped at.
    fn send(&mut self, ahead: &mut Submissions) -> Result<()> {
        let index = self.submit(&mut ahead.parts, false)?;
        ahead.under_way.push_back((index, std::mem::take(&mut ahead.cycles)));
        ahead.seconds = 0.0;
        if ahead.under_way.len() >= MOST_UNDER_WAY
            && let Some((index, cycles)) = ahead.under_way.pop_front()
        {
            self.open.wait(Some(index))?;
            if cycles > 0 {
                self.pace = ahead.seen.elapsed().as_secs_f64() / f64::from(cycles);
            }
            ahead.seen = Instant::now();
        }
        Ok(())
    }

    /// Submits dispatches of one chunk, outside of any look.
    pub(super) fn submit_steps(&mut self, chunk: usize, steps: Vec<Step>) -> Result<()> {
        let mut parts = vec![Part { chunk, steps, weight: None }];
        self.timer.iter_mut().for_each(|timer| timer.begin());
        self.submit(&mut parts, false).map(|_| ())
    }

    /// Uploads what is new and submits what is recorded; with the last of a look states and timestamps come home.
    fn submit(&mut self, parts: &mut Vec<Part>, last: bool) -> Result<wgpu::SubmissionIndex> {
        self.kernels.ready(&self.plan, parts.iter().flat_map(|part| &part.steps).map(|step| step.kernel))?;
        for chunk in 0..self.chunks.len() {
            self.upload_recipes(chunk);
            self.chunks[chunk].upload(&self.open);
        }
        let mut encoder = self.open.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        // A run of parts that are not timed apart is one pass.
        for run in parts.chunk_by(|a, b| a.weight.is_none() && b.weight.is_none()) {
            encode(self.timer.as_mut(), &mut encoder, &self.chunks, &self.kernels, run);
        }
        parts.clear();
        if last {
            let mut offset = 0;
            for chunk in &self.chunks {
                let bytes = (chunk.slots * size_of::<State>()) as u64;
                encoder.copy_buffer_to_buffer(&chunk.buffers.states, 0, &self.states, offset, bytes);
                offset += bytes;
            }
            if let Some(timer) = &self.timer {
                timer.resolve(&mut encoder, &self.states, offset);
            }
        }
        Ok(self.open.queue.submit([encoder.finish()]))
    }

    /// Waits for the look that is under way, if one is, and books its time; states of all slots.
    pub(super) fn land(&mut self) -> Result<Vec<State>> {
        let Some(Flight { cycles, last, begun }) = self.flight.take() else {
            self.open.check()?;
            return Ok(Vec::new());
        };
        self.open.wait(Some(last))?;
        let home = self.open.take(&self.states, self.states.size())?;
        let (states, ticks) = home.split_at(self.seats.len() * size_of::<State>());
        let mut seconds = begun.elapsed().as_secs_f64();
        if let Some(timer) = &mut self.timer {
            let ticks: Vec<u64> = bytemuck::pod_collect_to_vec(ticks);
            seconds = timer.book(&ticks, &mut self.seconds);
        }
        if cycles > 0 {
            self.pace = seconds / f64::from(cycles);
        }
        self.seats.iter_mut().flatten().for_each(|seat| seat.cycles += cycles);
        Ok(bytemuck::pod_collect_to_vec(states))
    }
}
