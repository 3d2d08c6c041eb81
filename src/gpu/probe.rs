//! A stage alone, on made-up inputs, to be compared with its twin: its own file is compiled with the bindings of the engine
//! and an entry point that applies it to what lies in `lines`.

use super::OpenDevice;
use super::chunk::{Chunk, Common, PAIR_VALUES, pair_values};
use super::kernels::Kernels;
use super::numbers::seeded;
use super::plan::{Plan, Tuning};
use super::seed_sets::SeedSets;
use super::shared::{NO_SEEDS, Params, Recipe, State};
use super::tables::Tables;
use crate::engine::problem::{Coefficient, SHELLS};
use crate::engine::{Layout, Problem, Seeds};
use crate::twins::random::{trial_hash, unit_interval};
use crate::wgsl::stage::LINEAR_THREADS;
use num_complex::Complex32;
use std::sync::Arc;

#[path = "../../tests/common/gpu.rs"]
mod gpu;

/// Slots of the probe, and the one that is worked on: not the first, so that every offset counts.
const SLOTS: usize = 2;
const SLOT: usize = 1;

/// One trial's buffers on a device, open to the host.
pub struct Probe {
    pub problem: Problem,
    pub tables: Tables,
    pub plan: Plan,
    pub seeds: Arc<Seeds>,
    open: OpenDevice,
    kernels: Kernels,
    common: Common,
    chunk: Chunk,
}

/// A number from −1 to 1.
pub fn noise(seed: u32, i: usize) -> f32 {
    2.0 * unit_interval(trial_hash(seed, 77, i as u32)) - 1.0
}

/// A small problem on an odd grid: a tenth of the reflections not measured, some with E = 0.
fn problem() -> Problem {
    let all = (-6i32..=6).flat_map(|x| (-7i32..=7).flat_map(move |y| (-7i32..=7).map(move |z| [x, y, z])));
    let inside = |k: &[i32; 3]| k[0] * k[0] + k[1] * k[1] + k[2] * k[2] - k[0] * k[1] < 50 && *k != [0; 3];
    let layout = Layout::new([14, 15, 16], all.filter(inside)).unwrap();
    let key = |k: [i32; 3]| (k[0] * 1000 + k[1] * 30 + k[2]) as u32;
    let coefficient = |k: [i32; 3]| {
        let u = unit_interval(trial_hash(1, 2, key(k)));
        let e = if key(k) % 17 == 0 { 0.0 } else { (-u.max(1e-6).ln()).sqrt() };
        let measured = (key(k) % 10 != 3).then_some((e, 0.6 * e + 0.1));
        Coefficient { measured, shell: (key(k) % SHELLS as u32) as u8 }
    };
    let squared = |k: [i32; 3]| (k[0] * k[0] + k[1] * k[1] + k[2] * k[2] - k[0] * k[1]) as f32;
    let lengths: Vec<f32> = layout.indices().map(|k| (squared(k) / 50.0).sqrt() / 1.3).collect();
    Problem::new(layout, 40.0, coefficient, key).with_distances(&lengths)
}

/// A recipe with the numbers of its seeds.
fn with_seeds(recipe: Recipe, seeds: &Recipe) -> Recipe {
    Recipe {
        seed_set: seeds.seed_set,
        free_e_sq_mean: seeds.free_e_sq_mean,
        free_e_sq_variance: seeds.free_e_sq_variance,
        free_measured: seeds.free_measured,
        seed_power: seeds.seed_power,
        free_shell_count: seeds.free_shell_count,
        ..recipe
    }
}

impl Probe {
    /// A device with the trial in this state, with seeds where its recipe holds some; `None` where the test is to be
    /// skipped.
    pub fn new(recipe: Recipe, state: State) -> Option<Self> {
        let open = gpu::gpu_or_skip()?;
        let problem = problem();
        let tables = Tables::new(problem.layout());
        let plan = Plan::new(&problem, &tables, SLOTS, &open.report.limits, &Tuning::GPU).unwrap();
        let kernels = Kernels::new(&open, true);
        let mut common = Common::new(&open, &problem, &tables, &plan);
        common.lines = open.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("lines"),
            size: (plan.line_values() + 8 * plan.entries + 1024) as u64 * 8,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        // Another set first, so that the one in use is not at the beginning.
        let known =
            |i: usize| (i, Complex32::from_polar(if i.is_multiple_of(2) { 0.9 } else { 0.5 }, 3.0 * noise(16, i)));
        let seeds = Arc::new(Seeds::new(&problem, (0..problem.layout().len()).filter(|i| i % 7 == 3).map(known)));
        let mut sets = SeedSets::new(&open);
        sets.place(&open, &tables, &Arc::new(Seeds::new(&problem, [known(5)])), |_| true);
        let (set, _) = sets.place(&open, &tables, &seeds, |_| true);
        let numbers = match recipe.hold {
            0 => Recipe { seed_set: NO_SEEDS, ..recipe },
            hold => with_seeds(recipe, &seeded(&seeds, hold, set)),
        };
        let chunk = Chunk::new(&open, &kernels, &common, &plan, sets.buffer(), SLOTS);
        let probe = Self { problem, tables, plan, seeds, open, kernels, common, chunk };
        probe.open.queue.write_buffer(&probe.chunk.buffers.lists, 0, bytemuck::bytes_of(&(SLOT as u32)));
        let queue = &probe.open.queue;
        queue.write_buffer(
            &probe.chunk.buffers.recipes,
            (SLOT * size_of::<Recipe>()) as u64,
            bytemuck::bytes_of(&numbers),
        );
        queue.write_buffer(&probe.chunk.buffers.states, (SLOT * size_of::<State>()) as u64, bytemuck::bytes_of(&state));
        Some(probe)
    }

