//! What of the intensities observed is of one reflection each, as the model has it.

use super::amplitudes::Amplitudes;
use super::measurements::Measurements;
use crate::crystal::Hkl;
use rustfft::num_complex::Complex64;
use std::collections::HashMap;

/// A reflection as if it alone were there, of a whole crystal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Apportioned {
    /// Index, unique in the Laue group.
    pub hkl: Hkl,
    /// Fc.
    pub fc: Complex64,
    /// |Fo| of what was measured, on the scale of the file …
    pub f: f64,
    /// … and the share of |Fo|² that is of this reflection, were it alone: beyond 1 where less than the whole crystal scatters.
    pub part: f64,
    /// Standard uncertainty of the intensity that is its part.
    pub sigma: f64,
}

/// All reflections, and how high what the model lacks stands in a map of them, as a share of its height in that of a single crystal: what an
/// intensity has more goes to each reflection with its share.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// In order of resolution.
    pub list: Vec<Apportioned>,
    /// That share.
    pub shown: f64,
}

impl Parts {
    /// Of the first domain, of which every reflection was measured; of both where each has reflections of its own, those that were measured more
    /// than once averaged.
    pub fn new(measurements: &Measurements, amplitudes: &Amplitudes, own_reflections: bool) -> Self {
        if own_reflections {
            return Self::averaged(measurements, amplitudes);
        }
        let first = measurements.list.iter().zip(&amplitudes.fc).enumerate();
        let list = first.filter_map(|(n, (m, &fc))| {
            let part = amplitudes.apportioned(n);
            Some(Apportioned { hkl: m.hkls[0]?, fc, f: m.f, part, sigma: part * ((m.f + m.sigma).powi(2) - m.f * m.f) })
        });
        Self { list: list.collect(), shown: amplitudes.shown() }
    }

    /// Weighted with the square of the share that a reflection has of the intensity.
    fn averaged(measurements: &Measurements, amplitudes: &Amplitudes) -> Self {
        let mut places: HashMap<Hkl, usize> = HashMap::new();
        let mut sums: Vec<Sums> = Vec::new();
        let shares = amplitudes.fraction.shares();
        for (n, m) in measurements.list.iter().enumerate() {
            let size_sq = amplitudes.sizes[n].powi(2);
            for (domain, fc) in [amplitudes.fc[n], amplitudes.second[n]].into_iter().enumerate() {
                let Some(hkl) = m.hkls[domain].filter(|_| size_sq > 0.0) else { continue };
                let part = fc.norm_sqr() / size_sq;
                let share = shares[domain] * part;
                let place = *places.entry(hkl).or_insert_with(|| {
                    sums.push(Sums { hkl, fc, ..Sums::default() });
                    sums.len() - 1
                });
                let (weight, sum) = (share * share, &mut sums[place]);
                sum.weight += weight;
                sum.share += weight * share;
                sum.intensity += weight * part * m.f * m.f;
                sum.variance += (weight * part * ((m.f + m.sigma).powi(2) - m.f * m.f)).powi(2);
            }
        }
        sums.retain(|sum| sum.weight > 0.0);
        let shown = sums.iter().map(|sum| sum.share / sum.weight).sum::<f64>() / sums.len().max(1) as f64;
        let list = sums.iter().map(|sum| {
            let (f, sigma) = ((sum.intensity / sum.weight).sqrt(), sum.variance.sqrt() / sum.weight);
            Apportioned { hkl: sum.hkl, fc: sum.fc, f, part: 1.0, sigma }
        });
        Self { list: list.collect(), shown: if shown > 0.0 { shown } else { 1.0 } }
    }
}

/// Sums over the measurements of one reflection.
#[derive(Default)]
struct Sums {
    hkl: Hkl,
    fc: Complex64,
    weight: f64,
    share: f64,
    intensity: f64,
    variance: f64,
}
