//! The published list of synthetic cells, and the timing of one of them by several recipes.

use super::throughput::{Throughput, measure};
use crate::engine::{
    Amplitudes, Backend, Denoiser, Device, EngineError, FlipRecipe, MessageRecipe, Method, Problem, Recipe, SeedUse,
};
use serde::Serialize;

/// Edges of the cubic cells of the list, grid points.
pub const EDGES: [usize; 6] = [32, 48, 64, 96, 128, 192];

/// Charge flipping as it is timed.
pub const FLIPPING: Recipe = Recipe::Flipping(FlipRecipe { k: 1.1, weak: 0.2, amplitudes: Amplitudes::E });
/// Message passing as it is timed.
pub const MESSAGE: Recipe = Recipe::Message(MessageRecipe {
    denoiser: Denoiser::Logistic,
    n_start: 1.0,
    n_end: 1.0,
    anneal: 0,
    damping: 0.0,
    seeds: SeedUse::Fixed,
});

/// The same under the pair prior.
pub const PAIR: Recipe = match MESSAGE {
    Recipe::Message(recipe) => Recipe::Message(MessageRecipe { denoiser: Denoiser::Pair, ..recipe }),
    Recipe::Flipping(_) => MESSAGE,
};

/// A batch that suits a device so is timed alone up to this size; of larger ones, one four times as large beside it.
const SMALL_BATCH: usize = 8;

/// A row that could not be timed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refused {
    /// Grid points along x, y, z.
    pub grid: [usize; 3],
    /// Trials asked for.
    pub trials: usize,
    /// Why, and what would help.
    pub why: String,
}

/// A table of throughputs: the document of `seedflip bench --json` when it has more than one row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Version of this document.
    pub schema_version: u32,
    /// What ran.
    pub device: Device,
    /// Bytes per second that a plain copy moves on this device, those read and those written.
    pub copy_bandwidth: Option<f64>,
    /// What was timed.
    pub rows: Vec<Throughput>,
    /// What was not.
    pub refused: Vec<Refused>,
}

/// Batch sizes worth timing for a problem on a device.
pub fn batches(backend: &dyn Backend, problem: &Problem) -> Vec<usize> {
    match backend.slots(problem, u32::MAX) {
        suits @ 0..=SMALL_BATCH => vec![suits],
        suits => vec![suits, 4 * suits],
    }
}

/// Times `recipes` on one engine of `trials` slots, in order; where flipping goes first, the others are set beside it.
///
/// # Errors
/// What the device says: that it cannot work on the grid, has no memory for it, or was lost.
pub fn time(
    backend: &dyn Backend,
    problem: Problem,
    trials: usize,
    recipes: &[Recipe],
    copy_bandwidth: Option<f64>,
) -> Result<Vec<Throughput>, EngineError> {
    let mut engine = backend.engine(problem, trials)?;
    let mut rows: Vec<Throughput> = Vec::new();
    for &recipe in recipes {
        let mut row = measure(engine.as_mut(), recipe, copy_bandwidth)?;
        let flipping = rows.first().filter(|first| first.recipe.method() == Method::Flipping);
        row.of_flipping = flipping.map(|flipping| row.trial_cycles_per_s / flipping.trial_cycles_per_s);
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::synthetic;
    use crate::engine::cpu::CpuBackend;
    use std::sync::Arc;

    #[test]
    fn bytes_and_rates_of_a_row_fit_together() {
        let pool = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap());
        let backend = CpuBackend::new(pool);
        let problem = synthetic::problem([16, 16, 16]).unwrap();
        assert_eq!(batches(&backend, &problem), [8]);
        let columns = problem.layout().columns().len() as f64;
        let rows = time(&backend, problem, 2, &[FLIPPING, MESSAGE], Some(1e10)).unwrap();
        assert_eq!(rows.len(), 2);
        for row in &rows {
            // Four times 8 bytes for each of 16 planes' columns.
            let bytes = row.bytes_per_point.unwrap();
            assert!((bytes - 4.0 * 8.0 * columns / 256.0).abs() < 1e-9, "{bytes}");
            let share = row.trial_cycles_per_s * bytes * 4096.0 / 1e10;
            assert!((row.bandwidth_share.unwrap() / share - 1.0).abs() < 1e-9);
            assert!(row.trial_cycles > 0 && row.stages.planes > 0.0 && row.stages.columns > 0.0);
        }
        assert_eq!(rows[0].of_flipping, None);
        let share = rows[1].trial_cycles_per_s / rows[0].trial_cycles_per_s;
        assert_eq!(rows[1].of_flipping, Some(share));
    }
}
