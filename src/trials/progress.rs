//! What is told while a run goes on, and to whom.

use std::time::Duration;

/// Where a run stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Trials finished and allowed.
    pub finished: u32,
    /// Trials of the budget.
    pub trials: u32,
    /// Trial-cycles so far.
    pub cycles: u64,
    /// Since the start.
    pub elapsed: Duration,
    /// Best finished or running R_weak.
    pub best_r_weak: Option<f32>,
    /// Trials that agree with the leading candidate.
    pub agreeing: usize,
}

/// Listens to a run and may end it.
pub trait Observer: Send {
    /// Called after every step of the engine; false ends the run after this step.
    fn step(&mut self, progress: &Progress) -> bool;
}
