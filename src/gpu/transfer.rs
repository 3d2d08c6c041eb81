//! Waiting for the device, and bringing results home.

use super::OpenDevice;
use crate::engine::EngineError;
use std::time::Duration;

/// A device that answers nothing for so long counts as lost.
const PATIENCE: Duration = Duration::from_secs(120);

type Result<T> = std::result::Result<T, EngineError>;

impl OpenDevice {
    /// Waits for a submission.
    pub fn wait(&self, index: wgpu::SubmissionIndex) -> Result<()> {
        let poll = wgpu::PollType::Wait { submission_index: Some(index), timeout: Some(PATIENCE) };
        let polled = self.device.poll(poll);
        self.check()?;
        polled.map(|_| ()).map_err(|error| EngineError::Lost(format!("no answer ({error})")))
    }

    /// Contents of a buffer that can be mapped.
    pub fn map(&self, buffer: &wgpu::Buffer, bytes: u64) -> Result<Vec<u8>> {
        buffer.map_async(wgpu::MapMode::Read, 0..bytes, |_| {});
        let polled = self.device.poll(wgpu::PollType::Wait { submission_index: None, timeout: Some(PATIENCE) });
        self.check()?;
        polled.map_err(|error| EngineError::Lost(format!("no answer ({error})")))?;
        let view = buffer.get_mapped_range(0..bytes).map_err(|error| EngineError::Lost(error.to_string()))?;
        let contents = view.to_vec();
        drop(view);
        buffer.unmap();
        Ok(contents)
    }

    /// Copies part of a buffer to the host.
    pub fn read(&self, source: &wgpu::Buffer, offset: u64, bytes: u64) -> Result<Vec<u8>> {
        let target = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("read"),
            size: bytes,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(source, offset, &target, 0, bytes);
        self.queue.submit([encoder.finish()]);
        self.map(&target, bytes)
    }
}
