//! Moments of the message-passing field z over the measured reflections: shell powers and κ.

use super::LANES;
use multiversion::multiversion;
use rustfft::num_complex::Complex32;

/// Entries summed in f32 before the sum goes on in f64.
const BLOCK: usize = 256;
/// |z|² in units of its shell mean is cut here, E² below: the heavy tails of a partly right field
/// would otherwise rule the covariance (recipe notes §3, "clip 12 and 9").
pub const CLIP_FIELD: f32 = 12.0;
/// Cut of E² in the same covariance.
pub const CLIP_E_SQ: f32 = 9.0;
/// Largest squared correlation believed, so that κ stays finite (recipe notes §3).
pub const MAX_CORRELATION: f32 = 0.98;
/// Range of κ: below, the weights are flat; above, they are 1.
pub const KAPPA_RANGE: [f32; 2] = [0.004, 50.0];

/// Sums for the covariance of |z|² and E².
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Covariance {
    /// Entries.
    pub n: f64,
    /// Σ min(|z|²/⟨|z|²⟩, 12).
    pub field: f64,
    /// Σ min(E², 9).
    pub e_sq: f64,
    /// Σ of the product.
    pub product: f64,
    /// Σ min(E², 9)².
    pub e_fourth: f64,
}

/// Subtracts the self-feedback of the posterior: z = `scale`·G − `feedback`·c, entry by entry; writes z
/// over c.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn subtract_feedback(g: &[Complex32], c: &mut [Complex32], scale: f32, feedback: f32) {
    for (g, c) in g.iter().zip(c) {
        *c = *g * scale - *c * feedback;
    }
}

/// Mean |z|² over the measured entries of each shell; 1 where a shell has none.
pub fn shell_power(z: &[Complex32], e: &[f32], shell: &[u8]) -> [f32; 8] {
    let (mut sum, mut count) = ([0.0f64; 8], [0u32; 8]);
    for ((z, e), shell) in z.chunks(BLOCK).zip(e.chunks(BLOCK)).zip(shell.chunks(BLOCK)) {
        // Sums of a block in f32, in two interleaved sets to shorten the chains of additions.
        let (mut part, mut number) = ([[0.0f32; 8]; 2], [[0u32; 8]; 2]);
        for (i, ((z, &e), &shell)) in z.iter().zip(e).zip(shell).enumerate() {
            let measured = e >= 0.0;
            part[i % 2][(shell & 7) as usize] += if measured { z.norm_sqr() } else { 0.0 };
            number[i % 2][(shell & 7) as usize] += u32::from(measured);
        }
        for s in 0..8 {
            sum[s] += f64::from(part[0][s]) + f64::from(part[1][s]);
            count[s] += number[0][s] + number[1][s];
        }
    }
    std::array::from_fn(|i| if count[i] == 0 || sum[i] == 0.0 { 1.0 } else { (sum[i] / f64::from(count[i])) as f32 })
}

/// Covariance sums of the clipped field and E² over the measured entries.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn covariance(z: &[Complex32], e: &[f32], shell: &[u8], power: &[f32; 8]) -> Covariance {
    let mut sums = Covariance::default();
    let inverse = power.map(f32::recip);
    for ((z, e), shell) in z.chunks(BLOCK).zip(e.chunks(BLOCK)).zip(shell.chunks(BLOCK)) {
        let mut lanes = [[0.0f32; LANES]; 5];
        for (i, ((z, &e), &shell)) in z.iter().zip(e).zip(shell).enumerate() {
            let measured = if e >= 0.0 { 1.0 } else { 0.0 };
            let q = (z.norm_sqr() * inverse[(shell & 7) as usize]).min(CLIP_FIELD) * measured;
            let ee = (e * e).min(CLIP_E_SQ) * measured;
            let lane = i % LANES;
            lanes[0][lane] += measured;
            lanes[1][lane] += q;
            lanes[2][lane] += ee;
            lanes[3][lane] += q * ee;
            lanes[4][lane] += ee * ee;
        }
        let [n, field, e_sq, product, e_fourth] = lanes.map(|lane| f64::from(lane.iter().sum::<f32>()));
        sums.n += n;
        sums.field += field;
        sums.e_sq += e_sq;
        sums.product += product;
        sums.e_fourth += e_fourth;
    }
    sums
}

