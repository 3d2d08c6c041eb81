//! Intensities of single reflections from those of a twin whose reflections fall together here and there.
//!
//! Every overlap is one equation, I = J(h) + r J(h′), J being on the scale of the domain of which more is measured alone and r the ratio of the
//! other one. Together with what is measured alone, and with J = ⟨J⟩ ± ⟨J⟩ of the resolution where nothing else is known, they are
//! solved for all J by Gaussian message passing along the equations: means and uncertainties are exact where no chain of overlaps closes, and means
//! are in any case (Malioutov, Johnson & Willsky, J. Mach. Learn. Res. 7 (2006) 2031: all terms are positive, two to an equation).

use super::RawReflection;
use super::domains::{DOMAINS, Domains};
use crate::crystal::{Cell, Hkl, SpaceGroup};

/// Reflections of one resolution shell, about.
const PER_SHELL: usize = 100;
/// Fewer reflections known in both domains say nothing of r: then mean intensities of overlaps and of others do.
const FEWEST_PAIRS: usize = 20;
/// Bounds of r …
const RATIOS: [f64; 2] = [0.02, 50.0];
/// … where mean intensities are all there is: of a twin that is listed with overlaps and the first domain alone the first is the larger, and where
/// every overlap has a mate with the domains exchanged, 1/r would do as well as r.
const LARGEST_BY_MEANS: f64 = 1.0;
/// A reflection is left out of which the data say so little that its uncertainty is this share of what is expected of it; two that share one
/// intensity evenly have 0.71.
const UNKNOWN: f64 = 0.8;
/// Sweeps over all overlaps at most …
const SWEEPS: usize = 200;
/// … until no mean changes by more than this share of its uncertainty, and no 1/σ² by more than this share of itself.
const SETTLED: f64 = 1e-2;
/// The least that is expected of a reflection, as a share of the mean at its resolution.
const LEAST: f64 = 0.1;

/// Reflections one by one.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmixed {
    /// Those of the domain of which more is measured alone as they were; Laue representatives for the others, on the same scale. No batch numbers.
    pub rows: Vec<RawReflection>,
    /// The first so many of them were measured alone.
    pub alone: usize,
    /// Share of the second domain that they rest on.
    pub share: f64,
}

impl Unmixed {
    /// Rows that were measured alone.
    pub fn measured_alone(&self) -> &[RawReflection] {
        self.rows.get(..self.alone).unwrap_or(&self.rows)
    }
}

/// An overlap: the places of its reflections, and what each contributes to the intensity.
#[derive(Clone, Copy)]
struct Overlap {
    places: [usize; 2],
    by: [f64; 2],
    intensity: f64,
    variance: f64,
}

/// What is known of a number: 1/σ², and that times the mean.
#[derive(Clone, Copy, Default)]
struct Belief {
    precision: f64,
    sum: f64,
}

impl Belief {
    fn of(mean: f64, variance: f64) -> Self {
        Self { precision: variance.recip(), sum: mean / variance }
    }

    fn with(self, other: Self) -> Self {
        Self { precision: self.precision + other.precision, sum: self.sum + other.sum }
    }

    fn without(self, other: Self) -> Self {
        Self { precision: self.precision - other.precision, sum: self.sum - other.sum }
    }

    fn mean(self) -> f64 {
        self.sum / self.precision
    }
}

impl Domains {
    /// The reflections one by one; those that are equivalent in `group` are one.
    pub fn unmixed(&self, cell: &Cell, group: &SpaceGroup) -> Unmixed {
        let [first, second] = self.counts().alone;
        let base = usize::from(second > first);
        let unique = Unique::new(self, cell, group);
        let mut alone = vec![Belief::default(); unique.hkls.len()];
        let (mut rows, mut others, mut overlaps) = (Vec::new(), Vec::new(), Vec::new());
        for observation in &self.observations {
            let (intensity, sigma) = (observation.intensity, observation.sigma);
            let [own, other] = [base, DOMAINS - 1 - base].map(|domain| observation.hkls[domain]);
            match [own, other].map(|hkl| hkl.and_then(|hkl| unique.place(group, hkl))) {
                [Some(place), None] => {
                    alone[place] = alone[place].with(Belief::of(intensity, sigma * sigma));
                    rows.extend(own.map(|hkl| RawReflection { hkl, intensity, sigma, batch: None }));
                }
                [None, Some(place)] => others.push((place, intensity, sigma)),
                [Some(own), Some(other)] => overlaps.push(([own, other], intensity, sigma)),
                [None, None] => {}
            }
        }
        let shells = unique.means(&alone);
        let r = ratio(&alone, &others, &overlaps, &shells);
        let mut known: Vec<Belief> = alone.clone();
        for &(place, intensity, sigma) in &others {
            known[place] = known[place].with(Belief::of(intensity / r, (sigma / r).powi(2)));
        }
        let measured_alone = rows.len();
        let mut equations = Vec::new();
        for &([own, other], intensity, sigma) in &overlaps {
            if own == other {
                // Equivalent ones: together they are 1 + r of one.
                known[own] = known[own].with(Belief::of(intensity / (1.0 + r), (sigma / (1.0 + r)).powi(2)));
            } else {
                let (places, variance) = ([own, other], sigma * sigma);
                equations.push(Overlap { places, by: [1.0, r], intensity, variance });
            }
        }
        // A strong overlap may be strong for either: once its size is known, so is by how much each is uncertain.
        let first = solved(&known, &shells, &equations);
        let expected: Vec<f64> = first.iter().zip(&shells).map(|(b, mean)| b.mean().max(LEAST * mean)).collect();
        let beliefs = solved(&known, &expected, &equations);
        for (((hkl, belief), alone), expected) in unique.hkls.iter().zip(beliefs).zip(&alone).zip(&expected) {
            let sigma = belief.precision.sqrt().recip();
            let intensity = belief.mean();
            if alone.precision == 0.0 && sigma < UNKNOWN * expected && intensity.is_finite() {
                rows.push(RawReflection { hkl: *hkl, intensity, sigma, batch: None });
            }
        }
        Unmixed { rows, alone: measured_alone, share: if base == 0 { r / (1.0 + r) } else { 1.0 / (1.0 + r) } }
    }
}

