//! The Flack parameter: the share of the inverted crystal, from quotients of Bijvoet pairs.

use crate::crystal::structure_factors::structure_factors;
use crate::crystal::{Cell, ScatteringTable, Site, SpaceGroup};
use crate::reflections::BijvoetPair;
use schemars::JsonSchema;
use serde::Serialize;

/// Fewer pairs say nothing.
const FEWEST_PAIRS: usize = 20;
/// A pair takes part whose mean intensity is this many of its standard uncertainties above zero: quotients of weak ones have no
/// distribution worth the name (SHELXL leaves out such pairs too).
const LEAST_SIGMAS: f64 = 3.0;
/// Degrees of freedom of Student's distribution, by which outliers lose their weight (as in Hooft, Straver & Spek, J. Appl. Cryst. 43 (2010) 665).
const FREEDOM: f64 = 4.0;
/// An x with a larger standard uncertainty says nothing: all atoms scatter alike out of step.
const LARGEST_SIGMA: f64 = 10.0;
/// Rounds in which weights follow residuals: x changes by less than 0.001 after five.
const ROUNDS: usize = 12;
/// The median of |r| is this share of the standard deviation of a normal distribution.
const MEDIAN_OF_NORMAL: f64 = 0.6745;
/// An x so sharp says whether there is a centre: then it is 0.5, since differences of the model are not in the data …
const SHARP: f64 = 0.05;
/// … within so many standard uncertainties: nine measured centrosymmetric crystals with a sharp x, refined in a subgroup without a
/// centre, have 0.46 to 0.50 and are 0.1 to 1.5 away …
const EQUAL: f64 = 2.0;
/// … and farther from it than so many without one. Six measured crystals have 13 to 123; a seventh is not sharp.
const UNEQUAL: f64 = 5.0;
/// ln of the odds between the two hands of a crystal of one of them beyond which the data have decided: 20 to 1.
const DECIDED: f64 = 3.0;

/// Flack's x: 0 for a crystal of the model's hand, 1 for the other one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Flack {
    /// x: the share of the inverted crystal.
    pub x: f64,
    /// Its standard uncertainty.
    pub sigma: f64,
    /// Bijvoet pairs that it rests on.
    pub pairs: usize,
}

/// Quotients of a pair: 2 (I₊ − I₋)/(I₊ + I₋) of the model and as observed, with the standard uncertainty of the latter.
#[derive(Debug, Clone, Copy)]
struct Quotient {
    calculated: f64,
    observed: f64,
    sigma: f64,
}

impl Flack {
    /// From a model without its peaks and the pairs measured; `table` knows the wavelength. `None` where too few pairs were measured, and where
    /// nothing scatters out of step.
    ///
    /// Parsons, Flack & Wagner, Acta Cryst. B69 (2013) 249: quotients of observed pairs are (1 − 2x) times those of the model, and what is
    /// wrong with scale, absorption and extinction cancels in them. F(±h) = A ± iB of the Friedel mates, with A from f + f′ and B from f″.
    pub fn new(
        cell: &Cell,
        group: &SpaceGroup,
        atoms: &[Site],
        table: ScatteringTable,
        pairs: &[BijvoetPair],
    ) -> Option<Self> {
        let strong: Vec<&BijvoetPair> = pairs.iter().filter(|pair| is_strong(pair)).collect();
        if strong.len() < FEWEST_PAIRS {
            return None;
        }
        let hkls: Vec<_> = strong.iter().map(|pair| pair.hkl).collect();
        let own = structure_factors(cell, group, atoms, table, &hkls).ok()?;
        let lagging = structure_factors(cell, group, atoms, table.lagging(), &hkls).ok()?;
        let quotients = strong.iter().zip(own.iter().zip(lagging)).filter_map(|(pair, (a, b))| {
            let (mean, half) = (a.norm_sqr() + b.norm_sqr(), 2.0 * (a * b.conj()).im);
            let calculated = 2.0 * half / mean;
            let [plus, minus] = pair.intensities;
            let [of_plus, of_minus] = pair.sigmas;
            let sum = plus + minus;
            let sigma = 4.0 * (minus * of_plus).hypot(plus * of_minus) / (sum * sum);
            let quotient = Quotient { calculated, observed: 2.0 * (plus - minus) / sum, sigma };
            (calculated.is_finite() && sigma > 0.0 && sigma.is_finite()).then_some(quotient)
        });
        Self::of(&quotients.collect::<Vec<_>>())
    }

