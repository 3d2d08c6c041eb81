//! Soft atom posterior of message passing: the expected density at a voxel and its mean derivative.

use super::LANES;
use multiversion::multiversion;

/// Parameters of the logistic posterior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Logistic {
    /// 1/σ of the cavity map.
    pub inverse_sigma: f32,
    /// Expected atom height s in units of σ.
    pub height: f32,
    /// s²/2 + ln(M/N − 1), the log odds against an atom at u = 0.
    pub bias: f32,
}

impl Logistic {
    /// That of a t + b, where this one is that of t: the reshaped posterior.
    #[must_use]
    pub fn reshaped(self, [a, b]: [f32; 2]) -> Self {
        Self { height: a * self.height, bias: a * self.bias - b, ..self }
    }
}

/// exp(x), relative error below 3·10⁻⁷ for −80 ≤ x ≤ 80 and clamped beyond: Cody–Waite reduction and
/// the Cephes `expf` polynomial. No library exp, so that a
/// compute shader can have the same formula: WGSL promises its own to 3 + 2|x| ulp only.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-80.0, 80.0);
    let n = (x * std::f32::consts::LOG2_E).round_ties_even();
    let r = x - n * LN2_HIGH - n * LN2_LOW;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let value = p * r * r + r + 1.0;
    value * f32::from_bits((((n as i32) + 127) << 23) as u32)
}

/// Replaces the cavity map x by f(u), u = x/σ, with f = 1/(1 + exp(−(s u − s²/2 − ln(M/N − 1))));
/// returns Σ f′ with f′ = s f (1 − f).
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn logistic(map: &mut [f32], parameters: Logistic) -> f32 {
    let slope = parameters.height * parameters.inverse_sigma;
    let mut lanes = [0.0; LANES];
    let mut chunks = map.chunks_exact_mut(LANES);
    for chunk in &mut chunks {
        for (value, lane) in chunk.iter_mut().zip(&mut lanes) {
            let f = 1.0 / (1.0 + exp(parameters.bias - slope * *value));
            *value = f;
            *lane += f * (1.0 - f);
        }
    }
    for value in chunks.into_remainder() {
        let f = 1.0 / (1.0 + exp(parameters.bias - slope * *value));
        *value = f;
        lanes[0] += f * (1.0 - f);
    }
    lanes.iter().sum::<f32>() * parameters.height
}

/// Replaces the cavity map x by f(u) = u²; returns Σ f′ = Σ 2u.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn square(map: &mut [f32], inverse_sigma: f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let mut chunks = map.chunks_exact_mut(LANES);
    for chunk in &mut chunks {
        for (value, lane) in chunk.iter_mut().zip(&mut lanes) {
            let u = *value * inverse_sigma;
            *value = u * u;
            *lane += u;
        }
    }
    for value in chunks.into_remainder() {
        let u = *value * inverse_sigma;
        *value = u * u;
        lanes[0] += u;
    }
    2.0 * lanes.iter().sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_within_its_stated_error() {
        for i in -8000..=8000 {
            let x = i as f32 * 0.01;
            let exact = f64::from(x).exp();
            assert!(((f64::from(exp(x)) - exact) / exact).abs() < 3e-7, "{x}");
        }
        assert!(exp(1e9).is_finite() && exp(-1e9) >= 0.0);
    }

    #[test]
    fn reshaped_is_the_logistic_of_a_t_and_b() {
        let (a, b, p) = (0.7, -1.5, Logistic { inverse_sigma: 0.5, height: 3.0, bias: 4.5 + 2.0 });
        let mut map: Vec<f32> = (0..40).map(|i| i as f32 * 0.3).collect();
        let expected = map.iter().map(|x| 1.0 / (1.0 + (-(a * (1.5 * x - 6.5) + b)).exp())).collect::<Vec<f32>>();
        logistic(&mut map, p.reshaped([a, b]));
        assert!(map.iter().zip(&expected).all(|(f, e)| (f / e - 1.0).abs() < 1e-5));
    }

    #[test]
    fn mean_derivative_is_the_derivative_of_the_mean() {
        let p = Logistic { inverse_sigma: 0.5, height: 3.0, bias: 4.5 + 2.0 };
        let map: Vec<f32> = (0..64).map(|i| (i as f32 - 20.0) * 0.25).collect();
        let total = |shift: f32, f: &dyn Fn(&mut [f32]) -> f32| {
            let mut moved: Vec<f32> = map.iter().map(|x| x + shift).collect();
            let derivative = f(&mut moved);
            (moved.iter().map(|&y| f64::from(y)).sum::<f64>(), derivative)
        };
        let reshaped = p.reshaped([0.7, -1.5]);
        for f in [
            &(|m: &mut [f32]| logistic(m, p)) as &dyn Fn(&mut [f32]) -> f32,
            &|m: &mut [f32]| logistic(m, reshaped),
            &|m: &mut [f32]| square(m, 0.5),
        ] {
            let (up, _) = total(0.02, f);
            let (down, _) = total(-0.02, f);
            // derivative with respect to u = x/σ
            let numeric = (up - down) / (0.04 * 0.5);
            let (_, analytic) = total(0.0, f);
            assert!((numeric / f64::from(analytic) - 1.0).abs() < 1e-3, "{numeric} {analytic}");
        }
    }
}