/// The reflections of all domains, each once.
struct Unique {
    /// Laue representatives, in order.
    hkls: Vec<Hkl>,
    /// Their shells of resolution.
    shells: Vec<usize>,
}

impl Unique {
    fn new(domains: &Domains, cell: &Cell, group: &SpaceGroup) -> Self {
        let all = domains.observations.iter().flat_map(|o| o.hkls).flatten();
        let mut hkls: Vec<Hkl> = all.map(|hkl| group.laue_representative(hkl)).collect();
        hkls.sort_unstable();
        hkls.dedup();
        let mut order: Vec<usize> = (0..hkls.len()).collect();
        order.sort_by(|&a, &b| cell.d_star_sq(hkls[a]).total_cmp(&cell.d_star_sq(hkls[b])).then(a.cmp(&b)));
        let mut shells = vec![0; hkls.len()];
        order.iter().enumerate().for_each(|(rank, &n)| shells[n] = rank / PER_SHELL);
        Self { hkls, shells }
    }

    fn place(&self, group: &SpaceGroup, hkl: Hkl) -> Option<usize> {
        self.hkls.binary_search(&group.laue_representative(hkl)).ok()
    }

    /// The mean intensity at the resolution of each reflection, of those that are known alone.
    fn means(&self, alone: &[Belief]) -> Vec<f64> {
        let shells = self.shells.iter().max().map_or(0, |last| last + 1);
        let mut sums = vec![(0.0, 0.0); shells];
        for (belief, &shell) in alone.iter().zip(&self.shells).filter(|(belief, _)| belief.precision > 0.0) {
            sums[shell] = (sums[shell].0 + belief.mean(), sums[shell].1 + 1.0);
        }
        let (sum, count) = sums.iter().fold((0.0, 0.0), |all: (f64, f64), s| (all.0 + s.0, all.1 + s.1));
        let whole = if sum > 0.0 { sum / count } else { 1.0 };
        let mean = |&(sum, count): &(f64, f64)| if sum > 0.0 { sum / count } else { whole };
        let means: Vec<f64> = sums.iter().map(mean).collect();
        self.shells.iter().map(|&shell| means[shell]).collect()
    }
}

/// How much the other domain scatters in units of the first: y = r x of the sums over what is measured of it alone, and of what it adds to overlaps.
fn ratio(alone: &[Belief], others: &[(usize, f64, f64)], overlaps: &[([usize; 2], f64, f64)], expected: &[f64]) -> f64 {
    let known = |place: usize| Some(alone[place]).filter(|belief| belief.precision > 0.0).map(Belief::mean);
    let own = others.iter().filter_map(|&(place, intensity, _)| Some((intensity, known(place)?)));
    let added = |&([own, other], intensity, _): &([usize; 2], f64, f64)| Some((intensity - known(own)?, known(other)?));
    let pairs: Vec<(f64, f64)> = own.chain(overlaps.iter().filter_map(added)).collect();
    let typical = || {
        let own = others.iter().map(|&(place, intensity, _)| (intensity, expected[place]));
        let added = overlaps.iter().map(|&([own, other], intensity, _)| (intensity - expected[own], expected[other]));
        own.chain(added).collect()
    };
    let (pairs, largest) = if pairs.len() >= FEWEST_PAIRS { (pairs, RATIOS[1]) } else { (typical(), LARGEST_BY_MEANS) };
    let (y, x) = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
    if x > 0.0 { (y / x).clamp(RATIOS[0], largest) } else { LARGEST_BY_MEANS }
}

