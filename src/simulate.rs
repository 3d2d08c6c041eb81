//! Simulated measurements of a model: unique reflections with noise, gaps and a missing cone.
//!
//! Imports: `formats` (the model), `twinning`, `twins`, `reflections`, `crystal`, `error`.

mod domains;
mod edit;
mod header;
mod meter;

pub use crate::crystal::radiation::MO_K_ALPHA;
pub use domains::SecondDomain;
pub use edit::ModelEdits;
pub use header::{beam, contents, header};

use crate::crystal::structure_factors::structure_factors;
use crate::crystal::{Cell, Hkl, Radiation, ScatteringTable, SpaceGroup, friedel};
use crate::error::{Error, Result};
use crate::formats::cif::Model;
use crate::reflections::{Counts, RawReflection};
use meter::Meter;
use rustfft::num_complex::Complex64;
use std::f64::consts::TAU;

/// Columns `I4` hold indices up to this.
const MAX_INDEX: i32 = 999;
/// More lattice points than this in the box of the resolution sphere are a slip of the keyboard.
const MAX_BOX: f64 = 2e8;
/// Wavelength of 200 kV electrons in Å.
pub const ELECTRONS_200_KV: f64 = 0.0251;

/// What is done to the ideal intensities.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulateOptions {
    /// Resolution limit in Å.
    pub d_min: f64,
    /// R of σ² = (R I)² + (0.1 R ⟨I⟩)²; 0 for exact intensities.
    pub noise: f64,
    /// Fraction of the unique reflections kept, each kept or lost by chance.
    pub completeness: f64,
    /// Half angle in degrees of a cone about ±c* without measurements: what a tilt series about an axis
    /// normal to c* through less than ±90° leaves out. A unique reflection is lost only when all its
    /// Laue equivalents lie in the cone.
    pub missing_cone: Option<f64>,
    /// Kind of radiation.
    pub radiation: Radiation,
    /// Friedel mates are measured apart, and differ as X-rays of this wavelength in Å have it; `None` for one row a unique reflection and atoms far
    /// from every absorption edge.
    pub friedel: Option<f64>,
    /// A second domain, reflections of which fall together with those of the first here and there.
    pub second: Option<SecondDomain>,
    /// Seed of every random decision.
    pub seed: u64,
}

impl SimulateOptions {
    /// Exact and complete intensities of X-rays to `d_min`, Å, one row a unique reflection.
    pub fn new(d_min: f64) -> Self {
        Self {
            d_min,
            noise: 0.0,
            completeness: 1.0,
            missing_cone: None,
            radiation: Radiation::Xray,
            friedel: None,
            second: None,
            seed: 1,
        }
    }

    fn table(&self) -> ScatteringTable {
        ScatteringTable::at(self.radiation, self.friedel.unwrap_or(0.0))
    }
}

/// The result of a simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// One row per unique reflection (Laue representative) or for it and its mate, absences left out, sorted by hkl descending;
    /// intensities scaled so that the strongest is 9999. Of a twin the rows of HKLF 5, with numbers of domains.
    pub reflections: Vec<RawReflection>,
    /// Unique reflections within the resolution limit, before any loss.
    pub possible: usize,
    /// Unique reflections lost to the missing cone.
    pub in_cone: usize,
    /// Observations of a twin: alone and overlaps.
    pub counts: Option<Counts>,
}

