//! Seeds on the GPU engine: held and released as the f64 reference and the CPU engine do it.

#[path = "common/gpu.rs"]
mod gpu;
#[path = "common/reference.rs"]
mod reference;

use gpu::gpu_or_skip;
use num_complex::Complex32;
use reference::*;
use seedflip::engine::{Amplitudes, Denoiser, Engine, FlipRecipe, Recipe, SeedUse, Seeds, Start};
use seedflip::gpu::GpuEngine;
use seedflip::gpu::plan::Tuning;
use std::sync::Arc;

/// Small kernels, which every driver compiles fast.
const TUNING: Tuning = Tuning { largest_radix: 8, ..Tuning::GPU };
const DIMS: [usize; 3] = [24, 15, 16];

/// Mean cosine between the phases of a slot and its seeds.
fn agreement(engine: &mut GpuEngine, slot: usize, seeds: &Seeds) -> f32 {
    let phases = engine.phases(slot).unwrap().unwrap();
    let known = || seeds.means().iter().zip(&phases).filter(|(m, _)| m.norm() > 0.0);
    known().map(|(m, p)| (m.conj() * p).re / m.norm()).sum::<f32>() / known().count() as f32
}

#[test]
fn seeds_are_held_and_released_as_in_the_reference() {
    let Some(open) = gpu_or_skip() else { return };
    let problem = problem(DIMS);
    let seeds = Arc::new(some_seeds(&problem));
    let unseeded = start(&problem);
    let mut engine = GpuEngine::new(Arc::new(open), problem.clone(), 4, &TUNING, false).unwrap();
    let flipping = Recipe::Flipping(FlipRecipe { k: 1.1, weak: 0.0, amplitudes: Amplitudes::E });
    // Another set first, so that the one compared is not the first in the buffer.
    let mirrored = seeds.means().iter().map(Complex32::conj).enumerate();
    let other = Arc::new(Seeds::new(&problem, mirrored));
    engine.seat(0, &Start::Seeded { seeds: other.clone(), hold: 1 }, flipping).unwrap();
    engine.seat(1, &Start::Seeded { seeds: seeds.clone(), hold: 2 }, message_recipe(Denoiser::Logistic)).unwrap();
    engine.seat(2, &Start::Seeded { seeds: seeds.clone(), hold: 2 }, flipping).unwrap();
    let weighing = seeded_recipe(Denoiser::Logistic, SeedUse::Posterior);
    engine.seat(3, &Start::Seeded { seeds: seeds.clone(), hold: 2 }, weighing).unwrap();
    for cycles in 1..=3usize {
        engine.advance(1).unwrap();
        let reference =
            |seeds| message_reference(&problem, &unseeded, Denoiser::Logistic, cycles, [1.0, 1.0], seeds).phases;
        for (slot, seed_use) in [(1, SeedUse::Fixed), (3, SeedUse::Posterior)] {
            let found = to64(&engine.phases(slot).unwrap().unwrap());
            let error = relative_l2(&found, &reference(Some((&seeds, 2, seed_use))));
            assert!(error < 2e-4, "{cycles}: {error:e}");
            let released = relative_l2(&found, &reference(Some((&seeds, 0, seed_use))));
            assert!(released > 0.02, "{cycles}: nothing was held");
        }
        let held = agreement(&mut engine, 2, &seeds) > 0.9999;
        assert_eq!(held, cycles <= 2, "flipping, cycle {cycles}");
        assert_eq!(agreement(&mut engine, 0, &other) > 0.9999, cycles <= 1, "the other set, cycle {cycles}");
    }
}
