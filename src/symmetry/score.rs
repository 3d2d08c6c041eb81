//! How well a space group agrees with what the P1 phases and the intensities say.

use super::operators::OperatorFits;
use crate::crystal::SpaceGroup;
use crate::crystal::symop::SymOp;
use crate::reflections::PhasedReflection;
use crate::structure::origin::OriginFit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An operation holds when its correlation is above this part of the best one's. On settled phases of 46 solved sets true
/// operations of groups without a centre stood at 0.94–1.0 of the best, false ones at 0.12–0.56, the false inversion
/// at 0.32–0.75 (benches/results, 2026-11-22, structures).
const HOLDS: f64 = 0.6;
/// Weight of the mean distance from that mark …
const OPERATION_WEIGHT: f64 = 20.0;
/// … of ⟨|E²−1|⟩, which is 0.736 without a centre and 0.968 with one, …
const CENTRIC_WEIGHT: f64 = 15.0;
/// … counted from half way between the two, …
const CENTRIC_MIDDLE: f64 = 0.85;
/// … by no more than this: heavy atoms on special positions and twins lead it astray (a garnet, centrosymmetric: 0.72).
const CENTRIC_REACH: f64 = 0.1;
/// … and of intensity where the group allows none.
const ABSENCE_WEIGHT: f64 = 10.0;
/// ⟨E²⟩ of systematic absences up to which they pass: Renninger reflections, λ/2, and absences of a few strong neighbours.
const ABSENT: f64 = 0.2;
/// What the score of the input's own group gains when the input names a screw, glide or centre, and so says more than a Laue class: it
/// decides where phases, intensities and model leave two groups alike (a twinned P -1 against P 1).
const HINT_BONUS: f64 = 2.0;

/// What speaks for a group and against it.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize)]
pub struct Score {
    /// Mean correlation of its operations about one origin, identity left out; 1 in P 1. The inversion counts with its root.
    pub held: f64,
    /// Correlation of the best operation of the Laue class that the group lacks; 0 where it lacks none.
    pub left_out: f64,
    /// ⟨E²⟩ of the reflections that its glides and screws extinguish; `None` without any.
    pub absences: Option<f64>,
    /// Reflections of the P1 half sphere that this rests on.
    pub absent: usize,
    /// The sum by which groups are ranked, higher first.
    pub total: f64,
}

/// What a score is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signs {
    /// Correlation of each operation of the group about one origin, identity left out; the root of it for the inversion.
    pub held: Vec<f64>,
    /// Correlations of the operations of the Laue class that the group lacks.
    pub lacking: Vec<f64>,
    /// Correlation of the best rotation of the Laue class; 1 where there is none to measure against.
    pub level: f64,
    /// The group has a centre.
    pub centric: bool,
    /// ⟨|E²−1|⟩ of the data.
    pub mean_e2_minus_1: f64,
    /// ⟨E²⟩ of the reflections that the group extinguishes; `None` without any.
    pub absences: Option<f64>,
    /// How many they are, of the P1 half sphere.
    pub absent: usize,
    /// The input names the group, and a screw, glide or centre with it.
    pub named: bool,
}

impl Signs {
    /// From the fits of all operations of the Laue class, the group's own origin fit and the statistics of intensities.
    pub fn new(
        group: &SpaceGroup,
        origin: &OriginFit,
        fits: &OperatorFits,
        phased: &[PhasedReflection],
        mean_e2_minus_1: f64,
        named: bool,
    ) -> Self {
        // The inversion alone, in a triclinic lattice, is measured against perfection.
        let rotations = fits.fits.iter().filter(|fit| fit.rot != SymOp::INVERSION.rot);
        let level = rotations.map(|fit| fit.correlation).reduce(f64::max).filter(|level| *level > 0.0).unwrap_or(1.0);
        let held = origin.operators.iter().map(|operator| {
            let c = operator.correlation.max(0.0);
            if operator.op.rot == SymOp::INVERSION.rot { c.sqrt() } else { c }
        });
        let has = |rot| group.primitive_operations().iter().any(|op| op.rot == rot);
        let extinct = phased.iter().filter(|r| group.classify(r.hkl).absent);
        let (absent, squares) = extinct.fold((0usize, 0.0), |(n, s), r| (n + 1, s + r.e * r.e));
        Self {
            held: held.collect(),
            lacking: fits.fits.iter().filter(|fit| !has(fit.rot)).map(|fit| fit.correlation).collect(),
            level,
            centric: group.is_centrosymmetric(),
            mean_e2_minus_1,
            absences: (absent > 0).then(|| squares / absent as f64),
            absent,
            named,
        }
    }

    /// What they amount to.
    pub fn score(&self) -> Score {
        let Self { held, lacking, level, absences, absent, .. } = self;
        let distances = held.iter().map(|c| c / level - HOLDS).chain(lacking.iter().map(|c| HOLDS - c / level));
        let (sum, n) = distances.fold((0.0, 0.0), |(s, n), d| (s + d, n + 1.0));
        let centric = if self.centric { 1.0 } else { -1.0 };
        let total = OPERATION_WEIGHT * sum / f64::max(n, 1.0)
            + CENTRIC_WEIGHT * centric * (self.mean_e2_minus_1 - CENTRIC_MIDDLE).clamp(-CENTRIC_REACH, CENTRIC_REACH)
            - ABSENCE_WEIGHT * (absences.unwrap_or(0.0) - ABSENT).max(0.0)
            + if self.named { HINT_BONUS } else { 0.0 };
        Score {
            held: if held.is_empty() { 1.0 } else { held.iter().sum::<f64>() / held.len() as f64 },
            left_out: lacking.iter().copied().fold(0.0, f64::max),
            absences: *absences,
            absent: *absent,
            total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intensity_where_none_is_allowed_costs_from_a_fifth_on() {
        let of = |absences| {
            let signs = Signs {
                held: vec![0.9],
                lacking: vec![0.1],
                level: 0.9,
                centric: false,
                mean_e2_minus_1: 0.74,
                absences: Some(absences),
                absent: 30,
                named: false,
            };
            signs.score().total
        };
        assert_eq!(of(0.2), of(0.0));
        assert!((of(0.2) - of(0.3) - 1.0).abs() < 1e-9);
        // Held 0.4 above the mark, lacking 0.49 below: 20 times the mean; acentric by 0.1 of ⟨|E²−1|⟩.
        assert!((of(0.0) - (20.0 * 0.5 * (0.4 + 0.6 - 0.1 / 0.9) + 1.5)).abs() < 1e-9);
    }
}
