//! A run that is ready to begin: reflections in P1, arms, limits and engines.

use super::memory::allow;
use super::options::{Effective, Options, resolution};
use super::{Job, Means};
use crate::crystal::contents::{likely, non_hydrogen, room};
use crate::crystal::elements::HYDROGEN;
use crate::engine::{EngineError, Relief};
use crate::phasing::portfolio::LARGE;
use crate::phasing::{
    Arm, AtomList, Sphere, expected_atoms, portfolio, seeded_portfolio, start_portfolio, with_atom_starts,
};
use crate::reflections::DataSet;
use crate::trials::{Budget, Crew, Relay, Workplace};
use crate::{Error, Result};

/// Below this many measured reflections of the half sphere no figure of merit means anything …
const FEWEST_MEASURED: usize = 20;
/// … nor below this many per parameter, four an atom of usual size in P1: a whole sphere has as few at 2.7 Å.
const FEWEST_PER_PARAMETER: f64 = 0.5;
const PARAMETERS: f64 = 4.0;

/// In large cells, where random starts begin to fail, trials also start from an atom of the Patterson when the heaviest element has this many
/// electrons in units of the root mean square of all: sulphur in a protein has 2.3, and one such atom is known well enough (frontier notes §1).
const HEAVY: f64 = 2.0;

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
    /// The devices that they change between.
    pub relay: Relay,
    /// Places of atoms to start from.
    pub atoms: Option<AtomList>,
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
            Some(seeds) if seeds.sets.share.is_some() => start_portfolio(options.methods),
            Some(_) => seeded_portfolio(options.methods),
            None => portfolio(options.methods, sphere.atoms()),
        };
        let group = job.hint.unwrap_or(space_group);
        let wanted = job.seeds.is_none() && sphere.atoms() >= LARGE && height(data) >= HEAVY;
        let list = || means.pool.install(|| AtomList::new(cell, group, &data.reflections, d_min));
        let atoms = wanted.then(list).flatten();
        if atoms.is_some() {
            arms = with_atom_starts(arms);
        }
        if let Some(cycles) = options.max_cycles {
            arms.iter_mut().for_each(|arm| arm.cycles = cycles);
        }
        let defaults = Budget::for_size(sphere.atoms());
        // Starts from atoms take nothing from the others.
        let usual = if atoms.is_some() { 2 * defaults.trials } else { defaults.trials };
        let alone = options.trials.unwrap_or(usual);
        let budget = Budget {
            trials: options.trials.unwrap_or(usual * means.backend.reach()),
            max_cycles: options.max_cycles.or(defaults.max_cycles),
            time_limit: options.time_limit.or(defaults.time_limit),
        };
        let mut samplings: Vec<_> = arms.iter().map(|a| a.sampling).collect();
        samplings.sort_unstable();
        samplings.dedup();
        let places: Vec<Workplace> = samplings
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
        let relief = |place: &Workplace| means.backend.relief(&place.gridded.problem, budget.trials);
        let reliefs: Vec<Relief> = places.iter().filter_map(relief).collect();
        // Where one grid needs none, its trials are all the first device's, and so are the others'.
        let reliefs = if reliefs.len() == places.len() { reliefs } else { Vec::new() };
        let relay = Relay::new(reliefs, alone);
        Ok(Self { d_min, sphere, arms, budget, places, relay, atoms })
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

/// Electrons of the heaviest element expected, in units of the root mean square over the non-hydrogen atoms of the cell.
fn height(data: &DataSet) -> f64 {
    let contents = likely(&data.header.elements, data.header.cell.volume);
    let counts: Vec<(u8, f64)> =
        contents.iter().map(|e| (e.atomic_number, e.count)).filter(|(_, n)| *n > 0.0).collect();
    let power = |z: u8| f64::from(z).powi(2);
    let heavy = counts.iter().filter(|(z, _)| *z > HYDROGEN);
    let mean_sq = heavy.clone().map(|&(z, n)| n * power(z)).sum::<f64>() / non_hydrogen(&counts).max(f64::MIN_POSITIVE);
    heavy.map(|&(z, _)| (power(z) / mean_sq).sqrt()).fold(0.0, f64::max)
}

/// A device that cannot even begin.
fn no_engine(error: EngineError) -> Error {
    Error::unusable(error.to_string(), "run with --backend cpu, or choose a lower resolution with --resolution")
}
