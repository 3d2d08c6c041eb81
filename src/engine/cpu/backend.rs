//! The processor as a device.

use super::{CpuEngine, copy, processor};
use crate::engine::backend::SMALL_BATCH;
use crate::engine::{Backend, Device, Engine, EngineError, Problem};
use std::sync::Arc;

/// Makes CPU engines that share a thread pool.
pub struct CpuBackend {
    pool: Arc<rayon::ThreadPool>,
}

impl CpuBackend {
    /// Engines whose trials run on the threads of `pool`.
    pub fn new(pool: Arc<rayon::ThreadPool>) -> Self {
        Self { pool }
    }
}

impl Backend for CpuBackend {
    fn device(&self) -> Device {
        processor(&self.pool)
    }

    fn slots(&self, _: &Problem, trials: u32) -> usize {
        SMALL_BATCH.min(trials as usize).max(1)
    }

    fn engine(&self, problem: Problem, slots: usize) -> Result<Box<dyn Engine>, EngineError> {
        Ok(Box::new(CpuEngine::new(problem, slots, self.pool.clone())))
    }

    fn copy_bandwidth(&self) -> Result<Option<f64>, EngineError> {
        Ok(Some(copy::bandwidth(&self.pool)))
    }
}
