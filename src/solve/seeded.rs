//! What a run from seeds says of its seeds.

use crate::crystal::SpaceGroup;
use crate::phasing::{Sphere, feasibility};
use crate::reflections::PhasedReflection;
use crate::seed::{Feasibility, Knowledge, KnownPhase, SeedCounts};
use crate::structure::lookup::Lookup;
use crate::trials::SeedInput;
use schemars::JsonSchema;
use serde::Serialize;

/// A plain phase agrees with a solution within this angle, radians: the half width of a quadrant.
const NEAR: f64 = std::f64::consts::FRAC_PI_4;

/// Seeds of a run, before and after.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct SeedSummary {
    /// What became of the rows of the file.
    pub counts: SeedCounts,
    /// Seed sets, taken in turn by the trials.
    pub sets: usize,
    /// Fraction of wrong seeds, where it was stated.
    pub wrong: Option<f64>,
    /// Figures of the first set; means as for no wrong seeds where nobody said how many are.
    pub feasibility: Feasibility,
    /// Share of the cell's scattering that the fragment behind the seeds has, where it is too small for its agreement to be measured: such seeds are
    /// a start, nothing is held, and most of their phases are wrong.
    pub share: Option<f64>,
    /// What the best candidate says of the first set.
    pub outcome: Option<SeedOutcome>,
}

/// Seeds against a solution.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize)]
pub struct SeedOutcome {
    /// Seeds with a phase in the solution.
    pub compared: usize,
    /// Of these, those that the solution puts into their bin (their likeliest class; within 45° for plain phases).
    pub agreeing: usize,
    /// Mean cosine between the seeds and the solution.
    pub mean_cosine: f64,
}

impl SeedSummary {
    /// Before the run.
    pub fn new(input: SeedInput<'_>, sphere: &Sphere, group: &SpaceGroup) -> Self {
        let sets = input.sets;
        let wrong = input.wrong.or(sets.wrong);
        let first = &*sets.sets.get(0);
        let feasibility = feasibility(sphere, group, sets.origin, first, wrong.unwrap_or_default());
        Self { counts: sets.counts, sets: sets.sets.len(), wrong, feasibility, share: sets.share, outcome: None }
    }
}

/// Compares seeds with the P1 phases of a candidate, which have kept the seeds' origin.
pub fn outcome(known: &[KnownPhase], phased: &[PhasedReflection]) -> SeedOutcome {
    let lookup = Lookup::new(phased);
    let mut outcome = SeedOutcome { compared: 0, agreeing: 0, mean_cosine: 0.0 };
    for known in known {
        let Some((_, phase)) = lookup.phase(known.hkl, phased) else { continue };
        let off = (known.mean(0.0).arg() - phase).cos();
        outcome.compared += 1;
        outcome.mean_cosine += off;
        let agrees = match known.knowledge.likeliest_bin() {
            Some((bin, bins)) => Knowledge::bin_of(known.in_file(phase), bins) == bin,
            None => off > NEAR.cos(),
        };
        outcome.agreeing += usize::from(agrees);
    }
    outcome.mean_cosine /= outcome.compared.max(1) as f64;
    outcome
}
