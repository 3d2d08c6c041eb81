//! What every device must do: one list of checks over `dyn Backend`, for the processor and for the adapter that there is. A cycle against the f64
//! reference from a common state, figures of merit, seeds, and the rules of the boundary.

#![cfg(feature = "cli")]

#[path = "common/gpu.rs"]
mod gpu;
#[path = "common/merits.rs"]
mod merits;
#[path = "common/reference.rs"]
mod reference;

use gpu::gpu_or_skip;
use merits::merits_in_f64;
use num_complex::{Complex32, Complex64};
use reference::*;
use seedflip::engine::cpu::CpuBackend;
use seedflip::engine::{
    Amplitudes, Backend, Denoiser, Engine, EngineError, FlipRecipe, Merits, Problem, Recipe, SeedUse, Seeds, Start,
};
use seedflip::gpu::{GpuBackend, Storage};
use std::sync::Arc;

/// Odd, non-cubic, prime-ish and oblique cases among them.
const GRIDS: [[usize; 3]; 13] = [
    SEEDED[0],
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
];
/// An odd edge; and another way to cut all of them.
const SEEDED: [[usize; 3]; 2] = [[24, 15, 16], [25, 27, 28]];
/// What figures of merit may be off from f64.
const MERIT: f64 = 1e-3;

/// A device, and on how many of the grids it is tried: an adapter that is software takes seconds to compile the kernels of each, and `gpu.rs` has
/// all the ways in which a cycle is cut.
struct Tried {
    name: &'static str,
    backend: Box<dyn Backend>,
    grids: usize,
}

impl Tried {
    fn engine(&self, problem: &Problem, slots: usize) -> Box<dyn Engine> {
        self.backend.engine(problem.clone(), slots).unwrap()
    }
}

fn cpu(threads: usize) -> CpuBackend {
    CpuBackend::new(Arc::new(rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()))
}

/// The processor, and an adapter where there is one.
fn devices() -> Vec<Tried> {
    let mut devices = vec![Tried { name: "cpu", backend: Box::new(cpu(1)), grids: usize::MAX }];
    if let Some(open) = gpu_or_skip() {
        // Small kernels, which every driver compiles fast.
        let backend = GpuBackend::new(open, "radix=8", Storage::F32).unwrap();
        devices.push(Tried { name: "gpu", backend: Box::new(backend), grids: 1 });
    }
    devices
}

fn flip(weak: f32, amplitudes: Amplitudes) -> Recipe {
    Recipe::Flipping(FlipRecipe { k: 1.1, weak, amplitudes })
}

/// A trial of either method, by its number.
fn seat(engine: &mut dyn Engine, slot: usize, trial: u32) {
    let recipe = match trial % 3 {
        0 => flip(0.2, Amplitudes::E),
        1 => message_recipe(Denoiser::Logistic),
        _ => flip(0.0, Amplitudes::SqrtEF),
    };
    engine.seat(slot, &Start::Random { seed: 3, trial }, recipe).unwrap();
}

type Trial = (Merits, Vec<Complex32>);

fn trial(engine: &mut dyn Engine, slot: usize) -> Trial {
    (engine.merits().unwrap()[slot].unwrap(), engine.phases(slot).unwrap().unwrap())
}

#[test]
fn one_flipping_cycle_agrees_with_f64() {
    for device in devices() {
        for dims in GRIDS.into_iter().take(device.grids) {
            for (weak, amplitudes) in [(0.0, Amplitudes::E), (0.3, Amplitudes::SqrtEF)] {
                let problem = problem(dims);
                let phases = start(&problem);
                let recipe = FlipRecipe { k: 1.1, weak, amplitudes };
                let Flipped { calculated, near, .. } = flipping_reference(&problem, &phases, &recipe);
                // `phases` gives unit vectors with the +90° turn taken back: those of G.
                let expected: Vec<Complex64> = calculated.iter().map(|g| g / g.norm().max(1e-300)).collect();
                let weights: Vec<f64> = problem.targets(amplitudes).iter().map(|&t| f64::from(t.max(0.0))).collect();
                let mut engine = device.engine(&problem, 1);
                engine.seat(0, &Start::Phases(phases.into()), Recipe::Flipping(recipe)).unwrap();
                engine.advance(1).unwrap();
                let found = to64(&engine.phases(0).unwrap().unwrap());
                let weigh = |v: &[Complex64]| v.iter().zip(&weights).map(|(c, w)| c * w).collect::<Vec<_>>();
                let error = relative_l2(&weigh(&found), &weigh(&expected));
                let limit = if near == 0 { 1e-5 } else { 1e-2 };
                let name = device.name;
                assert!(error < limit, "{name} {dims:?} weak {weak}: {error:e}, {near} near the threshold");
            }
        }
    }
}

