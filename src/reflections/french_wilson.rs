//! Weak and negative intensities: the Bayesian treatment of French & Wilson, Acta Cryst. (1978) A34, 517.

/// Means over the posterior distribution of one intensity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    /// ⟨J⟩ of the true intensity, never negative.
    pub intensity: f64,
    /// ⟨|F|⟩ = ⟨√J⟩.
    pub amplitude: f64,
    /// Standard deviation of |F|.
    pub sigma_amplitude: f64,
}

/// Where the exponent has fallen by this much from its largest value nothing is left to integrate (e⁻⁴⁰ ≈ 4·10⁻¹⁸).
const NEGLIGIBLE_EXPONENT: f64 = 40.0;
/// Intervals of Simpson's rule over |F|; the integrand is smooth there and 1 part in 10⁸ is reached.
const INTERVALS: usize = 96;

/// Posterior of the true intensity for a measured `intensity` ± `sigma` and the mean intensity `expected`
/// of its kind at its resolution (ε included, all on one scale). The prior is Wilson's: for acentric reflections
/// exp(−J/Σ)/Σ, for centric ones exp(−J/2Σ)/√(2πΣJ); the measurement error is normal.
/// `sigma` and `expected` must be positive.
pub fn posterior(intensity: f64, sigma: f64, expected: f64, centric: bool) -> Posterior {
    // In units of σ. The prior's exponential moves the normal's centre; the square in J = x² takes away the
    // singularity of the centric prior: dJ/√J = 2 dx, and leaves a factor x for acentrics.
    let decay = sigma / if centric { 2.0 * expected } else { expected };
    let centre = intensity / sigma - decay;
    // The J that matter: (J − c)²/2 < 40 around a positive centre; (J² − 2cJ)/2 < 40 above zero for a negative one,
    // solved in the form without cancellation.
    let reach = 2.0 * NEGLIGIBLE_EXPONENT;
    let (j_min, j_max) = if centre > 0.0 {
        ((centre - reach.sqrt()).max(0.0), centre + reach.sqrt())
    } else {
        (0.0, reach / ((centre * centre + reach).sqrt() - centre))
    };
    let start = j_min.sqrt();
    let step = (j_max.sqrt() - start) / INTERVALS as f64;
    let (mut norm, mut first, mut second) = (0.0, 0.0, 0.0);
    for i in 0..=INTERVALS {
        let x = start + i as f64 * step;
        let j = x * x;
        // −(J − c)²/2 relative to its largest value, expanded so that a far negative centre cancels exactly.
        let exponent = if centre > 0.0 { -0.5 * (j - centre).powi(2) } else { -0.5 * j * (j - 2.0 * centre) };
        let simpson = match i {
            0 | INTERVALS => 1.0,
            _ if i % 2 == 1 => 4.0,
            _ => 2.0,
        };
        let weight = simpson * exponent.exp() * if centric { 1.0 } else { x };
        norm += weight;
        first += weight * x;
        second += weight * j;
    }
    let (mean_x, mean_j) = (first / norm, second / norm);
    Posterior {
        intensity: mean_j * sigma,
        amplitude: mean_x * sigma.sqrt(),
        sigma_amplitude: ((mean_j - mean_x * mean_x).max(0.0) * sigma).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Straight sums over J with steps of 10⁻⁴ σ, the definition.
    fn by_definition(i: f64, sigma: f64, expected: f64, centric: bool) -> (f64, f64) {
        let (mut norm, mut f, mut j_sum) = (0.0, 0.0, 0.0);
        let step = 1e-4 * sigma;
        for n in 0..300_000 {
            let j = (f64::from(n) + 0.5) * step;
            let prior = if centric { (-j / (2.0 * expected)).exp() / j.sqrt() } else { (-j / expected).exp() };
            let p = prior * (-(i - j).powi(2) / (2.0 * sigma * sigma)).exp();
            norm += p;
            f += p * j.sqrt();
            j_sum += p * j;
        }
        (j_sum / norm, f / norm)
    }

    #[test]
    fn means_agree_with_the_definition() {
        for (i, sigma, expected) in
            [(-2.0, 1.0, 3.0), (0.0, 2.0, 1.0), (1.5, 1.0, 10.0), (5.0, 2.0, 20.0), (-4.0, 1.0, 0.5)]
        {
            for centric in [false, true] {
                let (j, f) = by_definition(i, sigma, expected, centric);
                let p = posterior(i, sigma, expected, centric);
                // The straight sum of the centric case misses some of the singularity at 0.
                let tolerance = if centric { 0.02 } else { 1e-4 };
                assert!((p.intensity / j - 1.0).abs() < tolerance, "{i} {sigma} {expected} {centric}: {p:?} {j}");
                assert!((p.amplitude / f - 1.0).abs() < tolerance, "{i} {sigma} {expected} {centric}: {p:?} {f}");
            }
        }
    }

    #[test]
    fn strong_and_hopeless_measurements_have_their_limits() {
        let strong = posterior(10_000.0, 10.0, 10_000.0, false);
        assert!((strong.intensity / 10_000.0 - 1.0).abs() < 1e-3 && (strong.amplitude / 100.0 - 1.0).abs() < 1e-3);
        // Without information the prior is all there is: ⟨J⟩ = Σ, ⟨F⟩ = √(πΣ)/2.
        let nothing = posterior(0.0, 1e6, 4.0, false);
        assert!(
            (nothing.intensity - 4.0).abs() < 0.01 && (nothing.amplitude - std::f64::consts::PI.sqrt()).abs() < 0.01
        );
        let absurd = posterior(-1e9, 1.0, 1.0, true);
        assert!(absurd.intensity > 0.0 && absurd.intensity < 1e-6 && absurd.amplitude.is_finite());
    }
}
