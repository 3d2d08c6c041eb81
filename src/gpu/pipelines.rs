//! Compiled kernels of a device: each module once, whoever asks, side by side, and kept on the disk where the driver
//! can.

use super::pipeline_cache::DiskCache;
use super::plan::STORAGE_BUFFERS;
use super::shared;
use crate::engine::EngineError;
use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// Bindings 0 and 1 of bindings.wgsl are uniform, 2 to 7 are written, the rest is read.
const FIRST_STORAGE: u32 = 2;
const FIRST_READ_ONLY: u32 = 8;

/// What a pipeline is made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Module {
    /// WGSL.
    pub text: String,
    /// Where it begins.
    pub entry_point: &'static str,
    /// Bounds checks and workgroup memory cleared first: slower, for tests.
    pub checked: bool,
}

/// Where a pipeline stands.
enum Making {
    /// Some thread is at it.
    UnderWay,
    Made(wgpu::ComputePipeline),
    /// What driver or wgpu said.
    Refused(String),
}

/// The pipelines of one device.
pub struct Pipelines {
    device: wgpu::Device,
    adapter: wgpu::AdapterInfo,
    /// Made when first wanted: not every device has room for so many bindings.
    layouts: OnceLock<(wgpu::BindGroupLayout, wgpu::PipelineLayout)>,
    disk: OnceLock<Option<DiskCache>>,
    making: Mutex<HashMap<Module, Making>>,
    /// Rung when one is made or refused.
    bell: Condvar,
}

impl Pipelines {
    /// No pipeline yet.
    pub fn new(device: &wgpu::Device, adapter: wgpu::AdapterInfo) -> Self {
        let (layouts, disk, making, bell) = (OnceLock::new(), OnceLock::new(), Mutex::default(), Condvar::new());
        Self { device: device.clone(), adapter, layouts, disk, making, bell }
    }

    /// What every bind group looks like.
    pub fn layout(&self) -> &wgpu::BindGroupLayout {
        &self.layouts().0
    }

    fn layouts(&self) -> &(wgpu::BindGroupLayout, wgpu::PipelineLayout) {
        self.layouts.get_or_init(|| {
            let layout = bind_group_layout(&self.device);
            let pipeline_layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some("seedflip"),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: 0,
            });
            (layout, pipeline_layout)
        })
    }

    fn disk(&self) -> Option<&DiskCache> {
        self.disk.get_or_init(|| DiskCache::open(&self.device, &self.adapter)).as_ref()
    }

    /// The pipeline of a module, compiled by the calling thread unless it is made, or being made, already.
    ///
    /// # Errors
    /// `EngineError::Refused` when driver or wgpu does not take the module.
    pub fn get(&self, module: Module) -> Result<wgpu::ComputePipeline, EngineError> {
        let mut making = self.lock();
        loop {
            match making.get(&module) {
                Some(Making::Made(pipeline)) => return Ok(pipeline.clone()),
                Some(Making::Refused(what)) => return Err(EngineError::Refused(what.clone())),
                Some(Making::UnderWay) => making = self.bell.wait(making).unwrap_or_else(PoisonError::into_inner),
                None => break,
            }
        }
        making.insert(module.clone(), Making::UnderWay);
        drop(making);
        let compiled = self.compile(&module);
        let making = match &compiled {
            Ok(pipeline) => Making::Made(pipeline.clone()),
            Err(what) => Making::Refused(what.clone()),
        };
        self.lock().insert(module, making);
        self.bell.notify_all();
        compiled.map_err(EngineError::Refused)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Module, Making>> {
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn compile(&self, module: &Module) -> Result<wgpu::ComputePipeline, String> {
        // Scopes are those of the thread.
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let checks =
            if module.checked { wgpu::ShaderRuntimeChecks::checked() } else { wgpu::ShaderRuntimeChecks::unchecked() };
        let source = wgpu::ShaderSource::Wgsl(module.text.as_str().into());
        let descriptor = wgpu::ShaderModuleDescriptor { label: Some(module.entry_point), source };
        // SAFETY: the text is this program's own; the plan keeps every index inside its buffer, loops end, and the
        // tests run all of it with the checks on.
        let shader = unsafe { self.device.create_shader_module_trusted(descriptor, checks) };
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(module.entry_point),
            layout: Some(&self.layouts().1),
            module: &shader,
            entry_point: Some(module.entry_point),
            compilation_options: wgpu::PipelineCompilationOptions {
                zero_initialize_workgroup_memory: module.checked,
                ..Default::default()
            },
            cache: self.disk().map(DiskCache::cache),
        });
        match pollster::block_on(scope.pop()) {
            Some(error) => Err(error.to_string()),
            None => Ok(pipeline),
        }
    }
}

impl Drop for Pipelines {
    /// Keeps what was compiled for later runs: once, as a driver may take a tenth of a second to hand out all it has.
    fn drop(&mut self) {
        if let Some(Some(disk)) = self.disk.get() {
            disk.keep();
        }
    }
}

fn bind_group_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let uniform = |dynamic, size: usize| wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Uniform,
        has_dynamic_offset: dynamic,
        min_binding_size: NonZeroU64::new(size as u64),
    };
    let storage = |read_only| wgpu::BindingType::Buffer {
        ty: wgpu::BufferBindingType::Storage { read_only },
        has_dynamic_offset: false,
        min_binding_size: None,
    };
    let entries: Vec<wgpu::BindGroupLayoutEntry> = (0..FIRST_STORAGE + STORAGE_BUFFERS as u32)
        .map(|binding| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: match binding {
                0 => uniform(true, size_of::<shared::Params>()),
                1 => uniform(false, size_of::<shared::Problem>()),
                _ => storage(binding >= FIRST_READ_ONLY),
            },
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("seedflip"), entries: &entries })
}
