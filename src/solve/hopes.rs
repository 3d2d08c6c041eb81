//! Which sketched structures are worth a model.

use super::note::Models;
use super::ranking::{belief, paid};
use serde::{Deserialize, Serialize};

/// A candidate beyond the first in a large cell gets a model when R1 of its sketch is not farther above the best R1 than by this factor …
const RIVAL: f64 = 1.25;
/// … and in a small one by this factor, where light atoms may still be hidden behind heavy ones. 52 measured sets come out as before it, eight simulated
/// heavy-atom crystals too; one of these, with platinum, is claimed for it, as rivals are fewer.
const RIVAL_WHEN_SMALL: f64 = 2.0;
/// Groups of a candidate whose sketch puts them farther below the best than this (units of `ranking::belief`) get no model. Of 10 sets with
/// several groups the right one was at most 1.1 below.
const MODEL_REACH: f64 = 6.0;

/// A subgroup gets a model when R1 of its sketch is below this share of that in the supergroup: it was 0.17 to 0.62 in 15 simulated crystals that
/// nearly have a higher symmetry, 0.86 where a heavy atom hides it, and 0.94 and more in 14 of 16 measured ones that have it.
const FALLS: f64 = 0.92;

/// What is compared of a structure that has a sketch or none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prospect {
    /// Its candidate.
    pub candidate: u32,
    /// What the phases say of its group (`symmetry::Score::total`); 0 where it was given.
    pub score: f64,
    /// Operations of the group.
    pub operations: usize,
    /// R1 of the sketch, or what stands for it without one.
    pub r1: f64,
    /// There is one.
    pub sketched: bool,
    /// The input names the group, which is not overruled unseen.
    #[serde(default)]
    pub named: bool,
    /// It is the subgroup of one that comes into question.
    #[serde(default)]
    pub below: bool,
}

impl Models {
    /// Whether each of them is worth a model, in their order: those that are close to the best group of their candidate, and in large
    /// cells only the first candidate and its rivals.
    pub fn hopeful(&self) -> Vec<bool> {
        let misfit = |p: &Prospect| paid(p.r1, p.operations);
        let of = |prospect: &Prospect| {
            let siblings = || self.prospects.iter().filter(|other| other.candidate == prospect.candidate);
            let best = siblings().map(misfit).fold(f64::INFINITY, f64::min);
            let believed = |p: &Prospect| belief(p.score, misfit(p), best);
            let top = siblings().map(believed).fold(f64::NEG_INFINITY, f64::max);
            let reach = if self.small { RIVAL_WHEN_SMALL } else { RIVAL };
            let rival = Some(prospect.candidate) == self.first || prospect.r1 < reach * self.lowest;
            // Of the same phases in a higher symmetry.
            let higher = siblings().filter(|other| other.operations > prospect.operations).map(|other| other.r1);
            let falls = prospect.below && higher.reduce(f64::min).is_some_and(|r1| prospect.r1 < FALLS * r1);
            let close = believed(prospect) > top - MODEL_REACH;
            prospect.sketched && rival && (close || falls || prospect.named)
        };
        self.prospects.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSPECT: Prospect =
        Prospect { candidate: 0, score: 5.0, operations: 4, r1: 0.3, sketched: true, named: false, below: false };

    fn models(prospects: &[Prospect]) -> Models {
        Models { prospects: prospects.to_vec(), first: Some(0), lowest: 0.3, small: false }
    }

    #[test]
    fn groups_far_below_the_best_get_no_model() {
        let less = |by: f64| Prospect { score: 5.0 - by, ..PROSPECT };
        let models = models(&[PROSPECT, less(5.9), less(6.1), Prospect { sketched: false, ..PROSPECT }]);
        assert_eq!(models.hopeful(), [true, true, false, false]);
    }

    #[test]
    fn a_subgroup_gets_one_where_its_sketch_falls_and_the_named_group_always() {
        let far = Prospect { score: -9.0, operations: 2, ..PROSPECT };
        let of = |r1, below, named| models(&[PROSPECT, Prospect { r1, below, named, ..far }]).hopeful()[1];
        assert!(of(0.27, true, false) && !of(0.28, true, false) && !of(0.27, false, false));
        assert!(of(0.5, false, true));
    }

    #[test]
    fn only_rivals_of_the_best_get_one() {
        let other = |candidate, r1| Prospect { candidate, r1, ..PROSPECT };
        let prospects = [PROSPECT, other(1, 0.37), other(2, 0.38)];
        let large = models(&prospects);
        assert_eq!(large.hopeful(), [true, true, false]);
        let prospects = [PROSPECT, other(1, 0.59), other(2, 0.61)];
        assert_eq!(Models { small: true, ..models(&prospects) }.hopeful(), [true, true, false]);
    }
}
