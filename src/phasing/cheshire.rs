//! What is unique of a cell for vectors between an atom and its mates: the Cheshire cell (Hirshfeld 1968, Acta Cryst.
//! A24, 301).

use crate::crystal::{SpaceGroup, SymOp, symop::TRANSLATION_DENOMINATOR};

/// Whether an atom at any place and its mates are a centrosymmetric set: then for each mate there is another so that
/// the two add up to the same, twice the centre.
pub fn mates_have_a_centre(group: &SpaceGroup) -> bool {
    let ops = group.primitive_operations();
    let sum = |a: &SymOp, b: &SymOp| {
        let rot: [[i32; 3]; 3] = std::array::from_fn(|i| std::array::from_fn(|j| a.rot[i][j] + b.rot[i][j]));
        (rot, std::array::from_fn::<i32, 3, _>(|i| a.trans[i] + b.trans[i]))
    };
    let same = |a: ([[i32; 3]; 3], [i32; 3]), b: ([[i32; 3]; 3], [i32; 3])| {
        a.0 == b.0 && of_lattice(group, std::array::from_fn(|i| a.1[i] - b.1[i]))
    };
    // The identity has to go to some mate.
    ops.iter().any(|partner| {
        let centre = sum(&SymOp::IDENTITY, partner);
        ops.iter().all(|a| ops.iter().any(|b| same(sum(a, b), centre)))
    })
}

/// Whether a translation, in units of those of operations, is one of the lattice.
pub(super) fn of_lattice(group: &SpaceGroup, v: [i32; 3]) -> bool {
    let within = |v: [i32; 3]| v.map(|x| x.rem_euclid(TRANSLATION_DENOMINATOR));
    group.centring().iter().any(|&c| within(c) == within(v))
}

/// What leaves the vectors of a group as they are: shifts of the origin, and the change of the hand.
pub struct Cheshire {
    /// Part of each axis that is unique by shifts along it; 0 along polar axes.
    pub extent: [f64; 3],
    /// Shifts in units of the translations of operations, none among them.
    shifts: Vec<[i32; 3]>,
    /// A shift after which −x stands for the same group, where there is one.
    inversion: Option<[i32; 3]>,
}

impl Cheshire {
    /// Of a space group.
    pub fn new(group: &SpaceGroup) -> Self {
        // (R − I)t
        let moved = |op: &SymOp, t: [i32; 3]| -> [i32; 3] {
            std::array::from_fn(|i| (0..3).map(|j| op.rot[i][j] * t[j]).sum::<i32>() - t[i])
        };
        let ops = group.primitive_operations();
        let polar = |axis: usize| ops.iter().all(|op| (0..3).all(|i| op.rot[i][axis] == i32::from(i == axis)));
        let polar = [0, 1, 2].map(polar);
        let all = |n: i32| {
            let d = TRANSLATION_DENOMINATOR;
            [n / (d * d), n / d % d, n % d]
        };
        let candidates =
            (0..TRANSLATION_DENOMINATOR.pow(3)).map(all).filter(|t| (0..3).all(|i| !polar[i] || t[i] == 0));
        let shifts: Vec<[i32; 3]> =
            candidates.clone().filter(|&t| ops.iter().all(|op| of_lattice(group, moved(op, t)))).collect();
        let inverted = |t: &[i32; 3]| {
            ops.iter().all(|op| {
                let by = moved(op, *t);
                of_lattice(group, std::array::from_fn(|i| -2 * op.trans[i] - by[i]))
            })
        };
        let along = |axis: usize| {
            let only = |t: &&[i32; 3]| (0..3).all(|i| (t[i] != 0) == (i == axis));
            let least = shifts.iter().filter(only).map(|t| t[axis]).min().unwrap_or(TRANSLATION_DENOMINATOR);
            f64::from(least) / f64::from(TRANSLATION_DENOMINATOR)
        };
        let extent = std::array::from_fn(|axis| if polar[axis] { 0.0 } else { along(axis) });
        let inversion = candidates.clone().find(inverted);
        Self { extent, shifts, inversion }
    }

    /// Shifts of the origin, in units of the translations of operations.
    pub fn shifts(&self) -> &[[i32; 3]] {
        &self.shifts
    }

    /// A shift, in the same units, after which −x stands for the same group, where there is one.
    pub fn inversion(&self) -> Option<[i32; 3]> {
        self.inversion
    }

