//! Tells a watcher how the work-up goes, from whatever thread gets on with it.

use super::Structure;
use super::note::Note;
use super::watch::{Stage, Watch};
use crate::crystal::SpaceGroup;
use crate::crystal::identity::identify;
use crate::trials::Event;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One watcher for all threads.
pub struct Teller<'a>(Mutex<Told<'a>>);

struct Told<'a> {
    watch: &'a mut dyn Watch,
    done: usize,
    all: usize,
    best_r1: Option<f64>,
    latest: Option<(SpaceGroup, Option<f64>)>,
    /// Groups whose models are being built; the same one may stand there for several candidates.
    under_way: Vec<SpaceGroup>,
    /// Misfit of the structure that was handed on last.
    best: Option<f64>,
}

impl<'a> Teller<'a> {
    /// Nothing is told yet, or of earlier work-ups of the same run a structure of misfit `best`.
    pub fn new(watch: &'a mut dyn Watch, best: Option<f64>) -> Self {
        let (latest, under_way) = (None, Vec::new());
        Self(Mutex::new(Told { watch, done: 0, all: 0, best_r1: None, latest, under_way, best }))
    }

    /// So many candidates are to be settled.
    pub fn settling(&self, all: usize) {
        let mut told = self.told();
        told.watch.stage(&Stage::Settling { candidates: all });
    }

    /// So many groups are to be modelled.
    pub fn modelling(&self, all: usize) {
        let mut told = self.told();
        (told.done, told.all, told.latest) = (0, all, None);
        told.under_way.clear();
        told.tell();
    }

    /// A model is begun in a group.
    pub fn builds(&self, group: &SpaceGroup) {
        let mut told = self.told();
        told.under_way.push(group.clone());
        told.tell();
    }

    /// One of them is. `misfit` is by what structures are compared, lower for the better.
    pub fn modelled(&self, structure: &Structure, misfit: f64) {
        let mut told = self.told();
        let r1 = structure.model.as_ref().map(|model| model.r1);
        told.done += 1;
        told.best_r1 = told.best_r1.into_iter().chain(r1).reduce(f64::min);
        told.latest = Some((structure.group.clone(), r1));
        if let Some(place) = told.under_way.iter().position(|group| *group == structure.group) {
            told.under_way.remove(place);
        }
        told.tell();
        told.watch.event(&Event::Structure {
            group: &identify(&structure.group).map(|identity| identity.hm).unwrap_or_default(),
            candidate: structure.found.candidate,
            atoms: structure.model.as_ref().map_or(0, |model| model.atoms),
            r1,
        });
        if told.best.is_none_or(|best| misfit < best) {
            told.best = Some(misfit);
            told.watch.structure(structure);
        }
    }

    /// A decision has fallen.
    pub fn note(&self, note: &Note<'_>) {
        self.told().watch.note(note);
    }

    fn told(&self) -> MutexGuard<'_, Told<'a>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told<'_> {
    /// Tells where the models stand.
    fn tell(&mut self) {
        self.watch.stage(&Stage::Modelling {
            done: self.done,
            all: self.all,
            latest: self.latest.clone(),
            best_r1: self.best_r1,
            under_way: self.under_way.clone(),
        });
    }
}
