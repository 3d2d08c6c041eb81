//! From candidates to structures, in one batch: phases settled, space groups ranked, maps sketched, models built.
//!
//! ```text
//! candidates ─▶ settled (engine) ─▶ groups ─▶ averaged ─▶ polished (engine) ─▶ maps ─▶ sketches ─▶ models
//! ```
//! Cheap tests come first: of the routes that the phases of a candidate can take in a group the one with the lower R1 of a sketch gets
//! the model. Between all steps the clock is looked at; when the time is up, what stands is what there is.

use super::contender::Contender;
use super::groups::{self, Breadth, groups_below, groups_of};
use super::merges::Merges;
use super::note::{Note, Polished};
use super::rework::{self, Rework};
use super::settle::settled;
use super::structure::{Route, Structure};
use super::teller::Teller;
use super::tried::{Tried, is_better};
use crate::clock::Clock;
use crate::crystal::elements::DEUTERIUM;
use crate::crystal::{Radiation, SpaceGroup};
use crate::engine::{Backend, EngineError, Method};
use crate::grid::Sampling;
use crate::phasing::protocol::{POLISH, POLISH_CYCLES};
use crate::phasing::{Sphere, expected_atoms};
use crate::reflections::{CrystalHeader, DataSet, PhasedReflection};
use crate::structure::{Aligned, align, align_at, atoms_in_peaks, fits_elsewhere};
use rayon::prelude::*;
use std::sync::{Arc, OnceLock};

/// Polish by flipping blurs what message passing found (recipe notes §3: 11–13° becomes 20°; conotoxin: recall 0.84
/// becomes 0.77), unless heavy atoms rule: there R_weak falls to less than three quarters and light atoms appear (LuAG, recall
/// 0.4 → 1.0; a hexafluorobenzene derivative in C2/c, 0.92 → 1.0). Ratios seen: 0.31–0.73 where it helped, 0.79–1.2 elsewhere.
const POLISH_GAIN: f32 = 0.75;

/// Atoms per cell up to which candidates that are farther from the best get a model too: beyond, that takes longer than a user cares to wait for
/// what is not believed.
const SMALL: f64 = 120.0;

/// Everything that candidates were worked up to so far.
pub struct WorkUp<'a> {
    pub(super) data: &'a DataSet,
    pub(super) hint: Option<&'a SpaceGroup>,
    rework: Rework<'a>,
    pub(super) clock: &'a Clock,
    pub(super) merges: Merges<'a>,
    pub(super) atoms: f64,
    pub(super) contents: Vec<(u8, f64)>,
    /// Atoms per cell that maps may show.
    pub(super) peaks: f64,
    done: Vec<Done>,
    /// Candidates that were worked up in lower Laue classes, …
    pub(super) descended: Tried,
    /// … in higher ones …
    pub(super) ascended: Tried,
    /// … and again in supergroups that their best model obeys.
    pub(super) restored: Tried,
    /// What the engine said when it failed: phases are then worked up as the trials left them.
    fault: OnceLock<EngineError>,
    /// The structures, in no order.
    pub structures: Vec<Structure>,
}

/// A candidate that was worked up.
#[derive(Clone, Copy)]
struct Done {
    candidate: u32,
    /// Its best trial then.
    trial: u32,
    breadth: Breadth,
}

/// Atoms per cell that maps of these data may show: deuterium too where neutrons were scattered.
fn peaks(header: &CrystalHeader, contents: &[(u8, f64)]) -> f64 {
    let others = atoms_in_peaks(contents, header.cell.volume);
    let deuterium = contents.iter().filter(|c| c.0 == DEUTERIUM && header.radiation == Radiation::Neutron);
    // As many as there are others where no number is given.
    others + deuterium.map(|c| c.1.max(others)).sum::<f64>()
}

fn is_large(atoms: f64) -> bool {
    atoms > SMALL
}

/// How far candidates are worked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Their maps are listed as the trials left them.
    Listed,
    /// They are settled and sketched, and those with hope get their models.
    Modelled,
}

