//! How well each rotation of the Laue class holds in P1 phases, whatever its translation.
//!
//! For an operation (R, t) the phases obey φ(hR) = φ(h) − 2πh·t, so V(t) = Σ w cos(φ(hR) − φ(h) + 2πh·t) has its crest
//! at the operation's translation (recipe notes §5). R and −R share one transform, because φ(−hR) = −φ(hR), and one of
//! the two is in the group of every crystal of that Laue class.

use crate::crystal::symop::{Rotation, SymOp, inverse_rotation, negative};
use crate::crystal::{Cell, SpaceGroup};
use crate::reflections::PhasedReflection;
use crate::structure::Hand;
use crate::structure::lookup::Lookup;
use crate::structure::strongest::strongest;
use crate::structure::waves::{Maximum, Wave, WaveSum};
use rayon::prelude::*;
use rustfft::num_complex::Complex64;
use serde::{Deserialize, Serialize};

/// Reflections that the search of one operation rests on (recipe notes §5: "~4000 strongest").
const REFLECTIONS: usize = 4000;
/// Grid points per resolution length in that search.
const POINTS_PER_D: f64 = 2.5;
/// Crests that are kept for each rotation: a heavy-atom arrangement of its own symmetry has several of like height.
const CRESTS: usize = 6;
/// Crests lower than this part of the highest are not.
const LOW: f64 = 0.75;

/// A rotation with the translation at which it holds best.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperatorFit {
    /// Rotation part, on the axes of the data.
    pub rot: Rotation,
    /// Fractional translations of the crests, highest first, on the origin of the P1 phases.
    pub trans: Vec<[f64; 3]>,
    /// Height of the highest, 0…1: Σ w cos Δ / Σ w with w = E(h)·E(hR) and both figures of merit; for the inversion, which
    /// pairs a phase with itself and so doubles its error, the square root of that.
    pub correlation: f64,
}

/// What the P1 phases say of every rotation of a Laue class.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OperatorFits {
    /// One entry for each rotation of the Laue class but the identity, of a rotation and its inverse one.
    pub fits: Vec<OperatorFit>,
}

impl OperatorFits {
    /// Fits every rotation of the Laue class of `group`.
    pub fn new(cell: &Cell, group: &SpaceGroup, phased: &[PhasedReflection]) -> Self {
        let strong = strongest(cell, phased, REFLECTIONS);
        let lookup = Lookup::new(phased);
        let reach = strong.d_min / POINTS_PER_D;
        let near = |x, y| cell.distance_mod_lattice(x, y) < strong.d_min;
        let fit = |rot: &Rotation| {
            let op = SymOp::new(*rot, [0; 3]);
            let mut total = 0.0;
            let mut wave = |position: &usize| {
                let r = &phased[*position];
                let (other, phase) = lookup.phase(op.rotate_hkl(r.hkl), phased)?;
                let weight = r.e * r.fom * phased[other].e * phased[other].fom;
                total += weight;
                let differences = [phase - r.phase, -phase - r.phase];
                Some(Wave { index: r.hkl, coefficient: differences.map(|d| Complex64::from_polar(weight, d)) })
            };
            let sum = WaveSum::new(strong.positions.iter().filter_map(&mut wave).collect());
            let maxima = sum.maxima(cell, reach, (CRESTS, LOW), near);
            Hand::BOTH.map(|hand| {
                let of_hand = maxima.iter().filter(|m| m.hand == hand);
                let mut crests: Vec<Maximum> = of_hand.map(|m| sum.climb(cell, *m, reach)).collect();
                crests.sort_by(|a, b| b.value.total_cmp(&a.value));
                let value = crests.first().map_or(0.0, |top| top.value);
                OperatorFit {
                    rot: if hand == Hand::Same { *rot } else { negative(*rot) },
                    trans: crests.iter().map(|crest| crest.shift).collect(),
                    correlation: if total > 0.0 { (value / total).clamp(0.0, 1.0) } else { 0.0 },
                }
            })
        };
        let both: Vec<_> = one_of_inverses(group).par_iter().map(fit).collect();
        let found = both.into_iter().flatten().filter(|fit| fit.rot != SymOp::IDENTITY.rot);
        let rooted = |fit: OperatorFit| {
            let itself = fit.rot == SymOp::INVERSION.rot;
            OperatorFit { correlation: if itself { fit.correlation.sqrt() } else { fit.correlation }, ..fit }
        };
        Self { fits: found.map(rooted).collect() }
    }

    /// The fit of a rotation, turned round where only its inverse was fitted.
    pub fn of(&self, rot: &Rotation) -> Option<OperatorFit> {
        let inverse = inverse_rotation(*rot);
        self.fits.iter().find_map(|fit| {
            if fit.rot == *rot {
                Some(fit.clone())
            } else if fit.rot == inverse {
                // (R, t)⁻¹ = (R⁻¹, −R⁻¹t).
                let turn = SymOp::new(*rot, [0; 3]);
                let back = |t: &[f64; 3]| turn.apply(*t).map(|x| -x);
                Some(OperatorFit { rot: *rot, trans: fit.trans.iter().map(back).collect(), ..*fit })
            } else {
                None
            }
        })
    }

    /// Correlation of the best rotation, which true ones are measured against; 0 without any.
    pub fn level(&self) -> f64 {
        self.fits.iter().map(|fit| fit.correlation).fold(0.0, f64::max)
    }

    /// The better of R and −R.
    pub fn of_either(&self, rot: &Rotation) -> f64 {
        let of = |rot| self.of(&rot).map_or(0.0, |fit| fit.correlation);
        of(*rot).max(of(negative(*rot)))
    }

    /// Mean over the proper rotations of the Laue class of the better of R and −R: how far the phases, which were found
    /// in P1, show the symmetry that the intensities have. `None` in Laue class −1, where nothing of the kind is to be seen.
    pub fn evidence(&self) -> Option<f64> {
        let proper: Vec<f64> = self
            .fits
            .iter()
            .filter(|fit| SymOp::new(fit.rot, [0; 3]).determinant() > 0)
            .map(|fit| self.of_either(&fit.rot))
            .collect();
        (!proper.is_empty()).then(|| proper.iter().sum::<f64>() / proper.len() as f64)
    }
}

/// The proper rotations of the Laue class, of a rotation and its inverse the first.
fn one_of_inverses(group: &SpaceGroup) -> Vec<Rotation> {
    let mut kept: Vec<Rotation> = Vec::new();
    for rot in group.proper_rotations() {
        if !kept.contains(&inverse_rotation(rot)) {
            kept.push(rot);
        }
    }
    kept
}
