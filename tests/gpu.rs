//! One cycle of the GPU engine against the f64 reference, from a common state: trajectories part after a few cycles on any
//! two devices. Every way through a device is taken: short and long butterflies, values exchanged whole or by halves, two
//! passes and four.

#![cfg(feature = "cli")]

#[path = "common/gpu.rs"]
mod gpu;
#[path = "common/reference.rs"]
mod reference;

use gpu::{gpu_or_skip, narrowed};
use reference::*;
use seedflip::engine::{Amplitudes, Denoiser, Engine, FlipRecipe, Problem, Recipe, Start};
use seedflip::gpu::plan::{Plan, Planes, Tuning};
use seedflip::gpu::tables::Tables;
use seedflip::gpu::{GpuEngine, OpenDevice};
use seedflip::wgsl::exchange::Cells;
use std::sync::Arc;

/// Relative L2 that one cycle may be off.
const LIMIT: f64 = 1e-6;
/// κ comes of a covariance: terms of order 1 that cancel but for the correlation r, which is small at random phases. Where
/// it is above its floor, phases may be off by this over r, too.
const LIMIT_OF_COVARIANCE: f64 = 3e-8;
/// The floor of κ, and of r.
const FLOOR: f64 = 0.004;
/// Relative L2 after three cycles of message passing, which carry on what the first has lost.
const LIMIT_OF_THREE: f64 = 1e-4;

/// A way through the device.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// Two passes, complex values in workgroup memory.
    Whole,
    /// Two passes, real and imaginary parts one after the other: workgroup memory just too small for both.
    Halves,
    /// Four passes though a plane would fit.
    Rows,
    /// Whatever fits.
    Any,
}

fn short() -> Tuning {
    Tuning::GPU.with("radix=8").unwrap()
}

/// The device and tuning of a way.
fn on(open: &OpenDevice, way: Way, problem: &Problem, tuning: Tuning) -> (Arc<OpenDevice>, Tuning) {
    let tuning = Tuning { four_pass: way == Way::Rows, ..tuning };
    let tables = Tables::new(problem.layout());
    let halves = |open: &OpenDevice| match Plan::new(problem, &tables, 2, &open.report.limits, &tuning).unwrap().planes
    {
        Planes::Whole(shape) => shape.cells_kind == Cells::Real,
        Planes::Rows(_) => panic!("no memory is both too small for complex planes and large enough for real ones"),
    };
    let mut narrow = narrowed(open, |_| ());
    while way == Way::Halves && !halves(&narrow) {
        narrow = narrowed(&narrow, |limits| limits.workgroup_bytes -= 256);
    }
    (Arc::new(narrow), tuning)
}

/// An error and what it may be.
type Judged = (f64, f64);

/// Relative L2 of what one cycle of flipping leaves of the map: nearly all reflections count as weak, so that the next
/// map has G, turned by 90°. Then of the variants of real recipes.
fn flipping(open: &Arc<OpenDevice>, problem: &Problem, tuning: &Tuning) -> Vec<Judged> {
    let recipes = [(1.0, Amplitudes::E), (0.0, Amplitudes::E), (0.3, Amplitudes::SqrtEF)];
    let mut engine = GpuEngine::new(open.clone(), problem.clone(), recipes.len(), tuning, false).unwrap();
    let expected: Vec<Flipped> = recipes
        .iter()
        .enumerate()
        .map(|(slot, &(weak, amplitudes))| {
            let recipe = FlipRecipe { k: 1.1, weak, amplitudes };
            let (phases, flipped) = clear_start(problem, &recipe);
            engine.seat(slot, &Start::Phases(phases.into()), Recipe::Flipping(recipe)).unwrap();
            flipped
        })
        .collect();
    engine.advance(1).unwrap();
    let judged = |(slot, expected): (usize, &Flipped)| {
        let found = to64(&engine.coefficients(slot).unwrap().unwrap());
        let limit = if slot == 0 { LIMIT } else { LIMIT * amplification(expected) };
        (relative_l2(&found, &expected.imposed), limit)
    };
    expected.iter().enumerate().map(judged).collect()
}

