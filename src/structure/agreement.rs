//! How well two P1 phase sets agree, whatever their origins and hands.

use super::Hand;
use super::lookup::Lookup;
use super::strongest::strongest;
use super::waves::{Wave, WaveSum};
use crate::crystal::Cell;
use crate::reflections::PhasedReflection;
use rustfft::num_complex::Complex64;

/// Reflections that the search for the shift rests on.
const SEARCH_REFLECTIONS: usize = 2500;
/// Grid points per resolution length in that search.
const POINTS_PER_D: f64 = 3.0;
/// Grid maxima of each hand that are refined.
const CANDIDATES: usize = 4;
/// Of the refined ones, those that all reflections look at.
const FINALISTS: usize = 2;

/// Weights of the correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighting {
    /// E² of the first set: every resolution counts alike.
    E2,
    /// F² of the first set: the measure by which a set counts as solved, see `SOLVED_CC`.
    F2,
}

/// An F²-weighted correlation with the true phases above this counts as solved.
pub const SOLVED_CC: f64 = 0.65;

/// The best superposition of set B on set A: x_A = hand·x_B + shift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// Σ w cos(φA − hand·φB − 2πh·shift) / Σ w over common reflections, −1…1.
    pub cc: f64,
    /// Fractional shift, each component in 0…1.
    pub shift: [f64; 3],
    /// Hand of B against A; `Same` where both fit alike.
    pub hand: Hand,
    /// Number of common reflections.
    pub common: usize,
}

/// Superposes phase set `b` on `a`. Both are P1 half-spheres (either Friedel mate may stand in a list) in the same
/// setting. Without common reflections the correlation is 0.
pub fn agreement(cell: &Cell, a: &[PhasedReflection], b: &[PhasedReflection], weighting: Weighting) -> Agreement {
    let lookup = Lookup::new(b);
    let mut common: Vec<PhasedReflection> = Vec::with_capacity(a.len());
    let mut waves: Vec<Wave> = Vec::with_capacity(a.len());
    let mut total = 0.0;
    for r in a {
        let weight = match weighting {
            Weighting::E2 => r.e * r.e,
            Weighting::F2 => r.f * r.f,
        };
        let Some((_, phase)) = lookup.phase(r.hkl, b).filter(|_| weight > 0.0) else { continue };
        total += weight;
        let coefficient = Hand::BOTH.map(|hand| Complex64::from_polar(weight, hand.sign() * phase - r.phase));
        waves.push(Wave { index: r.hkl, coefficient });
        // Picked by the same weight that the sum carries.
        common.push(PhasedReflection { e: weight.sqrt(), fom: 1.0, ..*r });
    }
    if common.is_empty() {
        return Agreement { cc: 0.0, shift: [0.0; 3], hand: Hand::Same, common: 0 };
    }
    let strong = strongest(cell, &common, SEARCH_REFLECTIONS);
    let search = WaveSum::new(strong.positions.iter().map(|&i| waves[i]).collect());
    let reach = strong.d_min / POINTS_PER_D;
    let near = |x, y| cell.distance_mod_lattice(x, y) < strong.d_min;
    let mut candidates: Vec<_> = search
        .maxima(cell, reach, (CANDIDATES, 0.0), near)
        .into_iter()
        .map(|candidate| search.climb(cell, candidate, reach))
        .collect();
    candidates.sort_by(|x, y| y.value.total_cmp(&x.value));
    let all = WaveSum::new(waves);
    let mut best = Agreement { cc: f64::NEG_INFINITY, shift: [0.0; 3], hand: Hand::Same, common: common.len() };
    for candidate in candidates.into_iter().take(FINALISTS) {
        let top = all.climb(cell, candidate, reach);
        let cc = top.value / total;
        if cc > best.cc + Hand::TIE || (cc > best.cc - Hand::TIE && top.hand == Hand::Same && best.hand != Hand::Same) {
            best = Agreement { cc, shift: top.shift.map(|x| x.rem_euclid(1.0)), hand: top.hand, ..best };
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::super::invented::invent_all;
    use super::*;

    #[test]
    fn shift_and_hand_are_found_in_any_lattice() {
        for truth in invent_all() {
            for hand in Hand::BOTH {
                let shift = [0.61, 0.27, 0.83];
                let b = truth.disguised(shift, hand, 30.0);
                let start = std::time::Instant::now();
                let found = agreement(&truth.cell, &b, &truth.phased, Weighting::E2);
                println!("{:9} {:6} cc {:.3} {:?}", truth.name, b.len(), found.cc, start.elapsed());
                // exp(−σ²/2) with σ = 30°.
                assert!((found.cc - 0.872).abs() < 0.04, "{} {:?}: {:.3}", truth.name, hand, found.cc);
                assert_eq!(found.common, b.len());
                if truth.group.operations().len() == 1 {
                    assert_eq!(found.hand, hand);
                    assert!(truth.cell.distance_mod_lattice(found.shift, shift) < 0.05);
                }
            }
        }
    }

    #[test]
    fn unrelated_phases_do_not_agree() {
        for truth in invent_all() {
            let b = truth.disguised([0.0; 3], Hand::Same, 2000.0);
            let found = agreement(&truth.cell, &b, &truth.phased, Weighting::F2);
            assert!(found.cc < 0.4, "{}: {:.3}", truth.name, found.cc);
        }
    }

    #[test]
    fn nothing_in_common_is_no_agreement() {
        let cell = Cell::new([5.0; 3], [90.0; 3]).unwrap();
        assert_eq!(agreement(&cell, &[], &[], Weighting::E2).cc, 0.0);
    }
}
