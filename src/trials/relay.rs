//! A search that changes its device: from where it begins to one that is made ready meanwhile, and back when that is
//! lost; from several to those that are left.
//!
//! All changes fall between two rounds: the first at a fixed number of trials, when all that had begun have finished,
//! so that a run can be repeated; the others when a device says so.

use super::search::{STEP, Search};
use super::slots::Slots;
use super::{Crew, Event, Observer};
use crate::engine::{Device, EngineError, Relief};
use schemars::JsonSchema;
use serde::Serialize;

/// Devices of a search that changes from one to another.
pub struct Relay {
    /// What is being made ready: engines for each crew, or none.
    reliefs: Vec<Relief>,
    /// Trials in all where a processor has to do alone.
    alone: u32,
    /// Crews that began, once they are relieved.
    spare: Vec<Crew>,
}

/// A change of the device.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct Move {
    /// Trials that had finished.
    pub finished: usize,
    /// Name of the device that goes on.
    pub device: String,
    /// `cpu` or `gpu`.
    pub backend: &'static str,
    /// Trials that advance together from then on, for each of the grids.
    pub slots: Vec<usize>,
    /// Why the other one cannot; `None` for a change that was meant.
    pub fault: Option<String>,
}

impl Relay {
    /// `reliefs` for the crews in their order; `alone`: trials in all where a processor has to do alone.
    pub fn new(reliefs: Vec<Relief>, alone: u32) -> Self {
        Self { reliefs, alone, spare: Vec::new() }
    }

    /// Crews that began, once they are relieved.
    pub(super) fn spare(&self) -> &[Crew] {
        &self.spare
    }

    /// Trials that the first device finishes before the other takes over; `None` where there is no other.
    pub fn first(&self) -> Option<u32> {
        self.reliefs.iter().map(|relief| relief.after).max()
    }
}

impl Search<'_> {
    /// Trials in all that a processor would be given.
    pub fn alone(&self) -> u32 {
        self.relay.alone
    }

    /// The device that runs the trials now.
    pub fn device(&self) -> Option<Device> {
        self.crews.first().and_then(|crew| crew.engines().first()).map(|engine| engine.device())
    }

    /// All trials that the first device was to run have finished: the other takes over, if there is one. False where
    /// the search is at its end.
    pub(super) fn hand_over(&mut self, observer: &mut dyn Observer) -> bool {
        let wanted = self.desk.first.take().is_some_and(|first| first < self.desk.setup.budget.trials);
        let reliefs = std::mem::take(&mut self.relay.reliefs);
        if !wanted || reliefs.is_empty() {
            return false;
        }
        self.clock_device();
        let made: Result<Vec<_>, EngineError> = reliefs.into_iter().map(Relief::wait).collect();
        match made {
            Ok(engines) => {
                let crews = engines.into_iter().map(Crew::in_turns).collect();
                self.relay.spare = std::mem::replace(&mut self.crews, crews);
                self.moved(None, observer);
            }
            Err(error) => {
                self.desk.setup.budget.trials = self.relay.alone;
                self.moved(Some(error.to_string()), observer);
            }
        }
        true
    }

    /// The device is lost: the one that began goes on, with what had finished; trials that ran start anew. False where
    /// there is none, or the error is of another kind.
    pub(super) fn take_back(&mut self, error: &EngineError, observer: &mut dyn Observer) -> bool {
        if !matches!(error, EngineError::Lost(_)) || self.relay.spare.is_empty() {
            return false;
        }
        for (crew, number) in self.slots.sitting() {
            self.desk.grids[crew].again.push_back(number);
        }
        self.clock_device();
        let lost = std::mem::replace(&mut self.crews, std::mem::take(&mut self.relay.spare));
        lost.iter().for_each(|crew| self.spent.add(&crew.stage_seconds()));
        // As many as the processor would have been given, from here on.
        let begun = self.desk.grids.iter().map(|grid| grid.next).max().unwrap_or(0);
        let budget = &mut self.desk.setup.budget.trials;
        *budget = (*budget).min(begun + self.relay.alone);
        self.moved(Some(error.to_string()), observer);
        true
    }

    /// One of several devices is lost: the others go on, and trials that ran start anew, on whichever is free; on the lost one they have to, and how far
    /// the others had come nobody knows. False where a grid would be left without an engine, or the error is of another kind.
    pub(super) fn go_on_without(&mut self, error: &EngineError, observer: &mut dyn Observer) -> bool {
        if !matches!(error, EngineError::Lost(_)) || self.crews.iter().any(|crew| crew.engines().len() < 2) {
            return false;
        }
        let sound: Vec<Vec<bool>> = self.crews.iter_mut().map(Crew::emptied).collect();
        let is_lost = |crew: &Vec<bool>| crew.iter().all(|sound| !sound);
        if sound.iter().any(is_lost) || sound.iter().flatten().all(|sound| *sound) {
            return false;
        }
        for (crew, number) in self.slots.sitting() {
            self.desk.grids[crew].again.push_back(number);
        }
        self.clock_device();
        for (crew, sound) in self.crews.iter_mut().zip(&sound) {
            self.spent.add(&crew.keep(sound));
        }
        self.moved(Some(error.to_string()), observer);
        true
    }

    /// Another device has the slots, all of them empty.
    fn moved(&mut self, fault: Option<String>, observer: &mut dyn Observer) {
        self.slots = Slots::new(&self.crews, STEP);
        let Some(Device { backend, name, .. }) = self.device() else { return };
        let slots = self.crews.iter().map(Crew::slots).collect();
        let finished = self.desk.findings.finished.len();
        let change = Move { finished, device: name, backend, slots, fault };
        observer.event(&Event::Moved(&change));
        self.desk.findings.moves.push(change);
    }
}
