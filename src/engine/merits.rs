//! Figures of merit of a trial, none of which needs the truth.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Truth-free figures of merit of the current phases (definitions: recipe notes §4).
#[derive(Debug, Clone, Copy, PartialEq, Default, JsonSchema, Serialize, Deserialize)]
pub struct Merits {
    /// Cycles done under the current and all earlier recipes.
    pub cycles: u32,
    /// ⟨G²⟩ of the weakest 20 % over ⟨G²⟩ of all, G the transform of the E map with ρ < 1σ cut to 0.
    /// Solved maps give small values.
    pub r_weak: f32,
    /// Kurtosis of the map of the strongest 30 % of E.
    pub e_kurtosis: f32,
    /// Weighted mean cos(φ − tangent φ) over the strongest 30 %, from the transform of the squared
    /// strong-E map.
    pub tan_cos: f32,
    /// Σ||G| − F| / ΣF of the last flipping cycle; 0 for message passing.
    pub r: f32,
    /// Share of voxels flipped in the last flipping cycle; 0 for message passing.
    pub flipped: f32,
    /// Signal-to-noise κ = r/(1 − r) of the message-passing field; 0 for flipping.
    pub kappa: f32,
}

impl Merits {
    /// True when every figure is a number: what a device that miscalculates does not give.
    pub fn are_finite(&self) -> bool {
        [self.r_weak, self.e_kurtosis, self.tan_cos, self.r, self.flipped, self.kappa].iter().all(|x| x.is_finite())
    }
}
