//! The copy kernel: every byte arrives, and the bandwidth is one that memory can have.

#![cfg(feature = "cli")]

#[path = "common/gpu.rs"]
mod gpu;

use gpu::gpu_or_skip;
use seedflip::gpu::OpenDevice;
use seedflip::gpu::copy::{CopyPair, bandwidth};

/// The target, read by the host.
fn target(open: &OpenDevice, pair: &CopyPair) -> Vec<[f32; 4]> {
    let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
    let descriptor = wgpu::BufferDescriptor { label: None, size: pair.bytes, usage, mapped_at_creation: false };
    let host = open.device.create_buffer(&descriptor);
    let mut encoder = open.device.create_command_encoder(&Default::default());
    encoder.copy_buffer_to_buffer(&pair.target, 0, &host, 0, pair.bytes);
    open.queue.submit([encoder.finish()]);
    host.map_async(wgpu::MapMode::Read, .., |_| {});
    open.device.poll(wgpu::PollType::wait_indefinitely()).unwrap();
    bytemuck::pod_collect_to_vec(&host.get_mapped_range(..).unwrap())
}

#[test]
fn every_value_is_copied_exactly() {
    let Some(open) = gpu_or_skip() else { return };
    // Less than a workgroup, no whole number of them, more than one dimension of a dispatch may have.
    for values in [1u64, 1000, 128 * 65535 + 77] {
        // A few bytes more than whole values are left out.
        let pair = CopyPair::new(&open, values * 16 + 12).unwrap();
        assert_eq!(pair.bytes, values * 16);
        assert!(target(&open, &pair).iter().all(|v| *v == [0.0; 4]), "something was there before the copy");
        let seconds = pair.seconds(1).unwrap();
        assert!(seconds > 0.0 && seconds.is_finite(), "{seconds}");
        let found = target(&open, &pair);
        assert_eq!(found.len() as u64, values);
        for (i, value) in found.iter().enumerate() {
            let i = i as f32;
            assert_eq!(*value, [i, 0.5 * i, -i, 1.0]);
        }
    }
    assert!(open.check().is_ok());
}

#[test]
fn the_bandwidth_is_one_that_memory_can_have() {
    let Some(open) = gpu_or_skip() else { return };
    let rate = bandwidth(&open).unwrap();
    // From a software adapter on a busy machine to ten times the fastest card.
    assert!((1e7..1e14).contains(&rate), "{rate:e} bytes/s");
    let wide = CopyPair::new(&open, u64::MAX).map(|pair| pair.bytes);
    let limits = open.report.limits;
    // Buffers as large as the limits allow, or an error that says that memory does not suffice: never a panic.
    assert!(wide.is_err() || wide.is_ok_and(|bytes| bytes <= limits.binding_bytes.min(limits.buffer_bytes)));
}
