//! The pair prior: a posterior that knows how far atoms stand from each other.
//!
//! ```text
//! f₀ = 1/(1 + exp(−(a₀ t + b₀)))                      t = s u − s²/2 − ln(M/N − 1)
//! q  = FT⁻¹[ W(|h|) FT(f₀)/⟨f₀⟩ + V(|h|) FT(u) ]       over the sphere, without 0 0 0
//! y  = 1/(1 + exp(−(a t + b + q)))
//! ```
//! W and V are sums of the transforms of spherical shells, blurred; their coefficients, a₀, b₀, a and b depend on s and M/N
//! and were learned from simulated crystals (`training/pair.py`, docs/denoiser.md).

use super::pair_table::PairShape;
use super::{LANES, posterior::exp};
use crate::twins::posterior::Logistic;
use multiversion::multiversion;
use rustfft::num_complex::Complex32;

/// Both logistics of one cycle. Their heights are a₀ s and a s, their biases a₀ (s²/2 + ln(M/N − 1)) − b₀ and so on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairPosterior {
    /// That of f₀.
    pub first: Logistic,
    /// That of y, q left out.
    pub second: Logistic,
}

impl PairPosterior {
    /// From that of t.
    #[must_use]
    pub fn new(plain: Logistic, shape: PairShape) -> Self {
        Self { first: plain.reshaped(shape.first), second: plain.reshaped(shape.second) }
    }
}

/// Replaces the cavity map x by f₀; returns Σ f₀.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn first(map: &mut [f32], p: Logistic) -> f32 {
    let slope = p.height * p.inverse_sigma;
    let mut lanes = [0.0; LANES];
    let mut chunks = map.chunks_exact_mut(LANES);
    for chunk in &mut chunks {
        for (value, lane) in chunk.iter_mut().zip(&mut lanes) {
            *value = 1.0 / (1.0 + exp(p.bias - slope * *value));
            *lane += *value;
        }
    }
    for value in chunks.into_remainder() {
        *value = 1.0 / (1.0 + exp(p.bias - slope * *value));
        lanes[0] += *value;
    }
    lanes.iter().sum()
}

/// f₀′ e, the change of f₀ when u changes along the direction e, from the cavity map x.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn slope(out: &mut [f32], map: &[f32], direction: &[f32], p: Logistic) {
    let slope = p.height * p.inverse_sigma;
    for ((out, x), e) in out.iter_mut().zip(map).zip(direction) {
        let f = 1.0 / (1.0 + exp(p.bias - slope * x));
        *out = p.height * f * (1.0 - f) * e;
    }
}

/// Coefficients of q, or of its change along e: W·`scale`·G + V·`linear`·c, entry by entry over G; `places` are those of
/// |h| in `filter`.
pub fn filter(g: &mut [Complex32], c: &[Complex32], places: &[f32], filter: &[[f32; 2]], [scale, linear]: [f32; 2]) {
    for ((g, c), &place) in g.iter_mut().zip(c).zip(places) {
        let whole = (place as usize).min(filter.len().saturating_sub(2));
        let part = place - whole as f32;
        let ([w, v], [next_w, next_v]) = (filter[whole], filter[whole + 1]);
        *g = *g * ((w + part * (next_w - w)) * scale) + *c * ((v + part * (next_v - v)) * linear);
    }
}

/// Replaces q by y; returns Σ e·dy, dy being the change of y when u changes along e and q by `change`.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn posterior(q: &mut [f32], map: &[f32], direction: &[f32], change: &[f32], p: Logistic) -> f32 {
    let slope = p.height * p.inverse_sigma;
    let mut lanes = [0.0; LANES];
    for (i, (((q, x), e), dq)) in q.iter_mut().zip(map).zip(direction).zip(change).enumerate() {
        let y = 1.0 / (1.0 + exp(p.bias - slope * x - *q));
        *q = y;
        lanes[i % LANES] += y * (1.0 - y) * (p.height * e + dq) * e;
    }
    lanes.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both logistics with made-up numbers, and a map.
    fn made_up() -> (PairPosterior, Vec<f32>, Vec<f32>) {
        let plain = Logistic { inverse_sigma: 0.5, height: 3.0, bias: 4.5 + 2.0 };
        let shape = PairShape { first: [0.8, 0.4], second: [0.7, -1.5] };
        let map = (0..71).map(|i| (i as f32 - 20.0) * 0.25).collect();
        let direction = (0..71).map(|i| ((i * 37 % 11) as f32 - 5.0) * 0.3).collect();
        (PairPosterior::new(plain, shape), map, direction)
    }

    #[test]
    fn what_is_told_of_a_change_is_the_change() {
        let (p, map, direction) = made_up();
        let q: Vec<f32> = map.iter().map(|x| (0.9 * x).sin()).collect();
        let dq: Vec<f32> = map.iter().map(|x| (1.3 * x).cos()).collect();
        let moved = |by: f32| -> Vec<f32> { map.iter().zip(&direction).map(|(x, e)| x + by * e * 2.0).collect() };
        let (step, scale) = (0.01, 0.5 / 0.01);
        let f0 = |by: f32| {
            let mut map = moved(by);
            first(&mut map, p.first);
            map
        };
        let mut told = vec![0.0; map.len()];
        slope(&mut told, &map, &direction, p.first);
        for ((up, down), told) in f0(step).iter().zip(f0(-step)).zip(told) {
            assert!(((up - down) * scale - told).abs() < 1e-3);
        }
        let along = |by: f32| {
            let mut y: Vec<f32> = q.iter().zip(&dq).map(|(q, dq)| q + by * dq).collect();
            let derivative = posterior(&mut y, &moved(by), &direction, &dq, p.second);
            (y.iter().zip(&direction).map(|(y, e)| f64::from(y * e)).sum::<f64>(), f64::from(derivative))
        };
        let numeric = (along(step).0 - along(-step).0) * f64::from(scale);
        assert!((numeric / along(0.0).1 - 1.0).abs() < 1e-3, "{numeric} {}", along(0.0).1);
    }

    #[test]
    fn filter_reads_between_its_nodes() {
        let nodes = [[1.0, 0.0], [3.0, 1.0], [5.0, 4.0]];
        let one = Complex32::new(1.0, -1.0);
        let mut g = vec![one; 4];
        filter(&mut g, &[one * 10.0; 4], &[0.0, 0.5, 1.5, 2.0], &nodes, [2.0, 0.1]);
        let expected = [2.0, 4.0 + 0.5, 8.0 + 2.5, 10.0 + 4.0];
        assert!(g.iter().zip(expected).all(|(g, e)| (g - one * e).norm() < 1e-5), "{g:?}");
    }
}
