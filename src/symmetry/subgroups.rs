//! Maximal translationengleiche subgroups: what is left of a group's operations when some are dropped.

use crate::crystal::SpaceGroup;
use crate::crystal::identity::identify;
use crate::crystal::symop::{SymOp, product};
use std::collections::BTreeSet;

/// Indices of the subgroups that are looked for: every maximal one but those of index 4 that cubic groups have along their diagonals.
const INDICES: [usize; 2] = [2, 3];

/// The maximal translationengleiche subgroups of index 2 and 3, each orientation by itself, on the axes and at the origin of `group`.
pub fn maximal_subgroups(group: &SpaceGroup) -> Vec<SpaceGroup> {
    let all = group.primitive_operations();
    let table: Vec<Vec<usize>> = all.iter().map(|a| all.iter().map(|b| place(all, a, b)).collect()).collect();
    let mut found: BTreeSet<u64> = BTreeSet::from([1]);
    let mut open: Vec<(u64, Vec<usize>)> = vec![(1, Vec::new())];
    while let Some((subgroup, generators)) = open.pop() {
        for next in (0..all.len()).filter(|n| subgroup & (1 << n) == 0) {
            let generators = [generators.as_slice(), &[next]].concat();
            let larger = closure(&table, &generators);
            if found.insert(larger) {
                open.push((larger, generators));
            }
        }
    }
    let maximal = |mask: &&u64| INDICES.iter().any(|index| mask.count_ones() as usize * index == all.len());
    let of_mask = |mask: &u64| {
        let kept = all.iter().enumerate().filter(|(n, _)| mask & (1 << n) != 0).map(|(_, op)| *op);
        let centring = group.centring().iter().map(|&t| SymOp::IDENTITY.translated(t));
        SpaceGroup::from_generators(&kept.chain(centring).collect::<Vec<_>>()).ok()
    };
    found.iter().filter(maximal).filter_map(of_mask).collect()
}

/// Symbols, as `symbol` has them, of those maximal subgroups that have the Laue class of `group`: lower ones have intensities that are not
/// equal, which is told from the data, not from models.
pub fn subgroups_of_laue_class(group: &SpaceGroup) -> Vec<String> {
    let rotations = group.laue_rotations().len();
    maximal_subgroups(group)
        .iter()
        .filter(|subgroup| subgroup.laue_rotations().len() == rotations)
        .filter_map(symbol)
        .collect()
}

/// Hermann–Mauguin symbol of a group whatever its origin; `None` where it has none.
pub fn symbol(group: &SpaceGroup) -> Option<String> {
    let hm = identify(group)?.hm;
    Some(hm.strip_suffix(":1").or(hm.strip_suffix(":2")).unwrap_or(&hm).to_owned())
}

/// Where the operation stands that has the rotation of a product.
fn place(all: &[SymOp], a: &SymOp, b: &SymOp) -> usize {
    let rot = product(&a.rot, &b.rot);
    all.iter().position(|op| op.rot == rot).unwrap_or(0)
}

/// The operations that the generators lead to from the identity, the first of all: inverses are powers.
fn closure(table: &[Vec<usize>], generators: &[usize]) -> u64 {
    let (mut mask, mut open) = (1u64, vec![0]);
    while let Some(at) = open.pop() {
        for next in generators.iter().map(|&generator| table[at][generator]) {
            if mask & (1 << next) == 0 {
                mask |= 1 << next;
                open.push(next);
            }
        }
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::group_by_name;

    fn of(name: &str, same_laue: bool) -> Vec<String> {
        let group = group_by_name(name, false).unwrap();
        let mut names = if same_laue {
            subgroups_of_laue_class(&group)
        } else {
            maximal_subgroups(&group).iter().filter_map(symbol).collect()
        };
        names.sort();
        names
    }

    /// International Tables A, maximal subgroups I.
    #[test]
    fn subgroups_are_those_of_the_tables() {
        assert_eq!(of("P 1 21/c 1", false), ["P -1", "P 1 21 1", "P 1 c 1"]);
        assert_eq!(of("P 1 21/c 1", true), ["P 1 21 1", "P 1 c 1"]);
        assert_eq!(of("P -1", true), ["P 1"]);
        assert_eq!(of("P 1 21 1", false), ["P 1"]);
        assert_eq!(of("P 1 21 1", true), Vec::<String>::new());
        assert_eq!(of("C 1 2/c 1", true), ["C 1 2 1", "C 1 c 1"]);
        assert_eq!(of("P b c a", true), ["P 21 21 21", "P 21 c a", "P b 21 a", "P b c 21"]);
        assert_eq!(of("P 31 2 1", false).len(), 4);
        assert_eq!(of("F m -3 m", true), ["F -4 3 m", "F 4 3 2"]);
    }
}