    /// Sets of places with the same vectors as `set`, the first place at 0 along polar axes.
    pub fn images_of(&self, group: &SpaceGroup, set: &[[f64; 3]]) -> impl Iterator<Item = Vec<[f64; 3]>> {
        self.ways(group).map(move |way| {
            let moved: Vec<[f64; 3]> = set.iter().map(|&x| way(x)).collect();
            let origin = moved.first().copied().unwrap_or_default();
            let at = |y: &[f64; 3], i: usize| if self.extent[i] > 0.0 { y[i] } else { y[i] - origin[i] };
            moved.iter().map(|y| std::array::from_fn(|i| at(y, i))).collect()
        })
    }

    /// Places with the same vectors as `x`. Along a polar axis every place is the same, and stands at 0.
    pub fn images(&self, group: &SpaceGroup, x: [f64; 3]) -> impl Iterator<Item = [f64; 3]> {
        self.ways(group).map(move |way| {
            let y = way(x);
            std::array::from_fn(|i| if self.extent[i] > 0.0 { y[i] } else { 0.0 })
        })
    }

    /// What can be done to all atoms so that their vectors stay: the change of the hand, operations, shifts of the origin
    /// but for those along polar axes.
    fn ways(&self, group: &SpaceGroup) -> impl Iterator<Item = impl Fn([f64; 3]) -> [f64; 3]> {
        let hands = std::iter::once(None).chain(self.inversion.map(Some));
        let ops = group.primitive_operations();
        hands.flat_map(move |hand| {
            ops.iter().flat_map(move |op| {
                self.shifts.iter().map(move |t| {
                    move |x: [f64; 3]| {
                        let turned = hand.map_or(x, |t| std::array::from_fn(|i| fraction(t[i]) - x[i]));
                        let y = op.apply(turned);
                        std::array::from_fn(|i| if self.extent[i] > 0.0 { y[i] + fraction(t[i]) } else { y[i] })
                    }
                })
            })
        })
    }
}

fn fraction(t: i32) -> f64 {
    f64::from(t) / f64::from(TRANSLATION_DENOMINATOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(generators: &[&str]) -> SpaceGroup {
        let ops: Vec<SymOp> = generators.iter().map(|text| SymOp::parse(text).unwrap()).collect();
        SpaceGroup::from_generators(&ops).unwrap()
    }

    #[test]
    fn one_atom_says_nothing_where_its_mates_have_a_centre() {
        for generators in [
            &[][..],
            &["-x,y+1/2,-z"],
            &["-x,-y,-z"],
            &["x,-y,z+1/2"],
            &["-x,-y,z"],
            &["-x,-y,z", "x,-y,z"],
            &["-x,-y,z+1/2", "x+1/2,-y+1/2,z"],
            &["-x,-y,-z", "-x,y+1/2,-z+1/2"],
        ] {
            assert!(mates_have_a_centre(&group(generators)), "{generators:?}");
        }
        for generators in [&["-x+1/2,-y,z+1/2", "-x,y+1/2,-z+1/2"][..], &["-y,x,z+1/4"], &["-y,x-y,z+1/3"]] {
            assert!(!mates_have_a_centre(&group(generators)), "{generators:?}");
        }
    }

    #[test]
    fn what_is_unique_of_a_cell() {
        let orthorhombic = Cheshire::new(&group(&["-x+1/2,-y,z+1/2", "-x,y+1/2,-z+1/2"]));
        assert_eq!((orthorhombic.extent, orthorhombic.shifts.len()), ([0.5; 3], 8));
        assert!(orthorhombic.inversion.is_some());
        // P 41 21 2 is of one hand, with shifts (½ ½ 0) and (0 0 ½).
        let tetragonal = Cheshire::new(&group(&["-y+1/2,x+1/2,z+1/4", "y,x,-z"]));
        assert_eq!((tetragonal.extent, tetragonal.shifts.len()), ([1.0, 1.0, 0.5], 4));
        assert_eq!(tetragonal.inversion, None);
        // P n a 21 is polar.
        let polar = Cheshire::new(&group(&["-x,-y,z+1/2", "x+1/2,-y+1/2,z"]));
        assert_eq!((polar.extent, polar.shifts.len()), ([0.5, 0.5, 0.0], 4));
    }
}
