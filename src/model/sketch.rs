//! A model in few cycles, to tell phases that are worth a whole one.

use super::atom::Atom;
use super::given::Given;
use super::measurements::Measurements;
use super::part::Part;
use super::powers::Powers;
use super::refinement::{Fitted, fitted, refined};
use super::start::first_atoms;

/// Cycles on coordinates and displacements; from right phases R1 has fallen by most of what it will fall.
const CYCLES: usize = 2;

/// R1 over observed reflections of the first atoms of a map, refined a little; `None` where the map has none or there is nothing to fit them to.
pub fn sketch(given: &Given) -> Option<f64> {
    let measurements = Measurements::new(given);
    if measurements.list.is_empty() {
        return None;
    }
    let powers = Powers::new(given.table, &measurements);
    let starts = first_atoms(given, &given.expected(), &powers);
    let mut whole = Part::whole(given, &measurements);
    let sketches = starts.into_iter().map(|atoms| roughly(given, &measurements, atoms, CYCLES, &mut whole).r1[0]);
    sketches.filter(|r1| r1.is_finite()).min_by(f64::total_cmp)
}

/// Atoms with rough positions and displacements, as they fit `target`.
pub(super) fn roughly(
    given: &Given,
    measurements: &Measurements,
    atoms: Vec<Atom>,
    cycles: usize,
    target: &mut Part,
) -> Fitted {
    let mut part = Part::rough(given, measurements, atoms.len());
    let calculator = part.calculator(given, &atoms);
    let rough = refined(given, &calculator, fitted(&calculator, atoms), cycles);
    target.taken_over(given, rough, &part)
}
