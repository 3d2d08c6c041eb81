//! Buffers and bind groups: those of a chunk of trials that advance together, and those that all chunks share.

use super::OpenDevice;
use super::cut::twiddle_places;
use super::kernels::Kernels;
use super::plan::Plan;
use super::shared::{Params, Problem as DeviceProblem, Recipe, State};
use super::tables::Tables;
use crate::engine::problem::{Pairs, STRONG_SHARE, WEAK_SHARE};
use crate::engine::seeds::FreeMoments;
use crate::engine::{Direction, Problem};
use crate::twins::pair_table::LENGTHS;
use crate::twins::random::{PHASE_TABLE_SIZE, phase_table};
use crate::twins::reshape::INTERVALS;
use crate::wgsl::shape::TILE;
use std::f64::consts::TAU;

/// Lists of trials that a chunk keeps on the device, each as long as the chunk: those that advance, and those that start.
const LISTS: u64 = 2;

/// Buffers that all chunks share.
pub struct Common {
    pub problem: wgpu::Buffer,
    pub targets: wgpu::Buffer,
    pub codes: wgpu::Buffer,
    pub table: wgpu::Buffer,
    pub twiddles: wgpu::Buffer,
    /// Mixed space of trials that are evaluated.
    pub scratch: wgpu::Buffer,
    /// Rows of the four-pass way.
    pub lines: wgpu::Buffer,
}

/// Buffers of a chunk, named as in bindings.wgsl; `lists` is `slots` there.
pub struct Buffers {
    pub cavity: wgpu::Buffer,
    pub field: wgpu::Buffer,
    pub states: wgpu::Buffer,
    pub partials: wgpu::Buffer,
    pub recipes: wgpu::Buffer,
    pub lists: wgpu::Buffer,
    mixed: wgpu::Buffer,
    params: wgpu::Buffer,
}

/// Trials that advance together.
pub struct Chunk {
    /// Trials of the chunk.
    pub slots: usize,
    /// Its buffers.
    pub buffers: Buffers,
    /// Mixed space of the trials themselves.
    pub own: wgpu::BindGroup,
    /// Scratch space in its place.
    pub scratch: wgpu::BindGroup,
    /// Parameter sets of the commands being recorded.
    sets: Vec<Params>,
    /// Distance between parameter sets, bytes.
    alignment: usize,
    /// Parameter sets that fit.
    capacity: usize,
}

fn buffer(open: &OpenDevice, label: &str, bytes: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    let size = bytes.next_multiple_of(4).max(16);
    let descriptor = wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
    open.device.create_buffer(&descriptor)
}

fn filled(open: &OpenDevice, label: &str, bytes: &[u8], usage: wgpu::BufferUsages) -> wgpu::Buffer {
    let buffer = buffer(open, label, bytes.len() as u64, usage | wgpu::BufferUsages::COPY_DST);
    open.queue.write_buffer(&buffer, 0, bytes);
    buffer
}

/// exp(−2πi m/n) for the three edges, rounded from f64, and the phase table.
fn twiddles(dims: [usize; 3]) -> Vec<[f32; 2]> {
    let edge = |n: usize| {
        (0..n).map(move |m| {
            let (sin, cos) = (-TAU * m as f64 / n as f64).sin_cos();
            [cos as f32, sin as f32]
        })
    };
    dims.into_iter().flat_map(edge).chain(phase_table()).collect()
}

/// Values in `twiddles` of what the pair prior has learned: two slopes and offsets, and the filters, for each height.
pub const PAIR_VALUES: usize = (INTERVALS + 1) * (2 + LENGTHS + 1);

/// What the pair prior has learned, and its direction: coefficients in device order, the map by pairs of voxels.
pub fn pair_values(problem: &Problem, pairs: &Pairs, tables: &Tables) -> Vec<[f32; 2]> {
    let shapes = pairs.table.shapes().iter().flat_map(|&[a0, b0, a, b]| [[a0, b0], [a, b]]);
    let direction = Direction::of(problem);
    let coefficients = tables.spread(direction.coefficients.iter().map(|c| [c.re, c.im]), [0.0; 2]);
    let [nx, ny, _] = problem.layout().dims();
    // Of an odd number of rows the last stands alone.
    let plane = |plane: &[f32]| -> Vec<[f32; 2]> {
        let (whole, alone) = plane.split_at(2 * nx * (ny / 2));
        whole.chunks_exact(2).map(|pair| [pair[0], pair[1]]).chain(alone.iter().map(|&value| [value, 0.0])).collect()
    };
    let map = direction.map.chunks_exact(nx * ny).flat_map(plane);
    shapes.chain(pairs.table.filters().iter().copied()).chain(coefficients).chain(map).collect()
}

