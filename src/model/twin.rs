//! Whether a model fits better as that of a twin.

use super::amplitudes::Amplitudes;
use super::given::Given;
use super::measurements::{Measurements, turned};
use super::part::Part;
use super::refinement::{Fitted, evaluated};
use super::scale::{r1, scale, weights};
use crate::crystal::Hkl;
use crate::reflections::Counts;
use crate::twinning::{Fraction, TwinLaw, half_turns, twin_laws};
use rayon::prelude::*;
use std::collections::HashMap;

/// A law is worth a model of its own when R1 of the atoms as they are falls by this factor: once they are refined with it, it falls further …
const HOPE: f64 = 0.97;
/// … of a half turn that is none of the lattice by this: of ninety the luckiest has 0.94 on a crystal that is a twin by another law.
const HOPE_OF_HALF_TURN: f64 = 0.90;
/// … and is the law of a twin when R1, more atoms counted against it, is lower by this factor in the end …
const GAIN: f64 = 0.90;
/// … where the second domain has this share …
const LEAST_SHARE: f64 = 0.03;
/// … and so many times its uncertainty.
const LEAST_SIGMAS: f64 = 5.0;

/// Laws that are none of the lattice are looked for where R1 is above: below, nothing is left to explain.
const EXPLAINED: f64 = 0.05;
/// How near reflections of two domains come, Å⁻¹, that are one in the list: integration boxes of area detectors are about that wide. A
/// palladium complex whose list was integrated for one of two domains has R1 0.170 without, and 0.141, 0.119, 0.095, 0.105, 0.098 and 0.117 with half a
/// turn about c and these; the next best of 98 half turns has 0.163.
const REACHES: [f64; 6] = [0.015, 0.02, 0.025, 0.03, 0.035, 0.04];
/// The one with which all half turns are tried.
const FIRST: usize = 2;
/// Reflections on which they are.
const SAMPLED: usize = 1000;
/// Fewer that meet others tell nothing.
const FEWEST_MEETING: usize = 50;

/// A rotation on columns of fractional coordinates.
type Matrix = [[f64; 3]; 3];

/// A twin law tried on the atoms of a single crystal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LawTest {
    /// The law.
    pub law: TwinLaw,
    /// Share of the second domain.
    pub fraction: Fraction,
    /// R1 with it over that without, of the same atoms.
    pub ratio: f64,
}

/// What a model of two domains says of the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Twin {
    /// The law.
    pub law: TwinLaw,
    /// Share of the second domain.
    pub fraction: Fraction,
    /// R1 of the best model of a single crystal.
    pub single: f64,
}

/// What a model says of the second domain of a twin each of which has reflections of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DomainFit {
    /// Share of the second domain.
    pub fraction: Fraction,
    /// What was measured.
    pub counts: Counts,
}

impl DomainFit {
    /// By how much intensities differ that have nothing to do with each other, as a share of how much those of one crystal do: only overlaps are sums.
    pub fn contrast(&self) -> f64 {
        let overlap = self.counts.overlap();
        1.0 - overlap + overlap * self.fraction.contrast()
    }
}

impl LawTest {
    /// True where a model with this law may explain clearly more.
    pub fn promises(&self) -> bool {
        let hope = if self.law.reach().is_none() { HOPE } else { HOPE_OF_HALF_TURN };
        self.ratio < hope && is_clear(&self.fraction)
    }
}

fn is_clear(fraction: &Fraction) -> bool {
    fraction.share > LEAST_SHARE && fraction.share > LEAST_SIGMAS * fraction.sigma
}

/// True where a model of a twin is better than that of a single crystal by what a law must gain; both are R1 with atoms counted against it. Two
/// domains fit better than one even where the structure is wrong: that is no gain.
pub fn is_twin(fraction: &Fraction, twinned: f64, single: f64) -> bool {
    is_clear(fraction) && twinned < GAIN * fraction.contrast() * single
}

