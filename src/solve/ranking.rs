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

/// ln R1 of the model, or of the sketch, with the parameters of lower symmetry paid for.
pub fn paid(structure: &Structure) -> f64 {
    structure.best_r1().ln() - HANDICAP * (structure.group.operations().len() as f64).log2()
}

/// Belief in the group of a structure beside others of its candidate, the best of which has `best` for `paid`: what the phases say of
/// the group, less the misfit of the model.
pub fn belief(structure: &Structure, best: f64) -> f64 {
    structure.score.map_or(0.0, |score| score.total) - (R1_WEIGHT * (paid(structure) - best)).min(R1_REACH)
}

/// Orders structures, the most believed first. `log_odds` is the belief in a candidate with a structure as its model.
pub fn rank(structures: &mut [Structure], log_odds: impl Fn(&Structure) -> f64) {
    let mut ids: Vec<u32> = structures.iter().map(|s| s.found.candidate).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let own = |s: &&Structure| s.found.candidate == id;
        let best = structures.iter().filter(own).map(paid).fold(f64::INFINITY, f64::min);
        let leading = structures
            .iter()
            .filter(own)
            .map(|s| (belief(s, best), s))
            .reduce(|a, b| if b.0 > a.0 { b } else { a })
            .map(|(belief, s)| (belief, log_odds(s)));
        let Some((top, odds)) = leading else { continue };
        for structure in structures.iter_mut().filter(|s| s.found.candidate == id) {
            structure.standing = odds + belief(structure, best) - top;
        }
    }
    structures.sort_by(|a, b| b.standing.total_cmp(&a.standing).then(a.found.candidate.cmp(&b.found.candidate)));
}