/// A candidate in a group, on the way to a structure.
pub(super) struct Draft {
    /// Place of the candidate in the batch.
    pub(super) place: usize,
    pub(super) group: groups::Trial,
    pub(super) own: Aligned,
    pub(super) route: Route,
    /// The symmetry elements stand where they hold less well than elsewhere.
    pub(super) elsewhere: bool,
}

impl Polished {
    /// Whether the polished phases go on.
    pub fn is_taken(&self) -> bool {
        self.ratio < POLISH_GAIN || self.method == Method::Flipping
    }
}

impl<'a> WorkUp<'a> {
    /// Nothing is worked up yet. `data` are merged in the Laue class, or in the group that is to be kept where there is no `hint`.
    pub fn new(
        data: &'a DataSet,
        hint: Option<&'a SpaceGroup>,
        sphere: &'a Sphere,
        backend: &'a dyn Backend,
        clock: &'a Clock,
    ) -> Self {
        let header = &data.header;
        let contents: Vec<(u8, f64)> = header.elements.iter().map(|e| (e.atomic_number, e.count)).collect();
        Self {
            data,
            hint,
            rework: Rework::new(sphere, backend),
            clock,
            merges: Merges::new(data),
            atoms: expected_atoms(header),
            peaks: peaks(header, &contents),
            contents,
            done: Vec::new(),
            descended: Tried::default(),
            ascended: Tried::default(),
            restored: Tried::default(),
            fault: OnceLock::new(),
            structures: Vec::new(),
        }
    }

