//! Phases known beforehand, crudely or well.

use super::Problem;
use super::problem::{SHELLS, UNMEASURED};
use crate::twins::field::CLIP_E_SQ;
use crate::twins::prior::concentration;
use num_complex::Complex32;

/// Prior means of exp(iφ): modulus 1 for a phase that is certain, smaller for a crude or doubtful one, 0 where
/// nothing is known. Made for one problem, shared by the trials that start from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seeds {
    means: Vec<Complex32>,
    concentrations: Vec<Complex32>,
    free_e: Vec<f32>,
    count: usize,
    power: f64,
    free: FreeMoments,
}

/// Moments over the measured reflections that are no seeds: what the field of message passing is judged by while seeds
/// are held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FreeMoments {
    /// Their number.
    pub measured: usize,
    /// Mean of min(E², 9).
    pub e_sq_mean: f64,
    /// Its variance.
    pub e_sq_variance: f64,
    /// Their number by shell.
    pub shell_count: [f32; SHELLS],
}

impl FreeMoments {
    /// Moments of the entries with E ≥ 0.
    pub fn new(e: &[f32], shell: &[u8]) -> Self {
        let clipped = || e.iter().filter(|&&e| e >= 0.0).map(|&e| f64::from((e * e).min(CLIP_E_SQ)));
        let measured = clipped().count();
        let n = measured.max(1) as f64;
        let e_sq_mean = clipped().sum::<f64>() / n;
        let e_sq_variance = clipped().map(|x| (x - e_sq_mean).powi(2)).sum::<f64>() / n;
        let mut shell_count = [0.0; SHELLS];
        for (&shell, _) in shell.iter().zip(e).filter(|&(_, &e)| e >= 0.0) {
            shell_count[usize::from(shell) % SHELLS] += 1.0;
        }
        Self { measured, e_sq_mean, e_sq_variance, shell_count }
    }
}

impl Seeds {
    /// Seeds from (entry, mean of exp(iφ)). Entries that were not measured, or with E = 0, have no amplitude to carry a
    /// phase and are left out; of means with a modulus above 1 the direction counts.
    pub fn new(problem: &Problem, known: impl IntoIterator<Item = (usize, Complex32)>) -> Self {
        let e = problem.e();
        let (mut means, mut free_e) = (vec![Complex32::default(); e.len()], e.to_vec());
        for (entry, mean) in known {
            if e.get(entry).is_some_and(|&e| e > 0.0) && mean.norm_sqr() > 0.0 {
                means[entry] = if mean.norm_sqr() > 1.0 { mean / mean.norm() } else { mean };
                free_e[entry] = UNMEASURED;
            }
        }
        let count = means.iter().filter(|m| m.norm_sqr() > 0.0).count();
        let power = means.iter().zip(e).map(|(m, &e)| f64::from(m.norm_sqr()) * f64::from(e.max(0.0)).powi(2)).sum();
        let free = FreeMoments::new(&free_e, problem.shell());
        let concentrations = means.iter().map(|&mean| concentration(mean)).collect();
        Self { means, concentrations, free_e, count, power, free }
    }

    /// Prior means of exp(iφ), in layout order.
    pub fn means(&self) -> &[Complex32] {
        &self.means
    }

    /// K·exp(iφ) per entry, see [`concentration`]; 0 where there is no seed.
    pub fn concentrations(&self) -> &[Complex32] {
        &self.concentrations
    }

    /// |E| per entry; negative at seeds and where unmeasured.
    pub fn free_e(&self) -> &[f32] {
        &self.free_e
    }

    /// Number of seeds.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Σ m²E² over the half sphere.
    pub fn power(&self) -> f64 {
        self.power
    }

    /// Moments of the other reflections.
    pub fn free(&self) -> &FreeMoments {
        &self.free
    }
}
