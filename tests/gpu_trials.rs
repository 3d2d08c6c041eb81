//! What must not matter on the GPU: checks in the shaders, chunks, neighbours in the batch; and what half precision costs,
//! and a device that goes away.

#![cfg(feature = "cli")]

#[path = "common/gpu.rs"]
mod gpu;
#[path = "common/reference.rs"]
mod reference;

use gpu::gpu_or_skip;
use num_complex::Complex32;
use reference::*;
use seedflip::engine::*;
use seedflip::gpu::plan::{Planes, Tuning};
use seedflip::gpu::{GpuEngine, OpenDevice};
use seedflip::wgsl::stage::Storage;
use std::sync::Arc;
use std::time::Duration;

/// An odd grid, the same in all tests: every kernel is compiled once.
const DIMS: [usize; 3] = [15, 14, 18];
/// Relative L2 that one cycle may be off with mixed space in half precision, whose rounding is 2⁻¹¹.
const HALF_PRECISION: f64 = 2e-3;

fn short() -> Tuning {
    Tuning::GPU.with("radix=8").unwrap()
}

fn four_pass() -> Tuning {
    Tuning { four_pass: true, ..short() }
}

fn flip(k: f32) -> Recipe {
    Recipe::Flipping(FlipRecipe { k, weak: 0.2, amplitudes: Amplitudes::SqrtEF })
}

fn pass() -> Recipe {
    let denoiser = Denoiser::Logistic;
    Recipe::Message(MessageRecipe {
        denoiser,
        n_start: 0.5,
        n_end: 2.0,
        anneal: 3,
        damping: 0.25,
        seeds: SeedUse::Fixed,
    })
}

/// Trials of both methods in turn.
fn recipe(trial: u32) -> Recipe {
    if trial.is_multiple_of(2) { flip(1.0 + 0.01 * trial as f32) } else { pass() }
}

/// What there is of a trial.
type Trial = (Merits, Vec<Complex32>);

fn engine(open: &Arc<OpenDevice>, problem: &Problem, slots: usize, tuning: &Tuning, checked: bool) -> GpuEngine {
    GpuEngine::new(open.clone(), problem.clone(), slots, tuning, checked).unwrap()
}

fn seat(engine: &mut GpuEngine, slot: usize, trial: u32) {
    engine.seat(slot, &Start::Random { seed: 5, trial }, recipe(trial)).unwrap();
}

fn trial(engine: &mut GpuEngine, slot: usize) -> Trial {
    let merits = engine.merits().unwrap()[slot].unwrap();
    (merits, engine.phases(slot).unwrap().unwrap())
}

/// Trials of these numbers, together in one engine, after four cycles and an evaluation in between.
fn run(mut engine: GpuEngine, trials: &[u32]) -> Vec<Trial> {
    trials.iter().enumerate().for_each(|(slot, &number)| seat(&mut engine, slot, number));
    engine.advance(1).unwrap();
    engine.merits().unwrap();
    engine.advance(3).unwrap();
    (0..trials.len()).map(|slot| trial(&mut engine, slot)).collect()
}

#[test]
fn checks_in_the_shaders_change_nothing() {
    let Some(open) = gpu_or_skip().map(Arc::new) else { return };
    let problem = problem(DIMS);
    for tuning in [short(), four_pass()] {
        let made = engine(&open, &problem, 4, &tuning, true);
        assert_eq!(matches!(made.plan().planes, Planes::Rows(_)), tuning.four_pass);
        let checked = run(made, &[0, 1, 2, 3]);
        assert_eq!(checked, run(engine(&open, &problem, 4, &tuning, false), &[0, 1, 2, 3]), "{tuning:?}");
        assert_ne!(checked[0].1, checked[2].1);
    }
}

#[test]
fn chunks_and_neighbours_change_nothing() {
    let Some(open) = gpu_or_skip().map(Arc::new) else { return };
    let problem = problem(DIMS);
    for tuning in [short(), four_pass()] {
        let whole = engine(&open, &problem, 5, &tuning, false);
        assert_eq!(whole.plan().chunks, [5]);
        let chunk_bytes = 2 * whole.plan().mixed_bytes().max(whole.plan().entries as u64 * 8);
        let whole = run(whole, &[0, 1, 2, 3, 4]);
        let chunked = engine(&open, &problem, 5, &Tuning { chunk_bytes, ..tuning }, false);
        assert_eq!(chunked.plan().chunks, [2, 2, 1]);
        assert_eq!(whole, run(chunked, &[0, 1, 2, 3, 4]), "{tuning:?}");
        // Methods apart, and each trial alone.
        let [flipping, message] =
            [[0, 2, 4].as_slice(), &[1, 3]].map(|t| run(engine(&open, &problem, 3, &tuning, false), t));
        assert_eq!(flipping, [0, 2, 4].map(|t: usize| whole[t].clone()));
        assert_eq!(message, [1, 3].map(|t: usize| whole[t].clone()));
    }
}

