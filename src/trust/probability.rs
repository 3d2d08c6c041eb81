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

/// A sphere that is not filled says nothing of the cell when bond lengths lose as much ln likelihood by the cell in which it would be: a list
/// may go on in some directions farther than in others.
const EDGES_REFUTED: f64 = -4.0;

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
/// More reflections per parameter than this prove no more: one atom in 500 reflections is as wrong as one in 50.
const MOST_PER_PARAMETER: f64 = 16.0;

/// A model that leaves more than this unexplained is not claimed. R1 of right models, without hydrogen and isotropic, was at most 0.25 in
/// 51 measured sets; models of noise and of wrong cells that were once claimed had 0.31 to 0.49.
const WORST_R1: f64 = 0.30;
/// A model with fewer atoms than this share of what the volume has room for is not claimed: right ones of 51 measured sets had 0.64 or more.
const LEAST_SHARE: f64 = 0.45;
/// A model with more elements than this that nobody named is not claimed: in a cell whose edges are a tenth too long bonds fit no
/// light atoms, and sucrose came out as a silicate of five elements, R1 0.105. A heavy atom or two are forgotten, hardly three.
const MOST_PROPOSED: usize = 2;
/// A claim that one of these forbids is no more probable than this.
const FORBIDDEN: f64 = 0.9;

/// Bond lengths contradict the cell when factors of the axes gain more than this in ln likelihood over 1 (right cells of 51 measured sets
/// with a factor as far off: 2.3 at most) …
const METRIC_GAIN: f64 = 3.5;
/// … and one of them is off by this much, as ln. Small errors of many bonds add up in large structures: conotoxin, right, gains 18 to 20
/// with 0.035; of 104 runs over 52 measured sets only two wrong models gained more than 3.5 with a larger one.
const METRIC_OFF: f64 = 0.045;

/// Logarithm of the odds that a structure is right, caps left out: by this structures of one run are compared.
pub fn log_odds(evidence: &Evidence) -> f64 {
    let agreeing = AGREEING * (evidence.agreeing as f64).clamp(1.0, MOST_AGREEING).ln();
    let symmetry = evidence.symmetry.map_or(0.0, |s| SYMMETRY * (s - MIDDLE_SYMMETRY));
    let r_weak = R_WEAK * (evidence.r_weak - MIDDLE_R_WEAK);
    let r1 = R1 * (evidence.r1.unwrap_or(NO_MODEL_R1) - MIDDLE_R1);
    let determined = match evidence.r1 {
        Some(_) => {
            PER_PARAMETER * {
                (evidence.per_parameter.clamp(LEAST_PER_PARAMETER, MOST_PER_PARAMETER) / USUAL_PER_PARAMETER).ln()
            }
        }
        None => 0.0,
    };
    CONSTANT + agreeing + symmetry + r_weak + r1 + determined
}

/// Probability, 0…1, that at least 0.8 of the atoms are in place (or 0.6 with nine tenths of the scattering: the judge's "solved").
pub fn probability(evidence: &Evidence) -> f64 {
    let probability = 1.0 / (1.0 + (-log_odds(evidence)).exp());
    let proven = if evidence.proven == Some(false) { UNPROVEN } else { 1.0 };
    let explained = evidence.r1.is_none_or(|r1| r1 <= WORST_R1) && evidence.share.is_none_or(|s| s >= LEAST_SHARE);
    let named = evidence.proposed <= MOST_PROPOSED;
    let allowed = if explained && named && !other_edges(evidence) && !other_metric(evidence) { 1.0 } else { FORBIDDEN };
    probability.min(proven).min(allowed)
}

/// True when reflections fill a sphere in another cell alone, and bond lengths do not know better.
pub fn other_edges(evidence: &Evidence) -> bool {
    evidence.edges.is_some_and(|edges| edges.gain.is_none_or(|gain| gain > EDGES_REFUTED))
}

/// True when bond lengths say that the cell is another one.
pub fn other_metric(evidence: &Evidence) -> bool {
    evidence.metric.is_some_and(|metric| metric.gain > METRIC_GAIN && metric.worst().1.ln().abs() > METRIC_OFF)
}

#[cfg(test)]
mod tests {
    use super::super::{Edges, GOOD, Metric};
    use super::*;

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
        let edges = |gain| Some(Edges { factors: [1.0, 1.08, 1.0], gain });
        assert!(probability(&Evidence { edges: edges(None), ..GOOD }) < BAR);
        assert!(probability(&Evidence { edges: edges(Some(-3.9)), ..GOOD }) < BAR);
        assert!(probability(&Evidence { edges: edges(Some(-4.1)), ..GOOD }) >= BAR);
        assert!(probability(&Evidence { r1: Some(0.21), agreeing: 4, ..GOOD }) >= BAR);
        assert!(probability(&Evidence { proven: Some(true), ..GOOD }) >= BAR);
        assert!(probability(&Evidence { share: Some(0.4), ..GOOD }) < BAR);
        assert!(probability(&Evidence { share: Some(0.5), ..GOOD }) >= BAR);
        assert!(probability(&Evidence { proposed: 3, ..GOOD }) < BAR);
        assert!(probability(&Evidence { proposed: 2, ..GOOD }) >= BAR);
    }

    #[test]
    fn many_reflections_do_not_make_up_for_a_high_r1() {
        let noise = Evidence { agreeing: 4, r1: Some(0.31), per_parameter: 1000.0, ..GOOD };
        assert!(probability(&noise) < BAR);
        assert_eq!(log_odds(&Evidence { per_parameter: 16.0, ..noise }), log_odds(&noise));
        assert!(log_odds(&Evidence { per_parameter: 15.0, ..noise }) < log_odds(&noise));
        assert!(probability(&Evidence { agreeing: 4, r1: Some(0.29), ..GOOD }) >= BAR);
    }

    #[test]
    fn bonds_that_contradict_the_cell_forbid_a_claim() {
        let metric = |b: f64, gain| Some(Metric { factors: [1.01, b, 0.99], sigmas: [Some(0.01); 3], gain });
        let of = |metric| probability(&Evidence { metric, ..GOOD });
        assert!(of(metric(1.08, 4.0)) < BAR && of(metric(0.93, 4.0)) < BAR);
        assert!(of(metric(1.08, 3.0)) >= BAR && of(metric(1.04, 7.0)) >= BAR);
        assert_eq!(metric(0.93, 4.0).map(|m| m.worst()), Some((1, 0.93)));
    }
}
