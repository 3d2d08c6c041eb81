//! One ranking for the structures of all candidates in all groups.
//!
//! Within a candidate a group stands by what the phases say of it and by R1 beside the other groups. Between candidates the
//! log-odds of being right decide, with the model of the best group: trials that agree, symmetry, R_weak, R1, completeness.

use super::structure::Structure;

/// A model in a subgroup of index 2 has twice the parameters: R1 of 20 right structures fell to between 0.9 and 1.0 of its value in the
/// right group; in a supergroup that is wrong R1 was 1.2 to 5 times larger.
const HANDICAP: f64 = 0.12;
/// Weight of ln R1 beside the score of the phases …
const R1_WEIGHT: f64 = 100.0;
/// … and the most that it may count: disorder can make a model without symmetry fit much better (CF3 groups, 0.099 against 0.159).
const R1_REACH: f64 = 8.0;
/// … while R1 is not more than this many times the lowest. No disorder doubles R1, and beyond the ratio it counts further …
const R1_FAR: f64 = 2.0;
/// … with this weight: of two atoms that explain all (0.03) phases that nearly have a centre must not make four that explain nothing (0.19).
const FAR_WEIGHT: f64 = 20.0;

/// What a group loses that a subgroup or supergroup refutes: more than scores of phases differ by.
const REFUTED: f64 = 40.0;

/// Weight of R1 between candidates, beside what it counts in the log-odds: those are fitted on structures that came first, where R1 says
/// little more; a heavy-atom arrangement that several trials find (R1 0.26) must not stay before the whole structure (0.06).
const BETWEEN: f64 = 10.0;

/// What is compared of a structure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// Its candidate.
    pub candidate: u32,
    /// R1 of its model, or of its sketch.
    pub r1: f64,
    /// Operations of its group.
    pub operations: usize,
    /// What the phases say of the group (`symmetry::Score::total`); 0 where the group was given.
    pub score: f64,
    /// Log-odds that the candidate is right, with this structure as its model.
    pub log_odds: f64,
    /// A model in a subgroup or supergroup says that the symmetry is another (`solve::Pair`).
    pub refuted: bool,
}

/// ln R1 with the parameters of lower symmetry paid for.
pub fn paid(r1: f64, operations: usize) -> f64 {
    r1.ln() - HANDICAP * (operations as f64).log2()
}

/// Belief in a group beside others of its candidate: what the phases say of it, less its misfit against the `best` of them.
pub fn belief(score: f64, paid: f64, best: f64) -> f64 {
    let misfit = paid - best;
    score - (R1_WEIGHT * misfit).min(R1_REACH) - FAR_WEIGHT * (misfit - R1_FAR.ln()).max(0.0)
}

/// How each of the entries stands, in their order: higher is more believed.
pub fn standings(entries: &[Entry]) -> Vec<f64> {
    entries
        .iter()
        .map(|entry| {
            let siblings = || entries.iter().filter(|other| other.candidate == entry.candidate);
            let misfit = |e: &Entry| paid(e.r1, e.operations);
            let best = siblings().map(misfit).fold(f64::INFINITY, f64::min);
            let of = |e: &Entry| belief(e.score, misfit(e), best) - if e.refuted { REFUTED } else { 0.0 };
            let (top, odds) = siblings().fold((f64::NEG_INFINITY, f64::NEG_INFINITY), |top, e| {
                if of(e) > top.0 { (of(e), e.log_odds - BETWEEN * e.r1) } else { top }
            });
            odds + of(entry) - top
        })
        .collect()
}

/// Orders structures, the most believed first. `log_odds` is the belief in a candidate with a structure as its model.
pub fn rank(structures: &mut [Structure], log_odds: impl Fn(&Structure) -> f64) {
    let entry = |s: &Structure| Entry {
        candidate: s.found.candidate,
        r1: s.best_r1(),
        operations: s.group.operations().len(),
        score: s.score.map_or(0.0, |score| score.total),
        log_odds: log_odds(s),
        refuted: s.refuted,
    };
    let entries: Vec<Entry> = structures.iter().map(entry).collect();
    for (structure, standing) in structures.iter_mut().zip(standings(&entries)) {
        structure.standing = standing;
    }
    structures.sort_by(|a, b| b.standing.total_cmp(&a.standing).then(a.found.candidate.cmp(&b.found.candidate)));
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: Entry = Entry { candidate: 0, r1: 0.1, operations: 4, score: 5.0, log_odds: 3.0, refuted: false };

    fn first(entries: &[Entry]) -> usize {
        let standings = standings(entries);
        (0..entries.len()).max_by(|&a, &b| standings[a].total_cmp(&standings[b])).unwrap()
    }

    #[test]
    fn a_subgroup_must_pay_for_its_parameters() {
        let subgroup = |r1| Entry { r1, operations: 2, score: 5.0, ..ENTRY };
        // Twice the parameters explain 0.12 of ln R1.
        assert_eq!(first(&[ENTRY, subgroup(0.090)]), 0);
        assert_eq!(first(&[ENTRY, subgroup(0.087)]), 1);
    }

    #[test]
    fn a_group_that_is_refuted_stays_behind_whatever_phases_say() {
        let subgroup = Entry { r1: 0.05, operations: 2, score: -9.0, ..ENTRY };
        assert_eq!(first(&[Entry { score: 9.4, ..ENTRY }, subgroup]), 0);
        assert_eq!(first(&[Entry { score: 9.4, refuted: true, ..ENTRY }, subgroup]), 1);
    }

    #[test]
    fn phases_outweigh_a_better_model_only_when_they_are_sure() {
        let other = |score| Entry { r1: 0.2, score, ..ENTRY };
        assert_eq!(first(&[ENTRY, other(12.9)]), 0);
        assert_eq!(first(&[ENTRY, other(13.1)]), 1);
        // 20 ln(3/2) more for three times R1.
        let far = |score| Entry { r1: 0.3, score, ..ENTRY };
        assert_eq!(first(&[ENTRY, far(21.0)]), 0);
        assert_eq!(first(&[ENTRY, far(21.2)]), 1);
        // One per cent of R1 is one unit of the score.
        let near = |score| Entry { r1: 0.101, score, ..ENTRY };
        assert_eq!(first(&[ENTRY, near(5.9)]), 0);
        assert_eq!(first(&[ENTRY, near(6.1)]), 1);
    }

    #[test]
    fn a_candidate_seen_later_overtakes_by_its_odds_and_takes_its_groups_along() {
        let later = Entry { candidate: 7, log_odds: 3.5, score: -2.0, ..ENTRY };
        let its_other = Entry { score: -3.0, log_odds: 3.4, ..later };
        let standings = standings(&[ENTRY, later, its_other]);
        assert!(standings[1] > standings[0] && standings[2] < standings[0]);
        assert!((standings[1] - 2.5).abs() < 1e-12 && (standings[2] - 1.5).abs() < 1e-12);
        // R1 makes up for trials that agree: 0.2 for 2.0.
        let heavy = |log_odds| Entry { candidate: 9, r1: 0.3, log_odds, ..ENTRY };
        assert_eq!(first(&[ENTRY, heavy(4.9)]), 0);
        assert_eq!(first(&[ENTRY, heavy(5.1)]), 1);
    }
}
