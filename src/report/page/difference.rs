//! The difference map of a model, for a page.

use crate::crystal::{Cell, Hkl, SpaceGroup};
use crate::reflections::{CalculatedReflection, MergedReflection, PhasedReflection};
use crate::structure::{Coefficients, DensityMap, density_map, expanded};
use std::collections::HashMap;

/// Σ (|Fo|/k − |Fc|) exp(iφc) exp(−2πi h·x)/V of the reflections of which the model has Fc, e/Å3 for X-rays; `scale` is k.
pub fn difference_map(
    cell: &Cell,
    group: &SpaceGroup,
    merged: &[MergedReflection],
    calculated: &[CalculatedReflection],
    scale: f64,
) -> DensityMap {
    let measured: HashMap<Hkl, &MergedReflection> = merged.iter().map(|m| (m.hkl, m)).collect();
    let unique = calculated.iter().filter_map(|of_model| {
        let m = measured.get(&of_model.hkl)?;
        let [intensity, _] = of_model.apart.unwrap_or([f64::from(of_model.share) * m.intensity, 0.0]);
        let (size, phase) = of_model.f.to_polar();
        let rest = intensity.max(0.0).sqrt() / scale - f64::from(size);
        Some(PhasedReflection { hkl: of_model.hkl, f: rest, e: 0.0, phase: f64::from(phase), fom: 1.0 })
    });
    let terms = expanded(group, unique);
    density_map(cell, group, &terms, Coefficients::F)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::{SymOp, in_half};
    use num_complex::Complex32;

    /// Where the model explains half of what an atom at the centre scatters, the map has the rest there, and nothing where there is a whole share.
    #[test]
    fn what_a_model_lacks_stands_where_it_is() {
        let cell = Cell::new([5.0, 6.0, 7.0], [90.0; 3]).unwrap();
        let group = SpaceGroup::from_generators(&[SymOp::INVERSION]).unwrap();
        let mut merged = Vec::new();
        let mut calculated = Vec::new();
        for h in -4..=4 {
            for k in -4..=4 {
                for l in 0..=5 {
                    let hkl = [h, k, l];
                    if hkl != [0; 3] && in_half(hkl) && group.laue_representative(hkl) == hkl {
                        merged.push(MergedReflection {
                            hkl,
                            intensity: 400.0,
                            sigma: 1.0,
                            redundancy: 1,
                            epsilon: 1,
                            centric: true,
                        });
                        let f = Complex32::new(5.0, 0.0);
                        calculated.push(CalculatedReflection { hkl, f, share: 1.0, apart: None });
                    }
                }
            }
        }
        assert!(merged.len() > 50);
        let map = difference_map(&cell, &group, &merged, &calculated, 2.0);
        let highest = map.values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        assert_eq!(map.at(0, 0, 0), highest);
        // 10 − 5 electrons of each reflection, both of a pair.
        let expected = 2.0 * 5.0 * merged.len() as f32 / cell.volume as f32;
        assert!((highest - expected).abs() < 1e-3 * expected, "{highest} {expected}");
    }
}
