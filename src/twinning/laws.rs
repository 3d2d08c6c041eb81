//! Twin laws that a lattice allows: its rotations that the crystal has not, one of each coset.

use super::law::{PARTS, TwinLaw};
use crate::crystal::lattice::{in_parts, isometries};
use crate::crystal::{Cell, SpaceGroup};

/// Largest change of an angle between axes, degrees, with which spots of two domains still fall together where detectors and lists
/// take them for one (lengths: 1 %, as for symmetry).
const ANGLE_TOLERANCE: f64 = 1.5;
/// The centring vector 2/3 1/3 1/3 of the obverse setting, in units of 1/24 …
const OBVERSE: [i32; 3] = [16, 8, 8];
/// … and half a turn about c, which makes the reverse one of it: a third of the reflections falls on others.
const REVERSE: [[i32; 3]; 3] = [[-1, 0, 0], [0, -1, 0], [0, 0, 1]];

/// Laws of the lattice of a crystal with this cell and group: merohedral and pseudo-merohedral ones, of each coset of the crystal's
/// rotations the one that leaves the lattice most nearly as it is, and obverse/reverse for a rhombohedral lattice on hexagonal axes.
/// Rotations come first by their misfit in whole tenths of a degree.
pub fn twin_laws(cell: &Cell, group: &SpaceGroup) -> Vec<TwinLaw> {
    let crystal = group.proper_rotations();
    let of_lattice = |(matrix, _, angle): ([[f64; 3]; 3], f64, f64)| Some((in_parts(&matrix, PARTS)?, angle));
    let mut rotations: Vec<_> = isometries(cell, group, ANGLE_TOLERANCE).into_iter().filter_map(of_lattice).collect();
    // Half turns first, of those the most exact, whatever rounding does.
    rotations.sort_by_key(|(sixths, angle)| {
        let trace = sixths[0][0] + sixths[1][1] + sixths[2][2];
        (trace != -PARTS, (10.0 * angle).round() as i64, std::cmp::Reverse(*sixths))
    });
    let mut laws: Vec<TwinLaw> = Vec::new();
    for law in rotations.into_iter().map(|(sixths, _)| TwinLaw::in_sixths(sixths)) {
        let coset = || crystal.iter().map(|rotation| law.after(rotation));
        let known = coset().any(|other| laws.contains(&other));
        let own = crystal.iter().any(|rotation| TwinLaw::new(*rotation) == law);
        if !known && !own {
            laws.push(law);
        }
    }
    if group.centring().contains(&OBVERSE) {
        laws.push(TwinLaw::new(REVERSE));
    }
    laws
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::group_by_name;

    fn laws(name: &str, lengths: [f64; 3], angles: [f64; 3]) -> Vec<String> {
        let group = group_by_name(name, false).unwrap();
        twin_laws(&Cell::new(lengths, angles).unwrap(), &group).iter().map(TwinLaw::to_string).collect()
    }

    #[test]
    fn a_holohedral_crystal_has_no_law_and_a_merohedral_one_its_cosets() {
        assert!(laws("P m -3 m", [7.0; 3], [90.0; 3]).is_empty());
        assert!(laws("P 1 21/c 1", [7.0, 8.0, 9.0], [90.0, 101.0, 90.0]).is_empty());
        assert!(laws("P -1", [7.0, 8.0, 9.0], [81.0, 95.0, 107.0]).is_empty());
        assert_eq!(laws("P 4", [7.0, 7.0, 9.0], [90.0; 3]).len(), 1);
        assert_eq!(laws("I 41/a:2", [7.0, 7.0, 9.0], [90.0; 3]).len(), 1);
        assert_eq!(laws("P 32", [7.0, 7.0, 9.0], [90.0, 90.0, 120.0]).len(), 3);
        assert_eq!(laws("P 31 2 1", [7.0, 7.0, 9.0], [90.0, 90.0, 120.0]).len(), 1);
        assert_eq!(laws("P a -3", [7.0; 3], [90.0; 3]).len(), 1);
    }

    #[test]
    fn pseudo_merohedral_laws_are_those_of_a_lattice_that_is_nearly_higher() {
        assert_eq!(laws("P 1 21/c 1", [7.0, 8.0, 9.0], [90.0, 90.4, 90.0]), ["h, -k, -l"]);
        assert_eq!(laws("P 1 21/c 1", [7.0, 8.0, 9.0], [90.0, 91.4, 90.0]).len(), 0);
        assert_eq!(laws("P 1 21/c 1", [7.0, 8.0, 7.03], [90.0, 101.0, 90.0]).len(), 1);
        assert_eq!(laws("P 21 21 21", [7.0, 7.04, 9.0], [90.0; 3]).len(), 1);
        assert_eq!(laws("P -1", [7.0, 8.0, 9.0], [90.4, 100.0, 89.8]).len(), 1);
    }

    #[test]
    fn a_third_of_a_rhombohedral_crystal_is_met_by_its_reverse() {
        let found = laws("R -3:H", [7.0, 7.0, 19.0], [90.0, 90.0, 120.0]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], "-h, -k, l");
    }
}