/// The problem in the device's terms.
fn device_problem(problem: &Problem, tables: &Tables, plan: &Plan) -> DeviceProblem {
    let pairs = twiddle_places(plan.dims)[3] + PHASE_TABLE_SIZE;
    let moments = FreeMoments::new(problem.e(), problem.shell());
    let (e_strong, e_weak) = (problem.e_quantile(1.0 - STRONG_SHARE), problem.e_quantile(WEAK_SHARE));
    let sigma = |from: f32| {
        let power: f64 = problem.e().iter().filter(|&&e| e >= 0.0 && e >= from).map(|&e| f64::from(e).powi(2)).sum();
        (2.0 * power).sqrt().max(f64::MIN_POSITIVE) as f32
    };
    let [nx, ny, _] = plan.dims;
    DeviceProblem {
        planes: plan.plane_sums() as u32,
        columns: plan.stored as u32,
        tiles: (plan.stored / TILE) as u32,
        entries: plan.entries as u32,
        points: problem.layout().points() as f32,
        sphere: problem.sphere() as f32,
        atoms: problem.atoms(),
        measured: problem.measured_count() as f32,
        e_strong,
        e_weak,
        sigma_all: sigma(0.0),
        sigma_strong: sigma(e_strong),
        e_sq_mean: moments.e_sq_mean as f32,
        e_sq_variance: moments.e_sq_variance as f32,
        groups: plan.groups as u32,
        weak_count: problem.e().iter().filter(|&&e| e >= 0.0 && e < e_weak).count() as f32,
        evaluate_scale: 1.0 / (nx * ny) as f32,
        partials: plan.partials() as u32,
        phase_table: twiddle_places(plan.dims)[3] as u32,
        rows: tables.rows.len() as u32,
        shell_count: moments.shell_count,
        shape_from: problem.reshaping().from(),
        shape_density: problem.reshaping().density(),
        pairs: pairs as u32,
        direction: (pairs + PAIR_VALUES) as u32,
        densities: plan.row_values() as u32,
        voxels: plan.voxels() as u32,
        reserved: [0; 2],
        shapes: *problem.reshaping().intervals(),
    }
}

impl Common {
    /// Uploads what all trials share.
    pub fn new(open: &OpenDevice, problem: &Problem, tables: &Tables, plan: &Plan) -> Self {
        use wgpu::BufferUsages as Usage;
        let table = [tables.rows.as_slice(), tables.tiles.as_slice()].concat();
        let mut twiddles = twiddles(plan.dims);
        if let (Some(pairs), true) = (problem.pairs(), plan.pairs > 0) {
            twiddles.extend(pair_values(problem, pairs, tables));
        }
        Self {
            problem: filled(
                open,
                "problem",
                bytemuck::bytes_of(&device_problem(problem, tables, plan)),
                Usage::UNIFORM,
            ),
            targets: filled(open, "targets", bytemuck::cast_slice(&tables.targets(problem)), Usage::STORAGE),
            codes: filled(open, "codes", bytemuck::cast_slice(&tables.codes(problem)), Usage::STORAGE),
            table: filled(open, "table", bytemuck::cast_slice(&table), Usage::STORAGE),
            twiddles: filled(open, "twiddles", bytemuck::cast_slice(&twiddles), Usage::STORAGE),
            scratch: buffer(open, "scratch", plan.scratch as u64 * plan.mixed_bytes(), Usage::STORAGE),
            lines: buffer(open, "lines", 8 * plan.line_values() as u64, Usage::STORAGE),
        }
    }
}

