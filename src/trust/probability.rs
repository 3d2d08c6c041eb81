//! The probability that a structure is right: a logistic sum of the evidence, fitted on runs whose truth is known.
//!
//! `benches/calibrate.py` makes such runs and fits; docs/trust.md has the table of what was said against what was right, from
//! cross-validation.

use super::Evidence;
use super::doubts::{EXPLAINED_R1, all_alike, other_cell, perhaps_higher, perhaps_twin};

/// A structure is claimed from this probability on.
pub const BAR: f64 = 0.95;

/// A probability without the proof that a run from seeds owes (`trials::proof`) is no higher than this: seeds impose what
/// elsewhere is evidence.
const UNPROVEN: f64 = 0.5;

/// The sum where every other term is 0.
const CONSTANT: f64 = -0.36;
/// Weight of ln(trials that agree), …
const AGREEING: f64 = 1.72;
/// … counted up to this many, …
const MOST_AGREEING: f64 = 4.0;
/// … of the symmetry evidence over its middle, …
const SYMMETRY: f64 = 4.74;
const MIDDLE_SYMMETRY: f64 = 0.5;
/// … of R_weak over its middle, …
const R_WEAK: f64 = -2.58;
const MIDDLE_R_WEAK: f64 = 0.2;
/// … of R1 over its middle, …
const R1: f64 = -8.38;
const MIDDLE_R1: f64 = 0.25;
/// … that of a random structure without a centre (Wilson 1950) where there is no model, …
pub const NO_MODEL_R1: f64 = 0.59;
/// … of ln(reflections per parameter over a usual number): few reflections are fitted by anything, …
const PER_PARAMETER: f64 = 3.07;
const USUAL_PER_PARAMETER: f64 = 8.0;
const LEAST_PER_PARAMETER: f64 = 0.5;
/// … and more per parameter than this prove no more: one atom in 500 reflections is as wrong as one in 50, …
const MOST_PER_PARAMETER: f64 = 16.0;
/// … of ln(atoms over those that the volume has room for), as far as it lies below …
const SHARE_BELOW: f64 = 0.43;
const USUAL_SHARE: [f64; 2] = [0.8, 1.25];
/// … and above what is usual, …
const SHARE_ABOVE: f64 = -0.13;
/// … of the highest peak left over that of a light atom, counted up to this, …
const LEFT: f64 = -1.61;
const MOST_LEFT: f64 = 1.5;
/// … of elements that nobody named, counted up to this, …
const PROPOSED: f64 = -0.62;
const MOST_PROPOSED_COUNTED: usize = 3;
/// … and of ln R1 of other phases over R1 of these, within these limits.
const RIVAL: f64 = 0.56;
const RIVAL_REACH: [f64; 2] = [-0.5, 1.0];

/// The same for the space group of a structure whose atoms are right: the sum without any term, …
const GROUP_CONSTANT: f64 = -4.26;
/// … weight of the distance to the next group, counted up to this, which also stands for no other group, …
const MARGIN: f64 = 0.12;
const MOST_MARGIN: f64 = 8.0;
/// … of what phases and intensities say of the group, within these limits, …
const SCORE: f64 = 1.04;
const SCORE_REACH: [f64; 2] = [-5.0, 10.0];
/// … of a group that the input names too, …
const NAMED: f64 = 8.22;
/// … and of R1 over that of a good model.
const GROUP_R1: f64 = -0.21;
const GOOD_R1: f64 = 0.1;

/// Where a group stands beside its subgroup, it is as sure as this times its margin in ln R1, less where R1 is above that of a good model, and one whose
/// supergroup is too high at least as sure: at the limit of R1 either is right, and 0.97 is said 0.3 away from it. Of 13 right groups of 52 measured sets (Laue
/// class or less in the header, seeds 1 and 2) that stand before a subgroup, eleven have margins of 0.40 to 0.94 and 0.95 and more is said of them, two 0.11; their
/// phases alone said 0.00 to 0.98. A uranium complex in P 21/m that is one in P 21 has a margin of 0.37 with R1 0.17: 0.93.
const BESIDE: f64 = 12.0;

/// What has no model, or one that leaves more than this unexplained, is not claimed. R1 of right models, without hydrogen and isotropic, was at most 0.25 in
/// 51 measured sets; models of noise and of wrong cells that were once claimed had 0.31 to 0.49.
const WORST_R1: f64 = 0.30;
/// It is no more probable than this: of 69 such runs, noise most of them, none was right.
pub(super) const UNEXPLAINED: f64 = 0.3;
/// A model with fewer atoms than this share of what the volume has room for is not claimed: right ones of 51 measured sets had 0.64 or
/// more. Unless R1 is as low as `EXPLAINED_R1`, and nothing is missing (caesium chloride has room for three times its atoms if they were
/// light ones), with one element at most that nobody named: a digallium amide in a cell too long by a fifth came out as a fluoride of
/// gadolinium, R1 0.095, with a share of 0.39.
const LEAST_SHARE: f64 = 0.45;
/// A model with more elements than this that nobody named is not claimed: in a cell whose edges are a tenth too long bonds fit no
/// light atoms, and sucrose came out as a silicate of five elements, R1 0.105. A heavy atom or two are forgotten, hardly three.
const MOST_PROPOSED: usize = 2;
/// A claim that one of these forbids is no more probable than this.
const FORBIDDEN: f64 = 0.9;

