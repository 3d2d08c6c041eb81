//! What the user can choose, and what a run really used.

use crate::phasing::{Arm, ListRecipe, Methods};
use crate::reflections::DataSet;
use crate::trials::Budget;
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

/// Data beyond this resolution do not help the search in P1 and cost time; recipe notes §6 cut at 0.8 Å.
pub const DEFAULT_D_MIN: f64 = 0.8;

/// Resolution in Å to which `data` are phased: as asked for, but never beyond where they end.
pub fn resolution(data: &DataSet, asked: Option<f64>) -> f64 {
    asked.unwrap_or(DEFAULT_D_MIN).max(data.shells.d_min)
}

/// What the user can choose. `None` means: by the size of the problem.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Options {
    /// Seed of every random number.
    pub seed: u32,
    /// Methods.
    pub methods: Methods,
    /// Resolution cut in Å.
    pub d_min: Option<f64>,
    /// Trials at most.
    pub trials: Option<u32>,
    /// Cycles per trial at most.
    pub max_cycles: Option<u32>,
    /// Wall time at most; the clock is made from it.
    pub time_limit: Option<Duration>,
    /// Every seed set is tried and judged by itself, by so many `trials` each, one for each arm where nothing is said, and nothing ends the
    /// run before.
    pub every_set: bool,
    /// Memory at most, bytes.
    pub memory: Option<u64>,
    /// How starts are found in the Patterson map.
    pub list: ListRecipe,
}

impl Default for Options {
    /// Both methods, everything else by the size of the problem.
    fn default() -> Self {
        Self {
            seed: 1,
            methods: Methods::Both,
            d_min: None,
            trials: None,
            max_cycles: None,
            time_limit: None,
            every_set: false,
            memory: None,
            list: ListRecipe::USUAL,
        }
    }
}

/// The parameters a run really used.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct Effective {
    /// Seed of every random number.
    pub seed: u32,
    /// Methods.
    pub methods: Methods,
    /// Resolution of the phasing, Å.
    pub d_min: f64,
    /// Whether the data counted as blurred, by their resolution or as those of electrons: other arms, fine grid.
    pub blurred: bool,
    /// Whether atoms are taken to keep the distances of light ones: message passing may use the pair prior.
    pub distances: bool,
    /// Limits.
    pub budget: Budget,
    /// Trials of each seed set, where every set is tried by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trials_per_set: Option<u32>,
    /// Arms, dealt to trials in turn.
    pub arms: Vec<Arm>,
    /// Trials that advance together, for each of the grids.
    pub slots: Vec<usize>,
    /// Grids, points along the engine's x, y, z.
    pub grids: Vec<[usize; 3]>,
    /// How the engine goes about each of them.
    pub plans: Vec<String>,
    /// Reflections of the full P1 sphere.
    pub sphere: usize,
    /// Share of the sphere that was measured.
    pub sphere_completeness: f64,
    /// Expected non-hydrogen atoms in the primitive cell.
    pub atoms: f64,
}
