//! Starts from heavy atoms, the likeliest first: places of single ones, maxima of the Harker score over what is unique
//! of the cell, and sets.

use super::atom_places::atom_places;
use super::cheshire::mates_have_a_centre;
use super::harker::Harker;
use super::pair_source::PairSource;
use super::{HeavyAtom, ListRecipe, VectorMap};
use crate::crystal::{Cell, SpaceGroup};
use crate::reflections::NormalisedReflection;

/// Cycles for which starts are held where one atom is little: of true pairs of lysozyme 4AXT 8 of 8 solve it then, 3
/// without, of true single sulphurs 4 of 10, and none; of those of five simulated cells of about 1000 independent atoms 53
/// of 63, and 30 (benches/results, 2026-11-27). But of pairs of toxin II, 0.3 Å off, 9 of 15, and 15 without.
const HOLD_WHEN_HUGE: u32 = 10;

/// Starts by their score, the best first, and the group whose vectors they were found by.
pub struct AtomList {
    /// The group.
    pub group: SpaceGroup,
    /// Cycles for which a start is held.
    pub hold: u32,
    /// Fractional coordinates of the atoms of each start, as far as they have been made.
    sets: Vec<Vec<[f64; 3]>>,
    /// Where more come from.
    more: PairSource,
}

/// What the list is to be for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    /// Atoms of which a start takes as many (`HeavyAtom::needed`).
    pub needed: usize,
    /// Trials that may ask for a start.
    pub starts: usize,
    /// How it is made.
    pub recipe: ListRecipe,
}

impl AtomList {
    /// Looks for them in the Patterson map of unique reflections to `d_min` Å. Single atoms come first where one is
    /// enough, then pairs; where one is little of a start, both in turn. An atom whose mates have a centre, as in P2₁,
    /// says nothing that a random start lacks: there, pairs alone, and in P1 threes. `None` in centrosymmetric groups
    /// of that kind, and where the map says nothing. Sets that come late are not made before they are asked for
    /// (`reach`).
    pub fn new(
        cell: &Cell,
        group: &SpaceGroup,
        reflections: &[NormalisedReflection],
        d_min: f64,
        heavy: &HeavyAtom,
        wanted: Wanted,
    ) -> Option<Self> {
        let centre = mates_have_a_centre(group);
        if centre && group.is_centrosymmetric() {
            return None;
        }
        let map = VectorMap::new(cell, group, reflections, d_min, &wanted.recipe)?;
        let spacing = wanted.recipe.spacing;
        let places = match Harker::new(cell, group, &map) {
            Some(harker) if !centre => atom_places(&harker, cell, group, spacing),
            _ => Vec::new(),
        };
        let shares = reflections.iter().map(|r| heavy.share(cell.stol_sq(r.merged.hkl)));
        let share = shares.sum::<f64>() / reflections.len().max(1) as f64;
        let mut more = PairSource::new(cell, group, map, heavy.bond, share, wanted.starts, spacing);
        let mut sets: Vec<Vec<[f64; 3]>> = places.into_iter().map(|x| vec![x]).collect();
        if wanted.needed > 1 || sets.is_empty() {
            let pairs = more.next(&[]);
            sets = in_turn(sets, pairs);
        }
        let hold = if wanted.needed > 1 { HOLD_WHEN_HUGE } else { 0 };
        (!sets.is_empty()).then(|| Self { group: group.clone(), hold, sets, more })
    }

    /// Makes the starts below this number, where there are any that have not been made. It takes seconds, on all threads
    /// of the pool; what is in the list stays there.
    pub fn reach(&mut self, end: usize) {
        while self.sets.len() < end && !self.more.is_empty() {
            let sets = self.more.next(&self.sets);
            self.sets.extend(sets);
        }
    }

    /// Fractional coordinates of the atoms of each start that has been made.
    pub fn sets(&self) -> &[Vec<[f64; 3]>] {
        &self.sets
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

#[cfg(test)]
#[path = "atom_list_tests.rs"]
mod tests;
