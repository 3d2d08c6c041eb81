//! From a list as read to one known phase per unique reflection of the data.

use super::known::{KnownPhase, allowed_phase, to_representative};
use super::{Knowledge, KnownSets, Origin, Seed, SeedList};
use crate::crystal::{Hkl, SpaceGroup, friedel, in_half};
use crate::{Error, Result};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::f64::consts::PI;

/// A centric phase that moves by more than this (radians) counts as snapped: half a degree, more than the rounding of
/// files that give whole degrees.
const SNAPPED: f64 = 0.5 * PI / 180.0;
/// Two plain phases of one reflection that differ by more than this (radians) contradict each other: 10°, the rounding of
/// coarse lists on both sides.
const CONTRADICTION: f64 = 10.0 * PI / 180.0;

/// Where the indices of a list lead in the data's setting: the index there, and what the phase gains, radians.
pub type Transform<'a> = &'a dyn Fn(Hkl) -> (Hkl, f64);

/// Seed sets of the data.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedSets {
    /// One or more sets; trials take them in turn.
    pub sets: KnownSets,
    /// Where the phases have their origin.
    pub origin: Origin,
    /// Fraction of seeds in a wrong bin, where somebody stated it.
    pub wrong: Option<f64>,
    /// Share of the scattering behind the phases, where they are for starts alone; see [`SeedList`].
    pub share: Option<f64>,
    /// What became of the rows.
    pub counts: SeedCounts,
}

/// What became of the rows of a seed file, over all sets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize)]
pub struct SeedCounts {
    /// Seeds in the file.
    pub read: usize,
    /// Unique reflections that got a seed (of the first set).
    pub used: usize,
    /// Not measured, or beyond the resolution of the phasing.
    pub outside: usize,
    /// Repeated without contradiction.
    pub repeated: usize,
    /// Centric phases moved to the nearer allowed value.
    pub snapped: usize,
    /// Centric phases that lie in the middle between the two allowed values: left out.
    pub undecided: usize,
}

/// Brings the seeds of `list` to the data: `group` is that of the data, `measured` holds its reflections (Laue
/// representatives), `transform` leads from the list's setting to theirs.
///
/// # Errors
/// A seed on a systematically absent reflection, contradicting duplicates, or no usable seed.
pub fn resolve(
    list: &SeedList,
    group: &SpaceGroup,
    measured: &HashSet<Hkl>,
    transform: Transform<'_>,
) -> Result<SeedSets> {
    let mut counts = SeedCounts::default();
    let mut sets = Vec::with_capacity(list.sets.len());
    for set in &list.sets {
        let known = one_set(list, set, group, measured, transform, &mut counts)?;
        if sets.is_empty() {
            counts.used = known.len();
        }
        if known.is_empty() {
            let what = format!(
                "none of its {} seeds lies on a measured reflection ({} outside the data, {} undecided)",
                set.len(),
                counts.outside,
                counts.undecided
            );
            let hint = "check that the seeds belong to this crystal and setting, or raise --resolution";
            return Err(Error::file(&list.path, what, hint));
        }
        sets.push(known);
    }
    Ok(SeedSets {
        sets: KnownSets::Listed(sets),
        origin: list.frame.origin,
        wrong: list.wrong,
        share: list.share,
        counts,
    })
}

fn one_set(
    list: &SeedList,
    seeds: &[Seed],
    group: &SpaceGroup,
    measured: &HashSet<Hkl>,
    transform: Transform<'_>,
    counts: &mut SeedCounts,
) -> Result<Vec<KnownPhase>> {
    let mut places: HashMap<Hkl, (usize, &Seed)> = HashMap::new();
    let mut known: Vec<KnownPhase> = Vec::with_capacity(seeds.len());
    for seed in seeds {
        counts.read += 1;
        let (hkl, gained) = transform(seed.hkl);
        if group.classify(hkl).absent {
            let [h, k, l] = seed.hkl;
            let what = format!("seed {h} {k} {l} is systematically absent in the space group of the data");
            return Err(fault(list, seed, what, "remove it, or check the setting of the seeds"));
        }
        let (target, sign, offset) = to_representative(group, hkl);
        if !measured.contains(&target) {
            counts.outside += 1;
            continue;
        }
        let phase = match list.frame.origin {
            Origin::AsIs => KnownPhase {
                hkl: target,
                knowledge: seed.knowledge.clone(),
                sign,
                offset: sign * gained + offset,
                allowed: allowed_phase(group, target),
            },
            // Without a common origin symmetry says nothing: the reflection stands for itself and its Friedel mate.
            Origin::Floating => {
                let (hkl, sign) = if in_half(hkl) { (hkl, 1.0) } else { (friedel(hkl), -1.0) };
                KnownPhase { hkl, knowledge: seed.knowledge.clone(), sign, offset: sign * gained, allowed: None }
            }
        };
        if let Some(allowed) = phase.allowed {
            if phase.mean(0.0).norm() == 0.0 {
                counts.undecided += 1;
                continue;
            }
            counts.snapped += usize::from(phase.knowledge.snap(phase.in_file(allowed)) > SNAPPED);
        }
        if let Some(&(at, first)) = places.get(&phase.hkl) {
            if contradict(&known[at], &phase) {
                let [h, k, l] = seed.hkl;
                let earlier = first.line.map_or(String::new(), |line| format!(" of line {line}"));
                let [fh, fk, fl] = first.hkl;
                let what = format!("seed {h} {k} {l} contradicts its equivalent {fh} {fk} {fl}{earlier}");
                return Err(fault(list, seed, what, "remove one of them, or check setting and sign of the phases"));
            }
            counts.repeated += 1;
            continue;
        }
        places.insert(phase.hkl, (known.len(), seed));
        known.push(phase);
    }
    Ok(known)
}

