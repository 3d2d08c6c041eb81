//! A run that is ready to begin: reflections in P1, arms, limits and engines.

use super::options::{Effective, Options, resolution};
use crate::engine::{Backend, EngineError};
use crate::phasing::{Arm, Sphere, expected_atoms, portfolio, seeded_portfolio};
use crate::reflections::DataSet;
use crate::trials::Budget;
use crate::trials::runner::GridEngine;
use crate::{Error, Result};

/// Largest sphere that is phased, in reflections of the half sphere: the CPU's 8 slots then take 2 GB, five candidates 0.5 GB each
/// and their maps as much again.
const MOST_REFLECTIONS: f64 = 6e6;

/// Below this many measured reflections of the half sphere no figure of merit means anything.
const FEWEST_MEASURED: usize = 50;

/// What a run needs.
pub struct Setup {
    /// Resolution of the phasing, Å.
    pub d_min: f64,
    /// Reflections in P1.
    pub sphere: Sphere,
    /// Arms, dealt to trials in turn.
    pub arms: Vec<Arm>,
    /// Limits.
    pub budget: Budget,
    /// One engine for each sampling that the arms ask for.
    pub engines: Vec<GridEngine>,
}

impl Setup {
    /// Sets a run up on the device of `backend`.
    ///
    /// # Errors
    /// `Error::Unusable` when the resolution cut leaves nothing to phase, or the sphere is too large for anyone or for the
    /// device; `Error::Usage` when no method is left.
    pub fn new(data: &DataSet, options: &Options, seeded: bool, backend: &dyn Backend) -> Result<Self> {
        let header = &data.header;
        let (cell, space_group) = (&header.cell, &header.space_group);
        let d_min = resolution(data, options.d_min);
        // Half a sphere of radius 1/d in reciprocal space.
        let expected = 2.0 / 3.0 * std::f64::consts::PI * cell.volume / d_min.powi(3);
        if expected > MOST_REFLECTIONS {
            return Err(Error::unusable(
                format!("the sphere to {d_min:.2} Å holds {:.0} reflections, too many to phase", 2.0 * expected),
                "choose a lower resolution with --resolution, or check the cell",
            ));
        }
        let sphere = Sphere::new(cell, space_group, &data.reflections, expected_atoms(header), d_min);
        if sphere.measured().count() < FEWEST_MEASURED {
            return Err(Error::unusable(
                format!("only {} reflections of the sphere to {d_min:.2} Å are measured", sphere.measured().count()),
                "choose a higher resolution with --resolution, or check the cell and the .hkl",
            ));
        }
        let mut arms = match seeded {
            true => seeded_portfolio(options.methods),
            false => portfolio(options.methods, sphere.atoms()),
        };
        if let Some(cycles) = options.max_cycles {
            arms.iter_mut().for_each(|arm| arm.cycles = cycles);
        }
        let defaults = Budget::for_size(sphere.atoms());
        let budget = Budget {
            trials: options.trials.unwrap_or(defaults.trials),
            max_cycles: options.max_cycles.or(defaults.max_cycles),
            time_limit: options.time_limit.or(defaults.time_limit),
        };
        let mut samplings: Vec<_> = arms.iter().map(|a| a.sampling).collect();
        samplings.sort_unstable();
        samplings.dedup();
        let engines = samplings
            .into_iter()
            .map(|sampling| {
                let gridded = sphere.problem(sampling);
                let slots = backend.slots(&gridded.problem, budget.trials);
                let engine = backend.engine(gridded.problem.clone(), slots).map_err(no_engine)?;
                Ok(GridEngine { sampling, gridded, engine })
            })
            .collect::<Result<Vec<_>>>()?;
        if engines.is_empty() {
            return Err(Error::Usage("no method is left to run; choose another --method".into()));
        }
        Ok(Self { d_min, sphere, arms, budget, engines })
    }

    /// The parameters that the run really uses.
    pub fn effective(&self, options: &Options) -> Effective {
        Effective {
            seed: options.seed,
            methods: options.methods,
            d_min: self.d_min,
            budget: self.budget,
            arms: self.arms.clone(),
            slots: self.engines.iter().map(|e| e.engine.slots()).collect(),
            plans: self.engines.iter().filter_map(|e| e.engine.describe()).collect(),
            grids: self.engines.iter().map(|e| e.gridded.problem.layout().dims()).collect(),
            sphere: 2 * self.sphere.len(),
            sphere_completeness: self.sphere.completeness(),
            atoms: self.sphere.atoms(),
        }
    }
}

/// A device that cannot even begin.
fn no_engine(error: EngineError) -> Error {
    Error::unusable(error.to_string(), "run with --backend cpu, or choose a lower resolution with --resolution")
}
