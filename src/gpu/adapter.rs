//! What an adapter is and can do, and the list of those here.

use super::visible;
use crate::engine::Device;
use serde::Serialize;
use std::sync::OnceLock;

/// Sort of adapter, the most capable first: this order is that of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A card with memory of its own.
    Discrete,
    /// A GPU that shares the processor's memory.
    Integrated,
    /// A GPU lent by the host of a virtual machine.
    Virtual,
    /// None of the others, or not said.
    Other,
    /// Software on the processor, such as Mesa's llvmpipe.
    Cpu,
}

impl Kind {
    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Discrete => "discrete",
            Self::Integrated => "integrated",
            Self::Virtual => "virtual",
            Self::Other => "other",
            Self::Cpu => "cpu",
        }
    }
}

/// What the engine's plan depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AdapterLimits {
    /// Bytes of workgroup memory.
    pub workgroup_bytes: u32,
    /// Invocations of a workgroup.
    pub invocations: u32,
    /// Bytes of a buffer that one binding can show.
    pub binding_bytes: u64,
    /// Bytes of a buffer.
    pub buffer_bytes: u64,
    /// Workgroups of a dispatch along each dimension.
    pub workgroups_per_dimension: u32,
    /// Storage buffers that a shader can see.
    pub storage_buffers: u32,
    /// Alignment in bytes of dynamic offsets into uniform buffers.
    pub uniform_alignment: u32,
    /// The same for storage buffers.
    pub storage_alignment: u32,
}

impl From<&wgpu::Limits> for AdapterLimits {
    fn from(l: &wgpu::Limits) -> Self {
        Self {
            workgroup_bytes: l.max_compute_workgroup_storage_size,
            invocations: l.max_compute_invocations_per_workgroup,
            binding_bytes: l.max_storage_buffer_binding_size,
            buffer_bytes: l.max_buffer_size,
            workgroups_per_dimension: l.max_compute_workgroups_per_dimension,
            storage_buffers: l.max_storage_buffers_per_shader_stage,
            uniform_alignment: l.min_uniform_buffer_offset_alignment,
            storage_alignment: l.min_storage_buffer_offset_alignment,
        }
    }
}

/// An adapter: who it is and what it can do. Field names are those of `seedflip devices --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AdapterReport {
    /// Place in the list, by which `--device` can name it.
    pub index: usize,
    /// Name as the driver gives it.
    pub name: String,
    /// Sort of adapter.
    pub kind: Kind,
    /// Programming interface below wgpu: `vulkan`, `metal`, `dx12`.
    pub backend: String,
    /// Driver.
    pub driver: String,
    /// Its version, in the driver's own words.
    pub driver_info: String,
    /// PCI bus id such as `0000:01:00.0`; empty where there is none.
    pub pci: String,
    /// True when a processor does the work.
    pub software: bool,
    /// Limits.
    pub limits: AdapterLimits,
    /// True when passes can be timed on the device.
    pub timestamps: bool,
    /// Invocations of the smallest and the largest subgroup.
    pub subgroup: [u32; 2],
}

impl AdapterReport {
    fn new(adapter: &wgpu::Adapter) -> Self {
        let info = adapter.get_info();
        let kind = match info.device_type {
            wgpu::DeviceType::DiscreteGpu => Kind::Discrete,
            wgpu::DeviceType::IntegratedGpu => Kind::Integrated,
            wgpu::DeviceType::VirtualGpu => Kind::Virtual,
            wgpu::DeviceType::Cpu => Kind::Cpu,
            wgpu::DeviceType::Other => Kind::Other,
        };
        Self {
            index: 0,
            name: info.name,
            kind,
            backend: info.backend.to_str().to_owned(),
            driver: info.driver,
            driver_info: info.driver_info,
            pci: info.device_pci_bus_id,
            software: kind == Kind::Cpu,
            limits: AdapterLimits::from(&adapter.limits()),
            timestamps: adapter.features().contains(wgpu::Features::TIMESTAMP_QUERY),
            subgroup: [info.subgroup_min_size, info.subgroup_max_size],
        }
    }

    /// The adapter as reports of a run name it. One thread of the host feeds it.
    pub fn device(&self) -> Device {
        let (api, driver) = (Some(self.backend.clone()), Some(self.driver_text()));
        Device { backend: "gpu", name: self.name.clone(), api, driver, threads: 1 }
    }

    /// Driver and version in one text.
    pub fn driver_text(&self) -> String {
        [self.driver.as_str(), self.driver_info.as_str()].join(" ").trim().to_owned()
    }
}

/// wgpu, once for the whole process: NVIDIA's driver for Linux refuses a process its 15th instance, those included that
/// were given back.
static INSTANCE: OnceLock<wgpu::Instance> = OnceLock::new();

/// The adapters of this machine that the process may use: hardware before software, discrete before integrated ones, otherwise in wgpu's order.
pub(super) fn adapters() -> Vec<(wgpu::Adapter, AdapterReport)> {
    let new = || wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let instance = INSTANCE.get_or_init(new);
    let found = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    let is_visible = visible::filter();
    let mut adapters: Vec<_> = found
        .into_iter()
        .map(|adapter| {
            let report = AdapterReport::new(&adapter);
            (adapter, report)
        })
        .filter(|(_, report)| is_visible(&report.pci))
        .collect();
    // A stable sort keeps wgpu's order within a kind.
    adapters.sort_by_key(|(_, report)| report.kind);
    adapters.iter_mut().enumerate().for_each(|(index, (_, report))| report.index = index);
    adapters
}

/// Reports on the adapters of this machine, in the order that `--device INDEX` counts.
pub fn list() -> Vec<AdapterReport> {
    adapters().into_iter().map(|(_, report)| report).collect()
}
