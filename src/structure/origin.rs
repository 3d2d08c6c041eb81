//! The shift and hand that bring P1 phases onto the given space group.
//!
//! After x → hand·x + s the phases obey φ(hR) = φ(h) − 2πh·t, so with the phases as they came
//! Δ = hand·(φ(hR) − φ(h)) + 2πh·t + 2πh(R−I)·s must vanish for every operation: Σ w cos Δ is a sum of waves of
//! index h(R−I) over s, which `waves` maximises for all s and both hands at once.

use super::Hand;
use super::lookup::Lookup;
use super::strongest::strongest;
use super::waves::{Maximum, Wave, WaveSum};
use crate::crystal::symop::TRANSLATION_DENOMINATOR;
use crate::crystal::{Cell, SpaceGroup, SymOp};
use crate::reflections::PhasedReflection;
use rustfft::num_complex::Complex64;
use std::f64::consts::{PI, TAU};

/// Reflections that the search rests on where the group has few operations.
const MOST_REFLECTIONS: usize = 4000;
/// Reflections that the search rests on in any case.
const FEWEST_REFLECTIONS: usize = 1000;
/// Pairs (reflection, operation) to aim at between these bounds.
const PAIRS: usize = 24_000;
/// Grid points per resolution length: waves of index h(R−I) are up to twice as fine as those of h.
const POINTS_PER_D: f64 = 4.0;
/// Distinct grid maxima of each hand that are refined.
const CANDIDATES: usize = 6;
/// … where they reach this part of the highest of that hand: of 624 fits to groups right and wrong in 39 measured sets the one that won had 0.88 and more.
const WORTH_CLIMBING: f64 = 0.7;
/// Another place of the symmetry elements is worth a look where the operations hold so well there, as a part of the best. Heavy atoms alone often have
/// more symmetry than the crystal, and phases hold about as well halfway between a heavy and a light atom: anatase and molybdenite to 0.9 and 1.0 Å
/// came out as eight and four equal atoms, R1 0.098 and 0.090, in 8 of 8 and 3 of 8 runs; the right places had 0.65 to 0.81.
const ELSEWHERE: f64 = 0.5;
/// So many of them at most.
const MOST_ELSEWHERE: usize = 3;
/// Two shifts that move every image by less than this part of d_min against each other are one.
const SAME_PER_D: f64 = 0.7;
/// The other hand must fit better by this part to be preferred: in most groups both fit exactly alike.
const HAND_MARGIN: f64 = 0.01;

/// How well one operation holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OperatorResidual {
    /// The operation (centring left out, identity left out).
    pub op: SymOp,
    /// Mean |Δ| in degrees, weighted with E² and figure of merit; 90 where no pair of reflections tells. Unsolved
    /// phases leave true operations at 77–79°, solved ones at 17–36° (`recipe.md` §5, 12 structures).
    /// Phase errors σ give √2σ·√(2/π), but 2σ·√(2/π) for inversion, which pairs a reflection with itself: 34° and 48°
    /// at σ = 30°. A threshold must allow for that.
    pub degrees: f64,
    /// Mean cos Δ with the same weights, −1…1; 0 where no pair tells.
    pub correlation: f64,
    /// Number of pairs.
    pub pairs: usize,
}

/// The fit of P1 phases to a space group: x_group = hand·x_P1 + shift.
#[derive(Debug, Clone, PartialEq)]
pub struct OriginFit {
    /// Fractional shift, each component in 0…1; zero along polar directions.
    pub shift: [f64; 3],
    /// Hand; `Same` where both fit alike.
    pub hand: Hand,
    /// One entry for each rotation but the identity; empty in P1 lattices without symmetry.
    pub operators: Vec<OperatorResidual>,
    /// Weighted mean |Δ| in degrees over all operations; 0 where there is none.
    pub residual: f64,
}

/// Two reflections that an operation ties together.
struct Pair {
    op: usize,
    weight: f64,
    /// φ(hR) − φ(h).
    difference: f64,
    /// 2πh·t.
    translation: f64,
    /// h(R−I).
    index: [i32; 3],
}

