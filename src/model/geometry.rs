//! What lengths of bonds say of a model.

use super::atom::{Atom, SAME_ATOM};
use super::bonds::{ln_likelihood, nearest_length};
use super::contacts::{FARTHEST, contacts};
use super::radii::{covalent, longest, shortest};
use crate::crystal::{Cell, SpaceGroup};
use rayon::prelude::*;

/// Uncertainty in Å of a distance of a finished model, at atomic resolution …
const SIGMA: f64 = 0.02;
/// … and beyond it, as a share of the resolution: a copper complex cut at 1.6 Å must not be told that its cell is wrong by 6 %.
const SIGMA_SHARE: f64 = 0.025;

/// Contacts and bonds of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geometry {
    /// Shortest distance between two atoms as a share of the sum of their covalent radii; `None` without two atoms within 3.2 Å.
    pub shortest: Option<f64>,
    /// Pairs that stand closer than any two atoms do.
    pub clashes: usize,
    /// Bonds whose usual lengths are known.
    pub bonds: usize,
    /// Mean ln density per Å of their lengths; about 1.5 for right models (0.9 to 2.3 in 35 real sets, 0.02 in one that
    /// is disordered). 0 without bonds.
    pub mean_ln: f64,
    /// Root mean square distance from the nearest usual length, Å. 0 without bonds.
    pub rms: f64,
    /// Atoms without a neighbour in bonding distance.
    pub isolated: usize,
}

impl Geometry {
    /// Of the atoms of a model.
    pub fn new(cell: &Cell, group: &SpaceGroup, atoms: &[Atom]) -> Self {
        let mut out = Self { shortest: None, clashes: 0, bonds: 0, mean_ln: 0.0, rms: 0.0, isolated: 0 };
        for (n, near) in contacts(cell, group, atoms).iter().enumerate() {
            let own = atoms[n].z;
            out.isolated += usize::from(near.iter().all(|c| c.distance > longest(own, atoms[c.other].z)));
            for contact in near.iter().filter(|c| c.other <= n) {
                let other = atoms[contact.other].z;
                let share = contact.distance / (longest(own, other) - super::radii::BOND_MARGIN);
                out.shortest = Some(out.shortest.map_or(share, |s: f64| s.min(share)));
                out.clashes += usize::from(contact.distance < shortest(own, other));
                if let Some(usual) = nearest_length(own, other, contact.distance) {
                    out.bonds += 1;
                    out.mean_ln += ln_likelihood(own, other, contact.distance, SIGMA);
                    out.rms += (contact.distance - usual).powi(2);
                }
            }
        }
        if out.bonds > 0 {
            out.mean_ln /= out.bonds as f64;
            out.rms = (out.rms / out.bonds as f64).sqrt();
        }
        out
    }
}

/// How much too long distances along the axes are, if bonds have their usual lengths.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricScale {
    /// For a, b and c the factor by which distances along it are too long: 1.08 where the edge should be divided by 1.08.
    pub factors: [f64; 3],
    /// Their standard uncertainties.
    pub sigmas: [f64; 3],
    /// Bonds that it rests on.
    pub bonds: usize,
    /// ln likelihood that the factors gain over 1, 1, 1.
    pub gain: f64,
}

/// Largest factor that is looked for, as ln, and the steps.
const METRIC_REACH: f64 = 0.24;
const METRIC_STEPS: [f64; 3] = [0.04, 0.01, 0.0025];
/// Edges are expected to be right within this, as ln: few bonds must not shrink a cell to lengths that happen to fit.
const METRIC_SIGMA: f64 = 0.08;
/// Fewest bonds that say anything. With 8 or more the gain stayed below 3.5 in 33 real sets whose cells are right; six carbonyl groups alone
/// gained 12.8, taken for ketones.
const FEWEST_BONDS: usize = 8;

/// Mean ln density per Å of the bonds in the best cell: 1.3 to 1.7 in 16 wrong cells put right, 0.56 or more in 44 measured sets; −0.7 for atoms
/// that stand anywhere, whose lengths say nothing of a cell.
const LEAST_FIT: f64 = 0.3;

/// The bonds of a model, to be asked for the axes.
pub struct Bonds {
    list: Vec<Bond>,
    /// For each axis the first that operations of the group turn it into.
    alike: [usize; 3],
    /// Uncertainty of a distance, Å.
    sigma: f64,
}

impl Bonds {
    /// Of atoms (atomic numbers, coordinates); `None` with too few bonds of known usual length. `d_min` is the resolution of the data, Å.
    pub fn new(cell: &Cell, group: &SpaceGroup, atoms: &[(u8, [f64; 3])], d_min: f64) -> Option<Self> {
        let list = bonds(cell, group, atoms);
        let sigma = SIGMA.max(SIGMA_SHARE * d_min);
        (list.len() >= FEWEST_BONDS).then(|| Self { list, alike: group.axes_alike(), sigma })
    }

    fn likelihood(&self, ln: [f64; 3]) -> f64 {
        self.list.iter().map(|bond| bond.worth(ln, self.sigma)).sum()
    }

