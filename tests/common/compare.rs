//! A solution against the model that its data were computed from, whatever the origin and the hand.

use seedflip::crystal::structure_factors::structure_factors;
use seedflip::crystal::{Cell, Hkl, Radiation, ScatteringTable, Site, SpaceGroup, in_half};
use seedflip::formats::cif::read_model;
use seedflip::formats::read_ins;
use seedflip::reflections::PhasedReflection;
use seedflip::structure::{Hand, Weighting, agreement};
use std::path::Path;

/// Sites closer than this, in Å, are the same atom.
const MATCH: f64 = 0.5;
/// Resolution in Å of the phases by which the two are superposed.
const D_MIN: f64 = 1.0;
/// Element that stands in for a peak: only phases are compared.
const CARBON: u8 = 6;

/// Share of the model's atoms found among the sites of the solution, and of the solution's sites that are atoms.
pub struct Found {
    /// Atoms of the model that have a site.
    pub recall: f64,
    /// Sites, as many of the first ones as the model has atoms, that have an atom.
    pub precision: f64,
}

/// Superposes the sites of a `.res` on the atoms of a CIF and counts. Both must have the same cell.
pub fn compare(res: &Path, model: &Path) -> Found {
    let solution = read_ins(res).unwrap();
    let model = read_model(model).unwrap();
    let (cell, group) = (&model.cell, &model.space_group);
    assert_eq!(group.operations().len(), solution.space_group.operations().len(), "another space group");
    let sites: Vec<Site> = solution.sites.iter().map(|s| Site { element: Some(CARBON), ..s.clone() }).collect();
    let truth = phases(cell, group, &model.sites);
    let found = phases(cell, &solution.space_group, &sites);
    let fit = agreement(cell, &truth, &found, Weighting::F2);
    let sign = if fit.hand == Hand::Same { 1.0 } else { -1.0 };
    let moved = |x: [f64; 3]| std::array::from_fn(|i| sign * x[i] + fit.shift[i]);
    let atoms = whole_cell(group, &model.sites);
    let all: Vec<[f64; 3]> = whole_cell(&solution.space_group, &sites).into_iter().map(moved).collect();
    let first = &sites[..sites.len().min(model.sites.len())];
    let first: Vec<[f64; 3]> = whole_cell(&solution.space_group, first).into_iter().map(moved).collect();
    Found { recall: share(cell, &atoms, &all), precision: share(cell, &first, &atoms) }
}

fn phases(cell: &Cell, group: &SpaceGroup, sites: &[Site]) -> Vec<PhasedReflection> {
    let [hm, km, lm] = cell.max_indices(D_MIN);
    let all = (0..=hm).flat_map(|h| (-km..=km).flat_map(move |k| (-lm..=lm).map(move |l| [h, k, l])));
    let hkls: Vec<Hkl> = all.filter(|&h| in_half(h) && cell.d_spacing(h) >= D_MIN).collect();
    let values = structure_factors(cell, group, sites, ScatteringTable::new(Radiation::Xray), &hkls).unwrap();
    let phased = |(hkl, f): (Hkl, num_complex::Complex<f64>)| {
        let modulus = f.norm();
        PhasedReflection { hkl, f: modulus, e: modulus, phase: f.arg(), fom: 1.0 }
    };
    hkls.into_iter().zip(values).map(phased).collect()
}

fn whole_cell(group: &SpaceGroup, sites: &[Site]) -> Vec<[f64; 3]> {
    sites.iter().flat_map(|s| group.operations().iter().map(|op| op.apply(s.xyz))).collect()
}

/// Share of `these` with one of `those` nearby.
fn share(cell: &Cell, these: &[[f64; 3]], those: &[[f64; 3]]) -> f64 {
    let near = |x: &&[f64; 3]| those.iter().any(|y| cell.distance_mod_lattice(**x, *y) < MATCH);
    these.iter().filter(near).count() as f64 / these.len().max(1) as f64
}
