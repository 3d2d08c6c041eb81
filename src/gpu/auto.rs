//! The processor first, a GPU for what is hard: most small structures are solved before kernels are compiled.

use super::backend::reach;
use super::{AdapterReport, Choice, GpuBackend, Storage, open};
use crate::engine::{Backend, Device, Engine, EngineError, Problem, Relief};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Grid points of all trials together that the processor goes through first: 64 trials of 32³, 10 s of one core.
const FIRST_POINTS: usize = 1 << 21;
/// A grid beyond this is the GPU's from the first trial on. Beside an H200 and 16 cores, eight trials of toxin II
/// (5·10⁵ points) to their end took 8 s, the whole search on the card 0.6 s, kernels compiled on the way.
const LARGEST_POINTS: usize = 1 << 17;

/// The best GPU, opened by the first who needs it. Clones are the same GPU.
#[derive(Clone)]
pub struct GpuInWaiting {
    reach: u32,
    gpu: Arc<Mutex<Option<Arc<GpuBackend>>>>,
    changes: String,
}

impl GpuInWaiting {
    /// The GPU whose report this is; `changes` are those of `Tuning::with`.
    pub fn new(report: &AdapterReport, changes: &str) -> Self {
        Self { reach: reach(report.kind), gpu: Arc::default(), changes: changes.to_owned() }
    }
}

/// Engines on the processor, relieved by those of a GPU.
pub struct AutoBackend {
    cpu: Box<dyn Backend>,
    gpu: GpuInWaiting,
}

impl AutoBackend {
    /// The processor, `cpu`, then a GPU, which other backends may share.
    pub fn new(cpu: Box<dyn Backend>, gpu: GpuInWaiting) -> Self {
        Self { cpu, gpu }
    }
}

/// Trials that the processor finishes before a GPU takes over: a number, not a time, so that a run can be repeated.
fn first_trials(points: usize) -> u32 {
    if points > LARGEST_POINTS { 0 } else { (FIRST_POINTS / points.max(1)) as u32 }
}

impl Backend for AutoBackend {
    fn device(&self) -> Device {
        self.cpu.device()
    }

    fn slots(&self, problem: &Problem, trials: u32) -> usize {
        self.cpu.slots(problem, trials)
    }

    fn engine(&self, problem: Problem, slots: usize) -> Result<Box<dyn Engine>, EngineError> {
        self.cpu.engine(problem, slots)
    }

    fn copy_bandwidth(&self) -> Result<Option<f64>, EngineError> {
        self.cpu.copy_bandwidth()
    }

    fn reach(&self) -> u32 {
        self.gpu.reach
    }

    fn relief(&self, problem: &Problem, trials: u32) -> Option<Relief> {
        let after = first_trials(problem.layout().points());
        if after >= trials {
            return None;
        }
        let (GpuInWaiting { gpu, changes, .. }, problem) = (self.gpu.clone(), problem.clone());
        let make = move |unwanted: &AtomicBool| {
            let wanted = || match unwanted.load(Ordering::Relaxed) {
                true => Err(EngineError::Refused("nobody needs it any more".into())),
                false => Ok(()),
            };
            let backend = {
                let mut gpu = gpu.lock().unwrap_or_else(PoisonError::into_inner);
                wanted()?;
                match &*gpu {
                    Some(backend) => backend.clone(),
                    None => {
                        let open = open(&Choice::Best).map_err(|error| EngineError::Refused(error.to_string()))?;
                        let made = GpuBackend::new(open, &changes, Storage::default()).map_err(EngineError::Refused)?;
                        gpu.insert(Arc::new(made)).clone()
                    }
                }
            };
            wanted()?;
            let slots = backend.slots(&problem, trials - after);
            backend.engines(&problem, slots, 1)
        };
        Relief::begin(after, make)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_grids_begin_on_the_processor_and_large_ones_do_not() {
        assert_eq!([24, 32, 48, 50, 51, 96].map(|n: usize| first_trials(n.pow(3))), [151, 64, 18, 16, 0, 0]);
    }
}
