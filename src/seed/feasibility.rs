//! Will these seeds do? Figures that cost nothing, and the success they predict.

use serde::Serialize;

/// Feasibility of a seed set.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Feasibility {
    /// Expected height of an atom over σ in the map of the seeds alone: s₀ = √(Σ m²E²/N) over the P1 sphere.
    pub height: f64,
    /// Σ m² of the unique seeds for each non-hydrogen atom of the asymmetric unit (Neff/Nasu).
    pub seeds_per_atom: f64,
    /// Expected correlation of the seed map with the true map, CC₀ = Σ m E²/√(Σ E² over seeds · Σ E² over all).
    pub correlation: f64,
}

/// What goes into the figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeedSums {
    /// Σ m² over unique seeds.
    pub m_sq: f64,
    /// Σ m²E² over the seeds of the P1 sphere, both Friedel mates.
    pub m_sq_e_sq: f64,
    /// Σ mE² over the same.
    pub m_e_sq: f64,
    /// ΣE² over the same.
    pub e_sq: f64,
    /// ΣE² over all measured reflections of the P1 sphere.
    pub all_e_sq: f64,
    /// Non-hydrogen atoms of the primitive cell.
    pub atoms: f64,
    /// Operations of the primitive cell.
    pub operations: usize,
}

impl Feasibility {
    /// The figures of some seeds.
    pub fn new(sums: &SeedSums) -> Self {
        let quotient = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
        Self {
            height: quotient(sums.m_sq_e_sq, sums.atoms).sqrt(),
            seeds_per_atom: quotient(sums.m_sq * sums.operations as f64, sums.atoms),
            correlation: quotient(sums.m_e_sq, (sums.e_sq * sums.all_e_sq).sqrt()),
        }
    }
}
