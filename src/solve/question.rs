//! The group whose vectors a list of starts is made by.

use super::kinship::holds;
use crate::crystal::identity::groups_of_laue_class;
use crate::crystal::{Hkl, SpaceGroup};
use crate::reflections::DataSet;
use crate::reflections::merge::STRONG_SIGMAS;
use crate::symmetry::Absences;
use std::collections::HashMap;

/// The group that the input names; where that says nothing of screws, of the groups of rotations and screws in the Laue class of
/// `data` the one that extinguishes most of what was not observed. Lists of macromolecules are deposited without what is
/// extinct, so that what was not measured counts as not observed. Right or wrong, phases are found in P1, and the group in
/// them.
pub fn group_in_question(data: &DataSet, hint: &SpaceGroup) -> SpaceGroup {
    if *hint != hint.symmorphic() {
        return hint.clone();
    }
    let header = &data.header;
    let laue = &header.space_group;
    let observed: HashMap<Hkl, bool> =
        data.reflections.iter().map(|r| (r.merged.hkl, r.merged.intensity > STRONG_SIGMAS * r.merged.sigma)).collect();
    let limit = data.shells.d_min.powi(-2) * (1.0 + 1e-9);
    let on_axes = |hkl: &Hkl| laue.classify(*hkl).epsilon > 1 && laue.laue_representative(*hkl) == *hkl;
    let axial: Vec<Hkl> = header.cell.half_sphere(limit).filter(on_axes).collect();
    let extinct = |group: &SpaceGroup| {
        let extinct = axial.iter().filter(|&&hkl| group.classify(hkl).absent);
        extinct.fold(Absences::default(), |sum, hkl| Absences {
            measured: sum.measured + 1,
            observed: sum.observed + usize::from(observed.get(hkl) == Some(&true)),
        })
    };
    let mut best = (0, hint.clone());
    for group in groups_of_laue_class(laue.centring(), &laue.laue_rotations()) {
        let absences = extinct(&group);
        let screws_alone = group.operations().iter().all(|op| op.determinant() > 0);
        if screws_alone && holds(&absences) && absences.measured > best.0 {
            best = (absences.measured, group);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::{group_by_name, identify};
    use crate::crystal::{Cell, ElementCount, Radiation};
    use crate::reflections::{CrystalHeader, RawReflection};

    /// Intensities of one asymmetric unit of `name`; what it extinguishes is left out, or measured as noise.
    fn list(name: &str, with_extinct: bool) -> DataSet {
        let group = group_by_name(name, false).unwrap();
        let cell = Cell::new([14.0, 14.0, 20.0], [90.0; 3]).unwrap();
        let unique = |hkl: &Hkl| group.laue_representative(*hkl) == *hkl;
        let row = |hkl: Hkl| {
            let absent = group.classify(hkl).absent;
            let size = (hkl[0] * 31 + hkl[1] * 17 + hkl[2] * 7).rem_euclid(23) + 5;
            let intensity = if absent { 0.5 } else { 10.0 * f64::from(size) };
            (!absent || with_extinct).then_some(RawReflection { hkl, intensity, sigma: 1.0, batch: None })
        };
        let rows: Vec<RawReflection> = cell.half_sphere(1.0).filter(unique).filter_map(row).collect();
        let carbon = ElementCount { symbol: "C".into(), atomic_number: 6, count: 200.0, coefficients: None };
        let header = CrystalHeader {
            title: String::new(),
            wavelength: 0.9,
            radiation: Radiation::Xray,
            cell,
            space_group: group.symmorphic(),
            z: 1.0,
            elements: vec![carbon],
        };
        DataSet::of_laue_class(header, &rows, |_| 200.0 * 36.0).unwrap()
    }

    #[test]
    fn screws_are_told_by_what_they_extinguish_where_the_input_names_none() {
        for name in ["P 21 21 21", "P 21 21 2", "P 2 2 2", "P 41 21 2", "P 42"] {
            for with_extinct in [false, true] {
                let data = list(name, with_extinct);
                let found = group_in_question(&data, &data.header.space_group.clone());
                assert_eq!(identify(&found).unwrap().hm, name, "{with_extinct}");
            }
        }
        // What the input names is not asked.
        let named = group_by_name("P 21 21 2", false).unwrap();
        assert_eq!(group_in_question(&list("P 21 21 21", false), &named), named);
    }
}
