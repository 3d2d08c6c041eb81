//! A model in few cycles, to tell phases that are worth a whole one.

use super::factors::Factors;
use super::given::Given;
use super::measurements::Measurements;
use super::normal::Calculator;
use super::refinement::{Refined, fitted, refined};
use super::start::first_atoms;

/// Cycles on coordinates and displacements; from right phases R1 has fallen by most of what it will fall.
const CYCLES: usize = 2;

/// How well first atoms explain the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sketch {
    /// R1 over observed reflections.
    pub r1: f64,
    /// Atoms of the asymmetric unit.
    pub atoms: usize,
}

/// Refines the first atoms of a map a little; `None` where the map has none or there is nothing to fit them to.
pub fn sketch(given: &Given) -> Option<Sketch> {
    let measurements = Measurements::new(given);
    let elements: Vec<u8> = given.expected().iter().map(|e| e.0).collect();
    let factors = Factors::new(given.table, &elements, &measurements);
    let calculator = Calculator { measurements: &measurements, factors: &factors };
    let first = first_atoms(given);
    if first.is_empty() || measurements.list.is_empty() {
        return None;
    }
    let now = refined(given, &calculator, fitted(&calculator, first), Refined::Roughly, CYCLES);
    now.r1[0].is_finite().then_some(Sketch { r1: now.r1[0], atoms: now.atoms.len() })
}
