//! A run that is ready to begin: reflections in P1, arms, limits and engines.

use super::memory::allow;
use super::options::{Effective, Options, resolution};
use super::{Job, Means};
use crate::crystal::contents::room;
use crate::engine::EngineError;
use crate::phasing::{Arm, Sphere, expected_atoms, portfolio, seeded_portfolio};
use crate::trials::{Budget, Crew, Workplace};
use crate::{Error, Result};

/// Below this many measured reflections of the half sphere no figure of merit means anything …
const FEWEST_MEASURED: usize = 20;
/// … nor below this many per parameter, four an atom of usual size in P1: a whole sphere has as few at 2.7 Å.
const FEWEST_PER_PARAMETER: f64 = 0.5;
const PARAMETERS: f64 = 4.0;

/// What a run needs.
pub struct Prepared {
    /// Resolution of the phasing, Å.
    pub d_min: f64,
    /// Reflections in P1.
    pub sphere: Sphere,
    /// Arms, dealt to trials in turn.
    pub arms: Vec<Arm>,
    /// Limits.
    pub budget: Budget,
    /// A grid with its engines for each sampling that the arms ask for.
    pub places: Vec<Workplace>,
}

impl Prepared {
    /// Sets a run up on the device of `means`.
    ///
    /// # Errors
    /// `Error::Unusable` when the resolution cut leaves nothing to phase, or too much for the memory or for the
    /// device; `Error::Usage` when no method is left.
    pub fn new(job: &Job<'_>, means: &Means<'_>) -> Result<Self> {
        let Job { data, options, .. } = *job;
        let header = &data.header;
        let (cell, space_group) = (&header.cell, &header.space_group);
        let d_min = resolution(data, options.d_min);
        allow(data, d_min, means.pool.current_num_threads(), options.memory)?;
        let sphere = Sphere::new(cell, space_group, &data.reflections, expected_atoms(header), d_min);
        let measured = sphere.measured().count();
        let elements = header.elements.iter().map(|element| element.atomic_number);
        let atoms = room(elements, cell.volume) / space_group.centring().len() as f64;
        if measured < FEWEST_MEASURED || (measured as f64) < FEWEST_PER_PARAMETER * PARAMETERS * atoms {
            return Err(Error::unusable(
                format!(
                    "only {measured} reflections of the sphere to {d_min:.2} Å are measured, for about {atoms:.0} atoms"
                ),
                "choose a higher resolution with --resolution, or check the cell and the .hkl",
            ));
        }
        let mut arms = match job.seeds {
            Some(_) => seeded_portfolio(options.methods),
            None => portfolio(options.methods, sphere.atoms()),
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
        let places = samplings
            .into_iter()
            .map(|sampling| {
                let gridded = sphere.problem(sampling);
                let slots = means.backend.slots(&gridded.problem, budget.trials);
                let crew = Crew::new(means.backend, &gridded.problem, slots, 1).map_err(no_engine)?;
                Ok(Workplace { sampling, gridded, crew })
            })
            .collect::<Result<Vec<_>>>()?;
        if places.is_empty() {
            return Err(Error::Usage("no method is left to run; choose another --method".into()));
        }
        Ok(Self { d_min, sphere, arms, budget, places })
    }

    /// The parameters that the run really uses.
    pub fn effective(&self, options: &Options) -> Effective {
        Effective {
            seed: options.seed,
            methods: options.methods,
            d_min: self.d_min,
            budget: self.budget,
            arms: self.arms.clone(),
            slots: self.places.iter().map(|place| place.crew.slots()).collect(),
            plans: self.places.iter().filter_map(|place| place.crew.describe()).collect(),
            grids: self.places.iter().map(|place| place.gridded.problem.layout().dims()).collect(),
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