impl Buffers {
    /// Bind groups with the trials' own mixed space and with scratch space in its place.
    fn bind(
        &self,
        open: &OpenDevice,
        kernels: &Kernels,
        common: &Common,
        seeds: &wgpu::Buffer,
    ) -> [wgpu::BindGroup; 2] {
        [&self.mixed, &common.scratch].map(|mixed| {
            let storage = [
                mixed,
                &self.cavity,
                &self.field,
                &self.states,
                &self.partials,
                &common.lines,
                &self.recipes,
                &self.lists,
                &common.targets,
                &common.codes,
                &common.table,
                &common.twiddles,
                seeds,
            ];
            let params = wgpu::BufferBinding {
                buffer: &self.params,
                offset: 0,
                size: std::num::NonZeroU64::new(size_of::<Params>() as u64),
            };
            let mut entries = vec![
                wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(params) },
                wgpu::BindGroupEntry { binding: 1, resource: common.problem.as_entire_binding() },
            ];
            for (i, buffer) in storage.into_iter().enumerate() {
                entries.push(wgpu::BindGroupEntry { binding: 2 + i as u32, resource: buffer.as_entire_binding() });
            }
            let descriptor =
                wgpu::BindGroupDescriptor { label: Some("seedflip"), layout: kernels.layout(), entries: &entries };
            open.device.create_bind_group(&descriptor)
        })
    }
}

impl Chunk {
    /// Buffers for `slots` trials.
    pub fn new(
        open: &OpenDevice,
        kernels: &Kernels,
        common: &Common,
        plan: &Plan,
        seeds: &wgpu::Buffer,
        slots: usize,
    ) -> Self {
        use wgpu::BufferUsages as Usage;
        let n = slots as u64;
        let coefficients = n * plan.entries as u64 * 8;
        // What the host reads or writes in between.
        let shared = Usage::STORAGE | Usage::COPY_DST | Usage::COPY_SRC;
        let mixed = buffer(open, "mixed", n * plan.mixed_bytes(), Usage::STORAGE);
        let cavity = buffer(open, "cavity", coefficients, shared);
        let field = buffer(open, "field", coefficients, shared);
        let states = buffer(open, "states", n * size_of::<State>() as u64, shared);
        let partials = buffer(open, "partials", n * plan.partials() as u64 * 16, shared);
        let recipes = buffer(open, "recipes", n * size_of::<Recipe>() as u64, Usage::STORAGE | Usage::COPY_DST);
        let lists = buffer(open, "slots", LISTS * n * 4, Usage::STORAGE | Usage::COPY_DST);
        let alignment = (open.report.limits.uniform_alignment as usize).next_multiple_of(size_of::<Params>());
        // Every part of a batch that scratch space or rows must be shared for has sets of its own, of which no look
        // records more than sixteen.
        let capacity = 32 + 16 * slots;
        let params = buffer(open, "params", (capacity * alignment) as u64, Usage::UNIFORM | Usage::COPY_DST);
        let buffers = Buffers { mixed, cavity, field, states, recipes, lists, partials, params };
        let [own, scratch] = buffers.bind(open, kernels, common, seeds);
        Self { slots, own, scratch, buffers, sets: Vec::new(), alignment, capacity }
    }

    /// Binds another buffer of seed sets.
    pub fn rebind(&mut self, open: &OpenDevice, kernels: &Kernels, common: &Common, seeds: &wgpu::Buffer) {
        [self.own, self.scratch] = self.buffers.bind(open, kernels, common, seeds);
    }

    /// Offset of a parameter set in the buffer of sets; equal sets share one. `None` when no more fit before they are
    /// uploaded.
    pub fn offset(&mut self, set: Params) -> Option<u32> {
        let place = match self.sets.iter().position(|s| *s == set) {
            Some(place) => place,
            None if self.sets.len() < self.capacity => {
                self.sets.push(set);
                self.sets.len() - 1
            }
            None => return None,
        };
        Some((place * self.alignment) as u32)
    }

    /// Forgets what was recorded.
    pub fn forget(&mut self) {
        self.sets.clear();
    }

    /// Uploads the parameter sets of what was recorded, to be called before it is submitted.
    pub fn upload(&mut self, open: &OpenDevice) {
        if self.sets.is_empty() {
            return;
        }
        let mut bytes = vec![0u8; self.sets.len() * self.alignment];
        for (set, place) in self.sets.iter().zip(bytes.chunks_exact_mut(self.alignment)) {
            place[..size_of::<Params>()].copy_from_slice(bytemuck::bytes_of(set));
        }
        open.queue.write_buffer(&self.buffers.params, 0, &bytes);
        self.sets.clear();
    }
}
