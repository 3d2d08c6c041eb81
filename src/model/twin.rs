//! Whether a model fits better as that of a twin.

use super::amplitudes::Amplitudes;
use super::given::Given;
use super::measurements::{Measurements, turned};
use super::part::Part;
use super::refinement::{Fitted, evaluated};
use super::scale::{r1, scale, weights};
use crate::twinning::{Fraction, TwinLaw, twin_laws};
use rayon::prelude::*;

/// A law is worth a model of its own when R1 of the atoms as they are falls by this factor: once they are refined with it, it falls further …
const HOPE: f64 = 0.95;
/// … and is the law of a twin when R1, more atoms counted against it, is lower by this factor in the end …
const GAIN: f64 = 0.90;
/// … where the second domain has this share …
const LEAST_SHARE: f64 = 0.03;
/// … and so many times its uncertainty.
const LEAST_SIGMAS: f64 = 5.0;

/// A twin law tried on the atoms of a single crystal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LawTest {
    /// The law.
    pub law: TwinLaw,
    /// Share of the second domain.
    pub fraction: Fraction,
    /// R1 with it over that without, of the same atoms.
    pub ratio: f64,
}

/// What a model of two domains says of the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Twin {
    /// The law.
    pub law: TwinLaw,
    /// Share of the second domain.
    pub fraction: Fraction,
    /// R1 of the best model of a single crystal.
    pub single: f64,
}

impl LawTest {
    /// True where a model with this law may explain clearly more.
    pub fn promises(&self) -> bool {
        self.ratio < HOPE && is_clear(&self.fraction)
    }
}

fn is_clear(fraction: &Fraction) -> bool {
    fraction.share > LEAST_SHARE && fraction.share > LEAST_SIGMAS * fraction.sigma
}

/// True where a model of a twin is better than that of a single crystal by what a law must gain; both are R1 with atoms counted against it.
pub fn is_twin(fraction: &Fraction, twinned: f64, single: f64) -> bool {
    is_clear(fraction) && twinned < GAIN * single
}

/// All laws of the lattice on the atoms of a single crystal, the one that explains most first. Some thousand reflections tell.
pub fn tested(given: &Given, measurements: &Measurements, model: &Fitted) -> Vec<LawTest> {
    let laws = twin_laws(given.cell, given.group);
    if laws.is_empty() {
        return Vec::new();
    }
    let mut part = Part::rough(given, measurements, model.atoms.len());
    let calculator = part.calculator(given, &model.atoms);
    let single = evaluated(&calculator, model.atoms.clone());
    let test = |law: TwinLaw| {
        let measurements = calculator.measurements;
        let second = calculator.turned(&single.atoms, &turned(given, &measurements.list, law));
        let both = Amplitudes::new(measurements, single.amplitudes.fc.clone(), second);
        let k = scale(measurements, &both.sizes, &weights(measurements, &both.sizes, single.scale));
        LawTest { law, fraction: both.fraction, ratio: r1(measurements, &both.sizes, k)[0] / single.r1[0] }
    };
    let mut tests: Vec<LawTest> = laws.into_par_iter().map(test).collect();
    tests.sort_by(|a, b| a.ratio.total_cmp(&b.ratio));
    tests
}
