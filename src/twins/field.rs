//! Moments of the message-passing field z over the measured reflections: shell powers and κ.

use multiversion::multiversion;
use rustfft::num_complex::Complex32;

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
/// over c, and adds |z|² and the counts of measured entries to their shells.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn subtract_feedback(g: &[Complex32], c: &mut [Complex32], scale: f32, feedback: f32) {
    for (g, c) in g.iter().zip(c) {
        *c = *g * scale - *c * feedback;
    }
}

/// Mean |z|² over the measured entries of each shell; 1 where a shell has none.
pub fn shell_power<const N: usize>(z: &[Complex32], e: &[f32], shell: &[u8]) -> [f32; N] {
    let (mut sum, mut count) = ([0.0f64; N], [0u32; N]);
    for ((z, &e), &shell) in z.iter().zip(e).zip(shell) {
        if e >= 0.0 {
            sum[shell as usize] += f64::from(z.norm_sqr());
            count[shell as usize] += 1;
        }
    }
    std::array::from_fn(|i| if count[i] == 0 || sum[i] == 0.0 { 1.0 } else { (sum[i] / f64::from(count[i])) as f32 })
}

/// Covariance sums of the clipped field and E² over the measured entries.
pub fn covariance(z: &[Complex32], e: &[f32], shell: &[u8], power: &[f32]) -> Covariance {
    let mut sums = Covariance::default();
    let inverse: Vec<f32> = power.iter().map(|p| p.recip()).collect();
    // Blocks keep the inner sums in f32 without losing digits.
    for ((z, e), shell) in z.chunks(256).zip(e.chunks(256)).zip(shell.chunks(256)) {
        let (mut n, mut field, mut e_sq, mut product, mut e_fourth) = (0u32, 0.0f32, 0.0f32, 0.0f32, 0.0f32);
        for ((z, &e), &shell) in z.iter().zip(e).zip(shell) {
            if e >= 0.0 {
                let q = (z.norm_sqr() * inverse[shell as usize]).min(CLIP_FIELD);
                let ee = (e * e).min(CLIP_E_SQ);
                n += 1;
                field += q;
                e_sq += ee;
                product += q * ee;
                e_fourth += ee * ee;
            }
        }
        sums.n += f64::from(n);
        sums.field += f64::from(field);
        sums.e_sq += f64::from(e_sq);
        sums.product += f64::from(product);
        sums.e_fourth += f64::from(e_fourth);
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
            let power = shell_power::<8>(&z, &e, &shell);
            assert!((power[0] / 9.0 - 1.0).abs() < 0.05 && (power[1] / 0.01 - 1.0).abs() < 0.05 && power[5] == 1.0);
            let found = covariance(&z, &e, &shell, &power).correlation();
            assert!((found - rho).abs() < 0.03, "{rho}: {found}");
        }
        assert!((kappa(2.0) - 49.0).abs() < 1e-3);
        assert_eq!(kappa(-1.0), KAPPA_RANGE[0]);
    }
}
