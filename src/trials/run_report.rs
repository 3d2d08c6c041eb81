//! Everything a run found, and why it ended.

use super::{Finished, Move, Verdict};
use crate::clock::Clock;
use crate::engine::StageSeconds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Why a run ended, or paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// What was asked for is found: the best trials agree and convince.
    Convinced,
    /// Nothing is convincing enough to be claimed, but many trials end at the same phases: more would change nothing.
    Settled,
    /// All trials of the budget have finished.
    TrialsUsed,
    /// The time limit was reached.
    TimeLimit,
    /// The user asked for an end.
    Interrupted,
    /// The engine failed; trials that ran then are lost.
    DeviceLost,
}

impl StopReason {
    /// Why no more work should begin; `None` as long as it may.
    pub fn of(clock: &Clock) -> Option<Self> {
        if clock.late() { Some(Self::TimeLimit) } else { clock.stopped().then_some(Self::Interrupted) }
    }
}

/// Everything a run found.
#[derive(Debug, Clone)]
pub struct RunReport {
    /// Finished trials, in the order of the ranking.
    pub finished: Vec<Finished>,
    /// Candidates; their indices refer to `finished`.
    pub verdict: Verdict,
    /// Trials that were started, finished or not.
    pub started: u32,
    /// Why it ended.
    pub stopped: StopReason,
    /// What the engine said when it failed.
    pub fault: Option<String>,
    /// Trial-cycles in all.
    pub cycles: u64,
    /// Wall time.
    pub elapsed: Duration,
    /// Time by stage, summed over threads.
    pub stages: StageSeconds,
    /// Share of its time on a GPU that the GPU worked; `None` where it had none.
    pub busy: Option<f64>,
    /// Changes of the device.
    pub moves: Vec<Move>,
}