    /// Runs an entry point of a text, by `groups` workgroups.
    pub fn run(&mut self, text: &str, entry_point: &str, groups: usize, params: Params) {
        let device = &self.open.device;
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(self.kernels.layout())],
            immediate_size: 0,
        });
        let source = wgpu::ShaderSource::Wgsl(text.into());
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: Some(&layout),
            module: &device.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source }),
            entry_point: Some(entry_point),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        });
        let offset = self.chunk.offset(params).unwrap();
        self.chunk.upload(&self.open);
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &self.chunk.own, &[offset]);
            pass.dispatch_workgroups(groups as u32, 1, 1);
        }
        self.open.queue.submit([encoder.finish()]);
        device.poll(wgpu::PollType::Wait { submission_index: None, timeout: None }).unwrap();
        self.open.check().unwrap();
    }

    /// Applies a density stage to pairs of values under masks: what it leaves, and its sums.
    pub fn density(&mut self, stage: &str, pairs: &[[f32; 2]], masks: &[[f32; 2]]) -> (Vec<[f32; 2]>, [f32; 2]) {
        // Behind what stages keep there.
        let (n, base) = (pairs.len(), self.plan.line_values());
        let place = if stage.contains("place: u32") { ", i" } else { "" };
        let main = format!(
            "@compute @workgroup_size(THREADS) fn main(@builtin(local_invocation_index) t: u32) {{
                 begin_density(slots[params.first]);
                 for (var i = {base}u + t; i < {base}u + {n}u; i += THREADS) {{
                     lines[{}u + i] = change_density(lines[i], lines[{n}u + i]{place});
                 }}
                 let total = reduce(density_sums, t);
                 if t == 0u {{ lines[{}u] = total; }}
             }}",
            2 * n,
            base + 3 * n
        );
        let main = main.replace(", i)", &format!(", i - {base}u)"));
        let bytes = (base * 8) as u64;
        self.open.queue.write_buffer(&self.common.lines, bytes, bytemuck::cast_slice(&[pairs, masks].concat()));
        self.run(&module("vec2<f32>", &[stage, &main]), "main", 1, Params::default());
        let lines = self.read(&self.common.lines, base, 3 * n + 1);
        (lines[2 * n..3 * n].to_vec(), lines[3 * n])
    }

    /// The direction of the pair prior at the first pairs of voxels.
    pub fn direction(&self, count: usize) -> Vec<[f32; 2]> {
        let values = pair_values(&self.problem, self.problem.pairs().unwrap(), &self.tables);
        values[PAIR_VALUES + self.plan.entries..][..count].to_vec()
    }

    /// Applies a coefficient stage to every entry: what it leaves of them, of an entry that there is not, and its sums.
    pub fn coefficients(&mut self, stage: &[&str], values: &[[f32; 2]], params: Params) -> Changed {
        let n = self.plan.entries;
        let main = "@compute @workgroup_size(THREADS) fn main(@builtin(local_invocation_index) t: u32) {
                let slot = slots[params.first];
                let end = 2u * problem.entries;
                begin_columns(slot);
                for (var entry = t; entry < problem.entries; entry += THREADS) {
                    lines[problem.entries + entry] = change_coefficient(lines[entry], slot, entry);
                }
                let none = change_coefficient(vec2<f32>(3.0, 4.0), slot, NO_ENTRY);
                let columns = reduce(column_sums, t);
                SHELLS
                if t == 0u {
                    lines[end] = columns.xy;
                    lines[end + 1u] = columns.zw;
                    lines[end + 2u] = shells.xy;
                    lines[end + 3u] = shells.zw;
                    lines[end + 4u] = none;
                }
            }";
        // Only the stage of the field has sums of all shells.
        let shells = if stage.concat().contains("shell_sums") { "reduce(shell_sums, t);" } else { "vec4<f32>();" };
        let main = main.replace("SHELLS", &format!("let shells = {shells}"));
        self.write_lines(values);
        let parts = [&[include_str!("../../shaders/shared/columns.wgsl")], stage, &[&main]].concat();
        self.run(&module("vec4<f32>", &parts), "main", 1, params);
        let lines = self.read_lines(2 * n + 5);
        let sums = std::array::from_fn(|i| lines[2 * n + i / 2][i % 2]);
        Changed { values: lines[n..2 * n].to_vec(), none: lines[2 * n + 4], sums }
    }

    /// Values in device order, 0 where there is no entry.
    pub fn spread(&self, values: &[Complex32]) -> Vec<[f32; 2]> {
        self.tables.spread(values.iter().map(|v| [v.re, v.im]), [0.0; 2])
    }

    /// Values of the layout's entries.
    pub fn gather(&self, values: &[[f32; 2]]) -> Vec<Complex32> {
        self.tables.entry.iter().map(|&e| Complex32::new(values[e as usize][0], values[e as usize][1])).collect()
    }

    /// Coefficients with zeros, small and large ones among them.
    pub fn made_up(&self, seed: u32) -> Vec<Complex32> {
        let size = |i: usize| [1.0, 0.0, 1e-6, 1e3, 0.1, 2.0, 1.0][i % 7];
        (0..self.problem.layout().len())
            .map(|i| Complex32::new(noise(seed, 2 * i), noise(seed, 2 * i + 1)) * size(i))
            .collect()
    }

    pub fn write_lines(&self, values: &[[f32; 2]]) {
        self.open.queue.write_buffer(&self.common.lines, 0, bytemuck::cast_slice(values));
    }

    pub fn read_lines(&self, count: usize) -> Vec<[f32; 2]> {
        self.read(&self.common.lines, 0, count)
    }

    pub fn write_field(&self, values: &[Complex32]) {
        let values = self.spread(values);
        let offset = (SLOT * self.plan.entries * 8) as u64;
        self.open.queue.write_buffer(&self.chunk.buffers.field, offset, bytemuck::cast_slice(&values));
    }

    pub fn read_field(&self) -> Vec<Complex32> {
        self.gather(&self.read(&self.chunk.buffers.field, SLOT * self.plan.entries, self.plan.entries))
    }

    pub fn write_cavity(&self, values: &[Complex32]) {
        let values = self.spread(values);
        let offset = (SLOT * self.plan.entries * 8) as u64;
        self.open.queue.write_buffer(&self.chunk.buffers.cavity, offset, bytemuck::cast_slice(&values));
    }

    pub fn read_cavity(&self) -> Vec<Complex32> {
        self.gather(&self.read(&self.chunk.buffers.cavity, SLOT * self.plan.entries, self.plan.entries))
    }

    pub fn write_partials(&self, values: &[[f32; 4]]) {
        let offset = (SLOT * self.plan.partials() * 16) as u64;
        self.open.queue.write_buffer(&self.chunk.buffers.partials, offset, bytemuck::cast_slice(values));
    }

    pub fn state(&self) -> State {
        self.read(&self.chunk.buffers.states, SLOT, 1)[0]
    }

    /// Elements of a buffer.
    fn read<T: bytemuck::Pod>(&self, source: &wgpu::Buffer, first: usize, count: usize) -> Vec<T> {
        let size = (count * size_of::<T>()) as u64;
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        let descriptor = wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false };
        let target = self.open.device.create_buffer(&descriptor);
        let mut encoder = self.open.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(source, (first * size_of::<T>()) as u64, &target, 0, size);
        self.open.queue.submit([encoder.finish()]);
        target.map_async(wgpu::MapMode::Read, .., |_| {});
        self.open.device.poll(wgpu::PollType::Wait { submission_index: None, timeout: None }).unwrap();
        self.open.check().unwrap();
        bytemuck::pod_collect_to_vec(&target.get_mapped_range(..).unwrap())
    }
}

/// What a coefficient stage leaves.
pub struct Changed {
    pub values: Vec<[f32; 2]>,
    pub none: [f32; 2],
    pub sums: [f32; 8],
}

/// Bindings, sums and the parts.
pub fn module(sum: &str, parts: &[&str]) -> String {
    let bindings = include_str!("../../shaders/shared/bindings.wgsl");
    let mixed = include_str!("../../shaders/shared/mixed_f32.wgsl");
    let reduce = include_str!("../../shaders/shared/reduce.wgsl");
    let header = format!("alias SUM = {sum};\nconst THREADS: u32 = {LINEAR_THREADS}u;\nconst SEEDS: bool = true;\n");
    [bindings, mixed, &header, reduce].into_iter().chain(parts.iter().copied()).collect()
}

/// Fails unless two values agree to `relative` of the second, or to `absolute`.
pub fn close(what: &str, a: f32, b: f64, relative: f64, absolute: f64) {
    let off = (f64::from(a) - b).abs();
    assert!(off <= relative * b.abs() + absolute, "{what}: {a:e}, not {b:e}");
}
