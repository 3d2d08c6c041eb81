//! Phases that go on in an engine for some cycles from where they stand, side by side.

use crate::engine::{Backend, EngineError, Merits, Recipe, Start};
use crate::grid::Sampling;
use crate::phasing::{GriddedSphere, Sphere};
use crate::reflections::PhasedReflection;
use crate::trials::{Crew, Pass, run_passes};
use std::sync::{Arc, OnceLock};

/// Phases that go on, and how.
pub struct Job {
    /// Where they stand.
    pub phased: Arc<Vec<PhasedReflection>>,
    /// What they go on with.
    pub recipe: Recipe,
}

/// Where they have come to.
pub struct Outcome {
    /// Phases of the measured reflections in P1.
    pub phased: Vec<PhasedReflection>,
    /// Figures of merit at the end.
    pub merits: Merits,
}

/// Makes engines on the device that searched, for phases that are gone over once more.
pub struct Rework<'a> {
    sphere: &'a Sphere,
    backend: &'a dyn Backend,
    grids: [OnceLock<GriddedSphere>; 2],
}

impl<'a> Rework<'a> {
    /// Nothing is computed yet.
    pub fn new(sphere: &'a Sphere, backend: &'a dyn Backend) -> Self {
        Self { sphere, backend, grids: [OnceLock::new(), OnceLock::new()] }
    }

    /// Whether atoms keep the distances that the pair prior knows.
    pub fn knows_distances(&self) -> bool {
        self.sphere.knows_distances()
    }

    /// Runs every job for `cycles` cycles on a grid of the given sampling; outcomes in the order of the jobs.
    ///
    /// # Errors
    /// Those of the engine.
    pub fn run(&self, sampling: Sampling, jobs: &[Job], cycles: u32) -> Result<Vec<Outcome>, EngineError> {
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let gridded = self.grids[usize::from(sampling == Sampling::Fine)].get_or_init(|| self.sphere.problem(sampling));
        let slots = self.backend.slots(&gridded.problem, jobs.len() as u32);
        let crew = Crew::new(self.backend, &gridded.problem, slots, 1)?;
        let pass = |job: &Job| Pass {
            start: Start::Phases(self.sphere.start_phases(gridded, &job.phased)),
            recipe: job.recipe,
        };
        let passed = run_passes(crew, jobs.iter().map(pass).collect(), cycles)?;
        let outcome = |passed: crate::trials::Passed| Outcome {
            phased: self.sphere.phased(gridded, &passed.phases),
            merits: passed.merits,
        };
        Ok(passed.into_iter().map(outcome).collect())
    }
}
