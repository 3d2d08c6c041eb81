//! A second domain, turned by half a turn that is none of the lattice: its reflections fall on those of the first here and there.

use super::meter::Meter;
use super::{SimulateOptions, Simulated, measured};
use crate::crystal::Hkl;
use crate::crystal::structure_factors::structure_factors;
use crate::error::{Error, Result};
use crate::formats::cif::Model;
use crate::reflections::{Domains, RawReflection};
use crate::twinning::{TwinLaw, half_turn};
use std::collections::BTreeSet;

/// Noise of overlaps and of reflections of the second domain has seeds of its own: as far from that of the first as this …
const SEED_OF_SECOND: u64 = 0x5eed_0002;
/// … and this.
const SEED_OF_OVERLAPS: u64 = 0x5eed_0012;

/// What is measured of a twin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SecondDomain {
    /// The row of the lattice about which it is turned by half a turn, u v w.
    pub axis: [i32; 3],
    /// Its share of the crystal, between 0 and 1.
    pub fraction: f64,
    /// Share of the unique reflections of a domain that fall together with one of the other: those that come nearest.
    pub overlap: f64,
}

impl SecondDomain {
    /// What is wrong with it.
    pub(super) fn fault(&self) -> Option<String> {
        if self.axis == [0; 3] {
            Some("--domain 0,0,0 is no row of the lattice; give u,v,w such as 0,0,1".into())
        } else if !(self.fraction > 0.0 && self.fraction < 1.0) {
            Some(format!("--fraction {} is out of range; give a fraction between 0 and 1", self.fraction))
        } else if !(0.0..1.0).contains(&self.overlap) {
            Some(format!("--overlap {} is out of range; give a share from 0 to below 1", self.overlap))
        } else {
            None
        }
    }
}

/// One intensity: a reflection of the first domain, one of the second, or both.
type Spot = [Option<Hkl>; 2];

/// Measures both domains: the unique reflections of each, alone or with what they fall together with, and every overlap once. Rows of an
/// overlap follow each other, the second domain first, as HKLF 5 has them; the first is scaled as a single crystal is.
///
/// # Errors
/// Those of structure factors.
pub(super) fn twinned(model: &Model, options: &SimulateOptions, twin: &SecondDomain) -> Result<Simulated> {
    let (first, possible, in_cone) = measured(model, options, options.seed);
    let (second, ..) = measured(model, options, options.seed ^ SEED_OF_SECOND);
    let group = &model.space_group;
    let rotation = half_turn(&model.cell, twin.axis.map(f64::from), false);
    let law = TwinLaw::near(&model.cell, rotation, reach(&TwinLaw::near(&model.cell, rotation, 0.0), &first, twin));
    let partner = |hkl: Hkl| law.image(hkl).filter(|image| !group.classify(*image).absent);
    // Half a turn leads back as it led there.
    let of_first = first.iter().map(|&hkl| [Some(hkl), partner(hkl)]);
    let of_second = second.iter().map(|&hkl| [partner(hkl), Some(hkl)]);
    let mut seen: BTreeSet<Spot> = BTreeSet::new();
    let spots: Vec<Spot> = of_first.chain(of_second).filter(|spot| seen.insert(*spot)).collect();
    let hkls: Vec<Hkl> = spots.iter().flatten().flatten().copied().collect();
    let table = options.table();
    let squares: Vec<f64> = structure_factors(&model.cell, group, &model.sites, table, &hkls)
        .map_err(|what| Error::unusable(what, "correct the model"))?
        .iter()
        .map(|f| f.norm_sqr())
        .collect();
    let meter = Meter::new(options, &squares)?;
    let mut squares = squares.into_iter();
    let mut rows = Vec::new();
    for spot in spots {
        let shares = [1.0 - twin.fraction, twin.fraction];
        let mut ideal = 0.0;
        for (_, share) in spot.iter().zip(shares).filter(|(hkl, _)| hkl.is_some()) {
            ideal += share * squares.next().unwrap_or(0.0);
        }
        let (hkl, own_seed) = match spot {
            [Some(hkl), None] => (hkl, 0),
            [Some(hkl), Some(_)] => (hkl, SEED_OF_OVERLAPS),
            [None, hkl] => (hkl.unwrap_or_default(), SEED_OF_SECOND),
        };
        let (intensity, sigma) = meter.reading(ideal, options.seed ^ own_seed, hkl);
        let row = |hkl: Hkl, batch: i32| RawReflection { hkl, intensity, sigma, batch: Some(batch) };
        match spot {
            [Some(own), Some(other)] => rows.extend([row(other, -2), row(own, 1)]),
            [own, other] => rows.extend(own.map(|hkl| row(hkl, 1)).into_iter().chain(other.map(|hkl| row(hkl, 2)))),
        }
    }
    let counts = Domains::new(rows.clone()).counts();
    Ok(Simulated { reflections: rows, possible, in_cone, counts: Some(counts) })
}

/// How near, Å⁻¹, that share of the reflections comes to others.
fn reach(law: &TwinLaw, hkls: &[Hkl], twin: &SecondDomain) -> f64 {
    let mut distances: Vec<f64> = hkls.iter().map(|&hkl| law.distance(hkl)).collect();
    distances.sort_by(f64::total_cmp);
    distances.get((twin.overlap * distances.len() as f64) as usize).copied().unwrap_or(0.0)
}
