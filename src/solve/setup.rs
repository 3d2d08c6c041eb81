//! A run that is ready to begin: reflections in P1, arms, limits and engines.

use super::memory::allow;
use super::options::{Effective, Options, resolution};
use super::question::group_in_question;
use super::{Job, Means};
use crate::crystal::SpaceGroup;
use crate::crystal::contents::room;
use crate::engine::{EngineError, Relief};
use crate::phasing::portfolio::LARGE;
use crate::phasing::{
    ATOMS_EACH, ATOMS_EACH_WHEN_HUGE, Arm, AtomList, HeavyAtom, Sphere, Wanted, blurred_portfolio, expected_atoms,
    has_distances, is_blurred, mates_have_a_centre, portfolio, seeded_portfolio, start_portfolio, with_atom_starts,
};
use crate::reflections::{DataSet, NormalisedReflection, normalise, regroup};
use crate::trials::{Budget, Crew, Relay, SeedInput, Workplace};
use crate::{Error, Result};
use std::borrow::Cow;

/// Below this many measured reflections of the half sphere no figure of merit means anything …
const FEWEST_MEASURED: usize = 20;
/// … nor below this many per parameter, four an atom of usual size in P1: a whole sphere has as few at 2.7 Å.
const FEWEST_PER_PARAMETER: f64 = 0.5;
const PARAMETERS: f64 = 4.0;

/// In large cells, where random starts begin to fail, trials also start from an atom of the Patterson when the heaviest
/// element has this many electrons in units of the root mean square of all: sulphur in a protein has 2.3, and one such
/// atom is known well enough (frontier notes §1).
const HEAVY: f64 = 2.0;
/// Where an atom and its mates have a centre, pairs are dealt in cells of this size only: in smaller ones random starts
/// do as well (crambin, P2₁).
const LARGE_WITH_CENTRE: f64 = 1000.0;

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
    /// Trials of each seed set, where every set is tried by itself.
    pub trials_per_set: Option<u32>,
    /// Whether the data are blurred.
    blurred: bool,
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
        let sphere = Sphere::new(cell, space_group, &data.reflections, expected_atoms(header), d_min)
            .with_distances(has_distances(header, d_min));
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
        let blurred = is_blurred(d_min, header.radiation);
        let mut arms = match job.seeds {
            Some(seeds) if seeds.sets.share.is_some() => start_portfolio(options.methods),
            Some(_) => seeded_portfolio(options.methods, blurred),
            None if blurred => blurred_portfolio(options.methods, sphere.atoms()),
            None => portfolio(options.methods, sphere.atoms()),
        };
        let named = job.hint.unwrap_or(space_group);
        let in_question = job.hint.is_some() && job.seeds.is_none() && sphere.atoms() >= LARGE;
        let group = if in_question { &group_in_question(data, named) } else { named };
        let size = if mates_have_a_centre(group) { LARGE_WITH_CENTRE } else { LARGE };
        let large = job.seeds.is_none() && sphere.atoms() >= size;
        let heavy = HeavyAtom::of(header).filter(|heavy| large && heavy.height >= HEAVY);
        let needed = heavy.as_ref().map_or(1, |heavy| heavy.needed(group, 2.0 * sphere.len() as f64));
        let each = if needed > 1 && size == LARGE { ATOMS_EACH_WHEN_HUGE } else { ATOMS_EACH };
        let defaults = Budget::for_size(sphere.atoms());
        // Starts from atoms take nothing from the others.
        let trials = |each: usize| defaults.trials * (1 + each as u32);
        let starts = options.trials.unwrap_or(trials(each) * means.backend.reach()) as usize * each / (1 + each);
        let wanted = Wanted { needed, starts, recipe: options.list };
        let atoms = heavy.and_then(|heavy| {
            let list = || {
                let reflections = in_group(data, group);
                AtomList::new(cell, group, &reflections, d_min, &heavy, wanted)
            };
            means.pool.install(list)
        });
        if atoms.is_some() {
            arms = with_atom_starts(arms, each);
        }
        if let Some(cycles) = options.max_cycles {
            arms.iter_mut().for_each(|arm| arm.cycles = cycles);
        }
        let usual = if atoms.is_some() { trials(each) } else { defaults.trials };
        let apart = job.seeds.filter(|_| options.every_set);
        let trials_per_set = apart.map(|_| options.trials.unwrap_or(arms.len() as u32));
        let of_sets = |each: u32, seeds: SeedInput<'_>| each.saturating_mul(seeds.sets.sets.len() as u32);
        let budget = Budget {
            trials: trials_per_set
                .zip(apart)
                .map(|(each, seeds)| of_sets(each, seeds))
                .unwrap_or(options.trials.unwrap_or(usual * means.backend.reach())),
            max_cycles: options.max_cycles.or(defaults.max_cycles),
            time_limit: options.time_limit.or(defaults.time_limit),
        };
        let alone = if apart.is_some() { budget.trials } else { options.trials.unwrap_or(usual) };
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
        Ok(Self { d_min, sphere, arms, budget, places, relay, atoms, trials_per_set, blurred })
    }

    /// The parameters that the run really uses.
    pub fn effective(&self, options: &Options) -> Effective {
        Effective {
            seed: options.seed,
            methods: options.methods,
            d_min: self.d_min,
            blurred: self.blurred,
            distances: self.sphere.knows_distances(),
            budget: self.budget,
            trials_per_set: self.trials_per_set,
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

/// The unique reflections with E as `group` makes it: in the Laue class alone what a screw or a glide extinguishes counts
/// among the weakest, and those it lies among are taken for stronger than they are.
fn in_group<'a>(data: &'a DataSet, group: &SpaceGroup) -> Cow<'a, [NormalisedReflection]> {
    let own = &data.header.space_group;
    match regroup(data, group) {
        Ok(merged) if group != own => Cow::Owned(normalise(&merged, &data.header.cell)),
        _ => Cow::Borrowed(&data.reflections),
    }
}

/// A device that cannot even begin.
fn no_engine(error: EngineError) -> Error {
    Error::unusable(error.to_string(), "run with --backend cpu, or choose a lower resolution with --resolution")
}
