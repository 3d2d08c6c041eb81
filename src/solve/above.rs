//! Symmetry that a model shows beyond the Laue class in which intensities were merged.
//!
//! Where a list holds one asymmetric unit, or electrons were diffracted, intensities cannot tell a Laue class from a lower one; the structure that
//! was found in the lower one can (as ADDSYM does, Le Page 1987): its structure factors obey the operations that it lacks. So does one that was found in a
//! lower class than its own as a domain of a twin.
//!
//! Within a Laue class a model without the centre may say the same: phases averaged about a wrong centre lead to a model that is refuted by what is no
//! more than its own half (two measured crystals in P −1, on a card, where many trials agree before the first look: six of 424 runs were claimed in P 1).

use super::groups::Trial;
use super::structure::Structure;
use crate::crystal::structure_factors::structure_factors;
use crate::crystal::{Cell, Curve, Hkl, Site, SpaceGroup, lattice_rotations};
use crate::reflections::{CrystalHeader, PhasedReflection};
use crate::symmetry::{OperatorFits, group_candidates};
use std::f64::consts::PI;

/// A model that leaves more unexplained shows nothing: a garnet by electron diffraction, whole in P 1, has 0.30.
const SHOWN_BY: f64 = 0.35;
/// An operation that structure factors of a right model obey to this mean correlation is one of the crystal …
const OBEYED: f64 = 0.80;
/// … and so many groups of the higher class are worked up.
const MOST_GROUPS: usize = 3;
/// Reflections to this d, Å, are enough to see symmetry.
const D_MIN: f64 = 1.0;

/// Groups of a higher Laue class than its own that the model of a structure obeys, with its phases; `None` where there is nothing above, or nothing that
/// it obeys. `mean_e2_minus_1` is that of the data.
pub fn groups_above(
    header: &CrystalHeader,
    structure: &Structure,
    mean_e2_minus_1: f64,
) -> Option<(Vec<Trial>, Vec<PhasedReflection>)> {
    let cell = &header.cell;
    let lattice = of_lattice(cell, &structure.group)?;
    let own = structure.group.laue_rotations().len();
    shown(header, structure, &lattice, mean_e2_minus_1, |group| group.laue_rotations().len() > own)
}

/// Supergroups in its own Laue class that the model of a structure obeys, with its phases; `None` where it obeys none.
pub fn supergroups(
    header: &CrystalHeader,
    structure: &Structure,
    mean_e2_minus_1: f64,
) -> Option<(Vec<Trial>, Vec<PhasedReflection>)> {
    let group = &structure.group;
    let operations = |group: &SpaceGroup| (group.laue_rotations().len(), group.primitive_operations().len());
    let own = operations(group);
    // There is none above it.
    if own.0 == own.1 {
        return None;
    }
    shown(header, structure, &group.symmorphic(), mean_e2_minus_1, |other| {
        let (rotations, all) = operations(other);
        rotations == own.0 && all > own.1
    })
}

/// Groups with rotations of `laue` that the model of a structure obeys, of those that are `wanted`, with its phases.
fn shown(
    header: &CrystalHeader,
    structure: &Structure,
    laue: &SpaceGroup,
    mean_e2_minus_1: f64,
    wanted: impl Fn(&SpaceGroup) -> bool,
) -> Option<(Vec<Trial>, Vec<PhasedReflection>)> {
    let model = structure.model.as_ref().filter(|model| model.r1_of_one_domain() < SHOWN_BY)?;
    let phased = phases(header, structure, model.agreement.d_min.max(D_MIN))?;
    let trials = obeyed(&header.cell, laue, &phased, mean_e2_minus_1, wanted);
    (!trials.is_empty()).then_some((trials, phased))
}

/// Groups with rotations of `laue` that phases of structure factors obey, of those that are `wanted`, best first.
fn obeyed(
    cell: &Cell,
    laue: &SpaceGroup,
    phased: &[PhasedReflection],
    mean_e2_minus_1: f64,
    wanted: impl Fn(&SpaceGroup) -> bool,
) -> Vec<Trial> {
    let fits = OperatorFits::new(cell, laue, phased);
    let ranked = group_candidates(cell, laue, laue, phased, &fits, mean_e2_minus_1);
    let obeyed = ranked.into_iter().filter(|found| wanted(&found.group) && found.score.held > OBEYED);
    obeyed.take(MOST_GROUPS).map(|found| Trial::seen(found, false)).collect()
}

