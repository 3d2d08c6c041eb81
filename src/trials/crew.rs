//! Engines that work on one grid, from one queue.

use crate::engine::{Backend, Engine, EngineError, Problem, StageSeconds};

/// One engine or several on the same problem: several devices, or one device in parts. What a run finds depends on the
/// number of all their slots together, not on how many engines share them.
pub struct Crew {
    engines: Vec<Box<dyn Engine>>,
}

impl Crew {
    /// `engines` engines of `backend`, at least one, that share `slots` slots as evenly as it goes.
    ///
    /// # Errors
    /// When the device cannot make one of them.
    pub fn new(backend: &dyn Backend, problem: &Problem, slots: usize, engines: usize) -> Result<Self, EngineError> {
        let engines = engines.clamp(1, slots.max(1));
        let share = |engine: usize| slots / engines + usize::from(engine < slots % engines);
        let make = |engine| backend.engine(problem.clone(), share(engine).max(1));
        Ok(Self { engines: (0..engines).map(make).collect::<Result<_, _>>()? })
    }

    /// A crew of one.
    pub fn of(engine: Box<dyn Engine>) -> Self {
        Self { engines: vec![engine] }
    }

    /// Another engine, on the same problem, joins.
    #[must_use]
    pub fn and(mut self, engine: Box<dyn Engine>) -> Self {
        debug_assert_eq!(engine.problem().layout(), self.problem().layout());
        self.engines.push(engine);
        self
    }

    /// The problem that all share.
    pub fn problem(&self) -> &Problem {
        // There is always a first one.
        self.engines[0].problem()
    }

    /// Slots of all engines together.
    pub fn slots(&self) -> usize {
        self.engines.iter().map(|engine| engine.slots()).sum()
    }

    /// Time that all have spent so far.
    pub fn stage_seconds(&self) -> StageSeconds {
        let mut seconds = StageSeconds::default();
        self.engines.iter().for_each(|engine| seconds.add(&engine.stage_seconds()));
        seconds
    }

    /// How the first goes about the grid, and how many go about it so.
    pub fn describe(&self) -> Option<String> {
        let plan = self.engines[0].describe()?;
        Some(if self.engines.len() > 1 { format!("{plan}, {} engines", self.engines.len()) } else { plan })
    }

    /// Whether a GPU does its work.
    pub(super) fn on_gpu(&self) -> bool {
        self.engines.iter().any(|engine| engine.device().backend == "gpu")
    }

    pub(super) fn engines(&self) -> &[Box<dyn Engine>] {
        &self.engines
    }

    pub(super) fn engines_mut(&mut self) -> &mut [Box<dyn Engine>] {
        &mut self.engines
    }
}