/// Logarithm of the odds that a structure is right, caps left out: by this structures of one run are compared.
pub fn log_odds(evidence: &Evidence) -> f64 {
    let agreeing = (evidence.agreeing as f64).clamp(1.0, MOST_AGREEING).ln();
    let symmetry = evidence.symmetry.map_or(0.0, |s| s - MIDDLE_SYMMETRY);
    let per_parameter = evidence.per_parameter.clamp(LEAST_PER_PARAMETER, MOST_PER_PARAMETER);
    let determined = evidence.r1.map_or(0.0, |_| (per_parameter / USUAL_PER_PARAMETER).ln());
    let [low, high] = USUAL_SHARE;
    let share = evidence.share.unwrap_or(1.0).max(LEAST_COUNTED_SHARE);
    CONSTANT
        + AGREEING * agreeing
        + SYMMETRY * symmetry
        + R_WEAK * (evidence.r_weak - MIDDLE_R_WEAK)
        + R1 * (evidence.r1.unwrap_or(NO_MODEL_R1) - MIDDLE_R1)
        + PER_PARAMETER * determined
        + SHARE_BELOW * (share / low).ln().min(0.0)
        + SHARE_ABOVE * (share / high).ln().max(0.0)
        + LEFT * evidence.left.map_or(0.0, |left| left.min(MOST_LEFT))
        + PROPOSED * evidence.proposed.min(MOST_PROPOSED_COUNTED) as f64
        + RIVAL * evidence.rival.map_or(0.0, |rival| rival.ln().clamp(RIVAL_REACH[0], RIVAL_REACH[1]))
}

/// A model of no atoms is not worse than one of so small a share.
const LEAST_COUNTED_SHARE: f64 = 0.05;

/// 1/(1 + e^−x).
fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Probability that the atoms are right and the space group too. A group that was given counts as right.
pub fn probability_group(evidence: &Evidence) -> f64 {
    let atoms = probability(evidence);
    let Some(group) = &evidence.group else { return atoms };
    let margin = group.margin.unwrap_or(MOST_MARGIN).clamp(0.0, MOST_MARGIN);
    let sum = GROUP_CONSTANT
        + MARGIN * margin
        + SCORE * group.score.clamp(SCORE_REACH[0], SCORE_REACH[1])
        + NAMED * f64::from(u8::from(group.named))
        + GROUP_R1 * (evidence.r1.unwrap_or(NO_MODEL_R1) - GOOD_R1);
    // Phases know nothing of a symmetry that is nearly there; R1 does.
    let sum = match group.beside {
        // Where both models are poor their ratio tells less.
        Some(beside) if beside.below && beside.margin > 0.0 => {
            BESIDE * beside.margin * (GOOD_R1 / evidence.r1.unwrap_or(NO_MODEL_R1)).min(1.0)
        }
        Some(beside) if beside.below => BESIDE * beside.margin,
        Some(beside) => sum.max(BESIDE * beside.margin),
        None => sum,
    };
    atoms * logistic(sum)
}

/// Probability, 0…1, that at least 0.8 of the atoms are in place (or 0.6 with nine tenths of the scattering: the judge's "solved").
pub fn probability(evidence: &Evidence) -> f64 {
    let probability = logistic(log_odds(evidence));
    let proven = if evidence.proven == Some(false) { UNPROVEN } else { 1.0 };
    // Invented elements explain the scattering of any atoms.
    let explains = evidence.r1.is_some_and(|r1| r1 <= EXPLAINED_R1) && evidence.proposed < MOST_PROPOSED;
    let few = evidence.share.is_some_and(|share| share < LEAST_SHARE) && !explains;
    let explained = evidence.r1.is_some_and(|r1| r1 <= WORST_R1) && !all_alike(evidence);
    let explained = if explained { 1.0 } else { UNEXPLAINED };
    let named = evidence.proposed <= MOST_PROPOSED;
    let fits = !other_cell(evidence) && !perhaps_twin(evidence) && !perhaps_higher(evidence);
    let allowed = if !few && named && fits { 1.0 } else { FORBIDDEN };
    probability.min(proven).min(explained).min(allowed)
}