/// All rotations of the lattice with its centring; `None` where the Laue class of `group` has them all.
fn of_lattice(cell: &Cell, group: &SpaceGroup) -> Option<SpaceGroup> {
    let rotations = lattice_rotations(cell, group).into_iter().map(|rotation| rotation.rot);
    let all = SpaceGroup::of_rotations(group.centring(), rotations).ok()?;
    (all.laue_rotations().len() > group.laue_rotations().len()).then_some(all)
}

/// Structure factors of the atoms of a model over the half sphere to `d_min`, normalised by what its atoms scatter on average.
fn phases(header: &CrystalHeader, structure: &Structure, d_min: f64) -> Option<Vec<PhasedReflection>> {
    let model = structure.model.as_ref()?;
    let (cell, group, table) = (&header.cell, &structure.group, header.table_at_wavelength());
    let atoms = &model.sites[..model.atoms];
    let curves: Vec<(&Site, Curve)> =
        atoms.iter().filter_map(|site| Some((site, table.curve(site.element?)?))).collect();
    let hkls: Vec<Hkl> = cell.half_sphere(d_min.powi(-2)).collect();
    let values = structure_factors(cell, group, atoms, table, &hkls).ok()?;
    let operations = group.operations().len() as f64;
    let phased = hkls.into_iter().zip(values).filter_map(|(hkl, value)| {
        let s_sq = cell.d_star_sq(hkl) / 4.0;
        let power = |(site, curve): &(&Site, Curve)| {
            let f = curve.at(s_sq) * (-8.0 * PI * PI * site.u_iso * s_sq).exp();
            operations * site.sof * f * f
        };
        let power: f64 = curves.iter().map(power).sum();
        let f = value.norm();
        (f > 0.0 && power > 0.0).then(|| PhasedReflection { hkl, f, e: f / power.sqrt(), phase: value.arg(), fom: 1.0 })
    });
    Some(phased.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::group_by_name;
    use crate::crystal::{Radiation, ScatteringTable};

    #[test]
    fn a_lattice_has_more_than_a_class_or_not() {
        let cell = Cell::new([7.5, 7.501, 15.8], [90.0; 3]).unwrap();
        let above = |name: &str| of_lattice(&cell, &group_by_name(name, false).unwrap().symmorphic());
        assert_eq!(above("P 1 1 2").map(|group| group.laue_rotations().len()), Some(16));
        assert_eq!(above("P 4 2 2").map(|group| group.laue_rotations().len()), None);
        let skew = Cell::new([7.0, 8.0, 9.0], [90.0, 101.0, 90.0]).unwrap();
        assert!(of_lattice(&skew, &group_by_name("P 1 2 1", false).unwrap()).is_none());
    }

    /// Ten atoms with their inverses about a centre away from the origin, handed over without it, and twenty without a centre.
    #[test]
    fn a_centre_that_structure_factors_have_is_seen() {
        let cell = Cell::new([7.0, 8.0, 9.0], [95.0, 101.0, 98.0]).unwrap();
        let laue = group_by_name("P 1", false).unwrap();
        let table = ScatteringTable::new(Radiation::Xray);
        // By lot, as far as a sine may stand for one.
        let place = |n: usize| {
            let lot = |i: usize| (((3 * n + i) as f64 * 12.989_8).sin() * 43_758.545_3).rem_euclid(1.0);
            [lot(0), lot(1), lot(2)]
        };
        let inverse = |n: usize| {
            let xyz = place(n);
            std::array::from_fn(|i| [0.62, 0.84, 0.90][i] - xyz[i])
        };
        let site =
            |xyz| Site { label: "C".into(), element: Some(6), xyz, sof: 1.0, u_iso: 0.03, u_aniso: None, height: None };
        let seen = |centric: bool| {
            let other = |n: usize| if centric { inverse(n) } else { place(n + 10) };
            let atoms: Vec<Site> = (0..10).flat_map(|n| [site(place(n)), site(other(n))]).collect();
            let hkls: Vec<Hkl> = cell.half_sphere(1.0).collect();
            let values = structure_factors(&cell, &laue, &atoms, table, &hkls).unwrap();
            let mean = (values.iter().map(|f| f.norm_sqr()).sum::<f64>() / values.len() as f64).sqrt();
            let phased = hkls.into_iter().zip(values).map(|(hkl, f)| {
                let (f, phase) = (f.norm(), f.arg());
                PhasedReflection { hkl, f, e: f / mean, phase, fom: 1.0 }
            });
            let phased: Vec<PhasedReflection> = phased.collect();
            obeyed(&cell, &laue, &phased, 0.97, SpaceGroup::is_centrosymmetric).len()
        };
        assert_eq!([seen(true), seen(false)], [1, 0]);
    }
}
