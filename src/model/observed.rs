//! Scattering powers and contacts of atoms, and how well elements agree with them.

use super::atom::Atom;
use super::chemistry::{Chemistry, Numbers, Pair};
use super::contacts::{Contact, FARTHEST, contacts};
use super::given::Given;
use super::neighbours::Neighbours;
use super::powers::Powers;
use super::proposals::{is_explained, proposable, scatters_like};
use crate::crystal::elements::{DEUTERIUM, LAST, is_hydrogen};
use rayon::prelude::*;

/// Scattering powers are right to this share: hydrogen atoms ride on carbon, displacements are not isotropic.
const POWER_SHARE: f64 = 0.08;
/// The same beyond neon, where hydrogen weighs little.
const HEAVY_SHARE: f64 = 0.06;
/// The same for neutrons, where hydrogen is an atom of its own: carbon and oxygen differ by 13 %.
const NEUTRON_SHARE: f64 = 0.04;
/// Scattering power of neon in units of carbon.
const HEAVY_POWER: f64 = 1.7;
/// Share by which a scattering power may be off that was not refined.
const UNREFINED_SHARE: f64 = 0.5;
/// Tails of errors: Student's t with so many degrees of freedom.
const FREEDOM: f64 = 5.0;
/// Uncertainty of a distance in Å, as a share of the resolution (about 0.02 Å at 0.8 Å before the last cycles).
const DISTANCE_SHARE: f64 = 0.025;
/// A hydrogen atom has one neighbour within this, Å, that is nearer to others than it is itself.
const NEAR: f64 = 1.25;
/// It scatters as deuterium does within this factor, to be taken for it at first.
const LIKE_DEUTERIUM: f64 = 1.25;
/// Scattering powers are counted in units of this element.
pub const REFERENCE: u8 = 6;
/// The scale of scattering powers is looked for within exp ± this of what it was, in the first round and in later ones, which begin near it
/// (52 measured sets under five kinds of headers: the same models but for three of the 260, all without the heavy elements on SFAC) …
pub const SCALE_REACH: [f64; 2] = [0.63, 0.28];
/// … in steps of this, as ln …
pub const SCALE_STEP: f64 = 0.07;
/// … and expected within this.
const SCALE_SIGMA: f64 = 0.35;

/// The atoms as they were observed.
pub struct Observed<'a> {
    /// Powers of all elements.
    powers: &'a Powers,
    /// Powers of all elements with the displacement of each atom, in units of the reference, deuterium first.
    ratios: Vec<Vec<f64>>,
    /// Scattering power in units of the reference, its uncertainty in the same unit (infinite when not refined), U in Å2.
    pub atoms: Vec<(f64, f64, f64)>,
    neighbours: Neighbours,
    /// 1/order of the site symmetry of each atom.
    pub sof: Vec<f64>,
    /// Neutrons were scattered. Lengths rise and fall without order: no element is proposed that nobody named.
    pub neutrons: bool,
    /// Atoms that stand as hydrogen does, at the end of a short bond; for neutrons alone.
    pendent: Vec<bool>,
}

impl<'a> Observed<'a> {
    /// Atoms with refined scattering powers, from data to `d_min` in Å.
    pub fn new(given: &Given, powers: &'a Powers, atoms: &[Atom], d_min: f64) -> Self {
        let seen = |a: &Atom| {
            let unit = powers.ratio(a.z, REFERENCE, a.u);
            (a.power * unit, a.sigma_power * unit, a.u)
        };
        let ratios = |a: &Atom| {
            let damped = powers.at(a.u);
            (0..=LAST).map(|z| damped.ratio(z, REFERENCE)).collect()
        };
        let near = contacts(given.cell, given.group, atoms);
        let second = |n: usize| near[n].get(1).map_or(f64::INFINITY, |c| c.distance);
        let pendent = |(n, of): (usize, &Vec<Contact>)| {
            let bonded = of.first().filter(|c| given.neutrons() && c.distance < NEAR);
            bonded.is_some_and(|c| second(n) > second(c.other))
        };
        Self {
            pendent: near.iter().enumerate().map(pendent).collect(),
            powers,
            ratios: atoms.par_iter().map(ratios).collect(),
            atoms: atoms.iter().map(seen).collect(),
            neighbours: Neighbours::new(&near, (DISTANCE_SHARE * d_min).min(0.1 * FARTHEST)),
            sof: atoms.iter().map(|a| a.sof).collect(),
            neutrons: given.neutrons(),
        }
    }
}

