//! A seed's prior as a von Mises distribution, and its posterior once the field has spoken. Shader twin:
//! `shaders/prior.wgsl`.

use super::bessel::i1_over_i0;
use rustfft::num_complex::Complex32;

/// Modulus of a prior mean that is believed at most: a seed of which the source is certain can still be outvoted.
pub const MOST_CERTAIN: f32 = 0.98;
/// Limits between the three pieces of the approximation below.
const PIECES: [f32; 2] = [0.53, 0.85];
/// Below this |X| the limit I₁(X)/(X I₀(X)) → ½ stands in for the quotient.
const SMALL_X: f32 = 1e-3;

/// K·exp(iφ) of the von Mises distribution with mean `mean` = m·exp(iφ), so that I₁(K)/I₀(K) = m: the piecewise
/// approximation of Best & Fisher (1981, Commun. Stat. B10, 493), good to 1 %. 0 for 0.
pub fn concentration(mean: Complex32) -> Complex32 {
    let norm = mean.norm();
    if norm == 0.0 {
        return mean;
    }
    let m = norm.min(MOST_CERTAIN);
    let k = if m < PIECES[0] {
        m * (2.0 + m * m * (1.0 + m * m * (5.0 / 6.0)))
    } else if m < PIECES[1] {
        -0.4 + 1.39 * m + 0.43 / (1.0 - m)
    } else {
        1.0 / (m * (3.0 + m * (m - 4.0)))
    };
    mean * (k / norm)
}

/// Posterior mean g of E·exp(iφ) for a prior of concentration `prior` and a field z with 1/τ = `inverse_tau`, and its
/// divergence with respect to z/√τ. Concentrations of the two add up as vectors: X·exp(i arg z) + K·exp(iφ).
#[inline(always)]
pub fn posterior_of_seed(
    z: Complex32,
    e: f32,
    inverse_tau: f32,
    two_root_kappa: f32,
    prior: Complex32,
) -> (Complex32, f32) {
    let slope = two_root_kappa * e;
    let sum = z * (slope * inverse_tau.sqrt()) + prior;
    let x = sum.norm();
    let w = i1_over_i0(x);
    let w_over_x = if x < SMALL_X { 0.5 } else { w / x };
    // w′ + w/X with w′ = 1 − w² − w/X.
    (sum * (e * w_over_x), 0.5 * e * slope * (1.0 - w * w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concentrations_give_their_means_back() {
        for i in 1..98 {
            let m = i as f32 / 100.0;
            let k = concentration(Complex32::from_polar(m, 1.0));
            assert!((i1_over_i0(k.norm()) - m).abs() < 0.01 && (k.arg() - 1.0).abs() < 1e-5, "{m}");
        }
        assert_eq!(concentration(Complex32::new(0.0, 1.0)).norm(), concentration(Complex32::new(0.0, 0.98)).norm());
    }

    #[test]
    fn a_silent_field_leaves_the_prior_and_the_divergence_is_the_slope() {
        let prior = concentration(Complex32::from_polar(0.6, 0.7));
        let (g, _) = posterior_of_seed(Complex32::default(), 1.5, 1.0, 0.0, prior);
        assert!((g - Complex32::from_polar(0.9, 0.7)).norm() < 0.02);
        let (e, tau, root) = (1.3f32, 2.0f32, 1.8f32);
        let g = |z| posterior_of_seed(z, e, 1.0 / tau, root, prior).0;
        for z in [Complex32::new(0.9, -0.4), Complex32::new(-2.0, 1.0), Complex32::new(1e-4, 0.0)] {
            let h = 1e-2f32;
            let dx = (g(z + h) - g(z - h)).re / (2.0 * h);
            let dy = (g(z + Complex32::new(0.0, h)) - g(z - Complex32::new(0.0, h))).im / (2.0 * h);
            let analytic = posterior_of_seed(z, e, 1.0 / tau, root, prior).1;
            assert!((0.5 * (dx + dy) * tau.sqrt() - analytic).abs() < 2e-3, "{z}");
        }
    }
}
