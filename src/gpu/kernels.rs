//! The stages of a plan and their pipelines: compiled side by side in the background, in the order in which they are
//! asked for.

use super::OpenDevice;
use super::pipelines::{Module, Pipelines};
use super::plan::{Plan, Planes};
use crate::engine::EngineError;
use crate::wgsl::stage::{Coefficients, Density, Linear, column_module, plane_module, row_modules};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// A compute pipeline of the cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// A plane pass in whole planes, or one of the three kernels of the four-pass way.
    Plane(Density, usize),
    /// A column pass, and whether it is for trials of which some may have seeds.
    Column(Coefficients, bool),
    /// A stage over entries, and whether some may have seeds.
    Linear(Linear, bool),
    /// A finishing stage by its entry point, and whether some may have seeds.
    Finish(&'static str, bool),
}

/// The kernels of a plan.
pub struct Kernels {
    pipelines: Arc<Pipelines>,
    /// Bounds checks in the shaders and workgroup memory cleared first: slower, for tests.
    checked: bool,
    made: HashMap<Kernel, wgpu::ComputePipeline>,
    /// Kernels that no thread has taken yet.
    queue: Arc<Mutex<VecDeque<Kernel>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Kernels {
    /// No stage yet; `checked` for bounds checks and cleared workgroup memory.
    pub fn new(open: &OpenDevice, checked: bool) -> Self {
        let pipelines = open.pipelines.clone();
        Self { pipelines, checked, made: HashMap::new(), queue: Arc::default(), threads: Vec::new() }
    }

    /// What every bind group looks like.
    pub fn layout(&self) -> &wgpu::BindGroupLayout {
        self.pipelines.layout()
    }

    /// Begins to compile kernels and returns at once.
    pub fn begin(&mut self, plan: &Plan, kernels: impl IntoIterator<Item = Kernel>) {
        let mut queue = lock(&self.queue);
        for kernel in kernels {
            if !self.made.contains_key(&kernel) && !queue.contains(&kernel) {
                queue.push_back(kernel);
            }
        }
        let wanted = queue.len();
        drop(queue);
        self.threads.retain(|thread| !thread.is_finished());
        let most = thread::available_parallelism().map_or(1, usize::from).min(wanted);
        let plan = Arc::new(plan.clone());
        for _ in self.threads.len()..most {
            let (pipelines, checked) = (self.pipelines.clone(), self.checked);
            let (queue, plan) = (self.queue.clone(), plan.clone());
            let work = move || {
                // Not in the condition of the loop, which would hold the lock all the while.
                let next = || lock(&queue).pop_front();
                while let Some(kernel) = next() {
                    // What is refused here is refused again where it is needed, and heard there.
                    let _ = pipelines.get(module(&plan, kernel, checked));
                }
            };
            // Without a thread whoever needs the kernel compiles it.
            self.threads.extend(thread::Builder::new().name("kernels".into()).spawn(work));
        }
    }

    /// Sees to it that all of these are compiled.
    ///
    /// # Errors
    /// `EngineError::Refused` when driver or wgpu does not take a module.
    pub fn ready(&mut self, plan: &Plan, kernels: impl Iterator<Item = Kernel>) -> Result<(), EngineError> {
        let mut missing: Vec<Kernel> = kernels.filter(|kernel| !self.made.contains_key(kernel)).collect();
        missing.sort_unstable_by_key(|kernel| format!("{kernel:?}"));
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        self.begin(plan, missing.iter().copied());
        for kernel in missing {
            lock(&self.queue).retain(|queued| *queued != kernel);
            let pipeline = self.pipelines.get(module(plan, kernel, self.checked));
            let named = |error| match error {
                EngineError::Refused(what) => EngineError::Refused(format!("{kernel:?}: {what}")),
                other => other,
            };
            self.made.insert(kernel, pipeline.map_err(named)?);
        }
        Ok(())
    }

    /// The pipeline of a stage that is `ready`.
    pub fn pipeline(&self, kernel: Kernel) -> Option<&wgpu::ComputePipeline> {
        self.made.get(&kernel)
    }
}

impl Drop for Kernels {
    /// A driver does not like to be left in the middle of its work when the program ends.
    fn drop(&mut self) {
        lock(&self.queue).clear();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a stage is compiled from.
fn module(plan: &Plan, kernel: Kernel, checked: bool) -> Module {
    let entry_point = match kernel {
        Kernel::Finish(name, _) => name,
        _ => "main",
    };
    Module { text: source(plan, kernel), entry_point, checked }
}

/// The module of a stage.
pub fn source(plan: &Plan, kernel: Kernel) -> String {
    match (kernel, &plan.planes) {
        (Kernel::Plane(density, _), Planes::Whole(shape)) => plane_module(shape, density, plan.storage),
        (Kernel::Plane(density, part), Planes::Rows(shape)) => {
            row_modules(shape, density, plan.storage).into_iter().nth(part).unwrap_or_default()
        }
        (Kernel::Column(coefficients, seeds), _) => {
            column_module(plan.columns_of(coefficients), coefficients, plan.storage, seeds)
        }
        (Kernel::Linear(linear, seeds), _) => linear.module(plan.storage, seeds),
        (Kernel::Finish(_, seeds), _) => Linear::Finish.module(plan.storage, seeds),
    }
}
