//! How far the measured reflections reach in different directions.

use super::DataSet;
use crate::crystal::cell::inverse;
use crate::crystal::symop::Rotation;
use crate::crystal::{Hkl, SymOp};
use nalgebra::Matrix3;

/// Reflections are measured out to a sphere, so that the second moments of their reciprocal vectors, equivalents included, are
/// alike in all directions; in a wrong cell the sphere becomes an ellipsoid. The ratio of its longest and shortest axis: 1.00–1.14 in
/// 51 of 54 measured sets, up to 1.22 in three that miss a wedge of the sphere (electrons, a pressure cell, a protein in P 1); 1.29–2.9
/// in six sets given the cell of another crystal.
pub fn reach(data: &DataSet) -> f64 {
    let to_fractional = inverse(&data.header.cell.orth);
    let rotations = data.header.space_group.laue_rotations();
    let mut moments = Matrix3::<f64>::zeros();
    for reflection in &data.reflections {
        let image = |rot: &Rotation| SymOp::new(*rot, [0; 3]).rotate_hkl(reflection.merged.hkl);
        let mut images: Vec<Hkl> = rotations.iter().map(image).collect();
        images.sort_unstable();
        images.dedup();
        for hkl in images {
            let hkl = hkl.map(f64::from);
            let s: [f64; 3] = std::array::from_fn(|i| (0..3).map(|j| hkl[j] * to_fractional[j][i]).sum());
            moments += Matrix3::from_fn(|i, j| s[i] * s[j]);
        }
    }
    let axes = moments.symmetric_eigenvalues();
    (axes.max() / axes.min().max(f64::MIN_POSITIVE)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::{Cell, Radiation, SpaceGroup};
    use crate::reflections::{CrystalHeader, RawReflection};

    /// A sphere of reflections of `measured`, indexed in it but handed over with the cell `given`.
    fn data(measured: &Cell, given: Cell) -> DataSet {
        let mut rows = Vec::new();
        let limit = measured.max_indices(0.9);
        for h in 0..=limit[0] {
            for k in 0..=limit[1] {
                for l in -limit[2]..=limit[2] {
                    let hkl = [h, k, l];
                    if hkl != [0; 3] && measured.d_spacing(hkl) >= 0.9 {
                        rows.push(RawReflection { hkl, intensity: 10.0 + f64::from(h), sigma: 0.5, batch: None });
                    }
                }
            }
        }
        let header = CrystalHeader {
            title: String::new(),
            wavelength: 0.7107,
            radiation: Radiation::Xray,
            cell: given,
            space_group: SpaceGroup::from_latt_symm(-1, &[SymOp::parse("-x,y,-z").unwrap()]).unwrap(),
            z: 2.0,
            elements: Vec::new(),
        };
        DataSet::of_laue_class(header, &rows, |_| 1.0).unwrap()
    }

    #[test]
    fn a_sphere_stays_one_in_its_own_cell_alone() {
        let own = Cell::new([8.51, 7.47, 10.73], [90.0, 102.6, 90.0]).unwrap();
        let other = Cell::new([7.77, 8.72, 10.86], [90.0, 103.0, 90.0]).unwrap();
        assert!(reach(&data(&own, own.clone())) < 1.05);
        assert!(reach(&data(&own, other)) > 1.25);
    }
}
