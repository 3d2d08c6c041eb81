//! Twin laws that a lattice allows: its rotations that the crystal has not, one of each coset.

use super::law::{PARTS, TwinLaw};
use crate::crystal::cell::inverse;
use crate::crystal::lattice::{in_parts, isometries};
use crate::crystal::symop::{Rotation, product};
use crate::crystal::{Cell, SpaceGroup};

/// A rotation on columns of fractional coordinates.
type Matrix = [[f64; 3]; 3];

/// Largest change of an angle between axes, degrees, with which spots of two domains still fall together where detectors and lists
/// take them for one (lengths: 1 %, as for symmetry).
const ANGLE_TOLERANCE: f64 = 1.5;
/// The centring vector 2/3 1/3 1/3 of the obverse setting, in units of 1/24 …
const OBVERSE: [i32; 3] = [16, 8, 8];
/// … and half a turn about c, which makes the reverse one of it: a third of the reflections falls on others.
const REVERSE: [[i32; 3]; 3] = [[-1, 0, 0], [0, -1, 0], [0, 0, 1]];

/// No rotation, in units of 1/6.
const UNTURNED: Rotation = [[PARTS, 0, 0], [0, PARTS, 0], [0, 0, PARTS]];
/// Half turns are tried about rows of the lattice and of its reciprocal with indices up to this: axes of twins have small ones.
const LARGEST_INDEX: i32 = 2;
/// Elements of one matrix, after rounding.
const SAME: f64 = 1e-6;
/// Elements of a half turn that comes so near to a rotation of the lattice are those of the same law.
const NEARLY: f64 = 0.06;

/// Laws of the lattice of a crystal with this cell and group: merohedral and pseudo-merohedral ones, of each coset of the crystal's
/// rotations the one that leaves the lattice most nearly as it is, and obverse/reverse for a rhombohedral lattice on hexagonal axes.
pub fn twin_laws(cell: &Cell, group: &SpaceGroup) -> Vec<TwinLaw> {
    let crystal = group.proper_rotations();
    let of_lattice = |(matrix, _, angle): (Matrix, f64, f64)| Some((in_parts(&matrix, PARTS)?, angle));
    let mut rotations: Vec<_> = isometries(cell, group, ANGLE_TOLERANCE).into_iter().filter_map(of_lattice).collect();
    // Half turns first, of those the most exact, whatever rounding does, and the one that is written most shortly.
    rotations.sort_by_key(|(sixths, angle)| {
        let trace = sixths[0][0] + sixths[1][1] + sixths[2][2];
        let written = sixths.iter().flatten().filter(|x| **x != 0).count();
        (trace != -PARTS, (10.0 * angle).round() as i64, written, std::cmp::Reverse(*sixths))
    });
    let mut taken: Vec<Rotation> = vec![UNTURNED];
    let mut laws: Vec<TwinLaw> = Vec::new();
    for (sixths, _) in rotations {
        let coset = || crystal.iter().map(|rotation| product(&sixths, rotation));
        if !coset().any(|other| taken.contains(&other)) {
            taken.push(sixths);
            laws.push(TwinLaw::in_sixths(sixths));
        }
    }
    if group.centring().contains(&OBVERSE) {
        laws.push(TwinLaw::new(REVERSE));
    }
    laws
}

/// Half turns about short rows of the lattice and of its reciprocal that are no rotations of the lattice, not even nearly: laws by which some
/// reflections of the domains fall together and others do not. Of those that the crystal makes of each other one.
pub fn half_turns(cell: &Cell, group: &SpaceGroup) -> Vec<Matrix> {
    let crystal: Vec<Matrix> = group.proper_rotations().iter().map(|rot| rot.map(|row| row.map(f64::from))).collect();
    let lattice: Vec<Matrix> = isometries(cell, group, ANGLE_TOLERANCE).into_iter().map(|found| found.0).collect();
    let indices = || -LARGEST_INDEX..=LARGEST_INDEX;
    let rows = indices().flat_map(|u| indices().flat_map(move |v| indices().map(move |w| [u, v, w])));
    let rows: Vec<[i32; 3]> = rows.filter(|row| *row > [0; 3] && is_primitive(*row)).collect();
    let mut found: Vec<Matrix> = Vec::new();
    for (row, reciprocal) in rows.iter().flat_map(|row| [(*row, false), (*row, true)]) {
        let turn = half_turn(cell, row.map(f64::from), reciprocal);
        let is_new = |other: &Matrix| {
            !crystal.iter().any(|rotation| alike(&by(&by(rotation, other), &inverse(rotation)), &turn, SAME))
        };
        if found.iter().all(is_new) && !lattice.iter().any(|other| alike(other, &turn, NEARLY)) {
            found.push(turn);
        }
    }
    found
}

/// Half a turn about Σ uᵢ aᵢ, or about Σ uᵢ aᵢ*, on columns of fractional coordinates: x′ = 2 a (a·x)/(a·a) − x.
pub fn half_turn(cell: &Cell, row: [f64; 3], reciprocal: bool) -> Matrix {
    let times = |metric: &Matrix| metric.map(|line| (0..3).map(|i| line[i] * row[i]).sum::<f64>());
    // The axis in fractional coordinates, and the form that gives a·x.
    let (axis, form) = if reciprocal { (times(&cell.reciprocal_metric), row) } else { (row, times(&cell.metric)) };
    let square: f64 = (0..3).map(|i| axis[i] * form[i]).sum();
    std::array::from_fn(|i| std::array::from_fn(|j| 2.0 * axis[i] * form[j] / square - f64::from(u8::from(i == j))))
}

fn is_primitive(row: [i32; 3]) -> bool {
    (2..=LARGEST_INDEX).all(|n| row.iter().any(|x| x % n != 0))
}

fn by(a: &Matrix, b: &Matrix) -> Matrix {
    std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
}

fn alike(a: &Matrix, b: &Matrix, within: f64) -> bool {
    a.iter().flatten().zip(b.iter().flatten()).all(|(a, b)| (a - b).abs() < within)
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
    #[test]
    fn half_turns_are_their_own_inverse_and_none_is_one_of_the_lattice() {
        let cell = Cell::new([7.2855, 12.3954, 16.4708], [98.33, 90.807, 99.245]).unwrap();
        let triclinic = half_turns(&cell, &group_by_name("P -1", false).unwrap());
        // 49 rows of each kind, no two alike.
        assert_eq!(triclinic.len(), 98);
        for turn in &triclinic {
            assert!(alike(&by(turn, turn), &UNTURNED.map(|row| row.map(|x| f64::from(x / PARTS))), 1e-9));
        }
        let about_c = TwinLaw::near(&cell, half_turn(&cell, [0.0, 0.0, 1.0], false), 0.02);
        assert_eq!(about_c.to_string(), "-h-0.012l, -k-0.218l, l");
        let monoclinic = Cell::new([7.0, 8.0, 9.0], [90.0, 101.0, 90.0]).unwrap();
        let turns = half_turns(&monoclinic, &group_by_name("P 1 21/c 1", false).unwrap());
        assert!(
            turns.len() < 98
                && !turns.iter().any(|turn| alike(turn, &half_turn(&monoclinic, [0.0, 1.0, 0.0], false), 0.01))
        );
        // Half turns about a and about c* are one with b to help.
        assert!(turns.iter().any(|turn| alike(turn, &half_turn(&monoclinic, [1.0, 0.0, 0.0], false), 1e-9)));
    }
}
