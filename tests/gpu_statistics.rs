//! Many trials on the GPU against as many on the CPU: trajectories part, their statistics must not. And figures of merit
//! from a common state.

#![cfg(feature = "cli")]

#[path = "common/gpu.rs"]
mod gpu;
#[path = "common/reference.rs"]
mod reference;

use gpu::gpu_or_skip;
use num_complex::Complex64;
use reference::{key, message_recipe, start};
use seedflip::engine::cpu::CpuEngine;
use seedflip::engine::problem::Coefficient;
use seedflip::engine::{Amplitudes, Denoiser, Engine, FlipRecipe, Layout, Merits, Problem, Recipe, Start};
use seedflip::gpu::GpuEngine;
use seedflip::gpu::plan::Tuning;
use seedflip::twins::random::{trial_hash, unit_interval};
use seedflip::wgsl::stage::Storage;
use std::f64::consts::TAU;
use std::sync::Arc;

const DIMS: [usize; 3] = [24, 24, 24];
const ATOMS: u32 = 40;
const TRIALS: u32 = 64;
const CYCLES: u32 = 300;
/// R of the last cycle below which a trial has found the atoms: those that have are between 0.43 and 0.46, the others
/// between 0.51 and 0.54.
const SOLVED_BELOW: f32 = 0.48;
/// Standard errors by which two samples of one population may differ.
const STANDARD_ERRORS: f64 = 3.0;
/// What figures of merit of one state may differ by on two devices.
const MERIT: f32 = 1e-3;

/// Forty equal atoms at random places in a cube, measured to the edge of the grid.
fn structure() -> Problem {
    let place = |i: u32| unit_interval(trial_hash(21, 1, i));
    let atoms: Vec<[f64; 3]> = (0..ATOMS).map(|i| [0, 1, 2].map(|j| f64::from(place(3 * i + j)))).collect();
    let all = (0..12i32).flat_map(|x| (-11i32..12).flat_map(move |y| (-11i32..12).map(move |z| [x, y, z])));
    let inside = |k: &[i32; 3]| k.iter().map(|x| x * x).sum::<i32>() < 130 && *k != [0; 3];
    let e = |k: [i32; 3]| {
        let phase = |x: &[f64; 3]| TAU * (0..3).map(|j| f64::from(k[j]) * x[j]).sum::<f64>();
        let f: Complex64 = atoms.iter().map(|x| Complex64::from_polar(1.0, phase(x))).sum();
        (f.norm() / f64::from(ATOMS).sqrt()) as f32
    };
    let shell = |k: [i32; 3]| (k.iter().map(|x| x * x).sum::<i32>() / 17) as u8;
    let coefficient = |k| Coefficient { measured: Some((e(k), e(k))), shell: shell(k) };
    Problem::new(Layout::new(DIMS, all.filter(inside)).unwrap(), ATOMS as f32, coefficient, key)
}

fn cpu(slots: usize) -> CpuEngine {
    CpuEngine::new(structure(), slots, Arc::new(rayon::ThreadPoolBuilder::new().build().unwrap()))
}

/// Long butterflies: on software they run twice as fast, and here that counts for more than compiling them.
fn long() -> Tuning {
    Tuning::SOFTWARE
}

/// Mean and standard error.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

/// Success rate, R and flipped share of all trials, R and flipped share of those that have not succeeded.
fn sample(engine: &mut dyn Engine) -> [(f64, f64); 5] {
    for slot in 0..TRIALS {
        let recipe = Recipe::Flipping(FlipRecipe { k: 1.3, weak: 0.0, amplitudes: Amplitudes::E });
        engine.seat(slot as usize, &Start::Random { seed: 2, trial: slot }, recipe).unwrap();
    }
    engine.advance(CYCLES).unwrap();
    let merits: Vec<Merits> = engine.merits().unwrap().into_iter().flatten().collect();
    assert_eq!(merits.len(), TRIALS as usize);
    let of = |value: &dyn Fn(&Merits) -> f64, all: bool| {
        mean(&merits.iter().filter(|m| all || m.r >= SOLVED_BELOW).map(value).collect::<Vec<_>>())
    };
    let (r, flipped) = (|m: &Merits| f64::from(m.r), |m: &Merits| f64::from(m.flipped));
    let solved = |m: &Merits| f64::from(u8::from(m.r < SOLVED_BELOW));
    [of(&solved, true), of(&r, true), of(&flipped, true), of(&r, false), of(&flipped, false)]
}

#[test]
fn statistics_agree_with_those_of_the_cpu() {
    let Some(open) = gpu_or_skip().map(Arc::new) else { return };
    let expected = sample(&mut cpu(TRIALS as usize));
    println!("cpu {expected:.4?}");
    // Some solved, some not: what else is to be told apart?
    assert!((0.1..0.9).contains(&expected[0].0), "{expected:?}");
    for storage in [Storage::F32, Storage::F16] {
        let tuning = Tuning { storage, ..long() };
        let mut engine = GpuEngine::new(open.clone(), structure(), TRIALS as usize, &tuning, false).unwrap();
        let found = sample(&mut engine);
        println!("{storage:?} {found:.4?}");
        for ((a, error_a), (b, error_b)) in found.into_iter().zip(expected) {
            assert!(
                (a - b).abs() < STANDARD_ERRORS * error_a.hypot(error_b),
                "{storage:?}: {found:?}, not {expected:?}"
            );
        }
    }
}

#[test]
fn merits_of_one_state_agree() {
    let Some(open) = gpu_or_skip().map(Arc::new) else { return };
    let problem = structure();
    let phases = Start::Phases(start(&problem).into());
    let recipes = [
        Recipe::Flipping(FlipRecipe { k: 1.1, weak: 0.2, amplitudes: Amplitudes::E }),
        message_recipe(Denoiser::Logistic),
        message_recipe(Denoiser::Square),
    ];
    let mut engines: [Box<dyn Engine>; 2] =
        [Box::new(GpuEngine::new(open, problem, recipes.len(), &long(), false).unwrap()), Box::new(cpu(recipes.len()))];
    for cycles in 0..2 {
        let [gpu, cpu] = [0, 1].map(|i| {
            for (slot, recipe) in recipes.iter().enumerate() {
                engines[i].seat(slot, &phases, *recipe).unwrap();
            }
            engines[i].advance(cycles).unwrap();
            engines[i].merits().unwrap()
        });
        for (a, b) in gpu.into_iter().flatten().zip(cpu.into_iter().flatten()) {
            println!("{a:?}\n{b:?}");
            let numbers = |m: Merits| [m.r_weak, m.e_kurtosis, m.tan_cos, m.r, m.flipped, m.kappa];
            assert_eq!(a.cycles, b.cycles);
            assert!(
                numbers(a).into_iter().zip(numbers(b)).all(|(a, b)| (a - b).abs() <= MERIT * b.abs()),
                "{a:?} {b:?}"
            );
        }
    }
}
