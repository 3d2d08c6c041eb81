//! The Patterson map of the data.

use crate::crystal::{Cell, SpaceGroup};
use crate::reflections::{MergedReflection, PhasedReflection};
use crate::structure::{Coefficients, DensityMap, density_map, expanded};

/// The map of F² (negative intensities as 0), and its group: operations without translations, with a centre.
pub fn patterson(cell: &Cell, group: &SpaceGroup, merged: &[MergedReflection]) -> (DensityMap, SpaceGroup) {
    let squares =
        merged.iter().map(|m| PhasedReflection { hkl: m.hkl, f: m.intensity.max(0.0), e: 0.0, phase: 0.0, fom: 1.0 });
    let mut terms = expanded(group, squares);
    terms.iter_mut().for_each(|term| term.phase = 0.0);
    let own = of_laue_class(group);
    (density_map(cell, &own, &terms, Coefficients::F), own)
}

/// The operations of the Laue class about the origin, with the centring.
fn of_laue_class(group: &SpaceGroup) -> SpaceGroup {
    SpaceGroup::of_rotations(group.centring(), group.laue_rotations()).unwrap_or_else(|_| SpaceGroup::p1())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::{group_by_name, identify};

    #[test]
    fn the_origin_is_the_highest_point_and_the_group_has_a_centre() {
        let cell = Cell::new([7.0, 8.0, 9.0], [90.0, 100.0, 90.0]).unwrap();
        let group = group_by_name("C 1 c 1", false).unwrap();
        let reflection =
            |hkl| MergedReflection { hkl, intensity: 5.0, sigma: 1.0, redundancy: 1, epsilon: 1, centric: false };
        let merged: Vec<MergedReflection> =
            [[2, 0, 0], [1, 1, 1], [0, 2, 0], [0, 0, 2], [1, 3, 2]].map(reflection).into();
        let (map, own) = patterson(&cell, &group, &merged);
        assert_eq!(identify(&own).unwrap().hm, "C 1 2/m 1");
        assert!(map.values.iter().all(|v| *v <= map.at(0, 0, 0)));
        let [x, y, z] = [3, 2, 4];
        assert!((map.at(x, y, z) - map.at(-x, -y, -z)).abs() < 1e-4);
    }
}
