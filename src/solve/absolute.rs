//! Absolute structure: which hand the crystal has, and structures turned to it.

use super::structure::Structure;
use crate::crystal::{Enantiomorph, Site, SymOp, phase_gain};
use crate::model::{Flack, Model};
use crate::reflections::{CalculatedReflection, DataSet};
use crate::structure::{Coefficients, Hand, OriginFit, density_map, moved};
use num_complex::Complex32;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

/// What anomalous scattering says of the hand of a structure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Absolute {
    /// Flack's parameter of the structure as it is given.
    #[serde(flatten)]
    pub flack: Flack,
    /// The structure came out of the other hand and was inverted, with its group.
    pub inverted: bool,
}

/// Half of either hand.
const EVEN: f64 = 0.5;

/// Looks for the hand of every structure that has a model, and turns those to the other hand that anomalous scattering refutes; where it cannot decide
/// the likelier hand is given (phasing takes either by chance), unless that changed the group. Centrosymmetric structures have none.
pub fn settle_hands(structures: &mut [Structure], data: &DataSet) {
    structures.par_iter_mut().for_each(|structure| {
        let Some(mut flack) = structure.flack(data) else { return };
        let other = Enantiomorph::new(&structure.group);
        let inverted = flack.is_inverted() || (flack.x > EVEN && other.group == structure.group);
        if inverted {
            invert(structure, &other, data);
            flack = flack.inverted();
            structure.flack = Some(flack).into();
        }
        structure.absolute = Some(Absolute { flack, inverted });
    });
}

/// Turns everything that has a hand.
fn invert(structure: &mut Structure, other: &Enantiomorph, data: &DataSet) {
    let Enantiomorph { group, shift } = other;
    let shift = *shift;
    let solution = &mut structure.solution;
    turn_origin(&mut solution.origin, group.primitive_operations(), shift);
    solution.phases.reflections.iter_mut().for_each(|r| *r = moved(r, Hand::Inverted, shift));
    solution.map = density_map(&data.header.cell, group, &solution.phases.reflections, Coefficients::default());
    turn_sites(&mut solution.sites, shift);
    if let Some(Model { sites, calculated, .. }) = &mut structure.model {
        turn_sites(sites, shift);
        calculated.iter_mut().for_each(|r| turn_calculated(r, shift));
    }
    structure.group = group.clone();
}

fn turn_calculated(r: &mut CalculatedReflection, shift: [f64; 3]) {
    r.f = r.f.conj() * Complex32::cis(phase_gain(r.hkl, shift) as f32);
}

fn turn_origin(fit: &mut OriginFit, operations: &[SymOp], shift: [f64; 3]) {
    fit.hand = if fit.hand == Hand::Same { Hand::Inverted } else { Hand::Same };
    fit.shift = std::array::from_fn(|i| (shift[i] - fit.shift[i]).rem_euclid(1.0));
    for residual in &mut fit.operators {
        if let Some(op) = operations.iter().find(|op| op.rot == residual.op.rot) {
            residual.op = *op;
        }
    }
}

/// The middle of the sites stays in the cell.
fn turn_sites(sites: &mut [Site], shift: [f64; 3]) {
    let count = sites.len().max(1) as f64;
    let whole: [f64; 3] =
        std::array::from_fn(|i| (sites.iter().map(|site| shift[i] - site.xyz[i]).sum::<f64>() / count).floor());
    for site in sites {
        site.xyz = std::array::from_fn(|i| shift[i] - site.xyz[i] - whole[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::group_by_name;
    use crate::crystal::structure_factors::structure_factors;
    use crate::crystal::{Cell, Radiation, ScatteringTable, SpaceGroup};
    use crate::reflections::PhasedReflection;
    use std::f64::consts::TAU;

    fn site(n: usize, xyz: [f64; 3]) -> Site {
        Site { label: format!("C{n}"), element: Some(6), xyz, sof: 1.0, u_iso: 0.03, u_aniso: None, height: None }
    }

    #[test]
    fn phases_turn_with_the_positions_whatever_the_group() {
        for name in ["P 41", "F d d 2", "P 21 21 21"] {
            let group: SpaceGroup = group_by_name(name, false).unwrap();
            let Enantiomorph { group: other, shift } = Enantiomorph::new(&group);
            let edges = if name == "P 41" { [7.0, 7.0, 9.0] } else { [7.0, 8.0, 9.0] };
            let cell = Cell::new(edges, [90.0; 3]).unwrap();
            let mut sites = [site(1, [0.12, 0.31, 0.23]), site(2, [0.31, 0.45, 0.17]), site(3, [0.42, 0.13, 0.38])];
            let hkls = [[2, 2, 4], [1, 3, 5], [3, 1, 1], [0, 2, 6], [4, 2, 2]];
            let table = ScatteringTable::new(Radiation::Xray);
            let of = |group: &SpaceGroup, sites: &[Site]| structure_factors(&cell, group, sites, table, &hkls).unwrap();
            let before = of(&group, &sites);
            turn_sites(&mut sites, shift);
            let after = of(&other, &sites);
            for ((hkl, f), expected) in hkls.iter().zip(before).zip(after) {
                let single = Complex32::new(f.re as f32, f.im as f32);
                let mut calculated = CalculatedReflection { hkl: *hkl, f: single, share: 1.0, apart: None };
                turn_calculated(&mut calculated, shift);
                let off = calculated.f - Complex32::new(expected.re as f32, expected.im as f32);
                assert!(off.norm() < 1e-3, "{name} {hkl:?}");
                let phased = PhasedReflection { hkl: *hkl, f: f.norm(), e: 1.0, phase: f.arg(), fom: 1.0 };
                let difference = moved(&phased, Hand::Inverted, shift).phase - expected.arg();
                assert!(
                    f.norm() < 1e-3 || (difference / TAU - (difference / TAU).round()).abs() < 1e-6,
                    "{name} {hkl:?}"
                );
            }
        }
    }
}
