//! What makes engines: the place where a run's device is decided.

use super::{Device, Engine, EngineError, Problem};

/// Trials that advance together on a processor. Fixed, so that a run does not depend on the number of threads; small,
/// so that an easy structure does not pay for many trials it did not need.
pub const SMALL_BATCH: usize = 8;

/// A device that trials can run on. Whoever sets up a run is given one and need not know which.
pub trait Backend: Sync {
    /// What the trials will run on.
    fn device(&self) -> Device;
    /// Slots that suit a problem when `trials` trials are to be run: never more than `trials`, at least one. A run
    /// depends on this number, so it may depend on the device and the problem, but not on what else goes on.
    fn slots(&self, problem: &Problem, trials: u32) -> usize;
    /// An engine of `slots` slots.
    fn engine(&self, problem: Problem, slots: usize) -> Result<Box<dyn Engine>, EngineError>;
    /// Bytes per second that a plain copy moves on the device, those read and those written: measured, within seconds.
    /// `None` where nobody knows how.
    fn copy_bandwidth(&self) -> Result<Option<f64>, EngineError> {
        Ok(None)
    }
}
