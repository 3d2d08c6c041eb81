//! The origin shift between two groups on the same axes, one of them given by generators.

use crate::crystal::spacegroup::SpaceGroup;
use crate::crystal::symop::{SymOp, TRANSLATION_DENOMINATOR};
use moyo::math::SNF;
use nalgebra::{Dyn, Matrix3, OMatrix, U3, Vector3};

/// Largest deviation from a whole number that still counts as one.
const WHOLE: f64 = 1e-6;

/// Position p of the generators' origin in the group's coordinates: for every generator (R, w) the group
/// has (R, w + (1 − R) p) modulo its lattice. Where any p along a direction does (a polar axis), p has nothing of
/// it; `None` when no p does it.
///
/// On a primitive basis "modulo the lattice" means modulo whole numbers, and the Smith normal form
/// D = L A U of the stacked matrices A = 1 − R turns A p ≡ b into separate equations.
pub(in crate::crystal) fn shift(group: &SpaceGroup, generators: &[SymOp]) -> Option<[f64; 3]> {
    let unit = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let columns = group.primitive_basis(&unit);
    let basis = Matrix3::from_fn(|r, c| columns[r][c]);
    let inverse = basis.try_inverse()?;
    let n = generators.len();
    let mut a = OMatrix::<i32, Dyn, U3>::zeros(3 * n);
    let mut b = vec![0.0; 3 * n];
    for (g, tabulated) in generators.iter().enumerate() {
        let ours = group.primitive_operations().iter().find(|op| op.rot == tabulated.rot)?;
        let one_minus_r = Matrix3::from_fn(|r, c| f64::from(i32::from(r == c) - tabulated.rot[r][c]));
        let rows = inverse * one_minus_r * basis;
        let difference = inverse
            * Vector3::from_fn(|i, _| {
                f64::from(ours.trans[i] - tabulated.trans[i]) / f64::from(TRANSLATION_DENOMINATOR)
            });
        for i in 0..3 {
            b[3 * g + i] = difference[i];
            for j in 0..3 {
                a[(3 * g + i, j)] = rows[(i, j)].round() as i32;
            }
        }
    }
    if n == 0 {
        return Some([0.0; 3]);
    }
    let snf = SNF::new(&a);
    let mut y = Vector3::zeros();
    for row in 0..3 * n {
        let value: f64 = (0..3 * n).map(|k| f64::from(snf.l[(row, k)]) * b[k]).sum();
        let divisor = if row < 3 { snf.d[(row, row)] } else { 0 };
        if divisor != 0 {
            y[row] = value / f64::from(divisor);
        } else if (value - value.round()).abs() > WHOLE {
            return None;
        }
    }
    let p = basis * snf.r.map(f64::from) * y;
    Some([p.x, p.y, p.z].map(|x| {
        let reduced = x - x.round();
        if reduced.abs() < WHOLE { 0.0 } else { reduced }
    }))
}
