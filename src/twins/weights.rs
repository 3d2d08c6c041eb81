//! Phase weights of message passing, their divergence β and the new cavity coefficients.

use super::LANES;
use super::bessel::i1_over_i0;
use super::prior::posterior_of_seed;
use multiversion::multiversion;
use rustfft::num_complex::Complex32;

/// Below this X the limits w/X → ½ and w′ → ½ stand in for the quotients.
const SMALL_X: f32 = 1e-3;

/// Entries summed in f32 before the sum goes on in f64.
const BLOCK: usize = 256;

/// Guards the division by |z|.
const TINY: f32 = 1e-30;

/// Weight w = I₁(X)/I₀(X) of the phase of `z`, with X = 2√κ E |z|/√τ, and the divergence
/// (E/2)(w′X/q + w/q), q = |z|/√τ, of g = E w exp(i arg z) with respect to z/√τ.
#[inline(always)]
fn weight(z: Complex32, e: f32, inverse_tau: f32, two_root_kappa: f32) -> (f32, f32) {
    let q = (z.norm_sqr() * inverse_tau).sqrt();
    let slope = two_root_kappa * e;
    let x = slope * q;
    let w = i1_over_i0(x);
    let w_over_x = if x < SMALL_X { 0.5 } else { w / x };
    let derivative = 1.0 - w * w - w_over_x;
    (w, 0.5 * e * slope * (derivative + w_over_x))
}

/// Writes the posterior means g = E w exp(i arg z) of the measured entries (0 where unmeasured);
/// returns Σ of the divergences over them. `inverse_tau` has one value a shell.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn posterior_means(
    z: &[Complex32],
    e: &[f32],
    shell: &[u8],
    inverse_tau: &[f32; 8],
    kappa: f32,
    g: &mut [Complex32],
) -> f64 {
    let two_root_kappa = 2.0 * kappa.sqrt();
    let mut total = 0.0f64;
    for (((z, e), shell), g) in z.chunks(LANES).zip(e.chunks(LANES)).zip(shell.chunks(LANES)).zip(g.chunks_mut(LANES)) {
        // Fixed-size copies: the loop below then runs without bounds checks or remainders.
        let (mut zs, mut es, mut scales) = ([Complex32::default(); LANES], [0.0f32; LANES], [1.0f32; LANES]);
        zs[..z.len()].copy_from_slice(z);
        es[..e.len()].copy_from_slice(e);
        for (scale, &shell) in scales.iter_mut().zip(shell) {
            *scale = inverse_tau[(shell & 7) as usize];
        }
        let (mut gs, mut sums) = ([Complex32::default(); LANES], [0.0f32; LANES]);
        for i in 0..LANES {
            let modulus = es[i].max(0.0);
            let (w, divergence) = weight(zs[i], modulus, scales[i], two_root_kappa);
            gs[i] = zs[i] * (modulus * w / zs[i].norm_sqr().max(TINY).sqrt());
            sums[i] = divergence;
        }
        g.copy_from_slice(&gs[..g.len()]);
        total += f64::from(sums.iter().sum::<f32>());
    }
    total
}

/// Sums of the new cavity coefficients, half sphere.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CavitySums {
    /// Σ|c|².
    pub power: f64,
    /// Σ Re(c ḡ).
    pub overlap: f64,
}

/// What turns posterior means into cavity coefficients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cavity {
    /// 1/τ of each shell.
    pub inverse_tau: [f32; 8],
    /// Onsager factor β, the mean divergence.
    pub beta: f32,
}