fn fault(list: &SeedList, seed: &Seed, what: String, hint: &str) -> Error {
    match seed.line {
        Some(line) => Error::line(&list.path, line, what, hint),
        None => Error::file(&list.path, what, hint),
    }
}

/// True when two statements about one reflection cannot both hold: disjoint bins, or plain phases apart. Class
/// probabilities leave every phase possible.
fn contradict(a: &KnownPhase, b: &KnownPhase) -> bool {
    let width = |known: &KnownPhase| match known.knowledge {
        Knowledge::Phase { .. } => Some(CONTRADICTION / 2.0),
        Knowledge::Bin { bins, .. } => Some(PI / f64::from(bins)),
        Knowledge::Classes(_) => None,
    };
    let (Some(wa), Some(wb)) = (width(a), width(b)) else { return false };
    let apart = (a.mean(0.0) * b.mean(0.0).conj()).arg().abs();
    apart > wa + wb + SNAPPED
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::SymOp;

    fn list(rows: &[(Hkl, f64)]) -> SeedList {
        let seed = |(i, &(hkl, degrees)): (usize, &(Hkl, f64))| Seed {
            hkl,
            knowledge: Knowledge::Phase { phase: degrees.to_radians(), weight: None },
            line: Some(i + 2),
        };
        SeedList {
            sets: vec![rows.iter().enumerate().map(seed).collect()],
            ..SeedList::new(std::path::Path::new("seeds.csv"), "CSV")
        }
    }

    /// P 21, whose h0l are centric and whose 0k0 with odd k are absent.
    fn p21() -> SpaceGroup {
        SpaceGroup::from_latt_symm(-1, &[SymOp::parse("-x,1/2+y,-z").unwrap()]).unwrap()
    }

    fn run(rows: &[(Hkl, f64)]) -> Result<SeedSets> {
        let measured: HashSet<Hkl> = (-3..=3)
            .flat_map(|h| (-3..=3).flat_map(move |k| (-3..=3).map(move |l| [h, k, l])))
            .map(|hkl| p21().laue_representative(hkl))
            .collect();
        resolve(&list(rows), &p21(), &measured, &|hkl| (hkl, 0.0))
    }

    #[test]
    fn equivalents_are_one_seed_and_centric_phases_are_snapped() {
        // (−1 1 −2) is the image of (1 1 2): its phase is 180° more, k being odd; (−1 −1 −2) is the Friedel mate.
        let sets = run(&[([1, 1, 2], 30.0), ([-1, 1, -2], 210.0), ([-1, -1, -2], -30.0), ([1, 0, 2], 20.0)]).unwrap();
        let expected = SeedCounts { read: 4, used: 2, repeated: 2, snapped: 1, ..SeedCounts::default() };
        assert_eq!(sets.counts, expected);
        let centric = &sets.sets.get(0)[1];
        assert!(centric.mean(0.0).arg().abs() < 1e-12);
    }

    #[test]
    fn faults_are_named_with_line_and_index() {
        let text = |rows: &[(Hkl, f64)]| run(rows).unwrap_err().to_string();
        assert_eq!(
            text(&[([1, 1, 2], 0.0), ([0, 1, 0], 0.0)]),
            "seeds.csv:3: seed 0 1 0 is systematically absent in the space group of the data; remove it, or check the setting of the seeds"
        );
        assert!(text(&[([1, 1, 2], 0.0), ([-1, 1, -2], 0.0)]).contains(":3: seed -1 1 -2 contradicts"));
        assert!(text(&[([9, 1, 2], 0.0)]).contains("none of its 1 seeds"), "{}", text(&[([9, 1, 2], 0.0)]));
        assert!(text(&[([1, 0, 2], 90.0)]).contains("1 undecided"));
    }

    #[test]
    fn a_floating_origin_leaves_symmetry_alone() {
        let mut floating = list(&[([1, 1, 2], 30.0), ([-1, 1, -2], 77.0), ([1, 0, 2], 90.0)]);
        floating.frame.origin = Origin::Floating;
        let measured = HashSet::from([[1, 1, 2], [1, 0, 2]]);
        let sets = resolve(&floating, &p21(), &measured, &|hkl| (hkl, 0.0)).unwrap();
        assert_eq!((sets.counts.used, sets.counts.snapped, sets.counts.undecided), (3, 0, 0));
    }
}
