//! Copy bandwidth of a device: what its memory gives to a kernel that does nothing else.

use super::OpenDevice;
use crate::engine::EngineError;
use std::time::{Duration, Instant};

/// Bytes of each of the two buffers: together ten times the second-level cache of the largest cards. A software adapter's
/// cache is the processor's, and its patience shorter.
const BYTES: u64 = 256 << 20;
const SOFTWARE_BYTES: u64 = 32 << 20;
/// `THREADS` of copy.wgsl, and the bytes each of them copies.
const THREADS: u64 = 128;
const VALUE_BYTES: u64 = 16;
/// Time that one measurement should take: long beside the cost of a submission, short beside a watchdog.
const TIMED: Duration = Duration::from_millis(50);
/// Most copies of one measurement.
const MOST_COPIES: u32 = 256;
/// Measurements, of which the best counts.
const RUNS: usize = 6;

type Result<T> = std::result::Result<T, EngineError>;

/// Two buffers on a device, the first of them filled, and the kernel that copies it to the second.
pub struct CopyPair<'a> {
    open: &'a OpenDevice,
    /// Bytes of each buffer.
    pub bytes: u64,
    /// What is copied to.
    pub target: wgpu::Buffer,
    source: wgpu::Buffer,
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    clock: Option<Clock>,
}

/// Two timestamps.
struct Clock {
    set: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    readable: wgpu::Buffer,
    /// Seconds of one tick.
    tick: f64,
}

/// Bytes that a copy moves per second on a device, those read and those written, at best.
///
/// # Errors
/// `EngineError` when the device has no room for the buffers, refuses the kernel, or is lost.
pub fn bandwidth(open: &OpenDevice) -> Result<f64> {
    let wanted = if open.report.software { SOFTWARE_BYTES } else { BYTES };
    let pair = CopyPair::new(open, wanted)?;
    // The first copies also bring memory and clock rates up.
    pair.seconds(1)?;
    let once = pair.seconds(2)?;
    let copies = (TIMED.as_secs_f64() / once.max(1e-9)) as u32;
    let mut best = once;
    for _ in 0..RUNS {
        best = best.min(pair.seconds(copies.clamp(2, MOST_COPIES))?);
    }
    Ok(2.0 * pair.bytes as f64 / best)
}

impl<'a> CopyPair<'a> {
    /// Two buffers of `bytes`, or as much as the device's limits leave of it.
    ///
    /// # Errors
    /// As for `bandwidth`.
    pub fn new(open: &'a OpenDevice, bytes: u64) -> Result<Self> {
        use wgpu::BufferUsages as Usage;
        let limits = open.report.limits;
        let bytes = bytes.min(limits.binding_bytes).min(limits.buffer_bytes) / VALUE_BYTES * VALUE_BYTES;
        let memory = open.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffer = |label, usage| buffer(open, label, bytes, usage);
        let source = buffer("copied", Usage::STORAGE);
        let target = buffer("copy", Usage::STORAGE | Usage::COPY_SRC);
        if let Some(error) = pollster::block_on(memory.pop()) {
            return Err(EngineError::Memory(error.to_string()));
        }
        let validity = open.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let module = open.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("copy"),
            source: wgpu::ShaderSource::Wgsl(include_str!("../../shaders/copy.wgsl").into()),
        });
        let pipeline = |name| {
            open.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(name),
                layout: None,
                module: &module,
                entry_point: Some(name),
                compilation_options: Default::default(),
                cache: None,
            })
        };
        let group = |pipeline: &wgpu::ComputePipeline, buffers: &[(u32, &wgpu::Buffer)]| {
            let entries: Vec<_> = buffers
                .iter()
                .map(|&(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
                .collect();
            let layout = pipeline.get_bind_group_layout(0);
            open.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: None,
                layout: &layout,
                entries: &entries,
            })
        };
        let (fill, copy) = (pipeline("fill"), pipeline("copy"));
        let filled = group(&fill, &[(1, &source)]);
        let copied = group(&copy, &[(0, &source), (1, &target)]);
        if let Some(error) = pollster::block_on(validity.pop()) {
            return Err(EngineError::Refused(error.to_string()));
        }
        let pair = Self { open, bytes, target, source, pipeline: copy, group: copied, clock: Clock::new(open) };
        let mut encoder = open.device.create_command_encoder(&Default::default());
        pair.dispatch(&mut encoder.begin_compute_pass(&Default::default()), &fill, &filled, 1);
        pair.submit(encoder)?;
        Ok(pair)
    }

    /// Seconds of one copy, over `copies` of them in a row.
    ///
    /// # Errors
    /// `EngineError` when the device is lost.
    pub fn seconds(&self, copies: u32) -> Result<f64> {
        let mut encoder = self.open.device.create_command_encoder(&Default::default());
        let timestamp_writes = self.clock.as_ref().map(|clock| wgpu::ComputePassTimestampWrites {
            query_set: &clock.set,
            beginning_of_pass_write_index: Some(0),
            end_of_pass_write_index: Some(1),
        });
        let descriptor = wgpu::ComputePassDescriptor { label: None, timestamp_writes };
        self.dispatch(&mut encoder.begin_compute_pass(&descriptor), &self.pipeline, &self.group, copies);
        if let Some(clock) = &self.clock {
            encoder.resolve_query_set(&clock.set, 0..2, &clock.resolved, 0);
            encoder.copy_buffer_to_buffer(&clock.resolved, 0, &clock.readable, 0, 16);
        }
        let begun = Instant::now();
        self.submit(encoder)?;
        let wall = begun.elapsed().as_secs_f64();
        let device = match &self.clock {
            Some(clock) => clock.read(self.open)?,
            None => None,
        };
        Ok(device.unwrap_or(wall) / f64::from(copies))
    }

    fn dispatch(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipeline: &wgpu::ComputePipeline,
        group: &wgpu::BindGroup,
        times: u32,
    ) {
        let [x, y] = groups(self.bytes / VALUE_BYTES, self.open.report.limits.workgroups_per_dimension);
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, group, &[]);
        for _ in 0..times {
            pass.dispatch_workgroups(x, y, 1);
        }
    }

    fn submit(&self, encoder: wgpu::CommandEncoder) -> Result<()> {
        let index = self.open.queue.submit([encoder.finish()]);
        self.open.wait(Some(index))
    }
}

