//! Scattering factors of the elements that take part, for every reflection.

use super::measurements::Measurements;
use crate::crystal::ScatteringTable;

/// f of each element at each reflection.
#[derive(Debug, Clone)]
pub struct Factors {
    /// Atomic numbers, ascending.
    elements: Vec<u8>,
    /// One row a reflection, one column an element.
    values: Vec<f64>,
    /// (sin θ/λ)² of each reflection, Å⁻².
    stol_sq: Vec<f64>,
}

/// Reflections looked at when two elements are compared.
const SAMPLED: usize = 500;

impl Factors {
    /// Factors of `elements` at the reflections of `measurements`.
    pub fn new(table: ScatteringTable, elements: &[u8], measurements: &Measurements) -> Self {
        let mut elements = elements.to_vec();
        elements.sort_unstable();
        elements.dedup();
        let values = measurements
            .list
            .iter()
            .flat_map(|m| elements.iter().map(move |&z| table.factor(z, m.stol_sq).unwrap_or(0.0)))
            .collect();
        Self { elements, values, stol_sq: measurements.list.iter().map(|m| m.stol_sq).collect() }
    }

    /// The elements.
    pub fn elements(&self) -> &[u8] {
        &self.elements
    }

    /// Column of an element; the first for one that takes no part.
    pub fn column(&self, z: u8) -> usize {
        self.elements.binary_search(&z).unwrap_or(0)
    }

    /// Factors of all elements at one reflection.
    pub fn row(&self, reflection: usize) -> &[f64] {
        let n = self.elements.len();
        &self.values[reflection * n..(reflection + 1) * n]
    }

    /// Scattering power of element `other` in units of `z`, both with displacement `u` (Å2): the factor that, put
    /// before f(z), comes nearest to f(other) over the reflections.
    pub fn ratio(&self, other: u8, z: u8, u: f64) -> f64 {
        let (a, b) = (self.column(other), self.column(z));
        let b_factor = 16.0 * std::f64::consts::PI.powi(2) * u;
        let step = self.stol_sq.len().div_ceil(SAMPLED).max(1);
        let (mut cross, mut own) = (0.0, 0.0);
        for (n, s) in self.stol_sq.iter().enumerate().step_by(step) {
            let row = self.row(n);
            let damping = (-b_factor * s).exp();
            cross += damping * row[a] * row[b];
            own += damping * row[b] * row[b];
        }
        if own > 0.0 { cross / own } else { 1.0 }
    }
}
