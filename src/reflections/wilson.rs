//! The Wilson plot: overall displacement parameter and scale.

use super::MergedReflection;
use super::profile::average;
use crate::crystal::{Cell, SpaceGroup};

/// Atoms are not spread at random on the scale of bonds: reflections beyond 4 Å are left out where enough remain.
const LOW_RESOLUTION_LIMIT: f64 = 4.0;
/// Points of the plot, for a list that is long enough …
const MOST_POINTS: usize = 20;
/// … to have this many reflections in each.
const PER_POINT: usize = 25;
/// Fewest points that determine a line worth having.
const FEWEST_POINTS: usize = 3;

/// Result of the Wilson plot: ⟨I/ε⟩ = scale · Σf² · exp(−2 B (sin θ/λ)²).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WilsonPlot {
    /// Overall isotropic B in Å²; can come out negative when the data or the cell contents are wrong.
    pub b: f64,
    /// Standard uncertainty of `b`, Å².
    pub sigma_b: f64,
    /// File scale over absolute scale (electrons², or Å² for electron diffraction) of the intensities.
    pub scale: f64,
    /// Points on the plot.
    pub n_points: usize,
}

/// Fits the plot. `sum_f2` gives Σf² over all atoms of the unit cell at (sin θ/λ)² in Å⁻². Returns `None` when
/// fewer than three shells have a positive mean intensity. For a centred lattice the mean over the reflections that are not
/// extinct is larger by the number of lattice points per cell; that factor is taken out of the scale.
pub fn wilson_plot(
    reflections: &[MergedReflection],
    cell: &Cell,
    group: &SpaceGroup,
    sum_f2: impl Fn(f64) -> f64,
) -> Option<WilsonPlot> {
    let near: Vec<&MergedReflection> =
        reflections.iter().filter(|r| cell.d_spacing(r.hkl) < LOW_RESOLUTION_LIMIT).collect();
    let all: Vec<&MergedReflection> = reflections.iter().collect();
    let used = if near.len() >= FEWEST_POINTS * PER_POINT { near } else { all };
    let n_shells = (used.len() / PER_POINT).clamp(1, MOST_POINTS);
    let mut points = Vec::new();
    for shell in 0..n_shells {
        let range = shell * used.len() / n_shells..(shell + 1) * used.len() / n_shells;
        points.extend(point(used.get(range).unwrap_or(&[]), cell, &sum_f2));
    }
    if points.len() < FEWEST_POINTS {
        return None;
    }
    // Weighted straight line y = a + m x.
    let sum = |f: fn(&Point) -> f64| points.iter().map(f).sum::<f64>();
    let w = sum(|p| p.weight);
    let (mean_x, mean_y) = (sum(|p| p.weight * p.x) / w, sum(|p| p.weight * p.y) / w);
    let xx: f64 = points.iter().map(|p| p.weight * (p.x - mean_x).powi(2)).sum();
    let xy: f64 = points.iter().map(|p| p.weight * (p.x - mean_x) * (p.y - mean_y)).sum();
    if xx <= 0.0 {
        return None;
    }
    let slope = xy / xx;
    let scale = (mean_y - slope * mean_x).exp() / group.centring().len() as f64;
    let plot = WilsonPlot { b: -0.5 * slope, sigma_b: 0.5 / xx.sqrt(), scale, n_points: points.len() };
    (plot.b.is_finite() && plot.scale.is_finite() && plot.scale > 0.0).then_some(plot)
}

struct Point {
    x: f64,
    y: f64,
    weight: f64,
}

/// One shell; `None` when its mean is not positive.
fn point(shell: &[&MergedReflection], cell: &Cell, sum_f2: &impl Fn(f64) -> f64) -> Option<Point> {
    let stol_sq: Vec<f64> = shell.iter().map(|r| cell.stol_sq(r.hkl)).collect();
    // Each reflection is divided by its own Σf², so that a wide shell does no harm.
    let reduced: Vec<f64> =
        shell.iter().zip(&stol_sq).map(|(r, x)| r.intensity / (f64::from(r.epsilon) * sum_f2(*x))).collect();
    let mean = average(&reduced);
    if mean.is_nan() || mean <= 0.0 {
        return None;
    }
    // Variance of ln⟨x⟩ from the scatter in the shell, which holds Wilson's distribution and the noise alike.
    let n = reduced.len() as f64;
    let variance = reduced.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n * n * mean * mean);
    // One reflection in n at the least, against shells that are equal by chance.
    Some(Point { x: average(&stol_sq), y: mean.ln(), weight: variance.max(1.0 / (n * n)).recip() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b_and_scale_are_found_again() {
        let cell = Cell::new([12.0; 3], [90.0; 3]).unwrap();
        let sum_f2 = |x: f64| 500.0 * (-10.0 * x).exp() + 20.0;
        let list: Vec<MergedReflection> = (0..2000)
            .map(|n| {
                let hkl = [1 + n % 12, n / 12 % 12, n / 144];
                let x = cell.stol_sq(hkl);
                let intensity = 2.0 * 0.3 * sum_f2(x) * (-2.0 * 3.5 * x).exp();
                MergedReflection { hkl, intensity, sigma: 0.1, redundancy: 1, epsilon: 1, centric: false }
            })
            .collect();
        let mut sorted = list;
        sorted.sort_by(|a, b| cell.d_star_sq(a.hkl).total_cmp(&cell.d_star_sq(b.hkl)));
        let body_centred = SpaceGroup::from_latt_symm(-2, &[]).unwrap();
        let plot = wilson_plot(&sorted, &cell, &body_centred, sum_f2).unwrap();
        assert!((plot.b - 3.5).abs() < 0.05 && (plot.scale / 0.3 - 1.0).abs() < 0.02, "{plot:?}");
        assert!(wilson_plot(sorted.get(..20).unwrap(), &cell, &body_centred, sum_f2).is_none());
    }
}
