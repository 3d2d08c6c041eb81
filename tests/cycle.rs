//! One cycle of the CPU engine against a plain f64 reference, from a common state, on many grids.

#[path = "common/reference.rs"]
mod reference;

use num_complex::Complex64;
use reference::*;
use seedflip::engine::cpu::CpuEngine;
use seedflip::engine::{Amplitudes, Denoiser, Engine, FlipRecipe, Recipe, SeedUse, Start};
use std::sync::Arc;

/// Odd, non-cubic, prime-ish and oblique cases among them.
const GRIDS: [[usize; 3]; 13] = [
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
];

fn pool(threads: usize) -> Arc<rayon::ThreadPool> {
    Arc::new(rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap())
}

#[test]
fn one_flipping_cycle_agrees_with_f64() {
    for dims in GRIDS {
        for (weak, amplitudes) in [(0.0, Amplitudes::E), (0.3, Amplitudes::SqrtEF)] {
            let problem = problem(dims);
            let phases = start(&problem);
            let recipe = FlipRecipe { k: 1.1, weak, amplitudes };
            let Flipped { calculated, near, .. } = flipping_reference(&problem, &phases, &recipe);
            // `phases` gives unit vectors with the +90° turn taken back: those of G.
            let expected: Vec<Complex64> = calculated.iter().map(|g| g / g.norm().max(1e-300)).collect();
            let weights: Vec<f64> = problem.targets(amplitudes).iter().map(|&t| f64::from(t.max(0.0))).collect();
            let mut engine = CpuEngine::new(problem, 1, pool(1));
            engine.seat(0, &Start::Phases(phases.into()), Recipe::Flipping(recipe)).unwrap();
            engine.advance(1).unwrap();
            let found = to64(&engine.phases(0).unwrap().unwrap());
            let weigh = |v: &[Complex64]| v.iter().zip(&weights).map(|(c, w)| c * w).collect::<Vec<_>>();
            let error = relative_l2(&weigh(&found), &weigh(&expected));
            let limit = if near == 0 { 1e-5 } else { 1e-2 };
            assert!(error < limit, "{dims:?} weak {weak}: {error:e}, {near} near the threshold");
        }
    }
}

#[test]
fn message_passing_agrees_with_f64_and_needs_both_onsager_terms() {
    for dims in GRIDS {
        for denoiser in [Denoiser::Logistic, Denoiser::Square] {
            let problem = problem(dims);
            let phases = start(&problem);
            let expected = message_reference(&problem, &phases, denoiser, 3, [1.0, 1.0], None).phases;
            let without_map = message_reference(&problem, &phases, denoiser, 3, [0.0, 1.0], None).phases;
            let without_phase = message_reference(&problem, &phases, denoiser, 3, [1.0, 0.0], None).phases;
            let mut engine = CpuEngine::new(problem, 1, pool(1));
            engine.seat(0, &Start::Phases(phases.into()), message_recipe(denoiser)).unwrap();
            engine.advance(3).unwrap();
            let found = to64(&engine.phases(0).unwrap().unwrap());
            let error = relative_l2(&found, &expected);
            assert!(error < 2e-4, "{dims:?} {denoiser:?}: {error:e}");
            if denoiser == Denoiser::Logistic {
                assert!(relative_l2(&found, &without_map) > 0.02, "{dims:?}: the map's feedback is not subtracted");
            }
            assert!(relative_l2(&found, &without_phase) > 0.02, "{dims:?}: the phases' feedback is not subtracted");
        }
    }
}

/// Three cycles with the seeds held for two: held, released, and the field's moments without them.
#[test]
fn seeded_message_passing_agrees_with_f64() {
    for dims in [[16, 16, 16], [25, 27, 28]] {
        let problem = problem(dims);
        let seeds = some_seeds(&problem);
        let unseeded = start(&problem);
        for (cycles, seed_use) in [1, 3].into_iter().flat_map(|n| [SeedUse::Fixed, SeedUse::Posterior].map(|u| (n, u)))
        {
            let reference =
                |seeds| message_reference(&problem, &unseeded, Denoiser::Logistic, cycles, [1.0, 1.0], seeds).phases;
            let expected = reference(Some((&seeds, 2, seed_use)));
            let mut engine = CpuEngine::new(problem.clone(), 1, pool(1));
            let start = Start::Seeded { seeds: Arc::new(seeds.clone()), hold: 2 };
            engine.seat(0, &start, seeded_recipe(Denoiser::Logistic, seed_use)).unwrap();
            engine.advance(cycles as u32).unwrap();
            let found = to64(&engine.phases(0).unwrap().unwrap());
            let error = relative_l2(&found, &expected);
            assert!(error < 2e-4, "{dims:?} {cycles}: {error:e}");
            let other = if seed_use == SeedUse::Fixed { SeedUse::Posterior } else { SeedUse::Fixed };
            assert!(
                relative_l2(&found, &reference(Some((&seeds, 2, other)))) > 0.02,
                "{dims:?} {cycles}: both uses alike"
            );
            assert!(
                relative_l2(&found, &reference(Some((&seeds, 0, seed_use)))) > 0.02,
                "{dims:?} {cycles}: nothing was held"
            );
        }
    }
}

#[test]
fn flipping_holds_its_seeds_and_lets_them_go() {
    let problem = problem([16, 16, 16]);
    let seeds = Arc::new(some_seeds(&problem));
    let recipe = Recipe::Flipping(FlipRecipe { k: 1.1, weak: 0.0, amplitudes: Amplitudes::E });
    let mut engine = CpuEngine::new(problem, 1, pool(1));
    engine.seat(0, &Start::Seeded { seeds: seeds.clone(), hold: 5 }, recipe).unwrap();
    let mut agreement = || {
        engine.advance(5).unwrap();
        let phases = engine.phases(0).unwrap().unwrap();
        let known = || seeds.means().iter().zip(&phases).filter(|(m, _)| m.norm() > 0.0);
        known().map(|(m, p)| (m.conj() * p).re / m.norm()).sum::<f32>() / known().count() as f32
    };
    assert!(agreement() > 0.9999);
    assert!(agreement() < 0.9, "random seeds do not stay when they are released");
}

#[test]
fn threads_do_not_change_a_trial() {
    let run = |threads| {
        let mut engine = CpuEngine::new(problem([24, 30, 36]), 5, pool(threads));
        for slot in 0..5 {
            let recipe = if slot % 2 == 0 {
                Recipe::Flipping(FlipRecipe { k: 1.1, weak: 0.2, amplitudes: Amplitudes::E })
            } else {
                message_recipe(Denoiser::Logistic)
            };
            engine.seat(slot, &Start::Random { seed: 3, trial: slot as u32 }, recipe).unwrap();
        }
        engine.advance(20).unwrap();
        let merits = engine.merits().unwrap();
        let phases: Vec<_> = (0..5).map(|slot| engine.phases(slot).unwrap()).collect();
        (merits, phases)
    };
    assert_eq!(run(1), run(3));
}