/// Simulates the measurement of `model`. The same options and model give the same rows on every machine:
/// the noise of a reflection depends on the seed and its indices alone. `Err` for options out of range and
/// models without scattering.
pub fn simulate(model: &Model, options: &SimulateOptions) -> Result<Simulated> {
    check(&model.cell, options)?;
    if let Some(twin) = &options.second {
        return domains::twinned(model, options, twin);
    }
    let (kept, possible, in_cone) = measured(model, options, options.seed);
    let kept = if options.friedel.is_some() { with_mates(kept, &model.space_group) } else { kept };
    let table = options.table();
    let factors = |table| {
        structure_factors(&model.cell, &model.space_group, &model.sites, table, &kept)
            .map_err(|what| Error::unusable(what, "correct the model"))
    };
    let mut sums = factors(table)?;
    if options.friedel.is_some() {
        sums.iter_mut().zip(factors(table.lagging())?).for_each(|(a, b)| *a += Complex64::i() * b);
    }
    let ideal: Vec<f64> = sums.iter().map(|f| f.norm_sqr()).collect();
    let meter = Meter::new(options, &ideal)?;
    let reflections = kept
        .iter()
        .zip(&ideal)
        .map(|(&hkl, &f_sq)| {
            let (intensity, sigma) = meter.reading(f_sq, options.seed, hkl);
            RawReflection { hkl, intensity, sigma, batch: None }
        })
        .collect();
    Ok(Simulated { reflections, possible, in_cone, counts: None })
}

/// Unique reflections that are measured, how many there are, and how many the cone takes.
fn measured(model: &Model, options: &SimulateOptions, seed: u64) -> (Vec<Hkl>, usize, usize) {
    let unique = unique_reflections(&model.cell, &model.space_group, options.d_min);
    let possible = unique.len();
    let mut kept = unique;
    kept.retain(|&hkl| !options.missing_cone.is_some_and(|deg| in_cone(&model.cell, &model.space_group, hkl, deg)));
    let in_cone = possible - kept.len();
    kept.retain(|&hkl| uniform(seed, hkl, Purpose::Completeness) < options.completeness);
    (kept, possible, in_cone)
}

/// The same with the Friedel mates of those that the crystal class does not turn into them.
fn with_mates(unique: Vec<Hkl>, group: &SpaceGroup) -> Vec<Hkl> {
    let mate = |hkl: &Hkl| (!group.classify(*hkl).centric).then(|| friedel(*hkl));
    let mut all: Vec<Hkl> = unique.iter().filter_map(mate).chain(unique.iter().copied()).collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    all
}

fn check(cell: &Cell, options: &SimulateOptions) -> Result<()> {
    let usage = |what: String| Err(Error::Usage(what));
    if !options.d_min.is_finite() || options.d_min <= 0.0 {
        return usage(format!("-d {} is no resolution; give a positive length in Å, such as 0.9", options.d_min));
    }
    if !(0.0..=1.0).contains(&options.noise) {
        return usage(format!("--noise {} is out of range; give a fraction from 0 to 1", options.noise));
    }
    if !(options.completeness > 0.0 && options.completeness <= 1.0) {
        return usage(format!("--completeness {} is out of range; give a fraction up to 1", options.completeness));
    }
    if let Some(cone) = options.missing_cone.filter(|c| !(0.0..90.0).contains(c)) {
        return usage(format!("--missing-cone {cone} is out of range; give degrees from 0 to 90"));
    }
    if let Some(twin) = &options.second {
        if options.friedel.is_some() {
            return usage("--friedel and --domain: mates of a twin are not measured apart; leave one out".into());
        }
        if let Some(what) = twin.fault() {
            return usage(what);
        }
    }
    let limits = cell.max_indices(options.d_min);
    let points: f64 = limits.iter().map(|&n| 2.0 * f64::from(n) + 1.0).product();
    if points > MAX_BOX || limits.iter().any(|&n| n > MAX_INDEX) {
        return usage(format!("-d {} gives more reflections than an .hkl file holds; give a larger d", options.d_min));
    }
    Ok(())
}

/// Laue representatives with d ≥ `d_min` (Å) that the space group allows, in descending order.
pub fn unique_reflections(cell: &Cell, group: &SpaceGroup, d_min: f64) -> Vec<Hkl> {
    let stands = |hkl: &Hkl| group.laue_representative(*hkl) == *hkl && !group.classify(*hkl).absent;
    let mut unique: Vec<Hkl> = cell.half_sphere(d_min.powi(-2) * (1.0 + 1e-12)).filter(stands).collect();
    unique.reverse();
    unique
}

