//! The share of the second domain of a twin, by least squares with the intensities of a model.

/// Gauss–Newton steps at most; five or six settle.
const STEPS: usize = 20;
/// They have settled when the share changes by less.
const SETTLED: f64 = 1e-5;
/// Columns that differ by less, as 1 − r², cannot be told apart: the crystal has the symmetry of the law.
const ALIKE: f64 = 1e-8;

/// A share with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fraction {
    /// Share of the second domain, 0…1.
    pub share: f64,
    /// Its standard uncertainty, from how well the intensities agree; infinite where the two domains scatter alike.
    pub sigma: f64,
}

impl Fraction {
    /// A single crystal.
    pub const NONE: Self = Self { share: 0.0, sigma: f64::INFINITY };

    /// The share α with which √(p |F|² + q |F′|²) comes nearest to the amplitudes observed, p = k²(1−α), q = k²α: Σ w (|Fo| − …)² is
    /// least. `own` and `second` are |F|² and |F′|² of the two domains.
    pub fn fitted(observed: &[f64], own: &[f64], second: &[f64], weights: &[f64]) -> Self {
        let scale = {
            let (mut seen, mut all) = (0.0, 0.0);
            for (((fo, a), b), w) in observed.iter().zip(own).zip(second).zip(weights) {
                seen += w * fo * fo;
                all += 0.5 * w * (a + b);
            }
            if all > 0.0 && seen > 0.0 { seen / all } else { return Self::NONE }
        };
        // From the middle: a first step from a single crystal would rest on the few reflections that it lacks.
        let mut now = [0.5 * scale; 2];
        let mut out = Self::NONE;
        for _ in 0..STEPS {
            let mut sums = [0.0; 6];
            for (((fo, a), b), w) in observed.iter().zip(own).zip(second).zip(weights) {
                let size = (now[0] * a + now[1] * b).sqrt();
                if size <= 0.0 {
                    continue;
                }
                let (by_own, by_second, off) = (0.5 * a / size, 0.5 * b / size, fo - size);
                let terms = [
                    by_own * by_own,
                    by_own * by_second,
                    by_second * by_second,
                    by_own * off,
                    by_second * off,
                    off * off,
                ];
                sums = std::array::from_fn(|i| sums[i] + w * terms[i]);
            }
            let [oo, os, ss, o, s, off] = sums;
            let determinant = oo * ss - os * os;
            if determinant.is_nan() || determinant <= ALIKE * oo * ss {
                return Self::NONE;
            }
            let step = [(o * ss - s * os) / determinant, (s * oo - o * os) / determinant];
            // Intensities of a domain are none or positive.
            let next = [0, 1].map(|i| (now[i] + step[i]).clamp(1e-3 * now[i], 4.0 * scale));
            let sum = next[0] + next[1];
            let share = next[1] / sum;
            let variance = off / observed.len().saturating_sub(2).max(1) as f64 / determinant;
            // ∂α/∂p = −q/(p+q)², ∂α/∂q = p/(p+q)²; the inverse of the matrix is [ss, −os; −os, oo]/determinant.
            let [p, q] = next.map(|x| x / (sum * sum));
            let sigma = (variance * (q * q * ss + 2.0 * p * q * os + p * p * oo)).sqrt();
            let settled = (share - out.share).abs() < SETTLED;
            (now, out) = (next, Self { share, sigma });
            if settled {
                break;
            }
        }
        out
    }

    /// By how much intensities of two domains that have nothing to do with each other differ, as a share of how much those of one differ: a wrong
    /// structure has R1 0.59 without a centre, and 0.41 as a perfect twin (Murshudov 2011).
    pub fn contrast(&self) -> f64 {
        let [first, second] = self.shares();
        (first * first + second * second).sqrt()
    }

    /// Shares of the intensity of the two domains.
    pub fn shares(&self) -> [f64; 2] {
        [1.0 - self.share, self.share]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that have nothing to do with each other.
    fn numbers(step: f64) -> Vec<f64> {
        (1..=400).map(|n| -(f64::from(n) * step).fract().max(1e-6).ln()).collect()
    }

    #[test]
    fn shares_are_found_at_and_between_the_limits() {
        let (own, second) = (numbers(0.618_034), numbers(0.414_214));
        let weights = vec![1.0; own.len()];
        for share in [0.0, 0.02, 0.3, 0.5, 0.8] {
            let mixed = own.iter().zip(&second).map(|(a, b)| (7.0 * ((1.0 - share) * a + share * b)).sqrt());
            let found = Fraction::fitted(&mixed.collect::<Vec<_>>(), &own, &second, &weights);
            assert!((found.share - share).abs() < 1e-3, "{share}: {found:?}");
        }
    }

    #[test]
    fn an_uncertainty_is_that_of_the_noise() {
        let (own, second) = (numbers(0.618_034), numbers(0.414_214));
        let weights = vec![1.0; own.len()];
        let mut off = Vec::new();
        let mut sigma = 0.0;
        for turn in 0..20 {
            let noise = |n: usize| ((n * 37 + turn * 101) as f64 * 0.739_085).fract() - 0.5;
            let mixed = own.iter().zip(&second).enumerate();
            let mixed = mixed.map(|(n, (a, b))| ((0.7 * a + 0.3 * b).sqrt() + 0.2 * noise(n)).max(0.0));
            let found = Fraction::fitted(&mixed.collect::<Vec<_>>(), &own, &second, &weights);
            off.push((found.share - 0.3).powi(2));
            sigma = found.sigma;
        }
        let spread = (off.iter().sum::<f64>() / off.len() as f64).sqrt();
        assert!((0.4..2.5).contains(&(spread / sigma)), "{spread} against {sigma}");
    }

    #[test]
    fn domains_that_scatter_alike_have_no_share() {
        let own = numbers(0.618_034);
        let amplitudes: Vec<f64> = own.iter().map(|x| x.sqrt()).collect();
        let found = Fraction::fitted(&amplitudes, &own, &own, &vec![1.0; own.len()]);
        assert_eq!(found, Fraction::NONE);
        assert_eq!(Fraction::fitted(&[], &[], &[], &[]), Fraction::NONE);
    }
}