impl Drop for CopyPair<'_> {
    fn drop(&mut self) {
        // At once: whoever measures next wants the memory.
        self.source.destroy();
        self.target.destroy();
    }
}

impl Clock {
    /// Where the device has timestamps.
    fn new(open: &OpenDevice) -> Option<Self> {
        use wgpu::BufferUsages as Usage;
        open.report.timestamps.then(|| Self {
            set: open.device.create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("copies"),
                ty: wgpu::QueryType::Timestamp,
                count: 2,
            }),
            resolved: buffer(open, "timestamps", 16, Usage::QUERY_RESOLVE | Usage::COPY_SRC),
            readable: buffer(open, "timestamps", 16, Usage::MAP_READ | Usage::COPY_DST),
            tick: f64::from(open.queue.get_timestamp_period()) * 1e-9,
        })
    }

    /// Seconds between the two; `None` from a clock that stood still.
    fn read(&self, open: &OpenDevice) -> Result<Option<f64>> {
        self.readable.map_async(wgpu::MapMode::Read, .., |_| {});
        open.wait(None)?;
        let view = self.readable.get_mapped_range(..).map_err(|error| EngineError::Lost(error.to_string()))?;
        let ticks: Vec<u64> = bytemuck::pod_collect_to_vec(&view);
        drop(view);
        self.readable.unmap();
        let passed = ticks[1].saturating_sub(ticks[0]);
        Ok((passed > 0).then_some(passed as f64 * self.tick))
    }
}

fn buffer(open: &OpenDevice, label: &str, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    let descriptor = wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
    open.device.create_buffer(&descriptor)
}

/// Workgroups along two dimensions, of at most `limit` each, for a number of values.
fn groups(values: u64, limit: u32) -> [u32; 2] {
    let all = values.div_ceil(THREADS).max(1);
    let rows = all.div_ceil(u64::from(limit));
    // Whole rows: the kernel passes over what is too much.
    [all.div_ceil(rows) as u32, rows as u32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workgroups_cover_all_values_within_the_limit() {
        for values in [1, 127, 128, 129, 8_388_480, 8_388_481, BYTES / VALUE_BYTES, 1 << 31] {
            let [x, y] = groups(values, 65535);
            assert!(x <= 65535 && y <= 65535);
            let covered = u64::from(x) * u64::from(y) * THREADS;
            assert!(covered >= values && covered < values + THREADS * (u64::from(y) + 1), "{values}: {x} x {y}");
        }
    }
}
