//! Measurements that suffice for so many atoms, with the scattering factors at them.

use super::atom::Atom;
use super::factors::Factors;
use super::given::Given;
use super::measurements::Measurements;
use super::normal::Calculator;
use super::refinement::{Fitted, Refined, evaluated, refined};
use std::borrow::Cow;

/// Reflections for each atom that a sketch is made on, 8 for each parameter, …
const PER_SKETCHED: usize = 32;
/// … for each that a model grows on: with 16, 32 and 48 rounds came to rest early and R1 of a palladium cage was 0.159, 0.156 and 0.153
/// instead of 0.148 …
const PER_ATOM: usize = 64;
/// … and so many in any case.
const LEAST: usize = 2000;
/// Terms (reflections times atoms) that a finished model is refined on at most: all 35 000 reflections of crambin's 430 atoms.
const MOST_TERMS: usize = 16_000_000;

/// Some or all of the measurements, and the factors of the elements that were met.
pub struct Part<'a> {
    measurements: Cow<'a, Measurements>,
    factors: Factors,
}

impl<'a> Part<'a> {
    /// What the sketch of a model of so many atoms is made on.
    pub fn sketched(given: &Given, all: &'a Measurements, atoms: usize) -> Self {
        Self::of(given, all, (PER_SKETCHED * atoms).max(LEAST))
    }

    /// What a model of so many atoms grows on.
    pub fn growing(given: &Given, all: &'a Measurements, atoms: usize) -> Self {
        Self::of(given, all, (PER_ATOM * atoms).max(LEAST))
    }

    /// What a model of so many atoms is finished on.
    pub fn finishing(given: &Given, all: &'a Measurements, atoms: usize) -> Self {
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

    /// A model that was refined on all, as it fits this part.
    pub fn narrowed(&mut self, given: &Given, model: Fitted) -> Fitted {
        match self.measurements {
            Cow::Borrowed(_) => model,
            Cow::Owned(_) => evaluated(&self.calculator(given, &model.atoms), model.atoms),
        }
    }

    /// A model that was refined on this part, refined on `whole` for some more cycles where that is more.
    pub fn widened(&self, given: &Given, model: Fitted, whole: &mut Part, cycles: usize) -> Fitted {
        match self.measurements {
            Cow::Borrowed(_) => model,
            Cow::Owned(_) => {
                let calculator = whole.calculator(given, &model.atoms);
                refined(given, &calculator, evaluated(&calculator, model.atoms), Refined::Positions, cycles)
            }
        }
    }
}
