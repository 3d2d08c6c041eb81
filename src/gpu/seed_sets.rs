//! Seed sets on the device: uploaded once, shared by the trials that start from them.

use super::OpenDevice;
use super::tables::Tables;
use crate::engine::Seeds;
use std::sync::Arc;

/// The sets and the buffer they lie in, one after the other.
pub struct SeedSets {
    buffer: wgpu::Buffer,
    sets: Vec<Option<Arc<Seeds>>>,
}

fn buffer(open: &OpenDevice, bytes: usize) -> wgpu::Buffer {
    open.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("seeds"),
        size: bytes.max(16) as u64,
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}

impl SeedSets {
    /// No set yet.
    pub fn new(open: &OpenDevice) -> Self {
        Self { buffer: buffer(open, 0), sets: Vec::new() }
    }

    /// The buffer; another one after `place` has said that it grew.
    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }

    /// Number of the set that holds `seeds`, uploaded if it is not there yet, and whether the buffer had to grow. Sets of
    /// which `used` says no make room.
    pub fn place(
        &mut self,
        open: &OpenDevice,
        tables: &Tables,
        seeds: &Arc<Seeds>,
        used: impl Fn(usize) -> bool,
    ) -> (usize, bool) {
        let same = |set: &Option<Arc<Seeds>>| set.as_ref().is_some_and(|s| Arc::ptr_eq(s, seeds));
        if let Some(place) = self.sets.iter().position(same) {
            return (place, false);
        }
        let free = (0..self.sets.len()).find(|&i| self.sets[i].is_none() || !used(i));
        let place = free.unwrap_or(self.sets.len());
        let grown = free.is_none();
        if grown {
            let capacity = (2 * self.sets.len()).max(1);
            self.sets.resize(capacity, None);
            self.buffer = buffer(open, capacity * tables.entries * 8);
        }
        self.sets[place] = Some(seeds.clone());
        for (i, set) in self.sets.iter().enumerate() {
            if let Some(set) = set.as_ref().filter(|_| grown || i == place) {
                let means = tables.spread(set.means().iter().map(|m| [m.re, m.im]), [0.0f32; 2]);
                let offset = (i * tables.entries * 8) as u64;
                open.queue.write_buffer(&self.buffer, offset, bytemuck::cast_slice(&means));
            }
        }
        (place, grown)
    }
}
