//! What the intensities say of one rotation.

use crate::crystal::miller::half;
use crate::crystal::{Cell, Hkl, LatticeRotation, SymOp};
use crate::reflections::MergedReflection;
use crate::reflections::profile::IntensityProfile;
use std::collections::HashMap;

/// Unrelated partner of a pair: this many pairs on, in order of resolution. Near enough for the same mean intensity, far enough not to
/// be an equivalent.
const UNRELATED_STEP: usize = 7;
/// ⟨|x|⟩ of a normal deviate of unit variance, √(2/π).
const MEAN_OF_NORMAL: f64 = 0.797_884_560_8;

/// Agreement of reflections with their images under one rotation.
#[derive(Debug, Clone, PartialEq)]
pub struct RotationEvidence {
    /// The rotation and how well the metric obeys it.
    pub rotation: LatticeRotation,
    /// True when the rotation is one of the Laue group of the input.
    pub in_hint: bool,
    /// Pairs (h, hR), Friedel mates merged.
    pub pairs: usize,
    /// Share of the reflections that the rotation moves which have their image in the list.
    pub covered: f64,
    /// Σ|I₁ − I₂| / Σ(I₁ + I₂): what R_int is for two measurements.
    pub r_sym: f64,
    /// The same sum as the uncertainties let expect it for true equivalents.
    pub r_noise: f64,
    /// The same sum for pairs that the rotation does not relate.
    pub r_unrelated: f64,
    /// Correlation of I/⟨I⟩ over the pairs, ⟨I⟩ the mean at that resolution.
    pub correlation: f64,
}

/// Reflections merged with their Friedel mates alone, ready for look-up.
pub(super) struct PairTable<'a> {
    merged: &'a [MergedReflection],
    relative: Vec<f64>,
    places: HashMap<Hkl, usize>,
}

impl<'a> PairTable<'a> {
    /// `merged` sorted by 1/d as `merge` leaves them.
    pub fn new(merged: &'a [MergedReflection], cell: &Cell) -> Self {
        let intensities: Vec<f64> = merged.iter().map(|r| r.intensity).collect();
        let sigmas: Vec<f64> = merged.iter().map(|r| r.sigma).collect();
        let profile = IntensityProfile::new(merged, &intensities, &sigmas, cell);
        let relative = merged.iter().map(|r| r.intensity / profile.at(cell.d_star_sq(r.hkl))).collect();
        let places = merged.iter().enumerate().map(|(i, r)| (half(r.hkl), i)).collect();
        Self { merged, relative, places }
    }

    /// Evidence for one rotation.
    pub fn evidence(&self, rotation: LatticeRotation, in_hint: bool) -> RotationEvidence {
        let op = SymOp::new(rotation.rot, [0; 3]);
        let mut moved = 0usize;
        let mut pairs = Vec::new();
        for (i, r) in self.merged.iter().enumerate() {
            let image = half(op.rotate_hkl(r.hkl));
            if image == half(r.hkl) {
                continue;
            }
            moved += 1;
            // A twofold axis would give every pair twice.
            if let Some(&j) = self.places.get(&image).filter(|&&j| rotation.order() > 2 || j > i) {
                pairs.push((i, j));
            }
        }
        let possible = if rotation.order() > 2 { moved } else { moved.div_ceil(2) };
        let shifted: Vec<(usize, usize)> =
            pairs.iter().zip(pairs.iter().cycle().skip(UNRELATED_STEP)).map(|(&(i, _), &(_, j))| (i, j)).collect();
        let r_noise = self.ratio(&pairs, |a, b| MEAN_OF_NORMAL * a.sigma.hypot(b.sigma));
        let difference = |a: &MergedReflection, b: &MergedReflection| (a.intensity - b.intensity).abs();
        RotationEvidence {
            rotation,
            in_hint,
            pairs: pairs.len(),
            covered: pairs.len() as f64 / (possible as f64).max(1.0),
            r_sym: self.ratio(&pairs, difference),
            r_noise,
            r_unrelated: self.ratio(&shifted, difference),
            correlation: self.correlation(&pairs),
        }
    }

    /// Σ f(a, b) / Σ(I_a + I_b).
    fn ratio(&self, pairs: &[(usize, usize)], f: impl Fn(&MergedReflection, &MergedReflection) -> f64) -> f64 {
        let (mut above, mut below) = (0.0, 0.0);
        for &(i, j) in pairs {
            if let (Some(a), Some(b)) = (self.merged.get(i), self.merged.get(j)) {
                above += f(a, b);
                below += a.intensity + b.intensity;
            }
        }
        if below > 0.0 { above / below } else { 0.0 }
    }

    fn correlation(&self, pairs: &[(usize, usize)]) -> f64 {
        let value = |i: usize| self.relative.get(i).copied().unwrap_or(1.0);
        let n = (2 * pairs.len()).max(1) as f64;
        let mean = pairs.iter().map(|&(i, j)| value(i) + value(j)).sum::<f64>() / n;
        let (mut both, mut each) = (0.0, 0.0);
        for &(i, j) in pairs {
            let (a, b) = (value(i) - mean, value(j) - mean);
            both += a * b;
            each += 0.5 * (a * a + b * b);
        }
        if each > 0.0 { both / each } else { 0.0 }
    }
}
