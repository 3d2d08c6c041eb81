//! Keeps the diary of a run while it goes on.

use super::page::{Diary, Moment, Signed, Stood, short};
use crate::crystal::SpaceGroup;
use crate::crystal::identity::identify;
use crate::phasing::StartKind;
use crate::solve::{Note, Solved, Structure, evidence};
use crate::symmetry::{GroupCandidate, OperatorFit, OperatorFits};
use crate::trials::Event;

/// Structures that are kept of a look.
const STRUCTURES: usize = 12;

/// Collects what happens; by default nothing has.
#[derive(Default)]
pub struct Keeper {
    moments: Vec<Moment>,
    /// A trial has ended since the last step.
    ended: bool,
    /// Notes since the last look; threads bring them in no order.
    notes: Vec<(String, Moment)>,
}

impl Keeper {
    /// The engines have made a step.
    pub fn step(&mut self) {
        if std::mem::take(&mut self.ended) {
            self.moments.push(Moment::Step);
        }
    }

    /// Something has happened to a trial.
    pub fn event(&mut self, event: &Event<'_>) {
        self.moments.push(match *event {
            Event::Started { trial, arm } => Moment::Started(trial, arm),
            Event::Looked { trial, cycles, merits } => Moment::Looked { trial, cycles, merits: short(merits) },
            Event::Finished { trial, .. } => {
                self.ended = true;
                Moment::Finished(trial.clone())
            }
            Event::Compared { trial, agreements, fits } => {
                Moment::Compared { trial, agreements: agreements.to_vec(), fits: fits.map(heights) }
            }
            Event::Structure { .. } | Event::Moved(_) => return,
        });
    }

    /// A decision has fallen.
    pub fn note(&mut self, note: &Note<'_>) {
        let moment = match *note {
            Note::Groups { candidate, ranked, choice } => {
                let signed = |group: &GroupCandidate| Signed { name: name(&group.group), signs: group.signs.clone() };
                Moment::Groups { candidate, groups: ranked.iter().map(signed).collect(), choice }
            }
            Note::Polished(polished) => Moment::Polished(polished),
            Note::Routes(routes) => Moment::Routes(routes),
            Note::Models(models) => Moment::Models(models.clone()),
            Note::Judged { finished, ended, structures, judgement } => {
                let edges = judgement.evidence.and_then(|evidence| evidence.edges).map(|edges| edges.factors);
                let structures = structures.iter().take(STRUCTURES).map(|structure| stood(structure, edges)).collect();
                let judged = Moment::Judged { finished, ended, structures, evidence: judgement.evidence.map(Box::new) };
                self.notes.sort_by(|a, b| a.0.cmp(&b.0));
                self.moments.extend(self.notes.drain(..).map(|(_, moment)| moment));
                self.moments.push(judged);
                return;
            }
        };
        self.notes.push((format!("{moment:?}"), moment));
    }

    /// The diary of the run that led to `solved`, of data called `name`.
    pub fn closed(self, name: &str, solved: &Solved) -> Diary {
        let effective = &solved.effective;
        Diary {
            name: name.to_owned(),
            seed: effective.seed,
            methods: effective.methods,
            atoms: effective.atoms,
            blurred: effective.blurred,
            distances: effective.distances,
            atoms_each: effective.arms.iter().take_while(|arm| arm.start == StartKind::Atom).count(),
            moments: self.moments,
            truth: None,
        }
    }
}

/// Fits without the translations, for which no decision asks again.
fn heights(fits: &OperatorFits) -> OperatorFits {
    let height = |fit: &OperatorFit| OperatorFit { trans: Vec::new(), ..fit.clone() };
    OperatorFits { fits: fits.fits.iter().map(height).collect() }
}

/// A structure as it is kept.
fn stood(structure: &Structure, edges: Option<[f64; 3]>) -> Stood {
    Stood {
        candidate: structure.found.candidate,
        name: name(&structure.group),
        operations: structure.group.operations().len(),
        r1: structure.best_r1(),
        score: structure.score.map(|score| score.total),
        refuted: structure.refuted,
        evidence: evidence(structure, edges),
    }
}

/// A space group by its symbol; empty for one on unusual axes that has none.
fn name(group: &SpaceGroup) -> String {
    identify(group).map(|identity| identity.hm).unwrap_or_default()
}
