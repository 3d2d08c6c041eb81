//! Seeds from what can be calculated: a model or part of one, or a density map.

use crate::crystal::Hkl;
use crate::crystal::contents::likely;
use crate::crystal::reframe::Reframing;
use crate::crystal::structure_factors::structure_factors;
use crate::formats::fragment::Fragment;
use crate::reflections::{DataSet, NormalisedReflection};
use crate::seed::{Knowledge, Seed, sim};
use crate::structure::{DensityMap, map_coefficients};
use crate::{Error, Result};
use num_complex::Complex64;
use std::path::Path;

/// Reflections of a shell in which calculated and observed intensities are compared: a correlation good to 0.07.
const SHELL: usize = 200;
/// E² of both sides is cut here, as in the field of message passing.
const CLIP: f64 = 9.0;
/// Range of the squared correlation σA² that is believed: nothing calculated is worth nothing or everything.
const SIGMA_A_SQ: [f64; 2] = [0.01, 0.95];

/// What is calculated for.
pub struct Calculated<'a> {
    /// The file, for messages.
    pub path: &'a Path,
    /// The data.
    pub data: &'a DataSet,
    /// Its reflections within the resolution of the phasing.
    pub reflections: &'a [&'a NormalisedReflection],
}

impl Calculated<'_> {
    /// Share Σf²(atoms of `fragment`)/Σf²(all atoms of the cell) of the scattering at small angles, by the contents that the cell is expected to have.
    pub fn share(&self, fragment: &Fragment) -> f64 {
        let header = &self.data.header;
        let table = header.table();
        let power = |z: u8| table.factor(z, 0.0).unwrap_or_default().powi(2);
        let volume = header.cell.volume / fragment.cell.volume;
        let copies = fragment.group.operations().len() as f64 * volume;
        let known: f64 = fragment.sites.iter().filter_map(|s| Some(s.sof * power(s.element?))).sum::<f64>() * copies;
        let contents = likely(&header.elements, header.cell.volume);
        let all: f64 = contents.iter().map(|e| e.count * power(e.atomic_number)).sum();
        if all > 0.0 { known / all } else { 1.0 }
    }

    /// Structure factors of a model in the data's frame.
    pub fn of_fragment(&self, fragment: &Fragment, way: &Reframing) -> Result<Vec<Complex64>> {
        let hkls: Vec<Hkl> = self.reflections.iter().map(|r| way.hkl_of_list(r.merged.hkl)).collect();
        let table = self.data.header.table();
        let factors = structure_factors(&fragment.cell, &fragment.group, &fragment.sites, table, &hkls)
            .map_err(|what| Error::file(self.path, what, "correct the model"))?;
        let turned =
            |(f, r): (Complex64, &&NormalisedReflection)| f * Complex64::from_polar(1.0, way.phase_gain(r.merged.hkl));
        Ok(factors.into_iter().zip(self.reflections).map(turned).collect())
    }

    /// Coefficients of a map; reflections beyond its grid get 0 and become no seeds.
    pub fn of_map(&self, map: &DensityMap) -> Result<Vec<Complex64>> {
        let hkls: Vec<Hkl> = self.reflections.iter().map(|r| r.merged.hkl).collect();
        let factors: Vec<Complex64> = map_coefficients(map, &hkls).into_iter().map(Option::unwrap_or_default).collect();
        if factors.iter().all(|f| f.norm_sqr() == 0.0) {
            let hint = "give a map of this crystal on a finer grid";
            return Err(Error::file(self.path, "its map has no coefficient on the data's reflections", hint));
        }
        Ok(factors)
    }
}

/// Seeds with the weights that the agreement of calculated and observed moduli allows, shell by shell: σA² is the
/// correlation of both E², and the figure of merit I₁(X)/I₀(X) with X = 2σA Eo Ec/(1 − σA²) (Srinivasan 1966, Acta Cryst.
/// 20, 143; acentric form). `reflections` are in the order of 1/d.
pub fn seeds_of(reflections: &[&NormalisedReflection], factors: &[Complex64]) -> Vec<Seed> {
    weighted(reflections, factors, |pairs| correlation(pairs).clamp(SIGMA_A_SQ[0], SIGMA_A_SQ[1]))
}

