//! Groups that a candidate is worked up in once its first models stand: subgroups of one that fell, and those of lower and higher Laue classes.

use super::above::{groups_above, supergroups};
use super::contender::Contender;
use super::groups::{self, Breadth};
use super::structure::{Route, Structure};
use super::teller::Teller;
use super::tried::Attempt;
use super::work_up::{Depth, Draft, WorkUp};
use crate::model::Model;
use crate::reflections::PhasedReflection;
use crate::symmetry::{subgroups_of_laue_class, symbol};
use rayon::prelude::*;

/// Lower Laue classes are tried of so many phase sets: most runs that come to it are of crystals in disorder.
const MOST_DESCENTS: usize = 2;

impl WorkUp<'_> {
    /// Models for those groups of a candidate that have a sketch alone and are subgroups of one that is refuted: which of them is the crystal's, models
    /// tell. False when there is nothing to do.
    pub fn complete(&mut self, candidate: u32, teller: &Teller<'_>) -> bool {
        let own = |s: &Structure| s.found.candidate == candidate;
        let refuted = self.refuted_from_below(candidate);
        let lower: Vec<String> = refuted.flat_map(|s| subgroups_of_laue_class(&s.group)).collect();
        let waits = |s: &Structure| {
            own(s)
                && s.model.is_none()
                && s.sketch.is_some()
                && symbol(&s.group).is_some_and(|name| lower.contains(&name))
        };
        if self.clock.over() {
            return false;
        }
        let places: Vec<usize> = (0..self.structures.len()).filter(|&n| waits(&self.structures[n])).collect();
        let models: Vec<(usize, Option<Model>)> = places
            .into_par_iter()
            .map(|n| {
                let structure = &self.structures[n];
                teller.builds(&structure.group);
                let reflections = self.merges.of(&structure.group).ok();
                (n, reflections.and_then(|reflections| self.model(structure, &reflections)))
            })
            .collect();
        let mut built = false;
        for (n, model) in models {
            built |= model.is_some();
            self.structures[n].model = model;
        }
        built
    }

    /// Works up a candidate in groups of the next lower Laue classes; what is no twin there is not kept. False when there is nothing to do.
    pub fn descend(&mut self, contender: &Contender<'_>, teller: &Teller<'_>) -> bool {
        if !contender.looks_right() || self.descended.len() >= MOST_DESCENTS {
            return false;
        }
        let Some(best) = self.best_of(contender) else { return false };
        let now = attempt(contender, best, best.group.laue_rotations().len());
        if self.descended.knows(now) {
            return false;
        }
        self.descended.note(now);
        let found = self.part(std::slice::from_ref(contender), Breadth::Below, Depth::Modelled, teller);
        let twins: Vec<Structure> = found.into_iter().filter(Structure::is_twin).collect();
        let any = !twins.is_empty();
        twins.into_iter().for_each(|twin| self.keep(twin));
        any
    }

    /// Works up a candidate in groups of a higher Laue class that its best model shows; false when there is nothing to do.
    pub fn ascend(&mut self, contender: &Contender<'_>, teller: &Teller<'_>) -> bool {
        let Some(best) = self.best_of(contender) else { return false };
        let now = attempt(contender, best, best.group.laue_rotations().len());
        if self.ascended.knows(now) {
            return false;
        }
        let found = groups_above(&self.data.header, best, self.data.statistics.mean_e2_minus_1);
        self.ascended.note(now);
        found.is_some_and(|(trials, phased)| self.reworked(contender, trials, &phased, teller))
    }

    /// Works up a candidate once more in supergroups, in the Laue class, that its best model obeys: averaged about a wrong centre theirs came out
    /// unfinished. False when there is nothing to do.
    pub fn restore(&mut self, contender: &Contender<'_>, teller: &Teller<'_>) -> bool {
        let Some(best) = self.best_of(contender) else { return false };
        let now = attempt(contender, best, best.group.operations().len());
        if self.restored.knows(now) {
            return false;
        }
        let found = supergroups(&self.data.header, best, self.data.statistics.mean_e2_minus_1);
        self.restored.note(now);
        found.is_some_and(|(trials, phased)| self.reworked(contender, trials, &phased, teller))
    }

    /// The best model of a candidate, while there is time to do more about it.
    fn best_of(&self, contender: &Contender<'_>) -> Option<&Structure> {
        if self.hint.is_none() || self.clock.over() {
            return None;
        }
        let own = |s: &&Structure| s.found.candidate == contender.id() && !s.refuted;
        let best = self.structures.iter().filter(own).min_by(|a, b| a.paid().total_cmp(&b.paid()));
        best.filter(|best| best.model.is_some())
    }

    /// Models of a candidate in groups that one of its models shows, from the phases of that model; false when none came out.
    fn reworked(
        &mut self,
        contender: &Contender<'_>,
        trials: Vec<groups::Trial>,
        phased: &[PhasedReflection],
        teller: &Teller<'_>,
    ) -> bool {
        let cell = &self.data.header.cell;
        let draft = |group: groups::Trial| {
            let own = group.settled(cell, phased);
            Draft { place: 0, group, own, route: Route::Averaged, elsewhere: false }
        };
        let drafts: Vec<Draft> = trials.into_par_iter().map(draft).collect();
        let draw = |draft: Draft| self.drawn(contender, draft, Depth::Modelled, None, teller);
        let drawn: Vec<Vec<Structure>> = drafts.into_par_iter().map(draw).collect();
        let found = self.all_modelled(drawn, teller);
        let models: Vec<Structure> = found.into_iter().filter(|structure| structure.model.is_some()).collect();
        let any = !models.is_empty();
        models.into_iter().for_each(|model| self.keep(model));
        any
    }
}

fn attempt(contender: &Contender<'_>, best: &Structure, operations: usize) -> Attempt {
    Attempt { candidate: contender.id(), operations, r1: best.r1() }
}