/// Of a crystal whose list has numbers of domains none is tried.
///
/// All laws of the lattice on the atoms of a single crystal, the one that explains most first, and behind them the best half turn that is none of
/// it. Some thousand reflections tell.
pub fn tested(given: &Given, measurements: &Measurements, model: &Fitted) -> Vec<LawTest> {
    if given.domains.is_some() {
        return Vec::new();
    }
    let laws = twin_laws(given.cell, given.group);
    let mut tests: Vec<LawTest> = Vec::new();
    if !laws.is_empty() {
        let mut part = Part::rough(given, measurements, model.atoms.len());
        let calculator = part.calculator(given, &model.atoms);
        let single = evaluated(&calculator, model.atoms.clone());
        let test = |law: TwinLaw| {
            let measurements = calculator.measurements;
            let second = calculator.turned(&single.atoms, &turned(given, &measurements.list, law));
            let both = Amplitudes::new(measurements, single.amplitudes.fc.clone(), second);
            let k = scale(measurements, &both.sizes, &weights(measurements, &both.sizes, single.scale));
            LawTest { law, fraction: both.fraction, ratio: r1(measurements, &both.sizes, k)[0] / single.r1[0] }
        };
        tests.par_extend(laws.into_par_iter().map(test));
    }
    if model.r1[0] > EXPLAINED {
        tests.extend(Sample::new(measurements, model).best_half_turn(given));
    }
    // What the lattice has goes before what it has not.
    tests.sort_by(|a, b| a.law.reach().is_some().cmp(&b.law.reach().is_some()).then(a.ratio.total_cmp(&b.ratio)));
    tests
}

/// Reflections on which many half turns are tried, with what a model makes of all that were measured.
struct Sample<'a> {
    measurements: &'a Measurements,
    /// |Fc|² of all.
    squares: HashMap<Hkl, f64>,
    /// Places of those that are looked at.
    chosen: Vec<usize>,
    weights: Vec<f64>,
}

impl<'a> Sample<'a> {
    fn new(measurements: &'a Measurements, model: &Fitted) -> Self {
        let all = measurements.list.len();
        let list = measurements.list.iter();
        Self {
            measurements,
            squares: list.zip(&model.amplitudes.fc).filter_map(|(m, f)| Some((m.hkls[0]?, f.norm_sqr()))).collect(),
            chosen: (0..all).step_by(all.div_ceil(SAMPLED).max(1)).collect(),
            weights: weights(measurements, &model.amplitudes.sizes, model.scale),
        }
    }

    /// The half turn that explains most, with the distance at which most reflections that meet are one in the list.
    fn best_half_turn(&self, given: &Given) -> Option<LawTest> {
        let better = |a: &LawTest, b: &LawTest| a.ratio.total_cmp(&b.ratio);
        let at = |rotation: Matrix, reach: f64| self.test(given, TwinLaw::near(given.cell, rotation, reach));
        let turns = half_turns(given.cell, given.group);
        let tests: Vec<LawTest> = turns.into_par_iter().filter_map(|rotation| at(rotation, REACHES[FIRST])).collect();
        let best = tests.into_iter().min_by(better)?;
        if !best.promises() {
            return Some(best);
        }
        REACHES.iter().filter_map(|&reach| at(best.law.rotation(), reach)).min_by(better)
    }

    /// One law; `None` where no reflection meets another.
    fn test(&self, given: &Given, law: TwinLaw) -> Option<LawTest> {
        let (mut rows, mut meeting) = (Vec::new(), 0);
        for &n in &self.chosen {
            let m = &self.measurements.list[n];
            let Some(hkl) = m.hkls[0] else { continue };
            let own = self.squares.get(&hkl).copied().unwrap_or(0.0);
            let second = match law.image(hkl) {
                None => 0.0,
                Some(image) => {
                    // Whoever meets one that was not measured is left out.
                    let Some(second) = self.squares.get(&given.group.laue_representative(image)) else { continue };
                    meeting += 1;
                    *second
                }
            };
            rows.push((n, own, second));
        }
        if meeting < FEWEST_MEETING {
            return None;
        }
        let of = |value: &dyn Fn(&(usize, f64, f64)) -> f64| -> Vec<f64> { rows.iter().map(value).collect() };
        let observed = of(&|row| self.measurements.list[row.0].f);
        let (own, second) = (of(&|row| row.1), of(&|row| row.2));
        let weights = of(&|row| self.weights[row.0]);
        let fraction = Fraction::fitted(&observed, &own, &second, &weights);
        let r1 = |shares: [f64; 2]| {
            let size = |n: usize| (shares[0] * own[n] + shares[1] * second[n]).sqrt();
            let (mut cross, mut square) = (0.0, f64::MIN_POSITIVE);
            for n in 0..rows.len() {
                cross += weights[n] * observed[n] * size(n);
                square += weights[n] * size(n) * size(n);
            }
            let strong = (0..rows.len()).filter(|&n| self.measurements.list[rows[n].0].observed);
            strong.map(|n| (observed[n] - cross / square * size(n)).abs()).sum::<f64>()
        };
        let single = r1([1.0, 0.0]);
        (single > 0.0).then(|| LawTest { law, fraction, ratio: r1(fraction.shares()) / single })
    }
}
