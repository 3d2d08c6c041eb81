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