#[test]
fn a_new_trial_leaves_the_others_alone() {
    let Some(open) = gpu_or_skip().map(Arc::new) else { return };
    let problem = problem(DIMS);
    let quiet = run(engine(&open, &problem, 4, &short(), false), &[0, 1, 2, 3]);
    let mut busy = engine(&open, &problem, 4, &short(), false);
    (0..4).for_each(|slot| seat(&mut busy, slot, slot as u32));
    busy.advance(1).unwrap();
    // A flipping trial goes where message passing was, and the other way round; one place is left empty.
    busy.vacate(3).unwrap();
    seat(&mut busy, 1, 6);
    busy.advance(2).unwrap();
    busy.phases(1).unwrap();
    seat(&mut busy, 0, 7);
    busy.advance(1).unwrap();
    assert_eq!(trial(&mut busy, 2), quiet[2]);
    let merits = busy.merits().unwrap();
    assert_eq!([merits[0].unwrap().cycles, merits[1].unwrap().cycles], [1, 3]);
    assert!(merits[3].is_none() && busy.phases(3).unwrap().is_none());
    // The new ones are as they would be anywhere else.
    busy.advance(3).unwrap();
    assert_eq!(trial(&mut busy, 0).1, run(engine(&open, &problem, 1, &short(), false), &[7])[0].1);
    // Another recipe of the same method goes on from where the trial stands.
    busy.change_recipe(2, flip(0.9)).unwrap();
    busy.advance(1).unwrap();
    assert_eq!(busy.merits().unwrap()[2].unwrap().cycles, 8);
}

/// Leaves NaN in the workgroup memory of every processor.
fn poison(open: &OpenDevice) {
    let words = open.report.limits.workgroup_bytes / 4;
    let text = format!(
        "@group(0) @binding(0) var<storage, read_write> seen: array<u32>;
         var<workgroup> cells: array<u32, {words}>;
         @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) t: u32) {{
             for (var i = t; i < {words}u; i += 64u) {{ cells[i] = 0xffffffffu; }}
             workgroupBarrier();
             seen[t] = cells[({words}u - 1u) - t];
         }}"
    );
    let device = &open.device;
    let source = wgpu::ShaderSource::Wgsl(text.into());
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source });
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: None,
        layout: None,
        module: &module,
        entry_point: None,
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let usage = wgpu::BufferUsages::STORAGE;
    let seen =
        device.create_buffer(&wgpu::BufferDescriptor { label: None, size: 256, usage, mapped_at_creation: false });
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &pipeline.get_bind_group_layout(0),
        entries: &[wgpu::BindGroupEntry { binding: 0, resource: seen.as_entire_binding() }],
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(&pipeline);
    pass.set_bind_group(0, &group, &[]);
    pass.dispatch_workgroups(1024, 1, 1);
    drop(pass);
    open.queue.submit([encoder.finish()]);
    device.poll(wgpu::PollType::Wait { submission_index: None, timeout: None }).unwrap();
    open.check().unwrap();
}

#[test]
fn what_lay_in_workgroup_memory_changes_nothing() {
    let Some(open) = gpu_or_skip().map(Arc::new) else { return };
    // An odd number of rows, of which the last shares its line with none.
    for dims in [[14, 15, 18], [15, 14, 18]] {
        let problem = problem(dims);
        let two = |poisoned: bool| {
            let mut engine = engine(&open, &problem, 2, &short(), false);
            (0..2).for_each(|slot| seat(&mut engine, slot, slot as u32));
            for _ in 0..2 {
                engine.advance(1).unwrap();
                if poisoned {
                    poison(&open);
                }
            }
            engine.advance(1).unwrap();
            [0, 1].map(|slot| trial(&mut engine, slot))
        };
        let clean = two(false);
        assert!(clean[0].0.r > 0.0 && clean[1].0.kappa > 0.0);
        assert_eq!(two(true), clean, "{dims:?}");
    }
}

#[test]
fn half_precision_costs_what_its_rounding_says() {
    let Some(open) = gpu_or_skip().map(Arc::new) else { return };
    let problem = problem(DIMS);
    let phases = start(&problem);
    let recipe = FlipRecipe { k: 1.1, weak: 1.0, amplitudes: Amplitudes::E };
    let [half, full] = [Storage::F16, Storage::F32].map(|storage| {
        let mut engine = engine(&open, &problem, 1, &Tuning { storage, ..short() }, false);
        engine.seat(0, &Start::Phases(phases.clone().into()), Recipe::Flipping(recipe)).unwrap();
        engine.advance(1).unwrap();
        to64(&engine.coefficients(0).unwrap().unwrap())
    });
    let error = relative_l2(&half, &full);
    println!("one cycle in half precision: {error:.1e}");
    assert!((1e-5..HALF_PRECISION).contains(&error), "{error:e}");
}

#[test]
fn a_device_that_goes_away_is_an_error() {
    let Some(open) = gpu_or_skip().map(Arc::new) else { return };
    let problem = problem(DIMS);
    let mut engine = engine(&open, &problem, 4, &short(), false);
    (0..4).for_each(|slot| seat(&mut engine, slot, slot as u32));
    engine.advance(1).unwrap();
    let device = open.device.clone();
    let saboteur = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        device.destroy();
    });
    let lost = |error: EngineError| assert!(matches!(error, EngineError::Lost(_)), "{error}");
    // For hours, if nothing happened.
    lost(engine.advance(100_000_000).unwrap_err());
    saboteur.join().unwrap();
    lost(engine.advance(1).unwrap_err());
    lost(engine.merits().unwrap_err());
    lost(engine.phases(0).unwrap_err());
    lost(engine.coefficients(1).unwrap_err());
    lost(engine.seat(0, &Start::Random { seed: 1, trial: 1 }, pass()).unwrap_err());
    lost(GpuEngine::new(open.clone(), problem, 1, &short(), false).err().unwrap());
}
