//! From known phases to the seeds of an engine problem: expansion to the P1 sphere.

use super::{GriddedSphere, Sphere};
use crate::crystal::miller::hash_key;
use crate::crystal::{Hkl, SpaceGroup};
use crate::engine::{Problem, Seeds};
use crate::seed::known::equivalents;
use crate::seed::{KnownPhase, Origin};
use crate::twins::random::{trial_hash, unit_interval};
use num_complex::{Complex32, Complex64};
use std::collections::HashMap;

/// Keep the draws of a seed's phase apart from each other and from those of recipes.
const CLASS_KEY: u32 = 0xFFFF_0004;
const PLACE_KEY: u32 = 0xFFFF_0005;

/// How the phases of seeds are taken from what is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Draw {
    /// Their prior means.
    Mean,
    /// Drawn from their distribution, anew for each (seed, trial).
    Trial {
        /// Seed of the run.
        seed: u32,
        /// Number of the trial.
        trial: u32,
    },
}

/// Places of all reflections of a sphere on one grid.
pub struct SeedPlaces {
    by_index: HashMap<Hkl, (usize, bool)>,
}

impl SeedPlaces {
    /// Indexes the sphere once for any number of seed sets.
    pub fn new(sphere: &Sphere, gridded: &GriddedSphere) -> Self {
        Self { by_index: sphere.places(gridded).collect() }
    }

    /// The engine's seeds for `known`, of the space group `group`, with a fraction `wrong` of them wrong where the
    /// source does not say how good they are. `problem` is that of the grid the places are of.
    pub fn seeds(
        &self,
        problem: &Problem,
        group: &SpaceGroup,
        origin: Origin,
        known: &[KnownPhase],
        wrong: f64,
        draw: Draw,
    ) -> Seeds {
        let means = known.iter().flat_map(|known| {
            let mean = match draw {
                Draw::Mean => known.mean(wrong),
                Draw::Trial { seed, trial } => {
                    let seed = seed ^ hash_key(known.hkl);
                    let chance =
                        [CLASS_KEY, PLACE_KEY].map(|key| f64::from(unit_interval(trial_hash(seed, trial, key))));
                    known.drawn(wrong, chance)
                }
            };
            let expanded = match origin {
                Origin::AsIs => group.primitive_operations().len(),
                // The identity stands first.
                Origin::Floating => 1,
            };
            equivalents(group, known.hkl).take(expanded).filter_map(move |(image, offset)| {
                let (hkl, mean) = half(image, mean * Complex64::from_polar(1.0, offset));
                let &(entry, conjugate) = self.by_index.get(&hkl)?;
                let mean = if conjugate { mean.conj() } else { mean };
                Some((entry, Complex32::new(mean.re as f32, mean.im as f32)))
            })
        });
        Seeds::new(problem, means)
    }
}

/// The member of the Friedel pair in the half sphere, and its mean.
pub(super) fn half(hkl: Hkl, mean: Complex64) -> (Hkl, Complex64) {
    if crate::crystal::in_half(hkl) { (hkl, mean) } else { (crate::crystal::friedel(hkl), mean.conj()) }
}
