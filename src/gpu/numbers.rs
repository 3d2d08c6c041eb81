//! Recipes in the device's numbers.

use super::plan::Plan;
use super::shared::{NO_SEEDS, Recipe as DeviceRecipe};
use crate::engine::recipe::UNSEEDED_MEAN;
use crate::engine::{Amplitudes, Denoiser, Problem, Recipe, SeedUse, Seeds};

/// A trial that starts without seeds.
pub fn unseeded() -> DeviceRecipe {
    DeviceRecipe { seed_set: NO_SEEDS, ..DeviceRecipe::default() }
}

/// A trial that starts from seed set number `set`.
pub fn seeded(seeds: &Seeds, hold: u32, set: usize) -> DeviceRecipe {
    let free = seeds.free();
    DeviceRecipe {
        seed_set: set as u32,
        hold,
        free_e_sq_mean: free.e_sq_mean as f32,
        free_e_sq_variance: free.e_sq_variance as f32,
        free_measured: free.measured as f32,
        seed_power: seeds.power() as f32,
        free_shell_count: free.shell_count,
        ..unseeded()
    }
}

/// The numbers of a recipe; those of the start are taken over from `start`.
pub fn numbers(problem: &Problem, plan: &Plan, recipe: Recipe, start: &DeviceRecipe) -> DeviceRecipe {
    let [nx, ny, nz] = plan.dims;
    // The product of both scales is 1/(2N): unpacking two real rows leaves their coefficients doubled. The plane
    // pass takes the part of x and y, which keeps mixed space within half precision.
    let (plane_scale, column_scale) = (0.5 / (nx * ny) as f32, 1.0 / nz as f32);
    match recipe {
        Recipe::Flipping(r) => DeviceRecipe {
            method: 0,
            amplitudes: u32::from(r.amplitudes == Amplitudes::SqrtEF),
            k: r.k,
            e_weak: problem.e_quantile(r.weak),
            plane_scale,
            column_scale,
            start_factor: 1.0,
            ..*start
        },
        Recipe::Message(r) => {
            // Posteriors lie between 0 and 1 and are small nearly everywhere: brought to the size of a map.
            let gain = (nx * ny * nz) as f32 / problem.atoms().sqrt();
            let pair = r.denoiser == Denoiser::Pair;
            // Without room for its densities the pair prior is the reshaped posterior, and both are for N as it is.
            let denoiser = if pair && plan.pairs == 0 { Denoiser::Reshaped } else { r.denoiser };
            DeviceRecipe {
                method: 1,
                denoiser: denoiser.code(),
                anneal: r.anneal as f32,
                n_start: if pair { 1.0 } else { r.n_start },
                n_log_ratio: if pair { 0.0 } else { (r.n_end / r.n_start).ln() },
                damping: r.damping,
                seed_use: u32::from(r.seeds == SeedUse::Posterior),
                plane_scale: plane_scale * gain,
                column_scale: column_scale / gain,
                start_factor: if start.seed_set == NO_SEEDS { UNSEEDED_MEAN } else { 1.0 },
                ..*start
            }
        }
    }
}
