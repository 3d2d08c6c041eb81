//! A space group as the inverted crystal has it.

use super::identity::{at_tabulated_origin, origin};
use super::spacegroup::SpaceGroup;
use super::symop::SymOp;

/// Group and positions of the inverted crystal.
#[derive(Debug, Clone, PartialEq)]
pub struct Enantiomorph {
    /// Its group: the same, or the other of the eleven enantiomorphic pairs (P 4₁ and P 4₃).
    pub group: SpaceGroup,
    /// A position x becomes `shift` − x. Not 0 where the group has its inversion elsewhere than at the origin (I 4₁, F d d 2).
    pub shift: [f64; 3],
}

impl Enantiomorph {
    /// Of a crystal in `group`. The axes stay as they are; the other of a pair stands about a tabulated origin where its axes are tabulated.
    pub fn new(group: &SpaceGroup) -> Self {
        let inverted: Vec<SymOp> =
            group.operations().iter().map(|op| SymOp::new(op.rot, op.trans.map(|t| -t))).collect();
        let primitive = &inverted[1..group.primitive_operations().len()];
        if let Some(shift) = origin::shift(group, primitive) {
            return Self { group: group.clone(), shift };
        }
        // Rotations and lattice are those of the group, so that the operations close.
        let Ok(other) = SpaceGroup::from_generators(&inverted) else {
            return Self { group: group.clone(), shift: [0.0; 3] };
        };
        let (group, origin) = at_tabulated_origin(other);
        Self { group, shift: origin.map(|x| -x) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::{group_by_name, identify};

    /// The inverted images of a general position are the images of the inverted position.
    fn check(name: &str, expected: &str) {
        let group = group_by_name(name, false).unwrap();
        let Enantiomorph { group: other, shift } = Enantiomorph::new(&group);
        assert_eq!(identify(&other).unwrap().hm, expected);
        let inverted = |x: [f64; 3]| -> [f64; 3] { std::array::from_fn(|i| shift[i] - x[i]) };
        let x = [0.113, 0.271, 0.059];
        for op in group.operations() {
            let image = inverted(op.apply(x));
            let same = |a: [f64; 3]| (0..3).all(|i| (a[i] - image[i] - (a[i] - image[i]).round()).abs() < 1e-9);
            assert!(other.operations().iter().any(|op| same(op.apply(inverted(x)))), "{name}: {op}");
        }
    }

    #[test]
    fn pairs_change_places_and_other_groups_stay() {
        for (a, b) in [
            ("P 41", "P 43"),
            ("P 32", "P 31"),
            ("P 31 2 1", "P 32 2 1"),
            ("P 41 21 2", "P 43 21 2"),
            ("P 62", "P 64"),
            ("P 61 2 2", "P 65 2 2"),
            ("P 43 3 2", "P 41 3 2"),
        ] {
            check(a, b);
            check(b, a);
        }
        for name in [
            "P 1",
            "P 1 21 1",
            "P 21 21 21",
            "P n a 21",
            "F d d 2",
            "I 41",
            "I 41 2 2",
            "I 41 m d",
            "I 41 c d",
            "I -4 2 d",
            "F 41 3 2",
            "I -4 3 d",
            "R 3",
            "P 3 1 c",
            "A b a 2",
            "P 63",
            "C 2 2 21",
            "P -4 21 c",
        ] {
            let name = identify(&group_by_name(name, false).unwrap()).unwrap().hm;
            check(&name, &name);
        }
    }
}