    /// The factors of the axes with the highest likelihood, from coarse steps to fine; `None` where lengths are usual in no cell.
    pub fn scale(&self) -> Option<MetricScale> {
        let prior = |ln: [f64; 3]| -> f64 { ln.iter().map(|x| -0.5 * (x / METRIC_SIGMA).powi(2)).sum() };
        let worth = |ln: [f64; 3]| -> f64 { prior(ln) + self.likelihood(ln) };
        let mut best = ([0.0; 3], worth([0.0; 3]));
        let flat = best.1;
        for (n, step) in METRIC_STEPS.into_iter().enumerate() {
            let reach = if n == 0 { (METRIC_REACH / step).round() as i32 } else { 4 };
            let centre = best.0;
            let width = 2 * reach + 1;
            let steps = |n: i32| [n / (width * width), n / width, n].map(|n| n % width - reach);
            let tied = |steps: &[i32; 3]| (0..3).all(|a| steps[a] == steps[self.alike[a]]);
            let tried: Vec<[f64; 3]> = (0..width.pow(3))
                .map(steps)
                .filter(tied)
                .map(|steps| std::array::from_fn(|a| centre[a] + f64::from(steps[a]) * step))
                .collect();
            let values: Vec<f64> = tried.par_iter().map(|ln| worth(*ln)).collect();
            for (ln, value) in tried.into_iter().zip(values) {
                if value > best.1 {
                    best = (ln, value);
                }
            }
        }
        // Curvature of the likelihood along each axis; a direction without bonds is not known.
        let step = METRIC_STEPS[1];
        let sigmas = std::array::from_fn(|a| {
            let at = |by: f64| worth(std::array::from_fn(|b| best.0[b] + if a == b { by } else { 0.0 }));
            let curvature = (2.0 * best.1 - at(step) - at(-step)) / (step * step);
            if curvature > 0.0 { curvature.sqrt().recip() } else { f64::INFINITY }
        });
        let scale = MetricScale { factors: best.0.map(f64::exp), sigmas, bonds: self.list.len(), gain: best.1 - flat };
        (self.fit(best.0) > LEAST_FIT).then_some(scale)
    }

    /// Mean ln density per Å of the contacts that are bonds when edges are divided by the exponentials of `ln`; −∞ without any.
    fn fit(&self, ln: [f64; 3]) -> f64 {
        let worths = self.list.iter().filter(|bond| bond.is_bond(ln)).map(|bond| bond.worth(ln, self.sigma));
        let (sum, n) = worths.fold((0.0, 0.0), |(sum, n), worth| (sum + worth, n + 1.0));
        if n > 0.0 { sum / n } else { f64::NEG_INFINITY }
    }

    /// ln likelihood that axes too long by `factors`, all of them larger or smaller by one factor as suits best, gain over the cell as it is.
    pub fn gain(&self, factors: [f64; 3]) -> f64 {
        let [_, step, _] = METRIC_STEPS;
        let steps = (METRIC_REACH / step).round() as i32;
        let at = |n: i32| self.likelihood(factors.map(|factor| factor.ln() + f64::from(n) * step));
        (-steps..=steps).map(at).fold(f64::NEG_INFINITY, f64::max) - self.likelihood([0.0; 3])
    }
}

/// One contact that may be a bond.
struct Bond {
    elements: [u8; 2],
    distance: f64,
    /// ∂ ln distance/∂ ln edge.
    slopes: [f64; 3],
}

impl Bond {
    fn worth(&self, ln: [f64; 3], sigma: f64) -> f64 {
        // Beyond any bond: as good as any other length.
        let [a, b] = self.elements;
        if self.is_bond(ln) { ln_likelihood(a, b, self.length(ln), sigma) } else { super::bonds::OUTLIER.ln() }
    }

    fn length(&self, ln: [f64; 3]) -> f64 {
        let change: f64 = (0..3).map(|a| self.slopes[a] * ln[a]).sum();
        self.distance * (-change).exp()
    }

    fn is_bond(&self, ln: [f64; 3]) -> bool {
        self.length(ln) <= longest(self.elements[0], self.elements[1])
    }
}

/// Contacts up to the longest bond stretched as far as is looked for.
fn bonds(cell: &Cell, group: &SpaceGroup, atoms: &[(u8, [f64; 3])]) -> Vec<Bond> {
    atoms.par_iter().enumerate().flat_map_iter(|(n, atom)| bonds_between(cell, group, *atom, &atoms[..=n])).collect()
}

/// The same of one atom and `others`.
fn bonds_between(cell: &Cell, group: &SpaceGroup, (z, xyz): (u8, [f64; 3]), others: &[(u8, [f64; 3])]) -> Vec<Bond> {
    let mut out = Vec::new();
    for &(other, there) in others {
        if nearest_length(z, other, covalent(z) + covalent(other)).is_none() {
            continue;
        }
        let far = (longest(z, other) * METRIC_REACH.exp()).min(FARTHEST);
        for op in group.operations() {
            let image = op.apply(there);
            let base: [f64; 3] = std::array::from_fn(|i| (image[i] - xyz[i]) - (image[i] - xyz[i]).round());
            for shift in 0..27 {
                let delta: [f64; 3] = [
                    base[0] + f64::from(shift / 9 - 1),
                    base[1] + f64::from(shift / 3 % 3 - 1),
                    base[2] + f64::from(shift % 3 - 1),
                ];
                let distance = cell.length_sq(delta).sqrt();
                if distance > SAME_ATOM && distance < far {
                    let slopes = slopes(cell, delta, distance);
                    out.push(Bond { elements: [z, other], distance, slopes });
                }
            }
        }
    }
    out
}

/// ∂ ln d/∂ ln a and so on, angles kept: x_k (a_k·d)/d², which add to 1.
fn slopes(cell: &Cell, delta: [f64; 3], distance: f64) -> [f64; 3] {
    std::array::from_fn(|k| {
        let along: f64 = (0..3).map(|j| cell.metric[k][j] * delta[j]).sum();
        delta[k] * along / (distance * distance)
    })
}