/// Relative L2 of c and of the phases after one cycle of message passing, and of the phases after three.
fn message(open: &Arc<OpenDevice>, problem: &Problem, tuning: &Tuning, denoiser: Denoiser) -> Vec<Judged> {
    let phases = start(problem);
    let mut engine = GpuEngine::new(open.clone(), problem.clone(), 2, tuning, false).unwrap();
    engine.seat(1, &Start::Phases(phases.clone().into()), message_recipe(denoiser)).unwrap();
    engine.advance(1).unwrap();
    let one = message_reference(problem, &phases, denoiser, 1, [1.0, 1.0], None);
    let of_covariance = if one.correlation > 0.9 * FLOOR { LIMIT_OF_COVARIANCE / one.correlation } else { 0.0 };
    let limit = LIMIT * one.excess + of_covariance;
    let cavity = relative_l2(&to64(&engine.coefficients(1).unwrap().unwrap()), &one.cavity);
    let first = relative_l2(&to64(&engine.phases(1).unwrap().unwrap()), &one.phases);
    engine.advance(2).unwrap();
    let three = message_reference(problem, &phases, denoiser, 3, [1.0, 1.0], None);
    let third = relative_l2(&to64(&engine.phases(1).unwrap().unwrap()), &three.phases);
    vec![(cavity, limit), (first, limit), (third, LIMIT_OF_THREE)]
}

fn agrees(grids: &[([usize; 3], Way, Tuning)], with_message: &[[usize; 3]]) {
    let Some(open) = gpu_or_skip() else { return };
    for &(dims, way, tuning) in grids {
        let begun = std::time::Instant::now();
        let problem = problem(dims);
        let (device, tuning) = on(&open, way, &problem, tuning);
        let mut judged = flipping(&device, &problem, &tuning);
        if with_message.contains(&dims) {
            let mut denoisers = vec![Denoiser::Logistic, Denoiser::Square, Denoiser::Reshaped];
            // Its six kernels more take long to compile where transforms are long.
            denoisers.extend((dims != [32, 32, 32]).then_some(Denoiser::Pair));
            for denoiser in denoisers {
                judged.extend(message(&device, &problem, &tuning, denoiser));
            }
        }
        let text: Vec<String> = judged.iter().map(|(error, limit)| format!("{error:.1e} of {limit:.1e}")).collect();
        let text = format!("{dims:?} {way:?}: {}; {:.1?}", text.join(", "), begun.elapsed());
        println!("{text}");
        assert!(judged.iter().all(|(error, limit)| error < limit), "{text}");
    }
}

#[test]
fn one_cycle_in_two_passes_agrees_with_f64() {
    let grids = [
        [8, 8, 8],
        [9, 8, 10],
        [15, 9, 21],
        [24, 30, 36],
        [25, 27, 28],
        [32, 32, 32],
        [42, 28, 56],
        [45, 63, 50],
        [20, 21, 108],
    ];
    let message = [[9, 8, 10], [32, 32, 32]];
    agrees(&grids.map(|dims| (dims, Way::Whole, short())), &message);
}

#[test]
fn one_cycle_in_other_ways_agrees_with_f64() {
    let grids = [
        ([16, 16, 16], Way::Whole, Tuning::SOFTWARE),
        ([40, 48, 54], Way::Halves, short()),
        ([20, 21, 12], Way::Halves, short()),
        ([14, 12, 216], Way::Any, short()),
        ([16, 15, 16], Way::Rows, short()),
        ([35, 27, 20], Way::Rows, short()),
        ([120, 128, 9], Way::Any, short()),
    ];
    agrees(&grids, &[[20, 21, 12], [16, 15, 16]]);
}
