//! Bijvoet pairs: reflections that are equal but for anomalous scattering, measured on both sides.

use super::RawReflection;
use super::merge::{SigmaSubstitute, mean};
use crate::crystal::{Hkl, SpaceGroup, friedel};
use std::collections::BTreeMap;

/// A reflection and its Friedel mate, each merged in the crystal class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BijvoetPair {
    /// One of the two; the other is its Friedel mate.
    pub hkl: Hkl,
    /// Intensities of this one and of the mate, file scale.
    pub intensities: [f64; 2],
    /// Their standard uncertainties.
    pub sigmas: [f64; 2],
}

/// The pairs of which both are among `rows`, merged in the crystal class of `group` with weights 1/σ², as `merge` does in the Laue class. Extinct
/// and centric reflections have no such mate. Sorted by index; empty with a centre.
pub fn bijvoet_pairs(rows: &[RawReflection], group: &SpaceGroup) -> Vec<BijvoetPair> {
    if group.is_centrosymmetric() {
        return Vec::new();
    }
    let substitute = SigmaSubstitute::of(rows);
    let mut sides: BTreeMap<Hkl, [Vec<(f64, f64)>; 2]> = BTreeMap::new();
    for row in rows {
        let class = group.classify(row.hkl);
        if row.hkl == [0; 3] || class.absent || class.centric {
            continue;
        }
        let (own, mate) = (representative(group, row.hkl), representative(group, friedel(row.hkl)));
        let sigma = if row.sigma > 0.0 { row.sigma } else { substitute.sigma(row.intensity) };
        let side = usize::from(own < mate);
        sides.entry(own.max(mate)).or_default()[side].push((row.intensity, sigma));
    }
    let both = sides.into_iter().filter(|(_, sides)| sides.iter().all(|side| !side.is_empty()));
    both.map(|(hkl, sides)| {
        let [plus, minus] = sides.map(|side| mean(&side));
        BijvoetPair { hkl, intensities: [plus.0, minus.0], sigmas: [plus.1, minus.1] }
    })
    .collect()
}

/// The member of a reflection's equivalents in the crystal class that stands for it.
fn representative(group: &SpaceGroup, hkl: Hkl) -> Hkl {
    group.primitive_operations().iter().map(|op| op.rotate_hkl(hkl)).max().unwrap_or(hkl)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::group_by_name;

    fn rows(list: &[(Hkl, f64)]) -> Vec<RawReflection> {
        list.iter().map(|&(hkl, intensity)| RawReflection { hkl, intensity, sigma: 1.0, batch: None }).collect()
    }

    #[test]
    fn equivalents_of_the_crystal_class_are_merged_and_mates_kept_apart() {
        let group = group_by_name("P 1 21 1", false).unwrap();
        // −h k −l is equivalent; h −k l and the negative are mates; h 0 l is centric, 0 k 0 with k odd extinct.
        let list = [([1, 2, 3], 10.0), ([-1, 2, -3], 12.0), ([1, -2, 3], 20.0), ([-1, -2, -3], 22.0), ([1, 0, 3], 5.0)];
        let more = [([-1, 0, -3], 7.0), ([0, 3, 0], 1.0), ([0, -3, 0], 1.0), ([4, 1, 1], 3.0)];
        let pairs = bijvoet_pairs(&rows(&[&list[..], &more[..]].concat()), &group);
        assert_eq!(pairs.len(), 1);
        assert_eq!((pairs[0].hkl, pairs[0].intensities), ([1, 2, 3], [11.0, 21.0]));
        let centred = group_by_name("P 1 21/c 1", false).unwrap();
        assert!(bijvoet_pairs(&rows(&list), &centred).is_empty());
    }

    #[test]
    fn mirrors_make_the_mate_and_the_polar_axis_stays() {
        let group = group_by_name("P n a 21", false).unwrap();
        let pairs = bijvoet_pairs(&rows(&[([1, 2, 3], 4.0), ([1, 2, -3], 6.0), ([1, 2, 0], 5.0)]), &group);
        assert_eq!(pairs.iter().map(|p| (p.hkl, p.intensities)).collect::<Vec<_>>(), [([1, 2, 3], [4.0, 6.0])]);
    }
}
