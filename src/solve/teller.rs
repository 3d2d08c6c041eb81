//! Tells a watcher how the work-up goes, from whatever thread gets on with it.

use super::Structure;
use super::watch::{Stage, Watch};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One watcher for all threads.
pub struct Teller<'a>(Mutex<Told<'a>>);

struct Told<'a> {
    watch: &'a mut dyn Watch,
    done: usize,
    all: usize,
    best_r1: Option<f64>,
    /// Candidate and misfit of the structure that was handed on last.
    best: Option<(usize, f64)>,
}

impl<'a> Teller<'a> {
    /// Nothing is told yet.
    pub fn new(watch: &'a mut dyn Watch) -> Self {
        Self(Mutex::new(Told { watch, done: 0, all: 0, best_r1: None, best: None }))
    }

    /// So many candidates are to be settled.
    pub fn settling(&self, all: usize) {
        let mut told = self.told();
        (told.done, told.all) = (0, all);
        told.watch.stage(&Stage::Settling { done: 0, all });
    }

    /// One of them is.
    pub fn settled(&self) {
        let mut told = self.told();
        told.done += 1;
        let (done, all) = (told.done, told.all);
        told.watch.stage(&Stage::Settling { done, all });
    }

    /// So many groups are to be modelled.
    pub fn modelling(&self, all: usize) {
        let mut told = self.told();
        (told.done, told.all) = (0, all);
        told.watch.stage(&Stage::Modelling { done: 0, all, latest: None, best_r1: None });
    }

    /// One of them is. `misfit` is by what structures of one candidate are compared, lower for the better.
    pub fn modelled(&self, structure: &Structure, misfit: f64) {
        let mut told = self.told();
        let r1 = structure.model.as_ref().map(|model| model.r1);
        told.done += 1;
        told.best_r1 = told.best_r1.into_iter().chain(r1).reduce(f64::min);
        let latest = Some((structure.group.clone(), r1));
        let stage = Stage::Modelling { done: told.done, all: told.all, latest, best_r1: told.best_r1 };
        told.watch.stage(&stage);
        let new = (structure.candidate, misfit);
        if told.best.is_none_or(|best| new.0 < best.0 || (new.0 == best.0 && new.1 < best.1)) {
            told.best = Some(new);
            told.watch.structure(structure);
        }
    }

    fn told(&self) -> MutexGuard<'_, Told<'a>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