impl Observed<'_> {
    /// How far the scattering of the elements chosen is from what was seen on this scale: root of the share of squared powers.
    pub fn off(&self, table: &[Vec<f64>], chosen: &[usize], factor: f64) -> f64 {
        let (mut off, mut all) = (0.0, 0.0);
        for (n, &(seen, ..)) in self.atoms.iter().enumerate() {
            off += self.sof[n] * (factor * seen - table[n][chosen[n]]).powi(2);
            all += self.sof[n] * (factor * seen).powi(2);
        }
        if all > 0.0 { (off / all).sqrt() } else { 0.0 }
    }

    /// ln likelihood of the observed scattering power of atom `n` when its true one is `power` and the scale is wrong by `factor`.
    fn scattering(&self, n: usize, power: f64, factor: f64) -> f64 {
        let (seen, sigma, _) = self.atoms[n];
        let (seen, sigma) = (factor * seen, factor * sigma);
        let variance = if sigma.is_finite() {
            let share = match power > HEAVY_POWER {
                _ if self.neutrons => NEUTRON_SHARE,
                true => HEAVY_SHARE,
                false => POWER_SHARE,
            };
            sigma * sigma + (share * power).powi(2)
        } else {
            (UNREFINED_SHARE * power).powi(2)
        };
        let t_sq = (seen - power).powi(2) / variance;
        -0.5 * (FREEDOM + 1.0) * (t_sq / FREEDOM).ln_1p() - 0.5 * variance.ln() + factor.ln()
    }

    /// Elements chosen by scattering alone, put right by geometry where deuterium is among them: two atoms that are exchanged for each other, the
    /// one bonded to the other, are exchanged back by no single change.
    pub fn by_geometry(&self, elements: &[u8], table: &[Vec<f64>], mut chosen: Vec<usize>, factor: f64) -> Vec<usize> {
        let Some(deuterium) = elements.iter().position(|z| *z == DEUTERIUM).filter(|_| self.neutrons) else {
            return chosen;
        };
        for (n, element) in chosen.iter_mut().enumerate() {
            let seen = factor * self.atoms[n].0;
            let off = |e: usize| (seen - table[n][e]).abs();
            let alike = seen < LIKE_DEUTERIUM * table[n][deuterium] && table[n][deuterium] < LIKE_DEUTERIUM * seen;
            let others = (0..elements.len()).filter(|&e| !is_hydrogen(elements[e]));
            if self.pendent[n] && alike {
                *element = deuterium;
            } else if *element == deuterium && !self.pendent[n] {
                *element = others.min_by(|&a, &b| off(a).total_cmp(&off(b))).unwrap_or(*element);
            }
        }
        chosen
    }

    /// Power of an element with the displacement of atom `n`.
    fn ratio(&self, n: usize, z: u8) -> f64 {
        self.ratios[n].get(usize::from(z)).copied().unwrap_or(1.0)
    }

    /// Elements worth trying, on a scale wrong by `factor`, for atoms that none of `expected`, the powers of which are in `explained`,
    /// explains, besides those; ascending.
    pub fn proposals(&self, factor: f64, expected: &[u8], explained: &[Vec<f64>]) -> Vec<u8> {
        let knows = |z: &u8| !self.neutrons && self.powers.knows(*z) && !expected.contains(z);
        let others: Vec<u8> = proposable().filter(knows).collect();
        let mut out: Vec<u8> = Vec::new();
        for ((n, &(power, ..)), explained) in self.atoms.iter().enumerate().zip(explained) {
            if is_explained(factor * power, explained) {
                continue;
            }
            let fits = |z: &&u8| scatters_like(factor * power, self.ratio(n, **z));
            let new: Vec<u8> = others.iter().filter(fits).filter(|z| !out.contains(z)).copied().collect();
            out.extend(new);
        }
        out.sort_unstable();
        out
    }

    /// Powers of `elements` for each atom.
    pub fn table(&self, elements: &[u8]) -> Vec<Vec<f64>> {
        (0..self.atoms.len()).map(|n| elements.iter().map(|&z| self.ratio(n, z)).collect()).collect()
    }

    /// The likelihood of `elements` for all atoms, with ln `prior` of each; without law bonds count nothing.
    pub fn chemistry<'a>(
        &'a self,
        elements: &'a [u8],
        (numbers, lawful): (Numbers<'a>, bool),
        table: &[Vec<f64>],
        prior: &[f64],
        factor: f64,
    ) -> Chemistry<'a> {
        let own = |(n, row): (usize, &Vec<f64>)| {
            row.iter().zip(prior).map(|(&power, prior)| self.scattering(n, power, factor) + prior).collect()
        };
        let own = table.iter().enumerate().map(own).collect();
        let pairs = Pair::all(elements);
        Chemistry { elements, numbers, lawful, own, neighbours: &self.neighbours, sof: &self.sof, pairs }
    }

    /// The factor of the scale at which the elements chosen scatter most nearly as was seen.
    pub fn factor(&self, table: &[Vec<f64>], chosen: &[usize]) -> f64 {
        let value = |ln: f64| -> f64 {
            let factor = ln.exp();
            let all: f64 = chosen.iter().enumerate().map(|(n, &e)| self.scattering(n, table[n][e], factor)).sum();
            all + ln_scale(ln)
        };
        let best = scales(SCALE_REACH[0], 0.5 * SCALE_STEP).max_by(|a, b| value(*a).total_cmp(&value(*b)));
        best.unwrap_or(0.0).exp()
    }
}

/// ln prior of the scale.
pub fn ln_scale(ln: f64) -> f64 {
    -0.5 * (ln / SCALE_SIGMA).powi(2)
}

/// Scales to try within `reach`, as ln.
pub fn scales(reach: f64, step: f64) -> impl Iterator<Item = f64> {
    let most = (reach / step).round() as i32;
    (-most..=most).map(move |n| f64::from(n) * step)
}
