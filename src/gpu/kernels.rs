//! The compiled stages of a plan, each compiled when it is first wanted.

use super::plan::{Plan, Planes, STORAGE_BUFFERS};
use super::{OpenDevice, shared};
use crate::engine::EngineError;
use crate::wgsl::stage::{Coefficients, Density, Linear, column_module, plane_module, row_modules};
use std::collections::HashMap;
use std::num::NonZeroU64;

/// A compute pipeline of the cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// A plane pass in whole planes, or one of the three kernels of the four-pass way.
    Plane(Density, usize),
    /// A column pass.
    Column(Coefficients),
    /// A stage over entries.
    Linear(Linear),
    /// A finishing stage, by its entry point.
    Finish(&'static str),
}

/// Compiled stages.
pub struct Kernels {
    /// What every bind group looks like.
    pub layout: wgpu::BindGroupLayout,
    pipeline_layout: wgpu::PipelineLayout,
    /// Bounds checks in the shaders and workgroup memory cleared first: slower, for tests.
    checked: bool,
    made: HashMap<Kernel, wgpu::ComputePipeline>,
}

/// Bindings 0 and 1 of bindings.wgsl are uniform, 2 to 7 are written, the rest is read.
const FIRST_STORAGE: u32 = 2;
const FIRST_READ_ONLY: u32 = 8;

impl Kernels {
    /// No stage yet; `checked` for bounds checks and cleared workgroup memory.
    pub fn new(open: &OpenDevice, checked: bool) -> Self {
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
        let layout = open
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("seedflip"), entries: &entries });
        let pipeline_layout = open.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("seedflip"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        Self { layout, pipeline_layout, checked, made: HashMap::new() }
    }

    /// The pipeline of a stage.
    ///
    /// # Errors
    /// `EngineError::Refused` when driver or wgpu does not take the module.
    pub fn get(
        &mut self,
        open: &OpenDevice,
        plan: &Plan,
        kernel: Kernel,
    ) -> Result<&wgpu::ComputePipeline, EngineError> {
        if !self.made.contains_key(&kernel) {
            let pipeline = self.compile(open, &source(plan, kernel), kernel)?;
            self.made.insert(kernel, pipeline);
        }
        self.made.get(&kernel).ok_or_else(|| EngineError::Refused(format!("no pipeline for {kernel:?}")))
    }

    fn compile(&self, open: &OpenDevice, text: &str, kernel: Kernel) -> Result<wgpu::ComputePipeline, EngineError> {
        let label = format!("{kernel:?}");
        let scope = open.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let checks =
            if self.checked { wgpu::ShaderRuntimeChecks::checked() } else { wgpu::ShaderRuntimeChecks::unchecked() };
        let descriptor =
            wgpu::ShaderModuleDescriptor { label: Some(&label), source: wgpu::ShaderSource::Wgsl(text.into()) };
        // SAFETY: the text is this program's own; the plan keeps every index inside its buffer, loops end, and the tests
        // run all of it with the checks on.
        let module = unsafe { open.device.create_shader_module_trusted(descriptor, checks) };
        let entry_point = match kernel {
            Kernel::Finish(name) => name,
            _ => "main",
        };
        let pipeline = open.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(&label),
            layout: Some(&self.pipeline_layout),
            module: &module,
            entry_point: Some(entry_point),
            compilation_options: wgpu::PipelineCompilationOptions {
                zero_initialize_workgroup_memory: self.checked,
                ..Default::default()
            },
            cache: None,
        });
        match pollster::block_on(scope.pop()) {
            Some(error) => Err(EngineError::Refused(format!("{label}: {error}"))),
            None => Ok(pipeline),
        }
    }
}

/// The module of a stage.
pub fn source(plan: &Plan, kernel: Kernel) -> String {
    match (kernel, &plan.planes) {
        (Kernel::Plane(density, _), Planes::Whole(shape)) => plane_module(shape, density, plan.storage),
        (Kernel::Plane(density, part), Planes::Rows(shape)) => {
            row_modules(shape, density, plan.storage).into_iter().nth(part).unwrap_or_default()
        }
        (Kernel::Column(coefficients), _) => column_module(&plan.columns, coefficients, plan.storage),
        (Kernel::Linear(linear), _) => linear.module(plan.storage),
        (Kernel::Finish(_), _) => Linear::Finish.module(plan.storage),
    }
}