/// Finds shift and hand for the operations of `group` from the strongest reflections of a P1 half-sphere.
pub fn fit_origin(cell: &Cell, group: &SpaceGroup, phased: &[PhasedReflection]) -> OriginFit {
    let Some(ties) = Ties::new(cell, group, phased) else { return OriginFit::without_symmetry() };
    let best = match ties.best_of_hands() {
        [Some(plus), Some(minus)] if minus.value > plus.value + HAND_MARGIN * plus.value.abs() => minus,
        [Some(best), _] | [None, Some(best)] => best,
        [None, None] => Maximum { hand: Hand::Same, shift: [0.0; 3], value: 0.0 },
    };
    ties.fit(best)
}

/// Other places for the symmetry elements than that of `fit`, in its hand, where the operations hold nearly as well; the best first, at most three.
pub fn fits_elsewhere(cell: &Cell, group: &SpaceGroup, phased: &[PhasedReflection], fit: &OriginFit) -> Vec<OriginFit> {
    let Some(ties) = Ties::new(cell, group, phased) else { return Vec::new() };
    let mut tops: Vec<Maximum> = ties.tops(ELSEWHERE).into_iter().filter(|top| top.hand == fit.hand).collect();
    tops.sort_by(|a, b| b.value.total_cmp(&a.value));
    let least = ELSEWHERE * tops.first().map_or(0.0, |top| top.value);
    let mut places = vec![fit.shift];
    for top in tops.into_iter().filter(|top| top.value >= least) {
        if places.len() <= MOST_ELSEWHERE && !places.iter().any(|&other| ties.same(other, top.shift)) {
            places.push(top.shift);
        }
    }
    let fit_at = |&shift: &[f64; 3]| ties.fit(Maximum { hand: fit.hand, shift, value: 0.0 });
    places[1..].iter().map(fit_at).collect()
}

/// What the operations of a group tie together in a phase set.
struct Ties<'a> {
    cell: &'a Cell,
    group: &'a SpaceGroup,
    pairs: Vec<Pair>,
    search: WaveSum,
    d_min: f64,
}

impl<'a> Ties<'a> {
    /// `None` for a group without operations.
    fn new(cell: &'a Cell, group: &'a SpaceGroup, phased: &[PhasedReflection]) -> Option<Self> {
        let ops = &group.primitive_operations()[1..];
        if ops.is_empty() {
            return None;
        }
        let count = (PAIRS / ops.len()).clamp(FEWEST_REFLECTIONS, MOST_REFLECTIONS);
        let strong = strongest(cell, phased, count);
        let pairs = symmetry_pairs(ops, &strong.positions, phased, &Lookup::new(phased));
        let search = WaveSum::new(waves(ops, &pairs));
        Some(Self { cell, group, pairs, search, d_min: strong.d_min })
    }

    /// True when two shifts put all symmetry elements in the same places.
    fn same(&self, a: [f64; 3], b: [f64; 3]) -> bool {
        equivalent(self.cell, self.group, a, b, SAME_PER_D * self.d_min)
    }

    /// The maxima of both hands that reach the part `least` of the highest on the grid.
    fn tops(&self, least: f64) -> Vec<Maximum> {
        let reach = self.d_min / POINTS_PER_D;
        let maxima = self.search.maxima(self.cell, reach, (CANDIDATES, least), |a, b| self.same(a, b));
        maxima.into_iter().map(|maximum| self.search.climb(self.cell, maximum, reach)).collect()
    }

    /// The highest of each hand.
    fn best_of_hands(&self) -> [Option<Maximum>; 2] {
        let mut best: [Option<Maximum>; 2] = [None; 2];
        for top in self.tops(WORTH_CLIMBING) {
            let slot = &mut best[top.hand as usize];
            if slot.is_none_or(|other| top.value > other.value) {
                *slot = Some(top);
            }
        }
        best
    }

    fn fit(&self, at: Maximum) -> OriginFit {
        let shift = without_polar_part(self.group, at.shift).map(|x| x.rem_euclid(1.0));
        let ops = &self.group.primitive_operations()[1..];
        let (operators, residual) = residuals(ops, &self.pairs, at.hand, shift);
        OriginFit { shift, hand: at.hand, operators, residual }
    }
}

impl OriginFit {
    /// That of a lattice without other symmetry.
    fn without_symmetry() -> Self {
        Self { shift: [0.0; 3], hand: Hand::Same, operators: Vec::new(), residual: 0.0 }
    }
}