/// Seeds of a part of the structure too small for its correlation to be seen: its `share` of the scattering is σA² in every shell.
pub fn seeds_by_share(reflections: &[&NormalisedReflection], factors: &[Complex64], share: f64) -> Vec<Seed> {
    weighted(reflections, factors, |_| share)
}

fn weighted(
    reflections: &[&NormalisedReflection],
    factors: &[Complex64],
    sigma_a_sq: impl Fn(&[[f64; 2]]) -> f64,
) -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (shell, factors) in reflections.chunks(SHELL).zip(factors.chunks(SHELL)) {
        let epsilon = |r: &NormalisedReflection| f64::from(r.merged.epsilon.max(1));
        let mean = shell.iter().zip(factors).map(|(r, f)| f.norm_sqr() / epsilon(r)).sum::<f64>() / shell.len() as f64;
        if mean <= 0.0 {
            continue;
        }
        let pairs: Vec<[f64; 2]> =
            shell.iter().zip(factors).map(|(r, f)| [r.e * r.e, f.norm_sqr() / epsilon(r) / mean]).collect();
        let slope = sim::slope(sigma_a_sq(&pairs));
        for ((r, f), [observed, calculated]) in shell.iter().zip(factors).zip(pairs) {
            let x = slope * (observed * calculated).sqrt();
            if f.norm_sqr() > 0.0 && x > 0.0 {
                let knowledge = Knowledge::Phase { phase: f.arg(), weight: Some(sim::weight(x)) };
                seeds.push(Seed { hkl: r.merged.hkl, knowledge, line: None });
            }
        }
    }
    seeds
}

/// Correlation of two columns, each value cut at `CLIP`.
fn correlation(pairs: &[[f64; 2]]) -> f64 {
    let n = pairs.len() as f64;
    let clipped = || pairs.iter().map(|p| p.map(|x| x.min(CLIP)));
    let [ma, mb] = clipped().fold([0.0; 2], |s, p| [s[0] + p[0] / n, s[1] + p[1] / n]);
    let [aa, ab, bb] = clipped()
        .fold([0.0; 3], |s, [a, b]| [s[0] + (a - ma).powi(2), s[1] + (a - ma) * (b - mb), s[2] + (b - mb).powi(2)]);
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reflections::MergedReflection;
    use crate::twins::random::{trial_hash, unit_interval};

    fn gauss(key: u32) -> Complex64 {
        let u = 1.0 - f64::from(unit_interval(trial_hash(5, 2, 2 * key)));
        let v = f64::from(unit_interval(trial_hash(5, 2, 2 * key + 1)));
        Complex64::from_polar((-u.ln()).sqrt(), std::f64::consts::TAU * v)
    }

    #[test]
    fn weights_are_the_mean_cosine_of_the_error() {
        let n = 20_000u32;
        let truth: Vec<Complex64> = (0..n).map(gauss).collect();
        // Calculated factors that explain 40 % of the intensity, on a scale of their own.
        let factors: Vec<Complex64> =
            (0..n).map(|i| (truth[i as usize] * 0.4f64.sqrt() + gauss(n + i) * 0.6f64.sqrt()) * 17.0).collect();
        let list: Vec<NormalisedReflection> = truth
            .iter()
            .map(|t| NormalisedReflection {
                merged: MergedReflection {
                    hkl: [1, 2, 3],
                    intensity: t.norm_sqr(),
                    sigma: 0.1,
                    redundancy: 1,
                    epsilon: 1,
                    centric: false,
                },
                f: t.norm(),
                sigma_f: 0.1,
                e: t.norm(),
            })
            .collect();
        let seeds = seeds_of(&list.iter().collect::<Vec<_>>(), &factors);
        let (mut said, mut found) = (0.0, 0.0);
        for (seed, truth) in seeds.iter().zip(&truth) {
            let Knowledge::Phase { phase, weight: Some(weight) } = seed.knowledge else { panic!() };
            said += weight / f64::from(n);
            found += (phase - truth.arg()).cos() / f64::from(n);
        }
        assert!((said - found).abs() < 0.03 && found > 0.4, "said {said}, found {found}");
    }
}