#[cfg(test)]
mod tests {
    use super::super::{Beside, Edges, GOOD, GroupEvidence};
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
            Evidence { share: Some(0.6), ..GOOD },
            Evidence { share: Some(2.0), ..GOOD },
            Evidence { left: Some(0.9), ..GOOD },
            Evidence { proposed: 1, ..GOOD },
            Evidence { rival: Some(0.8), ..GOOD },
        ];
        assert!(worse.iter().all(|evidence| probability(evidence) < good));
    }

    #[test]
    fn a_poor_model_or_missing_proof_is_never_claimed() {
        assert_eq!(probability(&Evidence { r1: None, ..GOOD }), 0.3);
        assert_eq!(probability(&Evidence { r1: Some(0.31), agreeing: 4, ..GOOD }), 0.3);
        assert_eq!(probability(&Evidence { proven: Some(false), ..GOOD }), 0.5);
        let edges = |gain| Some(Edges { factors: [1.0, 1.08, 1.0], gain });
        assert!(probability(&Evidence { edges: edges(None), ..GOOD }) < BAR);
        assert!(probability(&Evidence { edges: edges(Some(-3.9)), ..GOOD }) < BAR);
        assert!(probability(&Evidence { edges: edges(Some(-4.1)), ..GOOD }) >= BAR);
        assert!(probability(&Evidence { r1: Some(0.21), agreeing: 4, ..GOOD }) >= BAR);
        assert!(probability(&Evidence { proven: Some(true), ..GOOD }) >= BAR);
        assert!(probability(&Evidence { share: Some(0.4), r1: Some(0.11), ..GOOD }) < BAR);
        assert!(probability(&Evidence { share: Some(0.4), r1: Some(0.09), ..GOOD }) >= BAR);
        let invented = |proposed| Evidence { share: Some(0.4), r1: Some(0.09), proposed, ..GOOD };
        assert!(probability(&invented(2)) < BAR && probability(&invented(1)) >= BAR);
        assert!(probability(&Evidence { share: Some(0.5), ..GOOD }) >= BAR);
        assert!(probability(&Evidence { proposed: 3, ..GOOD }) < BAR);
        assert!(probability(&Evidence { proposed: 2, ..GOOD }) >= BAR);
    }

    /// Where the fit stood: the sums of a good structure and of one that was found by a single trial in P1.
    #[test]
    fn weights_are_those_that_were_fitted() {
        assert!((log_odds(&GOOD) - 6.83).abs() < 0.005, "{}", log_odds(&GOOD));
        let poor = Evidence { agreeing: 1, symmetry: None, r_weak: 0.25, r1: Some(0.35), per_parameter: 4.0, ..GOOD };
        let poor = Evidence { share: Some(0.5), left: Some(0.8), proposed: 2, rival: Some(1.1), ..poor };
        assert!((log_odds(&poor) + 6.13).abs() < 0.005, "{}", log_odds(&poor));
    }

    #[test]
    fn the_group_is_less_sure_than_the_atoms_and_surer_where_it_is_named_and_phases_show_it() {
        let of = |score, margin, named| {
            let group = Some(GroupEvidence { score, margin, r1_elsewhere: None, named, beside: None });
            probability_group(&Evidence { group, ..GOOD })
        };
        assert_eq!(probability_group(&GOOD), probability(&GOOD));
        assert!(of(9.0, None, true) < probability(&GOOD) && of(9.0, None, true) > 0.99);
        assert!(of(9.0, Some(3.0), false) > of(5.0, Some(3.0), false));
        assert!(of(3.0, Some(8.0), false) > of(3.0, Some(0.5), false));
        assert!(of(2.0, Some(1.0), false) < 0.5 && of(2.0, Some(1.0), true) > 0.95);
    }

    #[test]
    fn a_subgroup_near_the_limit_makes_a_group_unsure_and_a_supergroup_refuted_makes_it_sure() {
        let of = |score, below, margin| {
            let beside = Some(Beside { margin, below });
            let group = Some(GroupEvidence { score, margin: None, r1_elsewhere: None, named: false, beside });
            probability_group(&Evidence { group, ..GOOD }) / probability(&GOOD)
        };
        assert!((of(9.0, true, 0.0) - 0.5).abs() < 1e-9 && of(9.0, true, 0.4) > 0.98);
        assert!((of(-9.0, false, 0.0) - 0.5).abs() < 1e-9 && of(-9.0, false, 0.4) > 0.98);
        assert!(of(-9.0, false, -0.2) < 0.1);
        let poor = Some(GroupEvidence {
            score: 1.1,
            margin: None,
            r1_elsewhere: None,
            named: false,
            beside: Some(Beside { margin: 0.37, below: true }),
        });
        let poor = Evidence { group: poor, r1: Some(0.17), ..GOOD };
        assert!((0.9..0.95).contains(&(probability_group(&poor) / probability(&poor))));
        // Phases of a mixture of domains say nothing against a group that models bear out.
        assert!(of(-9.0, true, 0.4) > 0.98 && of(9.0, true, -0.2) < 0.1);
    }

    #[test]
    fn many_reflections_do_not_make_up_for_a_high_r1() {
        let noise = Evidence { agreeing: 4, r1: Some(0.31), per_parameter: 1000.0, ..GOOD };
        assert!(probability(&noise) < BAR);
        assert_eq!(log_odds(&Evidence { per_parameter: 16.0, ..noise }), log_odds(&noise));
        assert!(log_odds(&Evidence { per_parameter: 15.0, ..noise }) < log_odds(&noise));
        assert!(probability(&Evidence { agreeing: 4, r1: Some(0.29), ..GOOD }) >= BAR);
    }
}