/// All pairs h, hR of different reflections, for each operation.
fn symmetry_pairs(ops: &[SymOp], positions: &[usize], phased: &[PhasedReflection], lookup: &Lookup) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(ops.len() * positions.len());
    for (number, op) in ops.iter().enumerate() {
        for &position in positions {
            let r = &phased[position];
            let image = op.rotate_hkl(r.hkl);
            // A reflection paired with itself says nothing about the origin.
            if image == r.hkl {
                continue;
            }
            let Some((other, phase)) = lookup.phase(image, phased) else { continue };
            let weight = r.e * r.fom * phased[other].e * phased[other].fom;
            if weight > 0.0 {
                pairs.push(Pair {
                    op: number,
                    weight,
                    difference: phase - r.phase,
                    translation: op.phase_shift(r.hkl),
                    index: std::array::from_fn(|i| image[i] - r.hkl[i]),
                });
            }
        }
    }
    pairs
}

/// The pairs as waves. An operation and its inverse tie the same reflections together, so one of them is enough.
fn waves(ops: &[SymOp], pairs: &[Pair]) -> Vec<Wave> {
    let needed: Vec<bool> = ops
        .iter()
        .enumerate()
        .map(|(i, op)| !ops[..i].iter().any(|earlier| earlier.compose(op).rot == SymOp::IDENTITY.rot))
        .collect();
    pairs
        .iter()
        .filter(|p| needed[p.op])
        .map(|p| Wave {
            index: p.index,
            coefficient: Hand::BOTH
                .map(|hand| Complex64::from_polar(p.weight, hand.sign() * p.difference + p.translation)),
        })
        .collect()
}

/// Mean |Δ| in degrees of each operation and of all together.
fn residuals(ops: &[SymOp], pairs: &[Pair], hand: Hand, shift: [f64; 3]) -> (Vec<OperatorResidual>, f64) {
    let mut sums = vec![(0.0, 0.0, 0usize, 0.0); ops.len()];
    for p in pairs {
        let turns: f64 = (0..3).map(|i| f64::from(p.index[i]) * shift[i]).sum();
        let delta = (hand.sign() * p.difference + p.translation) / TAU + turns;
        let sum = &mut sums[p.op];
        sum.0 += p.weight * 360.0 * (delta - delta.round()).abs();
        sum.1 += p.weight;
        sum.2 += 1;
        sum.3 += p.weight * (TAU * delta).cos();
    }
    let random = (PI / 2.0).to_degrees();
    let mean = |total: f64, weight: f64| if weight > 0.0 { total / weight } else { random };
    let operators = ops
        .iter()
        .zip(&sums)
        .map(|(&op, &(total, weight, pairs, cosines))| OperatorResidual {
            op,
            degrees: mean(total, weight),
            correlation: if weight > 0.0 { cosines / weight } else { 0.0 },
            pairs,
        })
        .collect();
    let (total, weight) = sums.iter().fold((0.0, 0.0), |a, s| (a.0 + s.0, a.1 + s.1));
    (operators, mean(total, weight))
}

/// True when two shifts put all symmetry elements in the same places: (R−I)(a−b) is a lattice vector within
/// `tolerance` (Å) for every operation. Shifts along polar directions and between equivalent origins are such.
pub fn equivalent(cell: &Cell, group: &SpaceGroup, a: [f64; 3], b: [f64; 3], tolerance: f64) -> bool {
    let d: [f64; 3] = std::array::from_fn(|i| a[i] - b[i]);
    group.primitive_operations().iter().all(|op| {
        let moved = std::array::from_fn(|i| (0..3).map(|j| f64::from(op.rot[i][j]) * d[j]).sum::<f64>() - d[i]);
        group.centring().iter().any(|t| {
            let vector = t.map(|x| f64::from(x) / f64::from(TRANSLATION_DENOMINATOR));
            cell.distance_mod_lattice(moved, vector) < tolerance
        })
    })
}

/// The shift less its part along directions that every operation leaves alone, where the origin is free. The mean of
/// all rotations projects onto them and commutes with the group, so nothing else changes.
fn without_polar_part(group: &SpaceGroup, shift: [f64; 3]) -> [f64; 3] {
    let ops = group.primitive_operations();
    std::array::from_fn(|i| {
        let free: f64 = (0..3)
            .map(|j| f64::from(ops.iter().map(|op| op.rot[i][j]).sum::<i32>()) / ops.len() as f64 * shift[j])
            .sum();
        shift[i] - free
    })
}
