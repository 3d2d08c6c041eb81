//! What the one loop asks of whoever hands out its trials, and what it shows of them.

use crate::engine::{Engine, EngineError, Merits, Problem, Recipe, Start};
use num_complex::Complex32;

/// A trial to be run.
pub struct Job<T> {
    /// Its number: trials are looked at in this order.
    pub number: u32,
    /// What takes place in its slot.
    pub course: Course,
    /// What the queue wants to have at hand when it looks at the trial.
    pub trial: T,
}

/// What takes place in the slot of a trial.
pub enum Course {
    /// An engine runs it: first phases, and what it does in a cycle.
    Run(Start, Recipe),
    /// It has run before, and these were its figures of merit at each look: no engine hears of it, and it takes the looks that
    /// it took then.
    Known(Vec<Merits>),
}

/// What a trial does after a look.
pub enum Next {
    /// It goes on.
    GoOn,
    /// It goes on by another recipe of its method.
    Recipe(Recipe),
    /// It starts anew in its slot, its cycles counted on.
    Restart(Start, Recipe),
    /// It leaves its slot.
    Leave,
}

/// What hands out jobs and hears of them.
pub trait Queue {
    /// What it keeps of a trial in a slot.
    type Trial;
    /// Why it gives up.
    type Error: From<EngineError>;

    /// Crew number `crew` is about to be asked for as many jobs: a chance to prepare them together.
    fn prepare(&mut self, crew: usize, jobs: usize) {
        let _ = (crew, jobs);
    }

    /// The next job for a free slot of crew number `crew`; `None` when it has none for that crew.
    ///
    /// # Errors
    /// When a job cannot be made; ends the loop.
    fn next(&mut self, crew: usize) -> Result<Option<Job<Self::Trial>>, Self::Error>;

    /// Of trials about to be looked at, in the order of their looks: those whose phases will be asked for, by their
    /// places. Whatever is left out can be had all the same, if more slowly.
    fn wants(&self, ahead: &[Ahead<'_, Self::Trial>]) -> Vec<usize> {
        let _ = ahead;
        Vec::new()
    }

    /// Looks at a trial after a step.
    ///
    /// # Errors
    /// When the queue has had enough; ends the loop.
    fn look(&mut self, look: &mut Look<'_, Self::Trial>) -> Result<Next, Self::Error>;
}

/// A trial that is about to be looked at.
pub struct Ahead<'a, T> {
    /// Its number.
    pub number: u32,
    /// Cycles since it was seated.
    pub cycles: u32,
    /// Figures of merit.
    pub merits: &'a Merits,
    /// What the queue keeps of it.
    pub trial: &'a T,
}

/// A trial in its slot, seen between two steps.
pub struct Look<'a, T> {
    /// Its number.
    pub number: u32,
    /// Number of its crew.
    pub crew: usize,
    /// Cycles since it was seated.
    pub cycles: u32,
    /// Figures of merit.
    pub merits: Merits,
    /// What the queue keeps of it.
    pub trial: &'a mut T,
    pub(super) engine: &'a mut dyn Engine,
    pub(super) slot: usize,
    /// Its phases, where they have been fetched.
    pub(super) fetched: Option<Vec<Complex32>>,
}

impl<T> Look<'_, T> {
    /// Its phases in layout order, see `Engine::phases`; of one that is known from before there are none.
    ///
    /// # Errors
    /// Those of the engine; `EngineError::Empty` when it has no phases for a seated trial.
    pub fn phases(&mut self) -> Result<Vec<Complex32>, EngineError> {
        match &self.fetched {
            Some(phases) => Ok(phases.clone()),
            None => self.engine.phases(self.slot)?.ok_or(EngineError::Empty(self.slot)),
        }
    }

    /// The problem of its grid.
    pub fn problem(&self) -> &Problem {
        self.engine.problem()
    }
}
