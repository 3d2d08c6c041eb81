//! Measurements that suffice for so many atoms, with the scattering factors at them.

use super::atom::Atom;
use super::factors::Factors;
use super::given::Given;
use super::measurements::Measurements;
use super::normal::Calculator;
use super::refinement::{Fitted, evaluated};
use std::borrow::Cow;

/// Reflections for each atom that serve for rough positions, 8 for each parameter. Rounds on so few come to rest early: R1 of a palladium
/// cage of 240 atoms was 0.159 with 16 for each atom, 0.156 with 32 and 0.153 with 48, and 0.148 with all 70.
const PER_ATOM: usize = 32;
/// So many serve in any case.
const LEAST: usize = 2000;
/// Terms (reflections times atoms) that go into the normal equations at most: all 35 000 reflections of crambin's 430 atoms.
const MOST_TERMS: usize = 16_000_000;

/// Some or all of the measurements, and the factors of the elements that were met.
pub struct Part<'a> {
    measurements: Cow<'a, Measurements>,
    factors: Factors,
}

impl<'a> Part<'a> {
    /// What serves for rough positions of so many atoms.
    pub fn rough(given: &Given, all: &'a Measurements, atoms: usize) -> Self {
        Self::of(given, all, (PER_ATOM * atoms).max(LEAST))
    }

    /// What a model of so many atoms is refined on.
    pub fn fine(given: &Given, all: &'a Measurements, atoms: usize) -> Self {
        Self::of(given, all, MOST_TERMS / atoms.max(1))
    }

    /// All.
    pub fn whole(given: &Given, all: &'a Measurements) -> Self {
        Self::of(given, all, usize::MAX)
    }

    fn of(given: &Given, all: &'a Measurements, most: usize) -> Self {
        let measurements = all.thinned(given, most).map_or(Cow::Borrowed(all), Cow::Owned);
        let factors = Factors::new(given.table, &[], &measurements);
        Self { measurements, factors }
    }

    /// For structure factors of `atoms`.
    pub fn calculator(&mut self, given: &Given, atoms: &[Atom]) -> Calculator<'_> {
        self.factors.extend(given.table, atoms, &self.measurements);
        Calculator { measurements: &self.measurements, factors: &self.factors }
    }

    /// A model that was calculated for `other`, a part or the whole of the same measurements, as it fits this one.
    pub fn taken_over(&mut self, given: &Given, model: Fitted, other: &Part) -> Fitted {
        if self.measurements.list.len() == other.measurements.list.len() {
            return model;
        }
        evaluated(&self.calculator(given, &model.atoms), model.atoms)
    }
}

#[cfg(test)]
mod tests {
    use super::super::simulated::amide;
    use super::*;

    #[test]
    fn a_part_is_spread_over_all_resolutions_and_fits_as_the_whole_does() {
        let truth = amide(false, &[]);
        let given = truth.given();
        let all = Measurements::new(&given);
        let count = all.list.len();
        assert!(all.thinned(&given, count).is_none());
        let mut part = Part::of(&given, &all, count / 4);
        let kept = &part.measurements.list;
        assert!(kept.len().abs_diff(count / 4) <= 2, "{} of {count}", kept.len());
        let below = |n: usize| kept.iter().filter(|m| m.stol_sq < all.list[n].stol_sq).count();
        for quarter in 1..4 {
            let expected = quarter * kept.len() / 4;
            assert!(below(quarter * count / 4).abs_diff(expected) <= 3);
        }
        let mut whole = Part::whole(&given, &all);
        let few = evaluated(&part.calculator(&given, &truth.atoms), truth.atoms.clone());
        let (fc, r1) = (few.amplitudes.fc.len(), few.r1[0]);
        let many = whole.taken_over(&given, few, &part);
        assert_eq!((fc, many.amplitudes.fc.len()), (part.measurements.list.len(), count));
        assert!((many.r1[0] - r1).abs() < 0.02);
    }

    #[test]
    fn large_structures_are_refined_on_part_of_their_reflections() {
        assert_eq!((PER_ATOM, LEAST, MOST_TERMS), (32, 2000, 16_000_000));
    }
}
