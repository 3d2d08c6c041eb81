//! How much a run may spend before it gives up.

use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

/// Limits of a run.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize)]
pub struct Budget {
    /// Trials at most.
    pub trials: u32,
    /// Cycles of searching per trial in place of each arm's own.
    pub max_cycles: Option<u32>,
    /// Wall time at most. The one limit under which two runs may differ.
    pub time_limit: Option<Duration>,
}

/// Trials of a run by non-hydrogen atoms in the primitive cell, up to and including the first number. More
/// random starts saturate (recipe notes §6: 16 trials gain 1.4 points over 8, 32 another 0.3 in small cells);
/// large cells are limited by the time a trial takes.
const TRIALS: [(f64, u32); 3] = [(100.0, 96), (300.0, 72), (800.0, 48)];
/// Trials beyond the table.
const TRIALS_LARGEST: u32 = 32;

impl Budget {
    /// Default for a cell of `atoms` non-hydrogen atoms (primitive).
    pub fn for_size(atoms: f64) -> Self {
        let trials = TRIALS.iter().find(|(limit, _)| atoms <= *limit).map_or(TRIALS_LARGEST, |(_, trials)| *trials);
        Self { trials, max_cycles: None, time_limit: None }
    }
}