/// All reflections by what is known of them, what is expected, and the overlaps.
fn solved(known: &[Belief], expected: &[f64], overlaps: &[Overlap]) -> Vec<Belief> {
    let prior = |(known, mean): (&Belief, &f64)| known.with(Belief::of(*mean, mean * mean));
    let mut beliefs: Vec<Belief> = known.iter().zip(expected).map(prior).collect();
    let mut messages = vec![[Belief::default(); 2]; overlaps.len()];
    for _ in 0..SWEEPS {
        let mut largest = 0.0f64;
        for (overlap, messages) in overlaps.iter().zip(&mut messages) {
            for to in [0, 1] {
                let (place, from) = (overlap.places[to], 1 - to);
                let rest = beliefs[overlap.places[from]].without(messages[from]);
                let [by, of_rest] = [overlap.by[to], overlap.by[from]];
                let variance = (overlap.variance + of_rest * of_rest / rest.precision) / (by * by);
                let message = Belief::of((overlap.intensity - of_rest * rest.mean()) / by, variance);
                let now = beliefs[place].without(messages[to]).with(message);
                let before = beliefs[place];
                largest = largest
                    .max((now.mean() - before.mean()).abs() * now.precision.sqrt())
                    .max((now.precision / before.precision - 1.0).abs());
                (beliefs[place], messages[to]) = (now, message);
            }
        }
        if largest < SETTLED {
            break;
        }
    }
    beliefs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Row by row: index, intensity, domain with its sign.
    fn unmixed(list: &[([i32; 3], f64, i32)]) -> Unmixed {
        let row = |&(hkl, intensity, batch)| RawReflection { hkl, intensity, sigma: 0.1, batch: Some(batch) };
        let cell = Cell::new([7.0, 8.0, 9.0], [84.0, 95.0, 101.0]).unwrap();
        Domains::new(list.iter().map(row).collect()).unmixed(&cell, &SpaceGroup::p1())
    }

    /// J of a reflection; those of neighbours have nothing to do with each other.
    fn intensity(n: i32) -> f64 {
        -100.0 * (f64::from(n) * 0.618_034).fract().max(0.01).ln()
    }

    fn of(found: &Unmixed, hkl: [i32; 3]) -> (f64, f64) {
        let group = SpaceGroup::p1();
        let same = |row: &&RawReflection| group.laue_representative(row.hkl) == group.laue_representative(hkl);
        let row = found.rows.iter().find(same).unwrap();
        (row.intensity, row.sigma)
    }

    #[test]
    fn overlaps_are_taken_apart_by_what_is_known_of_either_reflection() {
        let r = 0.5;
        let mut list: Vec<_> = (1..=60).map(|n| ([n, 0, 0], intensity(n), 1)).collect();
        list.extend((1..=30).map(|n| ([n, 0, 0], r * intensity(n), 2)));
        // 100 is known by its partner 5, 200 and 300 by each other.
        let pair = |a: i32, b: i32| {
            let sum = intensity(a) + r * intensity(b);
            [([b, 0, 0], sum, -2), ([a, 0, 0], sum, 1)]
        };
        for (a, b) in [(100, 5), (200, 300), (300, 200), (400, 500)] {
            list.extend(pair(a, b));
        }
        let found = unmixed(&list);
        assert!((found.share - 1.0 / 3.0).abs() < 0.01, "{}", found.share);
        for n in [100, 200, 300] {
            let (value, sigma) = of(&found, [n, 0, 0]);
            assert!((value - intensity(n)).abs() < 5.0 * sigma.max(0.5) && sigma < 2.0, "{n}: {value} {sigma}");
        }
        // Nothing tells 400 from 500: the one is uncertain, and says so, and of the other nothing is known.
        let (value, sigma) = of(&found, [400, 0, 0]);
        assert!(sigma > 0.2 * value && value < intensity(400) + r * intensity(500) + sigma, "{value} {sigma}");
        assert!(!found.rows.iter().any(|row| row.hkl[0].abs() == 500));
        assert_eq!((found.alone, found.rows.len()), (60, 60 + 4));
    }

    #[test]
    fn equivalent_reflections_that_fall_together_are_one() {
        let mut list: Vec<_> = (1..=30).map(|n| ([n, 0, 0], intensity(n), 1)).collect();
        list.extend((1..=30).map(|n| ([n, 0, 0], 0.25 * intensity(n), 2)));
        list.extend([([0, 3, 0], 125.0, -2), ([0, -3, 0], 125.0, 1)]);
        let (value, sigma) = of(&unmixed(&list), [0, 3, 0]);
        assert!((value - 100.0).abs() < 1.0 && sigma < 0.2, "{value} {sigma}");
    }

    #[test]
    fn mean_intensities_tell_the_ratio_where_nothing_else_does() {
        let mut list: Vec<_> = (1..=400).map(|n| ([n, 0, 0], intensity(n), 1)).collect();
        for n in 401..=800 {
            let sum = intensity(n) + 0.6 * intensity(n + 400);
            list.extend([([n + 400, 0, 0], sum, -2), ([n, 0, 0], sum, 1)]);
        }
        let share = unmixed(&list).share;
        assert!((share - 0.375).abs() < 0.04, "{share}");
    }
}
