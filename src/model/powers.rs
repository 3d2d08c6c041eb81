//! Scattering powers of all elements, in units of each other.

use super::measurements::Measurements;
use super::scale::EIGHT_PI_SQ;
use crate::crystal::ScatteringTable;
use crate::crystal::elements::LAST;

/// Reflections looked at when two elements are compared, evenly over the list.
const SAMPLED: usize = 120;

/// f of every element of the table at some of the reflections.
#[derive(Debug, Clone)]
pub struct Powers {
    /// (sin θ/λ)² of the reflections, Å⁻².
    stol_sq: Vec<f64>,
    /// Element by element, deuterium first; empty where the table ends.
    values: Vec<Vec<f64>>,
}

impl Powers {
    /// For the reflections of `measurements`.
    pub fn new(table: ScatteringTable, measurements: &Measurements) -> Self {
        let step = measurements.list.len().div_ceil(SAMPLED).max(1);
        let stol_sq: Vec<f64> = measurements.list.iter().step_by(step).map(|m| m.stol_sq).collect();
        let curve = |z: u8| table.curve(z).map(|curve| stol_sq.iter().map(|&s| curve.at(s)).collect());
        let values = (0..=LAST).map(|z| curve(z).unwrap_or_default()).collect();
        Self { stol_sq, values }
    }

    /// Whether an element has scattering factors.
    pub fn knows(&self, z: u8) -> bool {
        self.of(z).is_some()
    }

    fn of(&self, z: u8) -> Option<&[f64]> {
        self.values
            .get(usize::from(z))
            .map(Vec::as_slice)
            .filter(|row| row.len() == self.stol_sq.len() && !row.is_empty())
    }

    /// Height of an atom of element `z` with displacement `u` in a map, in a unit of its own: only ratios mean anything.
    pub fn height(&self, z: u8, u: f64) -> f64 {
        let waves = self.of(z).into_iter().flatten().zip(&self.stol_sq);
        waves.map(|(f, s)| f * (-EIGHT_PI_SQ * u * s).exp()).sum()
    }

    /// Scattering power of element `other` in units of `z`, both with displacement `u` (Å2): the factor that, put
    /// before f(z), comes nearest to f(other) over the reflections. 1 for elements without factors.
    pub fn ratio(&self, other: u8, z: u8, u: f64) -> f64 {
        self.at(u).ratio(other, z)
    }

    /// All elements with displacement `u` (Å2).
    pub fn at(&self, u: f64) -> Damped<'_> {
        let b_factor = 16.0 * std::f64::consts::PI.powi(2) * u;
        Damped { powers: self, weights: self.stol_sq.iter().map(|s| (-b_factor * s).exp()).collect() }
    }
}

/// Scattering powers of atoms with one displacement.
pub struct Damped<'a> {
    powers: &'a Powers,
    /// Square of the damping of each reflection.
    weights: Vec<f64>,
}

impl Damped<'_> {
    /// Scattering power of element `other` in units of `z`; 1 for elements without factors.
    pub fn ratio(&self, other: u8, z: u8) -> f64 {
        let (Some(a), Some(b)) = (self.powers.of(other), self.powers.of(z)) else { return 1.0 };
        let (mut cross, mut own) = (0.0, 0.0);
        for ((damping, a), b) in self.weights.iter().zip(a).zip(b) {
            cross += damping * a * b;
            own += damping * b * b;
        }
        if own > 0.0 { cross / own } else { 1.0 }
    }
}
