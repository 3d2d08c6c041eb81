//! The GPU engine against the f64 reference and the CPU engine. Trajectories part after a few cycles on any two devices:
//! one cycle is compared from a common state, more only in their statistics.

#[path = "common/gpu.rs"]
mod gpu;
#[allow(dead_code, reason = "a part of it serves here")]
#[path = "common/reference.rs"]
mod reference;

use gpu::gpu_or_skip;
use num_complex::Complex64;
use reference::*;
use seedflip::engine::{Amplitudes, Denoiser, Engine, FlipRecipe, Recipe, Start};
use seedflip::gpu::plan::Tuning;
use seedflip::gpu::{GpuEngine, OpenDevice};
use std::sync::Arc;

/// Odd, non-cubic, oblique and prime-ish grids.
const GRIDS: [[usize; 3]; 14] = [
    [8, 8, 8],
    [9, 8, 10],
    [8, 9, 10],
    [15, 9, 21],
    [16, 16, 16],
    [24, 30, 36],
    [25, 27, 28],
    [32, 32, 32],
    [40, 48, 54],
    [42, 28, 56],
    [45, 63, 50],
    [64, 60, 64],
    [20, 21, 108],
    [81, 12, 128],
];

/// Ways through the device: its own tuning, that of graphics processors, and four passes.
fn tunings(open: &OpenDevice) -> [Tuning; 3] {
    let own = if open.report.software { Tuning::SOFTWARE } else { Tuning::GPU };
    [own, Tuning::GPU, Tuning { four_pass: true, ..Tuning::GPU }]
}

#[test]
fn one_flipping_cycle_agrees_with_f64() {
    let Some(open) = gpu_or_skip() else { return };
    let open = Arc::new(open);
    for dims in GRIDS {
        for (weak, amplitudes) in [(0.0, Amplitudes::E), (0.3, Amplitudes::SqrtEF)] {
            let problem = problem(dims);
            let phases = start(&problem);
            let recipe = FlipRecipe { k: 1.1, weak, amplitudes };
            let Flipped { calculated, near } = flipping_reference(&problem, &phases, &recipe);
            let expected: Vec<Complex64> = calculated.iter().map(|g| g / g.norm().max(1e-300)).collect();
            let weights: Vec<f64> = problem.targets(amplitudes).iter().map(|&t| f64::from(t.max(0.0))).collect();
            let weigh = |v: &[Complex64]| v.iter().zip(&weights).map(|(c, w)| c * w).collect::<Vec<_>>();
            for tuning in tunings(&open) {
                let mut engine = GpuEngine::new(open.clone(), problem.clone(), 2, &tuning, false).unwrap();
                engine.seat(1, &Start::Phases(phases.clone().into()), Recipe::Flipping(recipe)).unwrap();
                engine.advance(1).unwrap();
                let found = to64(&engine.phases(1).unwrap().unwrap());
                let error = relative_l2(&weigh(&found), &weigh(&expected));
                let limit = if near == 0 { 1e-5 } else { 1e-2 };
                eprintln!("{dims:?} weak {weak} {}: {error:.2e}, {near} near", engine.plan().describe());
                assert!(error < limit, "{dims:?} weak {weak}: {error:e}, {near} near the threshold");
            }
        }
    }
}

#[test]
fn message_passing_agrees_with_f64() {
    let Some(open) = gpu_or_skip() else { return };
    let open = Arc::new(open);
    for dims in GRIDS {
        for denoiser in [Denoiser::Logistic, Denoiser::Square] {
            let problem = problem(dims);
            let phases = start(&problem);
            let expected = message_reference(&problem, &phases, denoiser, 3, [1.0, 1.0], None);
            for tuning in tunings(&open) {
                let mut engine = GpuEngine::new(open.clone(), problem.clone(), 2, &tuning, false).unwrap();
                engine.seat(1, &Start::Phases(phases.clone().into()), message_recipe(denoiser)).unwrap();
                engine.advance(3).unwrap();
                let found = to64(&engine.phases(1).unwrap().unwrap());
                let error = relative_l2(&found, &expected);
                eprintln!("{dims:?} {denoiser:?}: {error:.2e}");
                assert!(error < 2e-4, "{dims:?} {denoiser:?}: {error:e}");
            }
        }
    }
}
