//! What a run from seeds says of its seeds.

use crate::crystal::{Hkl, SpaceGroup};
use crate::phasing::{Sphere, feasibility};
use crate::reflections::PhasedReflection;
use crate::seed::{E_SHELLS, Feasibility, Knowledge, KnownPhase, SeedCounts};
use crate::structure::lookup::Lookup;
use crate::trials::SeedInput;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashSet;

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
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct SeedOutcome {
    /// Seeds with a phase in the solution.
    pub compared: usize,
    /// Of these, those that the solution puts into their bin (their likeliest class; within 45° for plain phases).
    pub agreeing: usize,
    /// Mean cosine between the seeds and the solution.
    pub mean_cosine: f64,
    /// The same by |E|, the strongest first.
    pub by_e: Vec<SeedShell>,
}

/// Seeds in one shell of |E| against a solution.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize)]
pub struct SeedShell {
    /// Lower limit of |E|.
    pub e_from: f64,
    /// Unique reflections of the data.
    pub reflections: usize,
    /// Those with a seed.
    pub seeded: usize,
    /// Seeds with a phase in the solution, equivalent ones counted each.
    pub compared: usize,
    /// Of these, those that the solution puts into their bin.
    pub agreeing: usize,
    /// Mean cosine between them and the solution; 0 without any.
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

/// Compares seeds with the P1 phases of a candidate, which have kept the seeds' origin; `group` says which reflections are equivalent.
pub fn outcome(known: &[KnownPhase], phased: &[PhasedReflection], group: &SpaceGroup) -> SeedOutcome {
    let lookup = Lookup::new(phased);
    let unique: HashSet<Hkl> = known.iter().map(|known| group.laue_representative(known.hkl)).collect();
    let none = |e_from| SeedShell { e_from, reflections: 0, seeded: 0, compared: 0, agreeing: 0, mean_cosine: 0.0 };
    let mut shells = E_SHELLS.map(none);
    let mut counted: HashSet<Hkl> = HashSet::new();
    for r in phased.iter().filter(|r| r.e > 0.0) {
        let representative = group.laue_representative(r.hkl);
        if let Some(shell) = shell_of(&mut shells, r.e).filter(|_| counted.insert(representative)) {
            shell.reflections += 1;
            shell.seeded += usize::from(unique.contains(&representative));
        }
    }
    for known in known {
        let Some((place, phase)) = lookup.phase(known.hkl, phased) else { continue };
        let Some(shell) = shell_of(&mut shells, phased[place].e) else { continue };
        let off = (known.mean(0.0).arg() - phase).cos();
        shell.compared += 1;
        shell.mean_cosine += off;
        let agrees = match known.knowledge.likeliest_bin() {
            Some((bin, bins)) => Knowledge::bin_of(known.in_file(phase), bins) == bin,
            None => off > NEAR.cos(),
        };
        shell.agreeing += usize::from(agrees);
    }
    let sum = |of: fn(&SeedShell) -> usize| shells.iter().map(of).sum::<usize>();
    let (compared, agreeing) = (sum(|shell| shell.compared), sum(|shell| shell.agreeing));
    let mean_cosine = shells.iter().map(|shell| shell.mean_cosine).sum::<f64>() / compared.max(1) as f64;
    let mean = |shell: SeedShell| SeedShell { mean_cosine: shell.mean_cosine / shell.compared.max(1) as f64, ..shell };
    SeedOutcome { compared, agreeing, mean_cosine, by_e: shells.map(mean).to_vec() }
}

/// The shell of |E| in which a reflection is.
fn shell_of(shells: &mut [SeedShell], e: f64) -> Option<&mut SeedShell> {
    shells.iter_mut().find(|shell| e >= shell.e_from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::group_by_name;

    /// Two seeds of one strong reflection's equivalents, right and wrong, and one of a weak one.
    #[test]
    fn seeds_are_told_by_the_strength_of_their_reflections() {
        let group = group_by_name("P 2 2 2", false).unwrap();
        let reflection = |hkl, e, phase| PhasedReflection { hkl, f: e, e, phase, fom: 1.0 };
        let phased = [
            reflection([1, 2, 3], 2.1, 0.3),
            reflection([1, -2, 3], 2.1, 0.3),
            reflection([2, 0, 1], 0.4, 1.0),
            reflection([3, 0, 1], 0.5, 1.0),
        ];
        let known = |hkl, phase| {
            let knowledge = Knowledge::Phase { phase, weight: None };
            KnownPhase { hkl, knowledge, sign: 1.0, offset: 0.0, allowed: None }
        };
        let seeds = [known([1, 2, 3], 0.3), known([1, -2, 3], 0.3 + std::f64::consts::PI), known([2, 0, 1], 1.0)];
        let found = outcome(&seeds, &phased, &group);
        assert_eq!((found.compared, found.agreeing), (3, 2));
        let shell = |e_from| found.by_e.iter().find(|shell| shell.e_from == e_from).unwrap();
        let (strong, weak) = (shell(2.0), shell(0.0));
        assert_eq!((strong.reflections, strong.seeded, strong.compared, strong.agreeing), (1, 1, 2, 1));
        assert_eq!((weak.reflections, weak.seeded, weak.compared, weak.agreeing), (2, 1, 1, 1));
        assert!(strong.mean_cosine.abs() < 1e-9 && (weak.mean_cosine - 1.0).abs() < 1e-9);
    }
}
