//! Overall scale and displacement, weights, R1.

use super::measurements::Measurements;
use rayon::prelude::*;
use rustfft::num_complex::Complex64;
use std::f64::consts::PI;

/// 8π².
pub const EIGHT_PI_SQ: f64 = 8.0 * PI * PI;
/// Gauss–Newton steps for scale and displacement at most; they settle in three or four …
const STEPS: usize = 12;
/// … when the scale changes by less than this share, and U by as many Å2.
const SETTLED: f64 = 1e-7;
/// Largest change of the overall U in one step, Å2.
const LARGEST_STEP: f64 = 0.02;

/// Reflections that one thread sums.
const PIECE: usize = 1024;

/// |Fo| ≈ k |Fc| exp(−8π² u s²).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overall {
    /// k.
    pub scale: f64,
    /// u in Å2, to be added to the displacement of every atom.
    pub u: f64,
}

/// |F|, without the care for overflow that takes `hypot` ten times as long.
pub fn size(f: &Complex64) -> f64 {
    f.norm_sqr().sqrt()
}

/// Least-squares scale alone, of calculated amplitudes.
pub fn scale(measurements: &Measurements, sizes: &[f64], weights: &[f64]) -> f64 {
    let (mut cross, mut own) = (0.0, 0.0);
    for ((m, size), w) in measurements.list.iter().zip(sizes).zip(weights) {
        cross += w * m.f * size;
        own += w * size * size;
    }
    if own > 0.0 { cross / own } else { 1.0 }
}

/// Least-squares scale and overall displacement.
pub fn overall(measurements: &Measurements, sizes: &[f64], weights: &[f64]) -> Overall {
    let mut fit = Overall { scale: scale(measurements, sizes, weights), u: 0.0 };
    for _ in 0..STEPS {
        let of = |piece: usize| {
            let mut sums = [0.0; 5];
            let range = piece * PIECE..((piece + 1) * PIECE).min(sizes.len());
            for n in range {
                let (m, w) = (&measurements.list[n], weights[n]);
                let by_k = sizes[n] * (-EIGHT_PI_SQ * fit.u * m.stol_sq).exp();
                let by_u = -EIGHT_PI_SQ * m.stol_sq * fit.scale * by_k;
                let delta = m.f - fit.scale * by_k;
                let terms = [by_k * by_k, by_k * by_u, by_u * by_u, by_k * delta, by_u * delta];
                sums = std::array::from_fn(|i| sums[i] + w * terms[i]);
            }
            sums
        };
        // Summed in order, whatever the number of threads.
        let pieces: Vec<[f64; 5]> = (0..sizes.len().div_ceil(PIECE)).into_par_iter().map(of).collect();
        let [kk, ku, uu, k, u] =
            pieces.into_iter().fold([0.0; 5], |sum, piece| std::array::from_fn(|i| sum[i] + piece[i]));
        let determinant = kk * uu - ku * ku;
        // Without spread in resolution the two cannot be told apart.
        if determinant <= 1e-9 * kk * uu {
            break;
        }
        let by_scale = (k * uu - u * ku) / determinant;
        let by_u = ((u * kk - k * ku) / determinant).clamp(-LARGEST_STEP, LARGEST_STEP);
        fit.scale += by_scale;
        fit.u += by_u;
        if by_scale.abs() < SETTLED * fit.scale.abs() && by_u.abs() < SETTLED {
            break;
        }
    }
    if fit.scale > 0.0 && fit.u.is_finite() {
        fit
    } else {
        Overall { scale: scale(measurements, sizes, weights), u: 0.0 }
    }
}

/// 1/(σ² + mean square misfit of the shell): what the model lacks counts as error, shell by shell.
pub fn weights(measurements: &Measurements, sizes: &[f64], scale: f64) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0, 0.0); measurements.shells];
    for (m, size) in measurements.list.iter().zip(sizes) {
        let delta = m.f - scale * size;
        let sum = &mut sums[m.shell];
        *sum = (sum.0 + delta * delta, sum.1 + m.f * m.f, sum.2 + 1.0);
    }
    measurements
        .list
        .iter()
        .map(|m| {
            let (misfit, power, count) = sums[m.shell];
            let floor = LEAST_MISFIT * LEAST_MISFIT * power / count;
            (m.sigma * m.sigma + misfit / count + floor).max(f64::MIN_POSITIVE).recip()
        })
        .collect()
}

/// No shell fits better than this share of its root mean square amplitude, so that weights stay finite.
const LEAST_MISFIT: f64 = 0.003;

/// Σ||Fo|−k|Fc||/Σ|Fo| over observed and over all reflections.
pub fn r1(measurements: &Measurements, sizes: &[f64], scale: f64) -> [f64; 2] {
    let (mut off, mut sum) = ([0.0; 2], [0.0; 2]);
    for (m, size) in measurements.list.iter().zip(sizes) {
        let delta = (m.f - scale * size).abs();
        for n in [0, 1] {
            if n == 1 || m.observed {
                off[n] += delta;
                sum[n] += m.f;
            }
        }
    }
    [0, 1].map(|n| if sum[n] > 0.0 { off[n] / sum[n] } else { 1.0 })
}
