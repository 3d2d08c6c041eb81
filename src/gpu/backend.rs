//! A GPU as a place for trials to run.

use super::plan::Tuning;
use super::{GpuEngine, Kind, OpenDevice, Storage, copy};
use crate::engine::backend::SMALL_BATCH;
use crate::engine::{Backend, Device, Engine, EngineError, Problem};
use std::sync::Arc;

/// Grid points of all trials together from which on each half of them gives a large card enough to do: 2 × 128 trials of
/// 64³. An H200 makes 458 k trial-cycles/s (message passing 182 k) of 64 of them, 490 k (204 k) of 128, 514 k (219 k) of
/// 256.
const POINTS_IN_FLIGHT: usize = 1 << 26;
/// Most trials in flight: more of a small grid buy nothing, and every one is paid for before the first is looked at.
const MOST_SLOTS: usize = 512;

/// Below so many slots half of them would keep a card less busy than all.
const FEWEST_IN_TURNS: usize = 16;

/// How many times the trials of a processor a run may spend by default on a card with memory of its own, and on a GPU
/// that shares the processor's: on the first trials are so cheap that a structure is given up after some seconds to
/// minutes as on a processor, but after thousands of them.
const REACH_OF_CARD: u32 = 64;
const REACH_OF_SHARED: u32 = 8;

/// See `Backend::reach`.
pub(super) fn reach(kind: Kind) -> u32 {
    match kind {
        Kind::Discrete => REACH_OF_CARD,
        Kind::Integrated | Kind::Virtual | Kind::Other => REACH_OF_SHARED,
        Kind::Cpu => 1,
    }
}

/// Makes engines on one opened adapter.
pub struct GpuBackend {
    open: Arc<OpenDevice>,
    changes: String,
    storage: Storage,
}

impl GpuBackend {
    /// Engines on `open`, tuned for it and with mixed space in `storage`; `changes` are those of `Tuning::with`.
    ///
    /// # Errors
    /// What is wrong with the changes.
    pub fn new(open: OpenDevice, changes: &str, storage: Storage) -> Result<Self, String> {
        Tuning::GPU.with(changes)?;
        Ok(Self { open: Arc::new(open), changes: changes.to_owned(), storage })
    }
}

impl Backend for GpuBackend {
    fn device(&self) -> Device {
        self.open.report.device()
    }

    fn slots(&self, problem: &Problem, trials: u32) -> usize {
        let slots = if self.open.report.software {
            SMALL_BATCH
        } else {
            (POINTS_IN_FLIGHT / problem.layout().points()).clamp(SMALL_BATCH, MOST_SLOTS)
        };
        slots.min(trials as usize).max(1)
    }

    fn engine(&self, problem: Problem, slots: usize) -> Result<Box<dyn Engine>, EngineError> {
        let suited = Tuning::of(&self.open.report, problem.layout().points());
        let tuning = Tuning { storage: self.storage, ..suited }.with(&self.changes).map_err(EngineError::Refused)?;
        Ok(Box::new(GpuEngine::new(self.open.clone(), problem, slots, &tuning, false)?))
    }

    fn turns(&self, slots: usize) -> usize {
        // A software adapter and whoever looks at its trials share the cores.
        if self.open.report.software || slots < FEWEST_IN_TURNS { 1 } else { 2 }
    }

    fn reach(&self) -> u32 {
        reach(self.open.report.kind)
    }

    fn copy_bandwidth(&self) -> Result<Option<f64>, EngineError> {
        copy::bandwidth(&self.open).map(Some)
    }
}
