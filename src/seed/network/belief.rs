//! What is believed of a phase: a von Mises distribution, or one of two phases.

use crate::seed::Knowledge;
use crate::seed::sim::weight;
use std::f64::consts::{PI, TAU};

/// Directions into which the circle is cut: half a degree, below which no network tells phases apart.
const DIRECTIONS: u32 = 720;
/// Largest concentration: the width is then 2.6°.
const SHARPEST: f64 = 500.0;
/// Halvings of the logarithm of a scale between 10⁻⁶ and 10⁶: to a part in 10⁸.
const HALVINGS: usize = 40;
const SCALES: [f64; 2] = [1e-6, 1e6];

/// A belief.
#[derive(Debug, Clone, Copy)]
pub(super) struct Belief {
    /// Where it is centred, radians.
    pub phase: f64,
    /// Its concentration, ≥ 0.
    pub kappa: f64,
    /// Of a centric reflection one of its two phases, radians.
    pub allowed: Option<f64>,
}

impl Belief {
    /// The same centred where an error of its own concentration puts it; `chance` is in [0, 1).
    pub fn disturbed(self, chance: f64) -> Self {
        let error = if self.allowed.is_some() {
            if chance < right(self.kappa) { 0.0 } else { PI }
        } else {
            // Of the cumulative distribution from −π on.
            let density = densities(self.kappa);
            let mut left = chance * density.iter().sum::<f64>();
            let at = density.iter().position(|p| {
                left -= p;
                left < 0.0
            });
            let at = at.unwrap_or(density.len() - 1);
            direction(at as u32) + TAU / f64::from(DIRECTIONS) * left / density[at].max(f64::MIN_POSITIVE)
        };
        Self { phase: self.phase + error, ..self }
    }

    /// Probabilities of `bins` classes, each to the power of 1/`temperature`, summing to 1.
    pub fn classes(&self, bins: u32, temperature: f64) -> Vec<f32> {
        let mut p = vec![0.0; bins as usize];
        let mut put = |phase: f64, share: f64| {
            if let Some(p) = p.get_mut(Knowledge::bin_of(phase, bins) as usize) {
                *p += share;
            }
        };
        if self.allowed.is_some() {
            put(self.phase, right(self.kappa));
            put(self.phase + PI, 1.0 - right(self.kappa));
        } else {
            for (i, share) in (0..).zip(densities(self.kappa)) {
                put(self.phase + direction(i) + 0.5 * TAU / f64::from(DIRECTIONS), share);
            }
        }
        // The largest first, so that none but the impossible is lost.
        let most = p.iter().copied().fold(0.0, f64::max);
        p.iter_mut().for_each(|p| *p = (*p / most).powf(1.0 / temperature));
        let sum: f64 = p.iter().sum();
        p.iter().map(|p| (p / sum) as f32).collect()
    }
}

/// Where piece `i` of the circle begins, from −π on.
fn direction(i: u32) -> f64 {
    TAU * f64::from(i) / f64::from(DIRECTIONS) - PI
}

/// What lies in each piece, not normalised.
fn densities(kappa: f64) -> Vec<f64> {
    let middle = |i: u32| direction(i) + 0.5 * TAU / f64::from(DIRECTIONS);
    (0..DIRECTIONS).map(|i| (kappa * (middle(i).cos() - 1.0)).exp()).collect()
}

/// Probability of the likelier of two phases.
fn right(kappa: f64) -> f64 {
    1.0 / (1.0 + (-2.0 * kappa).exp())
}

/// The factor by which the `relative` concentrations give beliefs the mean cosine `skill`; concentrations beyond `SHARPEST` are cut in the beliefs'
/// favour only as far as the scale goes.
pub(super) fn concentration_scale(relative: &[f64], centric: &[bool], skill: f64) -> f64 {
    let largest = relative.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let mean = |scale: f64| {
        let cosine = |(relative, centric): (&f64, &bool)| {
            let kappa = scale * relative;
            if *centric { kappa.tanh() } else { weight(kappa) }
        };
        relative.iter().zip(centric).map(cosine).sum::<f64>() / relative.len().max(1) as f64
    };
    let [mut low, mut high] = SCALES.map(f64::ln);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if mean(middle.exp()) < skill {
            low = middle;
        } else {
            high = middle;
        }
    }
    high.exp().min(SHARPEST / largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_as_probable_as_they_are_frequent() {
        let (kappa, n, bins) = (1.5, 4000, 4);
        let truth = Belief { phase: 0.3, kappa, allowed: None };
        let (mut said, mut found) = (vec![0.0; 4], vec![0.0; 4]);
        for i in 0..n {
            let estimate = truth.disturbed((f64::from(i) + 0.5) / f64::from(n));
            let p = estimate.classes(bins, 1.0);
            // By rank, the likeliest first.
            let mut order: Vec<usize> = (0..4).collect();
            order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
            for (rank, &class) in order.iter().enumerate() {
                said[rank] += f64::from(p[class]) / f64::from(n);
                found[rank] +=
                    f64::from(u8::from(Knowledge::bin_of(truth.phase, bins) as usize == class)) / f64::from(n);
            }
        }
        // The true phase is not in the middle of its class, so that single ranks differ a little.
        said.iter().zip(&found).for_each(|(said, found)| assert!((said - found).abs() < 0.06, "{said} {found}"));
    }

    #[test]
    fn a_scale_gives_the_mean_cosine() {
        let relative: Vec<f64> = (1..100).map(f64::from).collect();
        let centric: Vec<bool> = (1..100).map(|i| i % 5 == 0).collect();
        let scale = concentration_scale(&relative, &centric, 0.4);
        let cosine = |(r, c): (&f64, &bool)| if *c { (scale * r).tanh() } else { weight(scale * r) };
        let mean = relative.iter().zip(&centric).map(cosine).sum::<f64>() / 99.0;
        assert!((mean - 0.4).abs() < 1e-6, "{mean}");
        assert!(concentration_scale(&relative, &centric, 1.0) <= SHARPEST / 99.0);
        let even = Belief { phase: 0.0, kappa: 0.0, allowed: None };
        assert!(even.classes(8, 0.5).iter().all(|p| (p - 0.125).abs() < 1e-6));
    }
}
