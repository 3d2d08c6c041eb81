//! Pairs of heavy atoms, or threes, made when they are asked for: the likeliest few at first, many when those are used up.

use super::VectorMap;
use super::known_sets::KnownSets;
use super::set_list::SetList;
use super::vector_evidence::VectorEvidence;
use crate::crystal::{Cell, SpaceGroup};

/// Of four starts from pairs, where such atoms are often bonded, those that have the length of a bond. Of lysozyme 4AXT
/// (four disulphides) the first right one stands at place 210 of 3000, among pairs of any length at 3294 of 5000 (one
/// structure).
const BONDED_OF_FOUR: usize = 3;
/// Sets that are made at least, and at most, however many trials there are.
const SETS: [usize; 2] = [40, 10_000];
/// Sets that are made at first, and how many times more each time that they are used up.
const AT_FIRST: usize = 500;
const GROWTH: usize = 8;

/// Where pairs come from.
pub struct PairSource {
    cell: Cell,
    group: SpaceGroup,
    map: VectorMap,
    /// Length of a bond between two such atoms, Å.
    bond: Option<f64>,
    /// Share of one atom in the scattering of the cell.
    share: f64,
    spacing: f64,
    /// Sets that are made next, and at last; none next when all have been made.
    coming: Option<usize>,
    most: usize,
}

impl PairSource {
    /// Pairs that `map` allows, for as many trials as are `wanted`, no two nearer than `spacing` Å in both atoms.
    pub fn new(
        cell: &Cell,
        group: &SpaceGroup,
        map: VectorMap,
        bond: Option<f64>,
        share: f64,
        wanted: usize,
        spacing: f64,
    ) -> Self {
        let [fewest, most] = SETS;
        let most = wanted.clamp(fewest, most);
        let coming = Some(most.min(AT_FIRST));
        Self { cell: cell.clone(), group: group.clone(), map, bond, share, spacing, coming, most }
    }

    /// All have been made.
    pub fn is_empty(&self) -> bool {
        self.coming.is_none()
    }

    /// The next sets, those left out that are among the `made` ones; in P1, where a pair has a centre, threes.
    pub fn next(&mut self, made: &[Vec<[f64; 3]>]) -> Vec<Vec<[f64; 3]>> {
        let Some(wanted) = self.coming else { return Vec::new() };
        self.coming = (wanted < self.most).then(|| self.most.min(GROWTH * wanted));
        let mut known = KnownSets::new(&self.cell, self.spacing);
        made.iter().filter(|set| set.len() > 1).for_each(|set| known.push(set.clone()));
        let mut sets = self.sets(wanted);
        sets.retain(|set| !known.has(set, &|_| true));
        sets
    }

    /// So many sets, from the beginning.
    fn sets(&self, wanted: usize) -> Vec<Vec<[f64; 3]>> {
        let evidence = VectorEvidence::new(&self.cell, &self.group, &self.map, self.map.expected(self.share));
        let list = SetList::new(&self.cell, &self.group, evidence, self.spacing);
        let mut bonded = self.bond.map(|bond| list.bonded(bond, wanted)).unwrap_or_default();
        let turns_of_bonded = (wanted * BONDED_OF_FOUR).div_ceil(4).min(bonded.len());
        let mut apart = list.pairs(wanted - turns_of_bonded);
        if self.group.primitive_operations().len() == 1 {
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
}
