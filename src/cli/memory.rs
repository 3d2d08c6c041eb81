//! `seedflip devices --memory`: trials in flight against grid and memory, as the table of `docs/memory.md`.

use crate::bench::synthetic;
use crate::gpu::Storage;
use crate::gpu::memory::{CARD, trials_in};
use crate::gpu::plan::Tuning;
use crate::{Error, Result};
use std::fmt::Write;

/// Memory of the cards, in 10⁹ bytes.
const GIGABYTES: [u64; 3] = [8, 24, 80];
/// Grids of the table.
const GRIDS: [[usize; 3]; 9] = [
    [32, 32, 32],
    [48, 48, 48],
    [64, 64, 64],
    [96, 96, 96],
    [128, 128, 128],
    [160, 160, 160],
    [192, 192, 192],
    [256, 256, 256],
    [96, 81, 384],
];

/// The table in Markdown.
///
/// # Errors
/// When a card could not work on a grid.
pub fn table() -> Result<String> {
    let memories = GIGABYTES.map(|gigabytes| gigabytes * 1_000_000_000);
    let mut out = String::from("| grid |");
    for storage in ["f32", "f16"] {
        GIGABYTES.iter().for_each(|gigabytes| {
            let _ = write!(out, " {gigabytes} GB, {storage} |");
        });
    }
    let _ = writeln!(out, "\n|---|{}", "---:|".repeat(2 * GIGABYTES.len()));
    for grid in GRIDS {
        let refused = |why: String| Error::unusable(format!("no plan for {grid:?}: {why}"), "take it out of the table");
        let problem = synthetic::problem(grid).ok_or_else(|| refused("it holds no reflections".into()))?;
        let [x, y, z] = grid;
        let _ = write!(out, "| {x} x {y} x {z} |");
        for storage in [Storage::F32, Storage::F16] {
            let tuning = Tuning { storage, ..Tuning::GPU };
            let trials = trials_in(&memories, &problem, &CARD, &tuning).map_err(|error| refused(error.to_string()))?;
            trials.iter().for_each(|trials| {
                let _ = write!(out, " {trials} |");
            });
        }
        out.push('\n');
    }
    Ok(out)
}
