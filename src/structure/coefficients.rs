//! Structure factors of a density map.

use super::density::DensityMap;
use crate::crystal::Hkl;
use crate::fourier::Fourier3;
use rustfft::num_complex::{Complex32, Complex64};

/// F(h) = V/N Σ ρ(x) exp(+2πi h·x) over the N points of the map, in the map's unit times Å3: what
/// [`density_map`](super::density_map) was made from. `None` for indices that the grid cannot tell from others (half
/// the number of points along an axis or more). The transform is made in single precision, as the map is.
pub fn map_coefficients(map: &DensityMap, hkls: &[Hkl]) -> Vec<Option<Complex64>> {
    let plan = Fourier3::<f32>::new(map.dims);
    let mut data: Vec<Complex32> = map.values.iter().map(|&v| Complex32::new(v, 0.0)).collect();
    plan.inverse(&mut data);
    let scale = map.cell.volume / data.len() as f64;
    let resolved = |hkl: Hkl| (0..3).all(|i| 2 * u64::from(hkl[i].unsigned_abs()) < map.dims[i] as u64);
    let coefficient = |hkl: Hkl| {
        let value = data[plan.index(hkl)];
        Complex64::new(f64::from(value.re), f64::from(value.im)) * scale
    };
    hkls.iter().map(|&hkl| resolved(hkl).then(|| coefficient(hkl))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::{Cell, SpaceGroup, friedel};
    use crate::reflections::PhasedReflection;
    use crate::structure::{Coefficients, density_map};

    #[test]
    fn a_map_gives_back_its_coefficients() {
        let cell = Cell::new([6.0, 7.0, 8.0], [90.0, 100.0, 95.0]).unwrap();
        let phased: Vec<PhasedReflection> = [[1, 0, 0], [0, 2, -1], [3, -2, 4], [5, 1, -6]]
            .into_iter()
            .zip([10.0, 20.0, 5.0, 7.0])
            .map(|(hkl, f)| PhasedReflection { hkl, f, e: 1.0, phase: 0.3 * f, fom: 1.0 })
            .collect();
        let map = density_map(&cell, &SpaceGroup::p1(), &phased, Coefficients::F);
        for r in &phased {
            let [Some(found), Some(mate)] = map_coefficients(&map, &[r.hkl, friedel(r.hkl)])[..] else { panic!() };
            let expected = Complex64::from_polar(r.f, r.phase);
            assert!((found - expected).norm() < 1e-4 && (mate - expected.conj()).norm() < 1e-4, "{found} {expected}");
        }
        let half = map.dims[0] as i32 / 2;
        let found = map_coefficients(&map, &[[2, 2, 2], [half + 1, 0, 0], [0, i32::MIN, 0]]);
        assert!(found[0].is_some_and(|f| f.norm() < 1e-4) && found[1].is_none() && found[2].is_none());
    }
}
