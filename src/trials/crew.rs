//! Engines that work on one grid, from one queue.

use crate::engine::{Backend, Engine, EngineError, Problem, StageSeconds};

/// One engine or several on the same problem: several devices, or one device in parts. What a run finds depends on the
/// number of all their slots together, not on how many engines share them.
pub struct Crew {
    engines: Vec<Box<dyn Engine>>,
    /// Engines that take turns, each one or several: engine e works in every turn of e modulo this number. With one
    /// all work at once.
    turns: usize,
}

impl Crew {
    /// `engines` engines of `backend`, at least one, that share `slots` slots as evenly as it goes; so many in each turn
    /// where those of the backend take turns.
    ///
    /// # Errors
    /// When the device cannot make one of them.
    pub fn new(backend: &dyn Backend, problem: &Problem, slots: usize, engines: usize) -> Result<Self, EngineError> {
        let turns = backend.turns(slots);
        let engines = backend.engines(problem, slots, engines)?;
        Ok(Self { turns: turns.clamp(1, engines.len()), engines })
    }

    /// A crew of one.
    pub fn of(engine: Box<dyn Engine>) -> Self {
        Self { engines: vec![engine], turns: 1 }
    }

    /// A crew whose members take turns, one at a time: at least one, all on the same problem.
    pub fn in_turns(engines: Vec<Box<dyn Engine>>) -> Self {
        Self { turns: engines.len(), engines }
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
        let engines = self.engines.len();
        Some(match (engines, self.turns) {
            (1, _) => plan,
            (_, 1) => format!("{plan}, {engines} engines"),
            (_, turns) => format!("{plan}, {engines} engines in {turns} turns"),
        })
    }

    /// Whether a GPU does its work.
    pub(super) fn on_gpu(&self) -> bool {
        self.engines.iter().any(|engine| engine.device().backend == "gpu")
    }

    /// Whether an engine works in a turn.
    pub(super) fn on_turn(&self, engine: usize, turn: usize) -> bool {
        engine % self.turns == turn % self.turns
    }

    /// Whether engines take turns.
    pub(super) fn takes_turns(&self) -> bool {
        self.turns > 1
    }

    /// Empties all slots, and tells which engines are not lost.
    pub(super) fn emptied(&mut self) -> Vec<bool> {
        let emptied = |engine: &mut Box<dyn Engine>| {
            // A look may be under way, of which nobody wants to know any more.
            let collected = engine.collect().map(|_| ());
            let vacated = (0..engine.slots()).try_for_each(|slot| engine.vacate(slot));
            let answered = engine.merits().map(|_| ());
            [collected, vacated, answered].iter().all(|done| !matches!(done, Err(EngineError::Lost(_))))
        };
        self.engines.iter_mut().map(emptied).collect()
    }

    /// Lets engines go for which `stays` is false, and tells how long they have worked; one at least has to stay.
    pub(super) fn keep(&mut self, stays: &[bool]) -> StageSeconds {
        let mut seconds = StageSeconds::default();
        let mut stays = stays.iter();
        self.engines.retain(|engine| {
            let stays = stays.next().is_none_or(|stays| *stays);
            if !stays {
                seconds.add(&engine.stage_seconds());
            }
            stays
        });
        self.turns = self.turns.clamp(1, self.engines.len().max(1));
        seconds
    }

    pub(super) fn engines(&self) -> &[Box<dyn Engine>] {
        &self.engines
    }

    pub(super) fn engines_mut(&mut self) -> &mut [Box<dyn Engine>] {
        &mut self.engines
    }
}
