//! Starts from heavy atoms, the likeliest first: places of single ones, maxima of the Harker score over what is unique
//! of the cell, and sets.

use super::atom_places::atom_places;
use super::cheshire::mates_have_a_centre;
use super::harker::Harker;
use super::set_list::SetList;
use super::vector_evidence::VectorEvidence;
use super::{HeavyAtom, VectorMap};
use crate::crystal::{Cell, SpaceGroup};
use crate::reflections::NormalisedReflection;

/// Of four starts from pairs, where such atoms are often bonded, those that have the length of a bond. Of lysozyme 4AXT
/// (four disulphides) the first right one stands at place 210 of 3000, among pairs of any length at 3294 of 5000 (one
/// structure).
const BONDED_OF_FOUR: usize = 3;
/// Cycles for which starts are held where one atom is little: of true pairs of lysozyme 4AXT 8 of 8 solve it then, 3
/// without, of true single sulphurs 4 of 10, and none; but of pairs of toxin II, 0.3 Å off, 9 of 15, and 15 without
/// (two structures).
const HOLD_WHEN_HUGE: u32 = 10;
/// Sets of two and three at least, and at most, however many trials there are.
const SETS: [usize; 2] = [40, 10_000];

/// Starts by their score, the best first, and the group whose vectors they were found by.
#[derive(Debug, Clone, PartialEq)]
pub struct AtomList {
    /// The group.
    pub group: SpaceGroup,
    /// Fractional coordinates of the atoms of each start.
    pub sets: Vec<Vec<[f64; 3]>>,
    /// Cycles for which a start is held.
    pub hold: u32,
}

impl AtomList {
    /// Looks for them in the Patterson map of unique reflections to `d_min` Å, for as many trials as are `wanted`, from
    /// as many atoms as are `needed`. Single atoms come first where one is enough, then pairs; where one is little of a
    /// start, both in turn. An atom whose mates have a centre, as in P2₁, says nothing that a random start lacks:
    /// there, pairs alone, and in P1 threes. `None` in centrosymmetric groups of that kind, and where the map says
    /// nothing.
    pub fn new(
        cell: &Cell,
        group: &SpaceGroup,
        reflections: &[NormalisedReflection],
        d_min: f64,
        heavy: &HeavyAtom,
        needed: usize,
        wanted: usize,
    ) -> Option<Self> {
        let centre = mates_have_a_centre(group);
        if centre && group.is_centrosymmetric() {
            return None;
        }
        let map = VectorMap::new(cell, group, reflections, d_min)?;
        let harker = Harker::new(cell, group, &map);
        let places = match harker {
            Some(harker) if !centre => atom_places(&harker, cell, group),
            _ => Vec::new(),
        };
        let mut sets: Vec<Vec<[f64; 3]>> = places.into_iter().map(|x| vec![x]).collect();
        if needed > 1 || wanted > sets.len() {
            let shares = reflections.iter().map(|r| heavy.share(cell.stol_sq(r.merged.hkl)));
            let share = shares.sum::<f64>() / reflections.len().max(1) as f64;
            let evidence = VectorEvidence::new(cell, group, &map, map.expected(share));
            let pairs = pairs(cell, group, evidence, heavy, wanted);
            sets = if needed > 1 { in_turn(sets, pairs) } else { [sets, pairs].concat() };
        }
        (!sets.is_empty()).then(|| Self {
            group: group.clone(),
            sets,
            hold: if needed > 1 { HOLD_WHEN_HUGE } else { 0 },
        })
    }
}

/// One of each, as long as there are both.
fn in_turn<T>(first: Vec<T>, second: Vec<T>) -> Vec<T> {
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut out = Vec::new();
    loop {
        let turn = [first.next(), second.next()];
        if turn.iter().all(Option::is_none) {
            return out;
        }
        out.extend(turn.into_iter().flatten());
    }
}

/// Pairs, or threes where a pair has a centre.
fn pairs(
    cell: &Cell,
    group: &SpaceGroup,
    evidence: VectorEvidence<'_>,
    heavy: &HeavyAtom,
    wanted: usize,
) -> Vec<Vec<[f64; 3]>> {
    let [fewest, most] = SETS;
    let wanted = wanted.clamp(fewest, most);
    let list = SetList::new(cell, group, evidence);
    let mut bonded = heavy.bond.map(|bond| list.bonded(bond, wanted)).unwrap_or_default();
    let mut apart = list.pairs(wanted);
    if group.primitive_operations().len() == 1 {
        bonded = list.threes(&bonded, wanted);
        apart = list.threes(&apart, wanted);
    }
    let (mut bonded, mut apart) = (bonded.into_iter(), apart.into_iter());
    let turns = (0..2 * wanted).filter_map(|turn| {
        let next = if turn % 4 < BONDED_OF_FOUR { bonded.next() } else { None };
        next.or_else(|| apart.next()).or_else(|| bonded.next())
    });
    turns.take(wanted).map(|set| set.places).collect()
}

#[cfg(test)]
#[path = "atom_list_tests.rs"]
mod tests;
