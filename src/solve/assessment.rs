//! What candidates were worked up to, and what the judge thinks of the first.

use super::contender::Contender;
use super::judge::{Judgement, compared, evidence, with_bonds};
use super::kinship::compare;
use super::ranking::rank;
use super::structure::Structure;
use super::teller::Teller;
use super::work_up::{Depth, WorkUp};
use crate::crystal::Radiation;
use crate::engine::EngineError;
use crate::model::Falloff;
use crate::reflections::{Filling, likeness};
use crate::trust::{Evidence, SizeByScattering, is_in_part, log_odds};

/// A model with an R1 above may be one of a Laue class that a perfect twin imitates: 0.19 to 0.25 in simulated ones, 0.15 and less in 41 of 52 measured
/// crystals that are none …
const SUSPECT: f64 = 0.15;
/// … and in large cells, where models take their time, above this one: a twin in P 32 has 0.198 in P 32 2 1.
const SUSPECT_WHEN_LARGE: f64 = 0.18;
/// ⟨|E²−1|⟩ is 0.74 without a centre and 0.54 in a perfect twin (Stanley 1972): where it is below this …
const SUSPECT_CONTRAST: f64 = 0.66;
/// … a model with an R1 above this one may be wrong in the same way: in P m one of a small molecule in P 1, twinned, reached 0.11 with invented elements.
const SUSPECT_WHEN_EVEN: f64 = 0.06;

/// The work-up with its judge.
pub struct Assessment<'a> {
    work_up: WorkUp<'a>,
    /// What the reflections say of the edges of the cell.
    edges: Option<[f64; 3]>,
    /// What is thought of the first structure.
    pub judgement: Judgement,
}

impl<'a> Assessment<'a> {
    /// Nothing is judged yet.
    pub fn new(work_up: WorkUp<'a>) -> Self {
        // What is known of a twin one by one is what its overlaps leave: no sphere.
        let edges = if work_up.data.domains.is_none() { Filling::new(work_up.data).contradicts() } else { None };
        Self { work_up, edges, judgement: Judgement::default() }
    }

    /// The structures, ranked by the last look.
    pub fn structures(&self) -> &[Structure] {
        &self.work_up.structures
    }

    /// What the reflections say of the edges of the cell.
    pub fn edges(&self) -> Option<[f64; 3]> {
        self.edges
    }

    /// What the engine said when it failed.
    pub fn fault(&self) -> Option<&EngineError> {
        self.work_up.fault()
    }

    /// Works up the candidates, ranks what there is, and judges the first; `finished` trials have brought them.
    pub fn take(&mut self, contenders: &[Contender<'_>], finished: u32, teller: &Teller<'_>) {
        self.judgement = Judgement::default();
        self.work_up.lead(contenders, teller);
        // In a large cell what comes after a claim beyond doubt is listed, not worked up: it would take as long and change nothing.
        if self.work_up.is_large() {
            self.judge(contenders, teller);
        }
        let depth = depth_after(&self.judgement, finished);
        self.work_up.follow(contenders, depth, teller);
        match depth {
            Depth::Listed => self.rank(),
            Depth::Modelled => self.judge(contenders, teller),
        }
    }

    fn rank(&mut self) {
        let edges = self.edges;
        compare(&mut self.work_up.structures, self.work_up.data);
        rank(&mut self.work_up.structures, |structure| log_odds(&evidence(structure, edges)));
    }

    /// True where the first structure leaves so much unexplained that its Laue class may be that of a perfect twin. Electrons leave as much
    /// of every crystal, as they are scattered more than once.
    fn is_suspect(&self) -> bool {
        let WorkUp { data, structures, .. } = &self.work_up;
        let even = data.statistics.n_used > 0 && data.statistics.mean_e2_minus_1 < SUSPECT_CONTRAST;
        let bar = match self.work_up.is_large() {
            true => SUSPECT_WHEN_LARGE,
            false if even => SUSPECT_WHEN_EVEN,
            false => SUSPECT,
        };
        data.header.radiation != Radiation::Electron && structures.first().is_some_and(|first| first.r1() > bar)
    }

    /// Ranks what there is, all groups of the candidate that leads among them, and judges the first.
    fn judge(&mut self, contenders: &[Contender<'_>], teller: &Teller<'_>) {
        loop {
            self.rank();
            let leading = self.work_up.structures.first().map(|structure| structure.found.candidate);
            let Some(leader) = contenders.iter().find(|contender| Some(contender.id()) == leading) else { break };
            let more = self.work_up.widen(leader, teller)
                || self.work_up.complete(leader.id(), teller)
                || self.work_up.restore(leader, teller)
                || self.work_up.ascend(leader, teller)
                || (self.is_suspect() && self.work_up.descend(leader, teller));
            if !more {
                break;
            }
        }
        let Some(first) = self.work_up.structures.first() else { return };
        let evidence = compared(&self.work_up.structures, evidence(first, self.edges));
        let WorkUp { data, .. } = &self.work_up;
        let contrast = (data.statistics.n_used > 0).then_some(data.statistics.mean_e2_minus_1);
        let evidence = Evidence { contrast, ..evidence };
        self.judgement = Judgement::of(Some(evidence));
        // Twins and bonds are asked for only of what would be claimed: it takes a while in large structures.
        let asks = self.judgement.claimed() && !evidence.twinned && is_in_part(&evidence);
        let alike = || likeness(&data.rows, &data.header.cell, &first.group).ok().flatten();
        let evidence = Evidence { likeness: asks.then(alike).flatten(), ..evidence };
        if self.judgement.claimed() || evidence.edges.is_some() {
            self.judgement = Judgement::of(Some(with_bonds(&data.header.cell, first, evidence)));
        }
        if let Some(evidence) = self.judgement.evidence.filter(|_| self.judgement.claimed()) {
            let size = |by: Falloff| {
                let Falloff { factor, gain, reflections } = by;
                SizeByScattering { factor, gain, reflections }
            };
            let falloff = self.work_up.falloff(first).map(size);
            self.judgement = Judgement::of(Some(Evidence { falloff, ..evidence }));
        }
        self.judgement.inorganic = self.work_up.is_tiny() && first.holds_no_carbon();
    }

    /// All that was worked up, ranked, and what is thought of the first.
    pub fn close(self) -> (Vec<Structure>, Judgement) {
        (self.work_up.structures, self.judgement)
    }
}

/// How far the candidates after the first are worked up.
fn depth_after(judgement: &Judgement, finished: u32) -> Depth {
    if judgement.enough_trials(finished) == Some(finished) { Depth::Listed } else { Depth::Modelled }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::GOOD;

    #[test]
    fn only_a_claim_beyond_doubt_spares_the_others() {
        let after = |r1| depth_after(&Judgement::of(Some(Evidence { r1: Some(r1), ..GOOD })), 5);
        assert_eq!((after(0.08), after(0.24), after(0.45)), (Depth::Listed, Depth::Modelled, Depth::Modelled));
        assert_eq!(depth_after(&Judgement::default(), 5), Depth::Modelled);
    }
}
