//! Seconds by stage, from timestamps around passes of one sampled cycle.

use super::OpenDevice;
use super::chunk::Chunk;
use super::commands::{Stage, Step, encode};
use crate::engine::StageSeconds;

/// Most passes that are timed in one submission.
const MOST_PASSES: usize = 64;

/// Timestamps of one submission at a time.
pub struct Timer {
    set: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    readable: wgpu::Buffer,
    /// Seconds of one tick.
    tick: f64,
    /// Stages of the passes timed, in order.
    stages: Vec<Stage>,
}

impl Timer {
    /// A timer, where the device has timestamps.
    pub fn new(open: &OpenDevice) -> Option<Self> {
        let count = 2 * MOST_PASSES as u32;
        open.device.features().contains(wgpu::Features::TIMESTAMP_QUERY).then(|| {
            let set = open.device.create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("stages"),
                ty: wgpu::QueryType::Timestamp,
                count,
            });
            let buffer = |usage| {
                let size = u64::from(count) * 8;
                let label = Some("timestamps");
                open.device.create_buffer(&wgpu::BufferDescriptor { label, size, usage, mapped_at_creation: false })
            };
            Self {
                set,
                resolved: buffer(wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC),
                readable: buffer(wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST),
                tick: f64::from(open.queue.get_timestamp_period()) * 1e-9,
                stages: Vec::new(),
            }
        })
    }

    /// Encodes steps with a pass for every run of steps of one stage, and its timestamps.
    pub fn encode(&mut self, encoder: &mut wgpu::CommandEncoder, chunk: &Chunk, steps: &[Step]) {
        self.stages.clear();
        for run in steps.chunk_by(|a, b| a.stage == b.stage) {
            let place = self.stages.len();
            let writes = (place < MOST_PASSES).then(|| wgpu::ComputePassTimestampWrites {
                query_set: &self.set,
                beginning_of_pass_write_index: Some(2 * place as u32),
                end_of_pass_write_index: Some(2 * place as u32 + 1),
            });
            if writes.is_some() {
                self.stages.push(run[0].stage);
            }
            let descriptor = wgpu::ComputePassDescriptor { label: None, timestamp_writes: writes };
            encode(&mut encoder.begin_compute_pass(&descriptor), chunk, run);
        }
        let used = 2 * self.stages.len() as u32;
        encoder.resolve_query_set(&self.set, 0..used, &self.resolved, 0);
        encoder.copy_buffer_to_buffer(&self.resolved, 0, &self.readable, 0, u64::from(used) * 8);
    }

    /// The buffer to be read once the submission is done, and how many bytes of it.
    pub fn readable(&self) -> (&wgpu::Buffer, u64) {
        (&self.readable, 16 * self.stages.len() as u64)
    }

    /// Adds `weight` times the times read to the stages they belong to.
    pub fn book(&self, ticks: &[u64], weight: f64, seconds: &mut StageSeconds) {
        for (stage, pair) in self.stages.iter().zip(ticks.chunks_exact(2)) {
            let time = pair[1].saturating_sub(pair[0]) as f64 * self.tick * weight;
            match stage {
                Stage::Planes => seconds.planes += time,
                Stage::Columns | Stage::Starts => seconds.columns += time,
                Stage::Weights => seconds.weights += time,
                Stage::Merits => seconds.merits += time,
            }
        }
    }
}
