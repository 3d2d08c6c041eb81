//! Waiting for the device, and bringing results home.

use super::OpenDevice;
use crate::engine::EngineError;
use std::time::Duration;

/// After so long a wait begins anew, and whoever waits sees whether the device is still there.
const GLANCE: Duration = Duration::from_secs(5);

type Result<T> = std::result::Result<T, EngineError>;

impl OpenDevice {
    /// Waits for a submission, or for all of them, as long as the device answers at all: a slow one may take its time,
    /// and one that hangs is given up by its driver, which says so.
    pub fn wait(&self, submission_index: Option<wgpu::SubmissionIndex>) -> Result<()> {
        loop {
            let submission_index = submission_index.clone();
            let polled = self.device.poll(wgpu::PollType::Wait { submission_index, timeout: Some(GLANCE) });
            self.check()?;
            match polled {
                Ok(_) => return Ok(()),
                Err(wgpu::PollError::Timeout) => {}
                Err(error) => return Err(EngineError::Lost(format!("no answer ({error})"))),
            }
        }
    }

    /// The first `bytes` of a buffer that can be mapped.
    pub fn map(&self, buffer: &wgpu::Buffer, bytes: u64) -> Result<Vec<u8>> {
        buffer.map_async(wgpu::MapMode::Read, 0..bytes, |_| {});
        self.wait(None)?;
        self.take(buffer, bytes)
    }

    /// The first `bytes` of a buffer whose mapping was asked for and waited for.
    pub fn take(&self, buffer: &wgpu::Buffer, bytes: u64) -> Result<Vec<u8>> {
        let view = buffer.get_mapped_range(0..bytes).map_err(|error| EngineError::Lost(error.to_string()))?;
        let contents = view.to_vec();
        drop(view);
        buffer.unmap();
        Ok(contents)
    }

    /// A buffer of `bytes` that things are copied to, to be mapped.
    pub fn readable(&self, bytes: u64) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("read"),
            size: bytes,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// Copies part of a buffer to the host.
    pub fn read(&self, source: &wgpu::Buffer, offset: u64, bytes: u64) -> Result<Vec<u8>> {
        let target = self.readable(bytes);
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(source, offset, &target, 0, bytes);
        self.queue.submit([encoder.finish()]);
        self.map(&target, bytes)
    }
}
