//! The difference map (|Fo| − |Fc|) exp iφc and its peaks. Of a twin |Fo|² is the part that the model gives to a reflection of one domain.

use super::apportioned::{Apportioned, Parts};
use super::given::Given;
use super::measurements::Measurements;
use super::refinement::Fitted;
use super::scale::EIGHT_PI_SQ;
use crate::crystal::{ScatteringTable, Site};
use crate::reflections::PhasedReflection;
use crate::structure::peaks::find_peaks;
use crate::structure::unique::unique_sites;
use crate::structure::{Coefficients, DensityMap, density_map, expanded};

/// The difference map as far as models need it.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Maxima, highest first.
    pub peaks: Vec<Rest>,
    /// Minima, deepest first, their depths positive; for neutrons alone.
    pub holes: Vec<Rest>,
    /// Highest and lowest value, e/Å3 (X-rays).
    pub extremes: [f64; 2],
    /// Root mean square, e/Å3.
    pub sigma: f64,
    /// Measured reflections of the half sphere, as (sin θ/λ)² in Å⁻².
    stol_sq: Vec<f64>,
    volume: f64,
}

impl Difference {
    /// Height in e/Å3 (X-rays) that a whole atom of element `z` with displacement `u` (Å2) would have in a map of these reflections.
    pub fn atom_height(&self, table: ScatteringTable, z: u8, u: f64) -> f64 {
        let wave = |s: &f64| table.factor(z, *s).unwrap_or(0.0) * (-EIGHT_PI_SQ * u * s).exp();
        2.0 * self.stol_sq.iter().map(wave).sum::<f64>() / self.volume
    }
}

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

/// The map and its highest `count` independent peaks; `None` without reflections.
pub fn difference(given: &Given, measurements: &Measurements, model: &Fitted, count: usize) -> Option<Difference> {
    let Parts { list, shown } = Parts::new(measurements, &model.amplitudes, given.domains.is_some());
    let unique = list.into_iter().map(|Apportioned { hkl, fc, f, part, .. }| {
        let difference = (f / model.scale * part.sqrt() - fc.norm()) / shown;
        PhasedReflection { hkl, f: difference, e: 0.0, phase: fc.arg(), fom: 1.0 }
    });
    let phased = expanded(given.group, unique);
    if phased.is_empty() {
        return None;
    }
    let map = density_map(given.cell, given.group, &phased, Coefficients::F);
    let maxima = |map: &DensityMap| {
        let rest = |site: Site| {
            let sigmas = site.height.unwrap_or(0.0);
            Rest { xyz: site.xyz, sof: site.sof, height: sigmas * map.sigma, sigmas }
        };
        unique_sites(given.cell, given.group, &find_peaks(map), count).into_iter().map(rest).collect()
    };
    let peaks = maxima(&map);
    let holes = if given.neutrons() {
        let values = map.values.iter().map(|v| -v).collect();
        maxima(&DensityMap { values, ..map.clone() })
    } else {
        Vec::new()
    };
    let extreme = |pick: fn(f32, f32) -> f32| f64::from(map.values.iter().copied().fold(0.0, pick));
    Some(Difference {
        peaks,
        holes,
        extremes: [extreme(f32::max), extreme(f32::min)],
        sigma: map.sigma,
        stol_sq: phased.iter().map(|r| given.cell.stol_sq(r.hkl)).collect(),
        volume: given.cell.volume,
    })
}
