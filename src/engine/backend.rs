//! What makes engines: the place where a run's device is decided.

use super::{Device, Engine, EngineError, Problem, Relief};

/// Trials that advance together on a processor. Fixed, so that a run does not depend on the number of threads; small,
/// so that an easy structure does not pay for many trials it did not need.
pub const SMALL_BATCH: usize = 8;

/// A device that trials can run on. Whoever sets up a run is given one and need not know which.
pub trait Backend: Send + Sync {
    /// What the trials will run on.
    fn device(&self) -> Device;
    /// Slots that suit a problem when `trials` trials are to be run: never more than `trials`, at least one. A run
    /// depends on this number, so it may depend on the device and the problem, but not on what else goes on.
    fn slots(&self, problem: &Problem, trials: u32) -> usize;
    /// An engine of `slots` slots.
    fn engine(&self, problem: Problem, slots: usize) -> Result<Box<dyn Engine>, EngineError>;
    /// Engines that share `slots` slots as evenly as it goes, at least one: as many as take turns, `times` each.
    ///
    /// # Errors
    /// When the device cannot make one of them.
    fn engines(&self, problem: &Problem, slots: usize, times: usize) -> Result<Vec<Box<dyn Engine>>, EngineError> {
        let engines = (self.turns(slots) * times).clamp(1, slots.max(1));
        let share = |engine: usize| (slots / engines + usize::from(engine < slots % engines)).max(1);
        (0..engines).map(|engine| self.engine(problem.clone(), share(engine))).collect()
    }
    /// Engines among which so many slots are best shared so that they take turns: the device works on the trials of one
    /// while those of another are looked at. A run depends on this number as on that of the slots.
    fn turns(&self, slots: usize) -> usize {
        let _ = slots;
        1
    }
    /// How many times as many trials as a processor a run may spend on the device by default.
    fn reach(&self) -> u32 {
        1
    }
    /// What takes over from the device if so many trials of `trials` as it says have not brought the end; it is made
    /// ready from now on. `None` for a device that does all of them.
    fn relief(&self, problem: &Problem, trials: u32) -> Option<Relief> {
        let _ = (problem, trials);
        None
    }
    /// Bytes per second that a plain copy moves on the device, those read and those written: measured, within seconds.
    /// `None` where nobody knows how.
    fn copy_bandwidth(&self) -> Result<Option<f64>, EngineError> {
        Ok(None)
    }
}
