//! Feasibility of seeds on a sphere.

use super::Sphere;
use super::seeding::half;
use crate::crystal::{Hkl, SpaceGroup};
use crate::seed::known::equivalents;
use crate::seed::{Feasibility, KnownPhase, Origin, SeedSums};
use num_complex::Complex64;
use std::collections::{HashMap, HashSet};

/// Figures of `known` expanded to the sphere, with a fraction `wrong` of them wrong where the source does not say.
pub fn feasibility(
    sphere: &Sphere,
    group: &SpaceGroup,
    origin: Origin,
    known: &[KnownPhase],
    wrong: f64,
) -> Feasibility {
    let e: HashMap<Hkl, f64> = sphere.measured().map(|(hkl, _, e)| (hkl, e)).collect();
    let mut sums = SeedSums {
        m_sq: 0.0,
        m_sq_e_sq: 0.0,
        m_e_sq: 0.0,
        e_sq: 0.0,
        // In the order of the sphere: a map's own order, and the last digit with it, changes from run to run.
        all_e_sq: 2.0 * sphere.measured().map(|(_, _, e)| e * e).sum::<f64>(),
        atoms: sphere.atoms(),
        operations: if origin == Origin::AsIs { group.primitive_operations().len() } else { 1 },
    };
    let mut seen = HashSet::new();
    for known in known {
        let m = known.mean(wrong).norm();
        sums.m_sq += m * m;
        for (image, _) in equivalents(group, known.hkl).take(sums.operations) {
            let (hkl, _) = half(image, Complex64::default());
            let Some(e) = e.get(&hkl).filter(|_| seen.insert(hkl)) else { continue };
            sums.m_sq_e_sq += 2.0 * m * m * e * e;
            sums.m_e_sq += 2.0 * m * e * e;
            sums.e_sq += 2.0 * e * e;
        }
    }
    Feasibility::new(&sums)
}