/// True when every Laue equivalent lies within `degrees` of the c* axis, either way.
fn in_cone(cell: &Cell, group: &SpaceGroup, hkl: Hkl, degrees: f64) -> bool {
    let edge = degrees.to_radians().cos();
    let c_star = cell.reciprocal_metric[2][2].sqrt();
    let length = cell.d_star_sq(hkl).sqrt();
    group.primitive_operations().iter().all(|op| {
        let h = op.rotate_hkl(hkl).map(f64::from);
        let along: f64 = (0..3).map(|i| h[i] * cell.reciprocal_metric[i][2]).sum();
        (along / (length * c_star)).abs() > edge
    })
}

/// What a random number is for: numbers of different purposes are independent.
#[derive(Clone, Copy)]
enum Purpose {
    Completeness = 1,
    NoiseRadius = 2,
    NoiseAngle = 3,
}

/// A number in (0, 1) from a counter hash of seed, indices and purpose.
fn uniform(seed: u64, hkl: Hkl, purpose: Purpose) -> f64 {
    let mut state = mix(seed ^ mix(purpose as u64));
    for index in hkl {
        state = mix(state ^ u64::from(index.cast_unsigned()));
    }
    // 53 bits, moved off zero by half a step for the logarithm.
    ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
fn mix(x: u64) -> u64 {
    let z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A normally distributed number of unit variance (Box & Muller).
fn gaussian(seed: u64, hkl: Hkl) -> f64 {
    let radius = (-2.0 * uniform(seed, hkl, Purpose::NoiseRadius).ln()).sqrt();
    radius * (TAU * uniform(seed, hkl, Purpose::NoiseAngle)).cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::SymOp;

    #[test]
    fn unique_reflections_cover_the_sphere_once() {
        let cell = Cell::new([7.0, 8.0, 9.0], [90.0, 104.0, 90.0]).unwrap();
        let group = SpaceGroup::from_latt_symm(1, &[SymOp::parse("-x,1/2+y,1/2-z").unwrap()]).unwrap();
        let unique = unique_reflections(&cell, &group, 1.0);
        let mut all = 0;
        for h in -9..=9 {
            for k in -9..=9 {
                for l in -9..=9 {
                    let hkl = [h, k, l];
                    if hkl != [0; 3] && cell.d_spacing(hkl) >= 1.0 && !group.classify(hkl).absent {
                        assert!(unique.contains(&group.laue_representative(hkl)), "{hkl:?}");
                        all += 1;
                    }
                }
            }
        }
        assert!(unique.len() * 4 > all && unique.len() * 3 < all, "{} of {all}", unique.len());
        let mut sorted = unique.clone();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        sorted.dedup();
        assert_eq!(sorted, unique);
    }

    #[test]
    fn the_cone_spares_reflections_with_an_equivalent_outside() {
        let cubic = Cell::new([10.0; 3], [90.0; 3]).unwrap();
        let diagonal = SpaceGroup::from_latt_symm(-1, &[SymOp::parse("z,x,y").unwrap()]).unwrap();
        assert!(in_cone(&cubic, &SpaceGroup::p1(), [0, 0, 3], 20.0));
        assert!(in_cone(&cubic, &SpaceGroup::p1(), [1, 0, -3], 20.0));
        assert!(!in_cone(&cubic, &SpaceGroup::p1(), [2, 0, 3], 20.0));
        assert!(!in_cone(&cubic, &diagonal, [0, 0, 3], 20.0));
        assert!(in_cone(&cubic, &diagonal, [3, 3, 3], 60.0));
    }

    #[test]
    fn random_numbers_have_their_moments() {
        let numbers: Vec<f64> = (0..4000).map(|i| gaussian(1, [i, -i, 3])).collect();
        let mean = numbers.iter().sum::<f64>() / 4000.0;
        let variance = numbers.iter().map(|x| x * x).sum::<f64>() / 4000.0;
        assert!(mean.abs() < 0.06 && (variance - 1.0).abs() < 0.1, "{mean} {variance}");
        assert_ne!(uniform(1, [1, 2, 3], Purpose::Completeness), uniform(2, [1, 2, 3], Purpose::Completeness));
    }
}
