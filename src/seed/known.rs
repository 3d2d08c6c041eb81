//! Seeds brought to the data: one per unique reflection, ready to be expanded.

use super::Knowledge;
use crate::crystal::{Hkl, SpaceGroup, SymOp, friedel};
use num_complex::Complex64;

/// What is known of one unique reflection. The knowledge stays as the file gave it; its phase becomes that of `hkl` as
/// sign·φ + offset.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownPhase {
    /// The Laue representative in the data's setting.
    pub hkl: Hkl,
    /// What the file says.
    pub knowledge: Knowledge,
    /// −1 where the file has the Friedel mate of an equivalent.
    pub sign: f64,
    /// Radians, from the translations of the equivalence and of the frame.
    pub offset: f64,
    /// Of a centric reflection, one of its two allowed phases, radians.
    pub allowed: Option<f64>,
}

impl KnownPhase {
    /// Mean of exp(iφ) of `hkl`; 0 where a centric phase is left open. `wrong` as in `Knowledge::mean`.
    pub fn mean(&self, wrong: f64) -> Complex64 {
        let mean = match self.allowed {
            Some(allowed) => self.knowledge.centric_mean(self.in_file(allowed), wrong).unwrap_or_default(),
            None => self.knowledge.mean(wrong),
        };
        self.turned(mean)
    }

    /// A phase drawn from what is known, as a mean of modulus as in `mean`; a centric phase keeps its allowed value.
    pub fn drawn(&self, wrong: f64, chance: [f64; 2]) -> Complex64 {
        if self.allowed.is_some() {
            return self.mean(wrong);
        }
        let phase = self.knowledge.draw(chance);
        self.turned(Complex64::from_polar(self.knowledge.mean(wrong).norm(), phase))
    }

    /// A phase of `hkl` as the file would give it: what `sign` and `offset` do, undone.
    pub fn in_file(&self, phase: f64) -> f64 {
        self.sign * (phase - self.offset)
    }

    fn turned(&self, mean: Complex64) -> Complex64 {
        let mean = if self.sign < 0.0 { mean.conj() } else { mean };
        mean * Complex64::from_polar(1.0, self.offset)
    }
}

/// An allowed phase of a centric reflection (the other one is π away), radians; `None` for acentric ones. An operation
/// with hR = −h gives −φ(h) = φ(h) − 2π h·t, so φ(h) = π h·t modulo π.
pub fn allowed_phase(group: &SpaceGroup, hkl: Hkl) -> Option<f64> {
    let mate = friedel(hkl);
    let op: &SymOp = group.primitive_operations().iter().find(|op| op.rotate_hkl(hkl) == mate)?;
    Some(op.phase_shift(hkl) / 2.0)
}

/// The Laue representative of a reflection and what becomes of its phase φ there: sign·φ + offset.
pub fn to_representative(group: &SpaceGroup, hkl: Hkl) -> (Hkl, f64, f64) {
    let target = group.laue_representative(hkl);
    for op in group.primitive_operations() {
        let image = op.rotate_hkl(hkl);
        let shift = op.phase_shift(hkl);
        if image == target {
            return (target, 1.0, -shift);
        }
        if friedel(image) == target {
            return (target, -1.0, shift);
        }
    }
    (hkl, 1.0, 0.0)
}

/// Equivalents of a reflection, each with what its phase has more than φ, radians; Friedel mates left out.
pub fn equivalents(group: &SpaceGroup, hkl: Hkl) -> impl Iterator<Item = (Hkl, f64)> + '_ {
    group.primitive_operations().iter().map(move |op| (op.rotate_hkl(hkl), -op.phase_shift(hkl)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::structure_factors::structure_factors;
    use crate::crystal::{Cell, Radiation, ScatteringTable, Site};

    #[test]
    fn equivalents_and_allowed_phases_are_those_of_structure_factors() {
        let cell = Cell::new([9.0, 10.0, 11.0], [90.0; 3]).unwrap();
        let ops = ["1/2-x,-y,1/2+z", "-x,1/2+y,1/2-z"].map(|s| SymOp::parse(s).unwrap());
        let group = SpaceGroup::from_latt_symm(-1, &ops).unwrap();
        let site = |x: f64| Site {
            label: "C1".into(),
            element: Some(6),
            xyz: [x, x * x, 0.3 + x * 0.5],
            sof: 1.0,
            u_iso: 0.02,
            u_aniso: None,
            height: None,
        };
        let sites = [site(0.11), site(0.37), site(0.73)];
        let factor =
            |hkl| structure_factors(&cell, &group, &sites, ScatteringTable::new(Radiation::Xray), &[hkl]).unwrap()[0];
        let (mut tried, mut centric) = (0, 0);
        for hkl in [[1, 2, 3], [-3, 2, 1], [0, 2, 3], [3, 0, -2], [2, -4, 0], [-1, -1, -1]] {
            let phase = factor(hkl).arg();
            for (image, offset) in equivalents(&group, hkl) {
                let expected = Complex64::from_polar(1.0, phase + offset);
                let found = factor(image);
                assert!((found / found.norm() - expected).norm() < 1e-9, "{hkl:?} {image:?}");
                tried += 1;
            }
            let (target, sign, offset) = to_representative(&group, hkl);
            let found = factor(target);
            assert!((found / found.norm() - Complex64::from_polar(1.0, sign * phase + offset)).norm() < 1e-9);
            if let Some(allowed) = allowed_phase(&group, hkl) {
                assert!((phase - allowed).sin().abs() < 1e-9, "{hkl:?}: {phase} {allowed}");
                centric += 1;
            }
        }
        assert_eq!((tried, centric), (24, 3));
    }
}
