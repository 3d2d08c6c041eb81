//! Phases that go on in an engine for some cycles from where they stand, side by side.

use crate::engine::{Backend, Engine, EngineError, Merits, Recipe, Start};
use crate::grid::Sampling;
use crate::phasing::{GriddedSphere, Sphere};
use crate::reflections::PhasedReflection;
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

/// Makes engines of the device that searched, for phases that are gone over once more.
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

    /// Runs every job for `cycles` cycles on a grid of the given sampling; outcomes in the order of the jobs.
    ///
    /// # Errors
    /// Those of the engine.
    pub fn run(&self, sampling: Sampling, jobs: &[Job], cycles: u32) -> Result<Vec<Outcome>, EngineError> {
        let gridded = self.grids[usize::from(sampling == Sampling::Fine)].get_or_init(|| self.sphere.problem(sampling));
        let mut outcomes = Vec::with_capacity(jobs.len());
        let mut left = jobs;
        while !left.is_empty() {
            let slots = self.backend.slots(&gridded.problem, left.len() as u32).clamp(1, left.len());
            let mut engine = self.backend.engine(gridded.problem.clone(), slots)?;
            let (now, later) = left.split_at(slots);
            outcomes.extend(self.batch(engine.as_mut(), gridded, now, cycles)?);
            left = later;
        }
        Ok(outcomes)
    }

    fn batch(
        &self,
        engine: &mut dyn Engine,
        gridded: &GriddedSphere,
        jobs: &[Job],
        cycles: u32,
    ) -> Result<Vec<Outcome>, EngineError> {
        for (slot, job) in jobs.iter().enumerate() {
            engine.seat(slot, &Start::Phases(self.sphere.start_phases(gridded, &job.phased)), job.recipe)?;
        }
        engine.advance(cycles)?;
        let merits = engine.merits()?;
        let mut outcomes = Vec::with_capacity(jobs.len());
        for (slot, merits) in merits.into_iter().enumerate() {
            if let (Some(merits), Some(phases)) = (merits, engine.phases(slot)?) {
                outcomes.push(Outcome { phased: self.sphere.phased(gridded, &phases), merits });
            }
        }
        Ok(outcomes)
    }
}
