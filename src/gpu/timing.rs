//! Time that a device works, and on what: timestamps around passes, which come home with the figures of merit.

use super::OpenDevice;
use super::chunk::Chunk;
use super::commands::{Stage, Step, encode as encode_steps};
use super::kernels::Kernels;
use crate::engine::StageSeconds;

/// Most passes that are timed in one look.
const MOST_PASSES: usize = 64;
/// Bytes of the two timestamps of a pass.
const PASS_BYTES: u64 = 16;

/// Dispatches of a chunk; those of a stage that is timed count so many times.
pub struct Part {
    /// The chunk.
    pub chunk: usize,
    /// What is dispatched.
    pub steps: Vec<Step>,
    /// `None`: not timed stage by stage.
    pub weight: Option<f64>,
}

/// Timestamps of one look at a time.
pub struct Timer {
    set: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    /// Seconds of one tick.
    tick: f64,
    /// Passes timed so far, with the stages of those that have one.
    passes: Vec<Option<(Stage, f64)>>,
    /// How the last look that was timed stage by stage spent its time.
    sample: StageSeconds,
}

impl Timer {
    /// A timer, where the device has timestamps.
    pub fn new(open: &OpenDevice) -> Option<Self> {
        let count = 2 * MOST_PASSES as u32;
        open.device.features().contains(wgpu::Features::TIMESTAMP_QUERY).then(|| {
            let set = open.device.create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("passes"),
                ty: wgpu::QueryType::Timestamp,
                count,
            });
            let resolved = open.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("timestamps"),
                size: MOST_PASSES as u64 * PASS_BYTES,
                usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            });
            let tick = f64::from(open.queue.get_timestamp_period()) * 1e-9;
            Self { set, resolved, tick, passes: Vec::new(), sample: StageSeconds::default() }
        })
    }

    /// Bytes of the timestamps of a look.
    pub fn bytes(&self) -> u64 {
        MOST_PASSES as u64 * PASS_BYTES
    }

    /// A look begins.
    pub fn begin(&mut self) {
        self.passes.clear();
    }

    /// Timestamps for another pass; `None` where there are no more.
    fn pass(&mut self, stage: Option<(Stage, f64)>) -> Option<wgpu::ComputePassTimestampWrites<'_>> {
        let place = self.passes.len();
        if place == MOST_PASSES {
            return None;
        }
        self.passes.push(stage);
        Some(wgpu::ComputePassTimestampWrites {
            query_set: &self.set,
            beginning_of_pass_write_index: Some(2 * place as u32),
            end_of_pass_write_index: Some(2 * place as u32 + 1),
        })
    }

    /// Copies the timestamps of the look behind `offset` bytes of a buffer.
    pub fn resolve(&self, encoder: &mut wgpu::CommandEncoder, home: &wgpu::Buffer, offset: u64) {
        let passes = self.passes.len() as u32;
        if passes > 0 {
            encoder.resolve_query_set(&self.set, 0..2 * passes, &self.resolved, 0);
            encoder.copy_buffer_to_buffer(&self.resolved, 0, home, offset, u64::from(passes) * PASS_BYTES);
        }
    }

    /// Adds the time of the look to `seconds`, shared out as in the last look that was timed stage by stage; seconds of
    /// the look.
    pub fn book(&mut self, ticks: &[u64], seconds: &mut StageSeconds) -> f64 {
        let (mut busy, mut sample) = (0.0, StageSeconds::default());
        for (stage, pair) in self.passes.iter().zip(ticks.chunks_exact(2)) {
            let time = pair[1].saturating_sub(pair[0]) as f64 * self.tick;
            busy += time;
            if let Some((stage, weight)) = stage {
                add(&mut sample, *stage, time * weight);
            }
        }
        if sample.total() > 0.0 {
            self.sample = sample;
        }
        let whole = self.sample.total();
        if whole > 0.0 {
            seconds.add(&self.sample.scaled(busy / whole));
        }
        busy
    }
}

fn add(seconds: &mut StageSeconds, stage: Stage, time: f64) {
    match stage {
        Stage::Planes => seconds.planes += time,
        Stage::Columns | Stage::Starts => seconds.columns += time,
        Stage::Weights => seconds.weights += time,
        Stage::Merits => seconds.merits += time,
    }
}

/// Encodes parts as one pass, or a part that is timed stage by stage as a pass for every run of steps of one stage.
pub fn encode(
    mut timer: Option<&mut Timer>,
    encoder: &mut wgpu::CommandEncoder,
    chunks: &[Chunk],
    kernels: &Kernels,
    parts: &[Part],
) {
    let mut pass = |parts: &[(&Chunk, &[Step])], stage| {
        let timestamp_writes = timer.as_mut().and_then(|timer| timer.pass(stage));
        let descriptor = wgpu::ComputePassDescriptor { label: None, timestamp_writes };
        let mut pass = encoder.begin_compute_pass(&descriptor);
        parts.iter().for_each(|(chunk, steps)| encode_steps(&mut pass, chunk, kernels, steps));
    };
    if let [Part { chunk, steps, weight: Some(weight) }] = parts {
        for run in steps.chunk_by(|a, b| a.stage == b.stage) {
            pass(&[(&chunks[*chunk], run)], Some((run[0].stage, *weight)));
        }
    } else {
        let all: Vec<(&Chunk, &[Step])> =
            parts.iter().filter(|p| !p.steps.is_empty()).map(|p| (&chunks[p.chunk], p.steps.as_slice())).collect();
        if !all.is_empty() {
            pass(&all, None);
        }
    }
}
