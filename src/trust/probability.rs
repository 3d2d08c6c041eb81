//! The probability that a structure is right: a logistic sum of the evidence, fitted on runs whose truth is known.

use super::Evidence;

/// A structure is claimed from this probability on.
pub const BAR: f64 = 0.9;

/// Probability, 0…1.
pub fn probability(evidence: &Evidence) -> f64 {
    let agree = (evidence.agreeing as f64).min(3.0);
    let sum =
        agree + evidence.symmetry.unwrap_or(0.5) + evidence.sharpness - evidence.r_weak - evidence.r1.unwrap_or(0.59);
    1.0 / (1.0 + (-sum).exp())
}
