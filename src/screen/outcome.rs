//! How one trial of a screen ended.

use crate::seed::Merit;
use serde::{Deserialize, Serialize};

/// One trial: one draw of seeds, one run of one arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Place of its condition in the grid.
    pub condition: usize,
    /// Number of the draw, from 1.
    pub draw: u32,
    /// F²-weighted correlation with the true phases at the end, origin and hand free.
    pub cc: f64,
    /// Cycles done.
    pub cycles: u32,
    /// Truth-free merits at the end.
    pub kappa: f64,
    /// R_weak at the end.
    pub r_weak: f64,
    /// Expected height of an atom in the seed map, with the true fraction of wrong seeds.
    pub s0: f64,
    /// Success that was predicted from it: atoms of one B, B spread widely.
    pub predicted: [f64; 2],
    /// What its seeds are worth.
    pub merit: Merit,
}

impl Outcome {
    /// Whether the phases are those of the structure.
    pub fn solved(&self) -> bool {
        self.cc >= crate::structure::SOLVED_CC
    }
}