/// Replaces z by c = g − β z/√τ at measured entries and by 0 at the others, which carry no
/// information of their own; returns the sums over c.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn cavity(z: &mut [Complex32], g: &[Complex32], e: &[f32], shell: &[u8], cavity: &Cavity) -> CavitySums {
    let factor = cavity.inverse_tau.map(|t| t.sqrt() * cavity.beta);
    let mut sums = CavitySums::default();
    for (((z, g), e), shell) in z.chunks_mut(BLOCK).zip(g.chunks(BLOCK)).zip(e.chunks(BLOCK)).zip(shell.chunks(BLOCK)) {
        let (mut power, mut overlap) = ([0.0f32; LANES], [0.0f32; LANES]);
        for (i, (((z, g), &e), &shell)) in z.iter_mut().zip(g).zip(e).zip(shell).enumerate() {
            let keep = if e >= 0.0 { 1.0 } else { 0.0 };
            let c = (*g - *z * factor[(shell & 7) as usize]) * keep;
            power[i % LANES] += c.norm_sqr();
            overlap[i % LANES] += c.re * g.re + c.im * g.im;
            *z = c;
        }
        sums.power += f64::from(power.iter().sum::<f32>());
        sums.overlap += f64::from(overlap.iter().sum::<f32>());
    }
    sums
}

/// Puts the posterior means of seeds in place of those that the field alone gave (entries with a prior of concentration
/// ≠ 0); returns the sum of their divergences. The arguments are those of [`posterior_means`].
pub fn weigh_seeds(
    z: &[Complex32],
    e: &[f32],
    shell: &[u8],
    inverse_tau: &[f32; 8],
    kappa: f32,
    priors: &[Complex32],
    g: &mut [Complex32],
) -> f64 {
    let two_root_kappa = 2.0 * kappa.sqrt();
    let mut total = 0.0;
    for ((((z, &e), &shell), &prior), g) in z.iter().zip(e).zip(shell).zip(priors).zip(g) {
        if prior.norm_sqr() > 0.0 {
            let tau = inverse_tau[(shell & 7) as usize];
            let (mean, divergence) = posterior_of_seed(*z, e.max(0.0), tau, two_root_kappa, prior);
            *g = mean;
            total += f64::from(divergence);
        }
    }
    total
}

/// Puts g = c = E·m exp(iφ) at the seeds; returns Σ|c|² over them.
pub fn hold(c: &mut [Complex32], g: &mut [Complex32], e: &[f32], means: &[Complex32]) -> f64 {
    let mut power = 0.0;
    for (((c, g), &e), mean) in c.iter_mut().zip(g).zip(e).zip(means) {
        if mean.norm_sqr() > 0.0 {
            (*c, *g) = (*mean * e, *mean * e);
            power += f64::from(c.norm_sqr());
        }
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergence_matches_a_numeric_one() {
        let (e, tau, kappa) = (1.3f32, 2.0f32, 0.8f32);
        let two_root_kappa = 2.0 * kappa.sqrt();
        let g = |z: Complex32| {
            let (w, _) = weight(z, e, 1.0 / tau, two_root_kappa);
            z * (e * w / z.norm().max(1e-20))
        };
        for z in [Complex32::new(0.9, -0.4), Complex32::new(3.0, 1.0), Complex32::new(1e-4, 0.0)] {
            let h = 1e-2f32;
            // With respect to z/√τ: half the sum of the two real partial derivatives.
            let dx = (g(z + h) - g(z - h)).re / (2.0 * h);
            let dy = (g(z + Complex32::new(0.0, h)) - g(z - Complex32::new(0.0, h))).im / (2.0 * h);
            let numeric = 0.5 * (dx + dy) * tau.sqrt();
            let (_, analytic) = weight(z, e, 1.0 / tau, two_root_kappa);
            assert!((numeric - analytic).abs() < 2e-3, "{z}: {numeric} {analytic}");
        }
    }

    #[test]
    fn unmeasured_entries_stay_silent() {
        let mut z = vec![Complex32::new(1.0, 2.0); 2];
        let (e, shell) = ([-1.0, 1.0], [0u8, 3]);
        let mut g = vec![Complex32::default(); 2];
        posterior_means(&z, &e, &shell, &[1.0; 8], 1.0, &mut g);
        assert_eq!(g[0], Complex32::default());
        assert!(g[1].norm() > 0.5);
        let sums = cavity(&mut z, &g, &e, &shell, &Cavity { inverse_tau: [1.0; 8], beta: 0.1 });
        assert_eq!(z[0], Complex32::default());
        assert!((z[1] - (g[1] - Complex32::new(0.1, 0.2))).norm() < 1e-6);
        assert!((sums.power - f64::from(z[1].norm_sqr())).abs() < 1e-6);
    }
}
