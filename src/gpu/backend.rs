//! A GPU as a place for trials to run.

use super::plan::Tuning;
use super::{GpuEngine, OpenDevice, copy};
use crate::engine::cpu::SLOTS;
use crate::engine::{Backend, Device, Engine, EngineError, Problem};
use std::sync::Arc;

/// Grid points of all trials together from which on a large card has enough to do: 128 trials of 64³.
const POINTS_IN_FLIGHT: usize = 1 << 25;
/// Most trials in flight: more of a small grid buy nothing, and every one is paid for before the first is looked at.
const MOST_SLOTS: usize = 512;

/// Makes engines on one opened adapter.
pub struct GpuBackend {
    open: Arc<OpenDevice>,
    tuning: Tuning,
}

impl GpuBackend {
    /// Engines on `open`, with the tuning of its kind unless one is given.
    pub fn new(open: OpenDevice, tuning: Tuning) -> Self {
        Self { open: Arc::new(open), tuning }
    }
}

impl Backend for GpuBackend {
    fn device(&self) -> Device {
        self.open.report.device()
    }

    fn slots(&self, problem: &Problem, trials: u32) -> usize {
        let slots = if self.open.report.software {
            SLOTS
        } else {
            (POINTS_IN_FLIGHT / problem.layout().points()).clamp(SLOTS, MOST_SLOTS)
        };
        slots.min(trials as usize).max(1)
    }

    fn engine(&self, problem: Problem, slots: usize) -> Result<Box<dyn Engine>, EngineError> {
        Ok(Box::new(GpuEngine::new(self.open.clone(), problem, slots, &self.tuning, false)?))
    }

    fn copy_bandwidth(&self) -> Result<Option<f64>, EngineError> {
        copy::bandwidth(&self.open).map(Some)
    }
}
