//! The probability that a structure is right: a logistic sum of the evidence, fitted on runs whose truth is known.
//!
//! `benches/calibrate.py` makes such runs and fits; docs/trust.md has the table of what was said against what was right, from
//! cross-validation.

use super::Evidence;

/// A structure is claimed from this probability on.
pub const BAR: f64 = 0.95;

/// A probability without the proof that a run from seeds owes (`trials::proof`) is no higher than this: seeds impose what
/// elsewhere is evidence.
const UNPROVEN: f64 = 0.5;

/// Reflections that reach so much farther in one direction than in another were measured in another cell, or miss a large part of the sphere
/// (`reflections::reach`): the phases may be right and every distance wrong, which nothing else here sees. No higher than this, then.
pub const OTHER_CELL: f64 = 1.25;
const IN_ANOTHER_CELL: f64 = 0.9;

/// The sum where every other term is 0.
const CONSTANT: f64 = -0.52;
/// Weight of ln(trials that agree), …
const AGREEING: f64 = 1.49;
/// … counted up to this many, …
const MOST_AGREEING: f64 = 4.0;
/// … of the symmetry evidence over its middle, …
const SYMMETRY: f64 = 4.34;
const MIDDLE_SYMMETRY: f64 = 0.5;
/// … of R_weak over its middle, …
const R_WEAK: f64 = -7.05;
const MIDDLE_R_WEAK: f64 = 0.2;
/// … of R1 over its middle, …
const R1: f64 = -17.97;
const MIDDLE_R1: f64 = 0.25;
/// … that of a random structure without a centre (Wilson 1950) where there is no model, …
pub const NO_MODEL_R1: f64 = 0.59;
/// … and of ln(reflections per parameter over a usual number): few reflections are fitted by anything.
const PER_PARAMETER: f64 = 1.51;
const USUAL_PER_PARAMETER: f64 = 8.0;
const LEAST_PER_PARAMETER: f64 = 0.5;

/// Logarithm of the odds that a structure is right, caps left out: by this structures of one run are compared.
pub fn log_odds(evidence: &Evidence) -> f64 {
    let agreeing = AGREEING * (evidence.agreeing as f64).clamp(1.0, MOST_AGREEING).ln();
    let symmetry = evidence.symmetry.map_or(0.0, |s| SYMMETRY * (s - MIDDLE_SYMMETRY));
    let r_weak = R_WEAK * (evidence.r_weak - MIDDLE_R_WEAK);
    let r1 = R1 * (evidence.r1.unwrap_or(NO_MODEL_R1) - MIDDLE_R1);
    let determined = match evidence.r1 {
        Some(_) => PER_PARAMETER * (evidence.per_parameter.max(LEAST_PER_PARAMETER) / USUAL_PER_PARAMETER).ln(),
        None => 0.0,
    };
    CONSTANT + agreeing + symmetry + r_weak + r1 + determined
}

/// Probability, 0…1, that at least 0.8 of the atoms are in place (or 0.6 with nine tenths of the scattering: the judge's "solved").
pub fn probability(evidence: &Evidence) -> f64 {
    let probability = 1.0 / (1.0 + (-log_odds(evidence)).exp());
    let proven = if evidence.proven == Some(false) { UNPROVEN } else { 1.0 };
    let own_cell = if evidence.reach > OTHER_CELL { IN_ANOTHER_CELL } else { 1.0 };
    probability.min(proven).min(own_cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Evidence = Evidence {
        agreeing: 3,
        symmetry: Some(0.9),
        r_weak: 0.12,
        r1: Some(0.08),
        proven: None,
        reach: 1.02,
        per_parameter: 15.0,
    };

    #[test]
    fn each_piece_of_evidence_counts_in_its_direction() {
        let good = probability(&GOOD);
        assert!(good > 0.99 && good < 1.0);
        let worse = [
            Evidence { agreeing: 1, ..GOOD },
            Evidence { symmetry: Some(0.3), ..GOOD },
            Evidence { r_weak: 0.3, ..GOOD },
            Evidence { r1: Some(0.4), ..GOOD },
            Evidence { r1: None, ..GOOD },
            Evidence { per_parameter: 2.0, ..GOOD },
        ];
        assert!(worse.iter().all(|evidence| probability(evidence) < good));
    }

    #[test]
    fn a_poor_model_or_missing_proof_is_never_claimed() {
        assert!(probability(&Evidence { r1: None, ..GOOD }) < BAR);
        assert!(probability(&Evidence { r1: Some(0.45), ..GOOD }) < BAR);
        assert!(probability(&Evidence { proven: Some(false), ..GOOD }) < BAR);
        assert!(probability(&Evidence { reach: 1.29, ..GOOD }) < BAR);
        assert!(probability(&Evidence { proven: Some(true), ..GOOD }) >= BAR);
    }
}
