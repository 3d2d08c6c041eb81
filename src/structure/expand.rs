//! Unique reflections with their mates.

use crate::crystal::{SpaceGroup, friedel, in_half};
use crate::reflections::PhasedReflection;
use std::collections::HashSet;

/// Each of the reflections and its images under the group, of a Friedel pair the one in the half sphere, each index once: the first that comes.
/// F(hR) has the phase of F(h) less 2π h·t.
pub fn expanded(group: &SpaceGroup, unique: impl IntoIterator<Item = PhasedReflection>) -> Vec<PhasedReflection> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    for r in unique {
        for op in group.primitive_operations() {
            let (image, phase) = (op.rotate_hkl(r.hkl), r.phase - op.phase_shift(r.hkl));
            let (hkl, phase) = if in_half(image) { (image, phase) } else { (friedel(image), -phase) };
            if seen.insert(hkl) {
                out.push(PhasedReflection { hkl, phase, ..r });
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::SymOp;
    use std::f64::consts::PI;

    #[test]
    fn mates_have_the_phase_of_the_screw_and_stand_once_in_the_half_sphere() {
        let group = SpaceGroup::from_generators(&[SymOp::parse("-x,y+1/2,-z").unwrap()]).unwrap();
        let of = |hkl, phase| PhasedReflection { hkl, f: 3.0, e: 1.0, phase, fom: 0.5 };
        let all = expanded(&group, [of([1, 1, 2], 0.3), of([0, 3, 0], 0.0), of([1, 1, 2], 2.0)]);
        assert_eq!(all.len(), 3);
        assert!(all.iter().all(|r| in_half(r.hkl) && r.fom == 0.5));
        let phase = |hkl: [i32; 3]| all.iter().find(|r| r.hkl == hkl).map(|r| r.phase);
        assert_eq!(phase([1, 1, 2]), Some(0.3));
        // (−1 1 −2) is less by π, and its Friedel mate the negative of that.
        assert!((phase([1, -1, 2]).unwrap() - (PI - 0.3)).abs() < 1e-12);
    }
}
