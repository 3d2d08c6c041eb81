//! The one judge: what speaks for the leading structure, whether it is claimed, and whether the search may end.

use super::kinship::Kinship;
use super::structure::Structure;
use crate::crystal::Cell;
use crate::model::{Bonds, MetricScale, Model};
use crate::trust::{BAR, Beside, Edges, Evidence, GroupEvidence, Metric, probability, probability_group};

/// A claim whose model leaves more than this unexplained is doubted: the search goes on for a while, in case other phases explain more.
/// R1 of the models of 47 of 54 measured sets is below; a heavy-atom arrangement without its light atoms has 0.26 (a tantalum fluoride,
/// whose whole model has 0.06).
const DOUBTED_R1: f64 = 0.20;
/// The same in a tiny inorganic cell, whose model lacks no hydrogen: heavy atoms on special positions come near the data in arrangements that are not theirs.
/// Of 120 simulated minerals with 25 to 100 unique reflections right models have at most 0.045, two that were wrong and claimed 0.053 and 0.088.
const DOUBTED_R1_OF_INORGANIC: f64 = 0.04;
/// Trials for which a doubted claim keeps the search going: this many times those that have finished …
const DOUBTED_FACTOR: u32 = 2;
/// … and so many at least.
const DOUBTED_TRIALS: u32 = 12;

/// What is thought of the leading structure.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Judgement {
    /// What speaks for it; `None` without a structure.
    pub evidence: Option<Evidence>,
    /// Probability that its atoms are right; 0 without one.
    pub probability: f64,
    /// Probability that its space group is right too.
    pub probability_group: f64,
    /// It stands in a tiny cell and holds no carbon.
    pub inorganic: bool,
}

impl Judgement {
    /// Judges a structure by its evidence.
    pub fn of(evidence: Option<Evidence>) -> Self {
        Self {
            evidence,
            probability: evidence.as_ref().map_or(0.0, probability),
            probability_group: evidence.as_ref().map_or(0.0, probability_group),
            inorganic: false,
        }
    }

    /// True when the structure is claimed to be right.
    pub fn claimed(&self) -> bool {
        self.probability >= BAR
    }

    /// Trials that must have finished before a search that stands like this may end; `None` while it may not end before its budget does.
    /// `finished` is how many had when it came to stand so.
    pub fn enough_trials(&self, finished: u32) -> Option<u32> {
        if !self.claimed() {
            return None;
        }
        let limit = if self.inorganic { DOUBTED_R1_OF_INORGANIC } else { DOUBTED_R1 };
        let doubted = self.evidence.and_then(|evidence| evidence.r1).is_none_or(|r1| r1 > limit);
        Some(if doubted { finished.max(1).saturating_mul(DOUBTED_FACTOR).max(DOUBTED_TRIALS) } else { finished })
    }
}

/// What a run has to say for a structure of its. `edges` is what the reflections say of those of the cell (`Filling::contradicts`).
pub fn evidence(structure: &Structure, edges: Option<[f64; 3]>) -> Evidence {
    let (found, model) = (&structure.found, structure.model.as_ref());
    Evidence {
        agreeing: found.agreeing,
        symmetry: found.symmetry,
        r_weak: f64::from(found.trial.merits.r_weak),
        r1: model.map(Model::r1_of_one_domain),
        proven: found.trial.proven,
        edges: edges.map(|factors| Edges { factors, gain: None }),
        contrast: None,
        twinned: structure.is_twin(),
        likeness: None,
        per_parameter: model.map_or(0.0, |m| m.reflections[0] as f64 / m.parameters.max(1) as f64),
        share: model.map(|m| m.contents.share()),
        left: model.map(|m| m.residual.of_atom()),
        proposed: model.map_or(0, |m| m.contents.proposed.len()),
        clashes: model.map_or(0, |m| m.geometry.clashes),
        metric: None,
        falloff: None,
        rival: None,
        group: None,
    }
}

/// The evidence of the first of ranked structures with what the others say: R1 of other phases, and of other groups of the same.
pub fn compared(structures: &[Structure], evidence: Evidence) -> Evidence {
    let Some((first, others)) = structures.split_first() else { return evidence };
    let own = first.best_r1();
    let lowest = |same: bool| {
        let compared = others.iter().filter(|other| (other.found.candidate == first.found.candidate) == same);
        compared.map(Structure::best_r1).reduce(f64::min).map(|r1| r1 / own)
    };
    let next = others.iter().find(|other| other.found.candidate == first.found.candidate);
    let group = first.score.map(|score| GroupEvidence {
        score: score.total,
        margin: next.map(|next| first.standing - next.standing),
        r1_elsewhere: lowest(true),
        named: first.named,
        beside: first
            .kinship
            .as_ref()
            .and_then(Kinship::margin)
            .map(|margin| Beside { margin, below: first.kinship.as_ref().is_some_and(|kinship| kinship.below) }),
    });
    Evidence { rival: lowest(false), group, ..evidence }
}

/// The same evidence with what the bonds of the structure say of the axes of `cell`, where enough of known length are there.
pub fn with_bonds(cell: &Cell, structure: &Structure, evidence: Evidence) -> Evidence {
    let Some(model) = structure.model.as_ref() else { return evidence };
    let atoms: Vec<(u8, [f64; 3])> =
        model.sites[..model.atoms].iter().filter_map(|site| Some((site.element?, site.xyz))).collect();
    let Some(bonds) = Bonds::new(cell, &structure.group, &atoms, model.agreement.d_min) else { return evidence };
    let finite = |sigma: f64| Some(sigma).filter(|sigma| sigma.is_finite());
    let metric = |s: MetricScale| Metric { factors: s.factors, sigmas: s.sigmas.map(finite), gain: s.gain };
    Evidence {
        metric: bonds.scale().map(metric),
        edges: evidence.edges.map(|edges| Edges { gain: Some(bonds.gain(edges.factors)), ..edges }),
        ..evidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::GOOD;

    fn evidence(r1: f64) -> Evidence {
        Evidence { r1: Some(r1), r_weak: 0.1, ..GOOD }
    }

    #[test]
    fn only_a_claim_ends_a_search_and_a_poor_model_delays_it() {
        let enough = |r1| Judgement::of(Some(evidence(r1))).enough_trials(5);
        assert_eq!(enough(0.05), Some(5));
        assert_eq!(enough(0.26), Some(DOUBTED_TRIALS));
        assert_eq!(Judgement::of(Some(evidence(0.26))).enough_trials(10), Some(10 * DOUBTED_FACTOR));
        assert_eq!(enough(0.5), None);
        assert_eq!(Judgement::of(None).enough_trials(5), None);
        let inorganic = |r1| Judgement { inorganic: true, ..Judgement::of(Some(evidence(r1))) }.enough_trials(5);
        assert_eq!([0.039, 0.041].map(inorganic), [Some(5), Some(DOUBTED_TRIALS)]);
    }
}