    fn of(quotients: &[Quotient]) -> Option<Self> {
        if quotients.len() < FEWEST_PAIRS {
            return None;
        }
        let mut slope = 0.0;
        let mut spread = f64::INFINITY;
        let mut information = 0.0;
        for _ in 0..ROUNDS {
            let (mut product, mut square) = (0.0, 0.0);
            for q in quotients {
                let r = (q.observed - slope * q.calculated) / (q.sigma * spread);
                let weight = (1.0 + FREEDOM) / (FREEDOM + r * r) / (q.sigma * q.sigma);
                product += weight * q.observed * q.calculated;
                square += weight * q.calculated * q.calculated;
            }
            if square <= 0.0 || !square.is_finite() {
                return None;
            }
            slope = product / square;
            information = square;
            let mut off: Vec<f64> =
                quotients.iter().map(|q| ((q.observed - slope * q.calculated) / q.sigma).abs()).collect();
            off.sort_by(f64::total_cmp);
            // Uncertainties that are too large are believed.
            spread = (off[off.len() / 2] / MEDIAN_OF_NORMAL).max(1.0);
        }
        let sigma = 0.5 * spread / information.sqrt();
        (sigma < LARGEST_SIGMA).then_some(Self { x: 0.5 * (1.0 - slope), sigma, pairs: quotients.len() })
    }

    /// ln of the odds for the model's hand against the other, where the crystal is of one of them.
    pub fn log_odds(&self) -> f64 {
        (1.0 - 2.0 * self.x) / (2.0 * self.sigma * self.sigma)
    }

    /// True when the data tell which hand the crystal has, or has more of.
    pub fn decides(&self) -> bool {
        self.log_odds().abs() >= DECIDED
    }

    /// True when the other hand is right.
    pub fn is_inverted(&self) -> bool {
        self.decides() && self.x > 0.5
    }

    /// Whether the crystal of a model without a centre has one; `None` where x is not sharp enough, or between.
    pub fn shows_centre(&self) -> Option<bool> {
        let off = (self.x - 0.5).abs() / self.sigma;
        let sharp = self.sigma <= SHARP;
        match (sharp && off <= EQUAL, sharp && off >= UNEQUAL) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }

    /// That of the inverted model.
    #[must_use]
    pub fn inverted(self) -> Self {
        Self { x: 1.0 - self.x, ..self }
    }
}

