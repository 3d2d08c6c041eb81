//! The mean intensity as a smooth function of resolution: what |E| and every statistic refer to.

use super::MergedReflection;
use crate::crystal::Cell;
use rayon::prelude::*;
use std::ops::Range;

/// Reflections per shell: ±8 % on the mean of exponentially distributed intensities.
const PER_SHELL: usize = 150;
/// A small set is cut into up to four shells, so that the fall-off with resolution is still seen, …
const FEWEST_SHELLS: usize = 4;
/// … as long as each has this many.
const FEWEST_PER_SHELL: usize = 40;
/// Rounds of matching the interpolated curve to the shell means; each gains about a factor of ten.
const MATCHING_ROUNDS: usize = 6;

/// Shells of equal numbers of reflections and the curve through their means.
#[derive(Debug, Clone, PartialEq)]
pub struct IntensityProfile {
    /// (s², ln value) at the shell centres; s² = 1/d² in Å⁻².
    nodes: Vec<(f64, f64)>,
    /// First reflection of each shell and the end of the last.
    borders: Vec<usize>,
}

impl IntensityProfile {
    /// The curve of ⟨x/ε⟩ for values x (any scale) beside `reflections`, which must be sorted by 1/d as `merge`
    /// leaves them. It is linear in ln⟨x/ε⟩ against 1/d² between shell centres and goes on straight beyond the
    /// first and the last. `uncertainties` of the x keep a shell of pure noise, whose mean may be negative,
    /// at a positive value: the standard uncertainty of the mean.
    pub fn new(reflections: &[MergedReflection], values: &[f64], uncertainties: &[f64], cell: &Cell) -> Self {
        let n = reflections.len();
        let n_shells = (n / PER_SHELL).max(FEWEST_SHELLS.min(n / FEWEST_PER_SHELL)).max(1);
        let borders: Vec<usize> = (0..=n_shells).map(|i| i * n / n_shells).collect();
        let s_sq: Vec<f64> = reflections.iter().map(|r| cell.d_star_sq(r.hkl)).collect();
        let reduced: Vec<f64> = reflections.iter().zip(values).map(|(r, x)| x / f64::from(r.epsilon)).collect();
        let mut targets = Vec::with_capacity(n_shells);
        let mut nodes = Vec::with_capacity(n_shells);
        for range in ranges(&borders) {
            let part = |v: &[f64]| v.get(range.clone()).unwrap_or(&[]).to_vec();
            let noise = part(uncertainties).iter().map(|u| u * u).sum::<f64>().sqrt() / range.len().max(1) as f64;
            let target = average(&part(&reduced)).max(noise).max(f64::MIN_POSITIVE);
            targets.push(target);
            nodes.push((average(&part(&s_sq)), target.ln()));
        }
        let mut profile = Self { nodes, borders };
        // The curve bends between nodes: shift them until its mean over each shell is the shell's mean.
        let places: Vec<(usize, f64)> = s_sq.iter().map(|s| profile.place(*s)).collect();
        for _ in 0..MATCHING_ROUNDS {
            let mean_of = |range: Range<usize>| {
                let curve: Vec<f64> = places.get(range).unwrap_or(&[]).iter().map(|p| profile.between(*p)).collect();
                average(&curve)
            };
            let shells: Vec<(Range<usize>, &f64)> = profile.shells().zip(&targets).collect();
            let ratios: Vec<f64> = shells.into_par_iter().map(|(range, target)| target / mean_of(range)).collect();
            for (node, ratio) in profile.nodes.iter_mut().zip(ratios) {
                if ratio.is_finite() && ratio > 0.0 {
                    node.1 += ratio.ln();
                }
            }
        }
        profile
    }

    /// ⟨x/ε⟩ at s² = 1/d² (Å⁻²).
    pub fn at(&self, s_sq: f64) -> f64 {
        self.between(self.place(s_sq))
    }

    /// The node before s² = 1/d² (Å⁻²), and how far on to the next it lies.
    fn place(&self, s_sq: f64) -> (usize, f64) {
        let after = self.nodes.partition_point(|node| node.0 < s_sq).clamp(1, self.nodes.len().max(2) - 1);
        match (self.nodes.get(after - 1), self.nodes.get(after)) {
            (Some(a), Some(b)) if b.0 > a.0 => (after - 1, (s_sq - a.0) / (b.0 - a.0)),
            _ => (after - 1, 0.0),
        }
    }

    /// The value at a place between nodes.
    fn between(&self, (before, share): (usize, f64)) -> f64 {
        match (self.nodes.get(before), self.nodes.get(before + 1)) {
            (Some(a), Some(b)) => (a.1 + share * (b.1 - a.1)).exp(),
            (Some(a), None) => a.1.exp(),
            (None, _) => 1.0,
        }
    }

    /// Index ranges of the shells in the list of reflections.
    pub fn shells(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        ranges(&self.borders)
    }
}

fn ranges(borders: &[usize]) -> impl Iterator<Item = Range<usize>> + '_ {
    borders.windows(2).map(|pair| match pair {
        [start, end] => *start..*end,
        _ => 0..0,
    })
}

/// Mean of a list, 0 for an empty one.
pub(super) fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponential_fall_off_is_followed_exactly() {
        let cell = Cell::new([10.0; 3], [90.0; 3]).unwrap();
        let reflections: Vec<MergedReflection> = (1..=400)
            .map(|h| MergedReflection {
                hkl: [h, 0, 0],
                intensity: 1.0,
                sigma: 0.1,
                redundancy: 1,
                epsilon: 2,
                centric: false,
            })
            .collect();
        let curve = |s: f64| 50.0 * (-0.004 * s).exp();
        let values: Vec<f64> = reflections.iter().map(|r| 2.0 * curve(cell.d_star_sq(r.hkl))).collect();
        let profile = IntensityProfile::new(&reflections, &values, &vec![0.0; values.len()], &cell);
        assert_eq!(profile.shells().count(), 4);
        for r in &reflections {
            let s = cell.d_star_sq(r.hkl);
            assert!((profile.at(s) / curve(s) - 1.0).abs() < 0.05, "{s}: {} {}", profile.at(s), curve(s));
        }
        let noise = IntensityProfile::new(&reflections, &vec![-1.0; 400], &vec![1.0; 400], &cell);
        assert!(noise.at(3.0) > 0.0 && noise.at(1e4).is_finite());
    }
}