#[test]
fn message_passing_agrees_with_f64_and_needs_both_onsager_terms() {
    for device in devices() {
        for dims in GRIDS.into_iter().take(device.grids) {
            for denoiser in [Denoiser::Logistic, Denoiser::Square, Denoiser::Reshaped, Denoiser::Pair] {
                let what = format!("{} {dims:?} {denoiser:?}", device.name);
                let problem = problem(dims);
                let phases = start(&problem);
                let expected = message_reference(&problem, &phases, denoiser, 3, [1.0, 1.0], None).phases;
                let without_map = message_reference(&problem, &phases, denoiser, 3, [0.0, 1.0], None).phases;
                let without_phase = message_reference(&problem, &phases, denoiser, 3, [1.0, 0.0], None).phases;
                let mut engine = device.engine(&problem, 1);
                engine.seat(0, &Start::Phases(phases.into()), message_recipe(denoiser)).unwrap();
                engine.advance(3).unwrap();
                let found = to64(&engine.phases(0).unwrap().unwrap());
                let error = relative_l2(&found, &expected);
                assert!(error < 2e-4, "{what}: {error:e}");
                if matches!(denoiser, Denoiser::Logistic | Denoiser::Pair) {
                    assert!(relative_l2(&found, &without_map) > 0.02, "{what}: the map's feedback is not subtracted");
                }
                assert!(relative_l2(&found, &without_phase) > 0.02, "{what}: the phases' feedback is not subtracted");
            }
        }
    }
}

/// Seeds that are held for two cycles of three: held, released, and the field's moments without them.
#[test]
fn seeded_message_passing_agrees_with_f64() {
    for device in devices() {
        for dims in SEEDED.into_iter().take(device.grids) {
            let problem = problem(dims);
            let (seeds, unseeded) = (Arc::new(some_seeds(&problem)), start(&problem));
            let other = |seed_use| if seed_use == SeedUse::Fixed { SeedUse::Posterior } else { SeedUse::Fixed };
            let uses = [SeedUse::Fixed, SeedUse::Posterior];
            let mut engine = device.engine(&problem, 3);
            // Another set first, so that the one compared is not the first in a table of them.
            let mirrored = Arc::new(Seeds::new(&problem, seeds.means().iter().map(Complex32::conj).enumerate()));
            engine.seat(2, &Start::Seeded { seeds: mirrored, hold: 1 }, flip(0.0, Amplitudes::E)).unwrap();
            for (slot, seed_use) in uses.into_iter().enumerate() {
                let start = Start::Seeded { seeds: seeds.clone(), hold: 2 };
                engine.seat(slot, &start, seeded_recipe(Denoiser::Logistic, seed_use)).unwrap();
            }
            for cycles in 1..=3usize {
                engine.advance(1).unwrap();
                for (slot, seed_use) in uses.into_iter().enumerate() {
                    let what = format!("{} {dims:?} {seed_use:?}, cycle {cycles}", device.name);
                    let found = to64(&engine.phases(slot).unwrap().unwrap());
                    let off = |hold, seed_use| {
                        let seeds = Some((&*seeds, hold, seed_use));
                        let passed =
                            message_reference(&problem, &unseeded, Denoiser::Logistic, cycles, [1.0, 1.0], seeds);
                        relative_l2(&found, &passed.phases)
                    };
                    let error = off(2, seed_use);
                    assert!(error < 2e-4, "{what}: {error:e}");
                    assert!(off(2, other(seed_use)) > 0.02, "{what}: both uses alike");
                    assert!(off(0, seed_use) > 0.02, "{what}: nothing was held");
                }
            }
        }
    }
}

#[test]
fn flipping_holds_its_seeds_and_lets_them_go() {
    for device in devices() {
        let problem = problem(SEEDED[0]);
        let seeds = Arc::new(some_seeds(&problem));
        let mut engine = device.engine(&problem, 1);
        let start = Start::Seeded { seeds: seeds.clone(), hold: 5 };
        engine.seat(0, &start, flip(0.0, Amplitudes::E)).unwrap();
        let mut agreement = |cycles| {
            engine.advance(cycles).unwrap();
            let phases = engine.phases(0).unwrap().unwrap();
            let known = || seeds.means().iter().zip(&phases).filter(|(m, _)| m.norm() > 0.0);
            known().map(|(m, p)| (m.conj() * p).re / m.norm()).sum::<f32>() / known().count() as f32
        };
        // In the middle of what is handed to the device at a time as well as at its end.
        assert!(agreement(5) > 0.9999, "{}", device.name);
        assert!(agreement(1) < 0.9999, "{}", device.name);
        assert!(agreement(20) < 0.9, "{}: random seeds do not stay when they are released", device.name);
    }
}