fn is_strong(pair: &BijvoetPair) -> bool {
    let [plus, minus] = pair.intensities;
    plus + minus > LEAST_SIGMAS * pair.sigmas[0].hypot(pair.sigmas[1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::group_by_name;
    use crate::crystal::{Enantiomorph, Hkl, Radiation};

    fn site(element: u8, xyz: [f64; 3]) -> Site {
        Site { label: "X1".into(), element: Some(element), xyz, sof: 1.0, u_iso: 0.03, u_aniso: None, height: None }
    }

    /// Pairs of a crystal with the share `x` of its inverse, with a spread of `noise` of the intensities.
    fn pairs(
        cell: &Cell,
        group: &SpaceGroup,
        atoms: &[Site],
        table: ScatteringTable,
        x: f64,
        noise: f64,
    ) -> Vec<BijvoetPair> {
        let all = (0..6).flat_map(|h| (0..6).flat_map(move |k| (1..6).map(move |l| [h, k, l])));
        let hkls: Vec<Hkl> = all.filter(|&hkl| !group.classify(hkl).centric && !group.classify(hkl).absent).collect();
        let own = structure_factors(cell, group, atoms, table, &hkls).unwrap();
        let lagging = structure_factors(cell, group, atoms, table.lagging(), &hkls).unwrap();
        let i = rustfft::num_complex::Complex64::i();
        let each = hkls.iter().zip(own.iter().zip(&lagging)).enumerate();
        each.map(|(n, (&hkl, (a, b)))| {
            let [plus, minus] = [(a + i * b).norm_sqr(), (a.conj() + i * b.conj()).norm_sqr()];
            let error = |phase: f64| 1.0 + noise * (phase * (n as f64 + 1.0)).sin() * 2f64.sqrt();
            let intensities = [(1.0 - x) * plus + x * minus, (1.0 - x) * minus + x * plus];
            let intensities = [intensities[0] * error(12.9898), intensities[1] * error(78.233)];
            BijvoetPair { hkl, intensities, sigmas: intensities.map(|i| noise * i) }
        })
        .collect()
    }

    fn crystal(name: &str) -> (Cell, SpaceGroup, [Site; 4]) {
        let edges = if name.starts_with("P 4") { [7.0, 7.0, 9.0] } else { [7.0, 8.0, 9.0] };
        let group = group_by_name(name, false).unwrap();
        let atoms =
            [(16, [0.12, 0.31, 0.23]), (8, [0.31, 0.45, 0.17]), (6, [0.42, 0.13, 0.38]), (6, [0.21, 0.08, 0.44])];
        (Cell::new(edges, [90.0; 3]).unwrap(), group, atoms.map(|(z, xyz)| site(z, xyz)))
    }

    #[test]
    fn the_share_of_the_other_hand_comes_back_within_its_uncertainty() {
        let table = ScatteringTable::at(Radiation::Xray, 1.54184);
        for name in ["P 1 21 1", "P 21 21 21", "P n a 21", "P 41"] {
            let (cell, group, atoms) = crystal(name);
            for x in [0.0, 0.3, 1.0] {
                let measured = pairs(&cell, &group, &atoms, table, x, 0.01);
                let found = Flack::new(&cell, &group, &atoms, table, &measured).unwrap();
                assert!((found.x - x).abs() < 3.0 * found.sigma && found.sigma < 0.15, "{name} {x}: {found:?}");
            }
        }
    }

    #[test]
    fn pairs_of_a_sharp_x_tell_a_centre() {
        let of = |x, sigma| Flack { x, sigma, pairs: 100 }.shows_centre();
        assert_eq!([of(0.42, 0.05), of(0.59, 0.05), of(0.61, 0.05)], [Some(true), Some(true), None]);
        assert_eq!([of(0.26, 0.05), of(0.24, 0.05), of(0.01, 0.05)], [None, Some(false), Some(false)]);
        assert_eq!([of(0.5, 0.051), of(0.0, 0.051)], [None, None]);
    }

    #[test]
    fn the_inverted_model_has_the_rest() {
        let table = ScatteringTable::at(Radiation::Xray, 1.54184);
        for name in ["P 1 21 1", "P 41"] {
            let (cell, group, atoms) = crystal(name);
            let measured = pairs(&cell, &group, &atoms, table, 0.0, 0.01);
            let Enantiomorph { group: other, shift } = Enantiomorph::new(&group);
            let inverted = atoms.map(|atom| Site { xyz: std::array::from_fn(|i| shift[i] - atom.xyz[i]), ..atom });
            let found = Flack::new(&cell, &other, &inverted, table, &measured).unwrap();
            assert!(found.is_inverted() && (found.x - 1.0).abs() < 3.0 * found.sigma, "{name}: {found:?}");
            assert!(!found.inverted().is_inverted());
        }
    }

    #[test]
    fn nothing_is_said_without_dispersion_or_pairs() {
        let (cell, group, atoms) = crystal("P 1 21 1");
        let table = ScatteringTable::at(Radiation::Xray, 1.54184);
        let measured = pairs(&cell, &group, &atoms, table, 0.0, 0.01);
        for blind in [ScatteringTable::new(Radiation::Xray), ScatteringTable::at(Radiation::Electron, 0.0251)] {
            assert_eq!(Flack::new(&cell, &group, &atoms, blind, &measured), None);
        }
        assert_eq!(Flack::new(&cell, &group, &atoms, table, &measured[..FEWEST_PAIRS - 1]), None);
    }

    #[test]
    fn one_kind_of_atom_has_no_hand() {
        let table = ScatteringTable::at(Radiation::Xray, 1.54184);
        let (cell, group, atoms) = crystal("P 1 21 1");
        let alike = atoms.map(|atom| Site { element: Some(16), ..atom });
        let measured = pairs(&cell, &group, &alike, table, 0.0, 0.01);
        assert_eq!(Flack::new(&cell, &group, &alike, table, &measured), None);
    }

    #[test]
    fn twenty_to_one_decides() {
        let of = |x, sigma| Flack { x, sigma, pairs: 100 };
        assert!(!of(0.0, 0.42).decides() && of(0.0, 0.40).decides());
        assert!(of(1.0, 0.40).is_inverted() && !of(0.5, 0.01).decides() && !of(0.9, 0.5).is_inverted());
    }
}