    /// Works up the first candidate, the most believed, if it is new or its best trial is: by itself and in all its groups, so that a structure
    /// stands early.
    pub fn lead(&mut self, contenders: &[Contender<'_>], teller: &Teller<'_>) {
        for contender in contenders {
            let own = |structure: &&mut Structure| structure.found.candidate == contender.id();
            let agreeing = contender.candidate.members.len();
            self.structures.iter_mut().filter(own).for_each(|structure| structure.found.agreeing = agreeing);
        }
        let first: Vec<Contender<'_>> = contenders.iter().take(1).filter(|c| !self.is_done(c)).copied().collect();
        // What another trial of it was worked up in stands, unless this one leads to a better model (`widen`).
        let breadth = if first.iter().any(|c| self.was_wide(c.id())) { Breadth::Narrow } else { Breadth::Wide };
        self.add(&first, breadth, Depth::Modelled, teller);
    }

    /// Works up all candidates that are new or whose best trial is. Of what was worked up of an earlier trial the better model of each
    /// group stays.
    pub fn follow(&mut self, contenders: &[Contender<'_>], depth: Depth, teller: &Teller<'_>) {
        let new: Vec<Contender<'_>> = contenders.iter().filter(|c| !self.is_done(c)).copied().collect();
        self.add(&new, Breadth::Narrow, depth, teller);
    }

    fn is_done(&self, contender: &Contender<'_>) -> bool {
        self.done.iter().any(|done| done.candidate == contender.id() && done.trial == contender.best.trial)
    }

    /// True for a candidate that was worked up in all its groups, of whatever trial, and stands in the highest of them: where a subgroup refutes
    /// that, a model in the subgroup may be better of every trial (three quasi-symmetric crystals of 19 had an R1 that was higher by a quarter).
    fn was_wide(&self, candidate: u32) -> bool {
        let wide = self.done.iter().any(|done| done.candidate == candidate && done.breadth == Breadth::Wide);
        wide && self.refuted_from_below(candidate).next().is_none()
    }

    /// Structures of a candidate that are refuted by one in a subgroup.
    pub(super) fn refuted_from_below(&self, candidate: u32) -> impl Iterator<Item = &Structure> {
        let below = |s: &&Structure| s.refuted && s.kinship.as_ref().is_some_and(|kinship| kinship.below);
        self.structures.iter().filter(move |s| s.found.candidate == candidate).filter(below)
    }

    /// Whether models take so long that not every candidate may have one.
    pub fn is_large(&self) -> bool {
        is_large(self.atoms)
    }

    /// Whether trials and models are over before anybody waits.
    pub fn is_tiny(&self) -> bool {
        groups::is_tiny(self.atoms)
    }

    /// What the engine said when it failed.
    pub fn fault(&self) -> Option<&EngineError> {
        self.fault.get()
    }

    /// Works up all groups of a candidate that was worked up in its best alone; false when there is nothing to do.
    pub fn widen(&mut self, contender: &Contender<'_>, teller: &Teller<'_>) -> bool {
        let (id, trial) = (contender.id(), contender.best.trial);
        let wide = |d: &Done| d.candidate == id && d.trial == trial && d.breadth == Breadth::Wide;
        if self.hint.is_none() || self.clock.over() || self.done.iter().any(wide) {
            return false;
        }
        self.add(std::slice::from_ref(contender), Breadth::Wide, Depth::Modelled, teller);
        true
    }

    fn add(&mut self, part: &[Contender<'_>], breadth: Breadth, depth: Depth, teller: &Teller<'_>) {
        if part.is_empty() || (self.clock.over() && !self.structures.is_empty()) {
            return;
        }
        let found = self.part(part, breadth, depth, teller);
        if depth == Depth::Modelled {
            let done = |c: &Contender<'_>| {
                let breadth = if self.stays_wide(c.id(), &found) { Breadth::Wide } else { breadth };
                Done { candidate: c.id(), trial: c.best.trial, breadth }
            };
            let done: Vec<Done> = part.iter().map(done).collect();
            self.done.retain(|old| done.iter().all(|new| new.candidate != old.candidate));
            self.done.extend(done);
        }
        for structure in found {
            self.keep(structure);
        }
    }

    /// True for a candidate that was worked up in all its groups, of an earlier trial, where what is `found` of another one is no better.
    fn stays_wide(&self, candidate: u32, found: &[Structure]) -> bool {
        let best = |all: &[Structure]| {
            let own = all.iter().filter(|s| s.found.candidate == candidate && s.model.is_some());
            own.map(Structure::paid).min_by(f64::total_cmp)
        };
        self.was_wide(candidate)
            && match (best(found), best(&self.structures)) {
                (Some(now), Some(was)) => !is_better(now.exp(), was.exp()),
                (now, _) => now.is_none(),
            }
    }

    /// Keeps a structure, of two of a candidate in a group the better: a trial with better merits need not have the better map.
    pub(super) fn keep(&mut self, structure: Structure) {
        let same = |other: &&mut Structure| {
            other.found.candidate == structure.found.candidate && other.group == structure.group
        };
        match self.structures.iter_mut().find(same) {
            Some(other) if structure.r1() < other.r1() || other.model.is_none() => *other = structure,
            Some(_) => {}
            None => self.structures.push(structure),
        }
    }

    pub(super) fn part(
        &self,
        part: &[Contender<'_>],
        breadth: Breadth,
        depth: Depth,
        teller: &Teller<'_>,
    ) -> Vec<Structure> {
        let modelled = depth == Depth::Modelled;
        let settled = if modelled {
            teller.settling(part.len());
            self.settled(part)
        } else {
            vec![None; part.len()]
        };
        let groups: Vec<(usize, groups::Trial)> = part
            .par_iter()
            .zip(&settled)
            .enumerate()
            .flat_map_iter(|(place, (contender, settled))| {
                let settled = settled.as_ref().map(|phased| phased.as_slice());
                let groups = match breadth {
                    Breadth::Below => groups_below(self.data, settled.unwrap_or(&contender.candidate.sighting.phased)),
                    _ => groups_of(self.data, self.hint, contender, settled, self.atoms, breadth, teller),
                };
                groups.into_iter().map(move |group| (place, group))
            })
            .collect();
        let cell = &self.data.header.cell;
        let mut drafts: Vec<Draft> = groups
            .into_par_iter()
            .flat_map_iter(|(place, group)| {
                let phased = &part[place].candidate.sighting.phased;
                let own = group.own(cell, phased);
                let many = modelled && breadth != Breadth::Below && !self.is_large() && part[place].looks_right();
                let others = if many { fits_elsewhere(cell, &group.group, phased, &own.origin) } else { Vec::new() };
                let others = others.into_iter().map(|origin| align_at(origin, &group.group, phased));
                let all = [(own, false)].into_iter().chain(others.map(|own| (own, true)));
                let draft =
                    |(own, elsewhere)| Draft { place, group: group.clone(), own, route: Route::Averaged, elsewhere };
                all.map(draft).collect::<Vec<_>>()
            })
            .collect();
        if modelled {
            // Polished phases obey the higher class once more.
            if breadth != Breadth::Below {
                self.polish(part, &mut drafts, teller);
            }
            teller.modelling(drafts.len());
        }
        let drawn: Vec<Vec<Structure>> = drafts
            .into_par_iter()
            .map(|draft| {
                let place = draft.place;
                self.drawn(&part[place], draft, depth, settled[place].as_ref(), teller)
            })
            .collect();
        match (depth, breadth) {
            (Depth::Listed, _) => drawn.into_iter().flatten().collect(),
            (Depth::Modelled, Breadth::Below) => self.all_modelled(drawn, teller),
            (Depth::Modelled, _) => self.modelled(part, drawn, teller),
        }
    }

    /// True while engines are worth asking: there is time, and none has failed.
    fn engines_serve(&self) -> bool {
        !self.clock.over() && self.fault.get().is_none()
    }

    /// The outcome of an engine's work; a failure is kept, and nothing more is asked of engines.
    fn heard<T>(&self, outcome: Result<Vec<T>, EngineError>) -> Vec<T> {
        outcome.unwrap_or_else(|error| {
            // The first is what is told.
            let _ = self.fault.set(error);
            Vec::new()
        })
    }

    /// Phases of the candidates that look right, settled; those of the others are not worth it.
    fn settled(&self, part: &[Contender<'_>]) -> Vec<Option<Arc<Vec<PhasedReflection>>>> {
        let mut all = vec![None; part.len()];
        let chosen = part.iter().enumerate().filter(|(_, contender)| contender.looks_right() && self.engines_serve());
        let chosen: Vec<usize> = chosen.map(|(place, _)| place).collect();
        let phased: Vec<_> =
            chosen.iter().map(|&place| Arc::new(part[place].candidate.sighting.phased.clone())).collect();
        for (place, phased) in chosen.into_iter().zip(self.heard(settled(&self.rework, &phased))) {
            all[place] = Some(Arc::new(phased));
        }
        all
    }

    /// Goes on from phases that obey the space group: polish of flipping in P1, once more, from a start that averaging has cleaned,
    /// taken where it pays.
    fn polish(&self, part: &[Contender<'_>], drafts: &mut [Draft], teller: &Teller<'_>) {
        let shows =
            |draft: &&mut Draft| part[draft.place].candidate.symmetry_found() == Some(true) && self.engines_serve();
        let mut chosen: Vec<&mut Draft> = drafts.iter_mut().filter(shows).collect();
        let job =
            |draft: &&mut Draft| rework::Job { phased: Arc::new(draft.own.phases.reflections.clone()), recipe: POLISH };
        let jobs: Vec<rework::Job> = chosen.iter().map(job).collect();
        let outcomes = self.heard(self.rework.run(Sampling::Nyquist, &jobs, POLISH_CYCLES));
        let cell = &self.data.header.cell;
        chosen.par_iter_mut().zip(outcomes).for_each(|(draft, outcome)| {
            let best = part[draft.place].best;
            let ratio = outcome.merits.r_weak / best.merits.r_weak;
            let candidate = part[draft.place].id();
            let polished = Polished { candidate, method: best.recipe.method(), ratio };
            teller.note(&Note::Polished(polished));
            if polished.is_taken() {
                draft.own = align(cell, &draft.group.group, &outcome.phased);
                draft.route = Route::Polished;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_more_than_a_hundred_and_twenty_atoms_are_large() {
        assert!(!is_large(120.0) && is_large(121.0));
    }
}