#[test]
fn figures_of_merit_agree_with_f64() {
    for device in devices() {
        for dims in SEEDED.into_iter().take(device.grids) {
            let problem = problem(dims);
            let phases = start(&problem);
            let mut engine = device.engine(&problem, 2);
            for (slot, recipe) in [flip(0.0, Amplitudes::E), message_recipe(Denoiser::Logistic)].into_iter().enumerate()
            {
                engine.seat(slot, &Start::Phases(phases.clone().into()), recipe).unwrap();
            }
            let expected = merits_in_f64(&problem, &phases);
            for merits in engine.merits().unwrap().into_iter().flatten() {
                assert_eq!(merits.cycles, 0);
                for (found, expected) in [merits.r_weak, merits.e_kurtosis, merits.tan_cos].into_iter().zip(expected) {
                    let off = (f64::from(found) - expected).abs();
                    assert!(off <= MERIT * expected.abs(), "{} {dims:?}: {merits:?}, not {expected:?}", device.name);
                }
            }
        }
    }
}

/// Cycles one by one, together, and with a look in between; begun and collected; alone and in company.
#[test]
fn how_cycles_are_asked_for_and_who_else_runs_change_nothing() {
    // More than a device may take in one stretch.
    const CYCLES: u32 = 20;
    for device in devices() {
        let problem = problem(SEEDED[0]);
        let begun = || {
            let mut engine = device.engine(&problem, 3);
            (0..3).for_each(|slot| seat(&mut *engine, slot, slot as u32));
            engine
        };
        let mut together = begun();
        together.advance(CYCLES).unwrap();
        let expected = [0, 1, 2].map(|slot| trial(&mut *together, slot));
        let mut apart = begun();
        for cycle in 0..CYCLES {
            apart.advance(1).unwrap();
            if cycle % 7 == 3 {
                apart.merits().unwrap();
                apart.phases(1).unwrap();
            }
        }
        assert_eq!([0, 1, 2].map(|slot| trial(&mut *apart, slot)), expected, "{}", device.name);
        let mut collected = begun();
        collected.begin(CYCLES).unwrap();
        let merits = collected.collect().unwrap();
        assert_eq!(merits, expected.iter().map(|(merits, _)| Some(*merits)).collect::<Vec<_>>(), "{}", device.name);
        for (number, expected) in expected.iter().enumerate() {
            let mut alone = device.engine(&problem, 1);
            seat(&mut *alone, 0, number as u32);
            alone.advance(CYCLES).unwrap();
            assert_eq!(trial(&mut *alone, 0), *expected, "{}: trial {number} alone", device.name);
        }
    }
}

#[test]
fn broken_rules_of_the_boundary_are_errors_with_a_name() {
    for device in devices() {
        let problem = problem(SEEDED[0]);
        let mut engine = device.engine(&problem, 2);
        assert_eq!(engine.slots(), 2);
        let (flip, pass) = (flip(0.0, Amplitudes::E), message_recipe(Denoiser::Logistic));
        let start = Start::Random { seed: 1, trial: 0 };
        let none = EngineError::NoSlot { slot: 2, slots: 2 };
        assert_eq!(engine.seat(2, &start, flip), Err(none.clone()));
        assert_eq!(engine.vacate(2), Err(none.clone()));
        assert_eq!(engine.phases(2), Err(none.clone()));
        assert_eq!(engine.change_recipe(2, flip), Err(none));
        assert_eq!(engine.change_recipe(1, flip), Err(EngineError::Empty(1)));
        let short = Start::Phases(vec![Complex32::new(1.0, 0.0)].into());
        let entries = problem.layout().len();
        assert_eq!(engine.seat(0, &short, flip), Err(EngineError::Length { given: 1, entries }));
        engine.seat(1, &start, flip).unwrap();
        assert_eq!(engine.change_recipe(1, pass), Err(EngineError::OtherMethod(1)));
        assert_eq!(engine.merits().unwrap().iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
        assert!(engine.phases(0).unwrap().is_none());
    }
}

#[test]
fn threads_do_not_change_a_trial() {
    let run = |threads| {
        let mut engine = cpu(threads).engine(problem([24, 30, 36]), 5).unwrap();
        (0..5).for_each(|slot| seat(&mut *engine, slot, slot as u32));
        engine.advance(20).unwrap();
        [0, 1, 2, 3, 4].map(|slot| trial(&mut *engine, slot))
    };
    assert_eq!(run(1), run(3));
}