impl Covariance {
    /// cov(|z|², E²)/var(E²): the squared correlation of the field with the true structure factors,
    /// when the field is that plus complex Gaussian noise.
    pub fn correlation(&self) -> f32 {
        if self.n == 0.0 {
            return 0.0;
        }
        let (field, e_sq) = (self.field / self.n, self.e_sq / self.n);
        let variance = self.e_fourth / self.n - e_sq * e_sq;
        if variance <= 0.0 { 0.0 } else { ((self.product / self.n - field * e_sq) / variance) as f32 }
    }
}

/// Squared correlation of the field with the seeds: (Σ mE Re(z/√⟨|z|²⟩ · exp(−iφ)) / Σ m²E²)², `means` being m exp(iφ)
/// (0 where there is no seed) and `seed_power` the denominator's sum.
pub fn seed_correlation(
    z: &[Complex32],
    e: &[f32],
    means: &[Complex32],
    shell: &[u8],
    power: &[f32; 8],
    seed_power: f64,
) -> f32 {
    let inverse_root = power.map(|p| p.sqrt().recip());
    let mut sum = 0.0f64;
    for (((z, &e), mean), &shell) in z.iter().zip(e).zip(means).zip(shell) {
        let along = z.re * mean.re + z.im * mean.im;
        sum += f64::from(e.max(0.0) * along * inverse_root[(shell & 7) as usize]);
    }
    // A field that points away from the seeds says nothing for them.
    if seed_power > 0.0 { (sum.max(0.0) / seed_power).powi(2) as f32 } else { 0.0 }
}

/// κ = r/(1 − r), limited to `KAPPA_RANGE`.
pub fn kappa(correlation: f32) -> f32 {
    let r = correlation.clamp(0.0, MAX_CORRELATION);
    (r / (1.0 - r)).clamp(KAPPA_RANGE[0], KAPPA_RANGE[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twins::random::{trial_hash, unit_interval};

    /// Two independent standard normals from the counter hash (Box–Muller).
    fn gauss(key: u32) -> Complex32 {
        let u = 1.0 - unit_interval(trial_hash(1, 2, 2 * key));
        let v = unit_interval(trial_hash(1, 2, 2 * key + 1));
        Complex32::from_polar((-u.ln()).sqrt(), std::f32::consts::TAU * v)
    }

    #[test]
    fn correlation_of_a_noisy_field_is_recovered() {
        let n = 40_000;
        let truth: Vec<Complex32> = (0..n).map(gauss).collect();
        let e: Vec<f32> = truth.iter().map(|t| t.norm()).collect();
        let shell: Vec<u8> = (0..n).map(|i| (i % 2) as u8).collect();
        for rho in [0.0f32, 0.2, 0.6] {
            let z: Vec<Complex32> = (0..n as usize)
                .map(|i| {
                    (truth[i] * rho.sqrt() + gauss(n + i as u32) * (1.0 - rho).sqrt())
                        * if shell[i] == 0 { 3.0 } else { 0.1 }
                })
                .collect();
            let power = shell_power(&z, &e, &shell);
            assert!((power[0] / 9.0 - 1.0).abs() < 0.05 && (power[1] / 0.01 - 1.0).abs() < 0.05 && power[5] == 1.0);
            let found = covariance(&z, &e, &shell, &power).correlation();
            assert!((found - rho).abs() < 0.03, "{rho}: {found}");
        }
        assert!((kappa(2.0) - 49.0).abs() < 1e-3);
        assert_eq!(kappa(-1.0), KAPPA_RANGE[0]);
    }
}
