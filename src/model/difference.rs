//! The difference map (|Fo| − |Fc|) exp iφc and its peaks.

use super::given::Given;
use super::measurements::Measurements;
use super::refinement::Fitted;
use crate::crystal::{friedel, in_half};
use crate::reflections::PhasedReflection;
use crate::structure::peaks::find_peaks;
use crate::structure::unique::unique_sites;
use crate::structure::{Coefficients, density_map};
use std::collections::HashSet;

/// A maximum of the difference map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rest {
    /// Fractional coordinates.
    pub xyz: [f64; 3],
    /// 1/order of the site symmetry.
    pub sof: f64,
    /// Height in e/Å3 (X-rays).
    pub height: f64,
    /// Height in σ of the map.
    pub sigmas: f64,
}

/// The highest `count` independent peaks, highest first.
pub fn difference_peaks(given: &Given, measurements: &Measurements, model: &Fitted, count: usize) -> Vec<Rest> {
    let mut seen = HashSet::new();
    let mut phased = Vec::new();
    for (m, fc) in measurements.list.iter().zip(&model.fc) {
        let difference = m.f / model.scale - fc.norm();
        for op in given.group.primitive_operations() {
            let image = op.rotate_hkl(m.hkl);
            let phase = fc.arg() - op.phase_shift(m.hkl);
            let (hkl, phase) = if in_half(image) { (image, phase) } else { (friedel(image), -phase) };
            if seen.insert(hkl) {
                phased.push(PhasedReflection { hkl, f: difference, e: 0.0, phase, fom: 1.0 });
            }
        }
    }
    if phased.is_empty() {
        return Vec::new();
    }
    let map = density_map(given.cell, given.group, &phased, Coefficients::F);
    let peaks = find_peaks(&map);
    unique_sites(given.cell, given.group, &peaks, count)
        .into_iter()
        .map(|site| {
            let sigmas = site.height.unwrap_or(0.0);
            Rest { xyz: site.xyz, sof: site.sof, height: sigmas * map.sigma, sigmas }
        })
        .collect()
}
