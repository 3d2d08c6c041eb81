//! Screw and glide parts: what of an operation's translation no choice of origin changes.

use super::operators::OperatorFit;
use crate::crystal::symop::{SymOp, TRANSLATION_DENOMINATOR};
use crate::crystal::{Cell, SpaceGroup};

/// Translations are alike when their screw or glide parts differ by less than this, in Å: crests are right to 0.1 Å, and half
/// the shortest axis of a crystal is 1.7 Å.
const TOLERANCE: f64 = 0.5;

/// True when `fit` can be the operation `op` of `group` at some origin and one of its crests: rotations are the same, and the projections of
/// the translations onto what the rotation leaves alone, (1/n) Σ Rᵏ t, differ by a lattice vector's.
pub fn alike(cell: &Cell, group: &SpaceGroup, op: &SymOp, fit: &OperatorFit) -> bool {
    let wanted = op.trans.map(|x| f64::from(x) / f64::from(TRANSLATION_DENOMINATOR));
    let projection = projection(op);
    fit.trans.iter().any(|trans| {
        let difference = std::array::from_fn(|i| {
            let d = trans[i] - wanted[i];
            d - d.round()
        });
        is_lattice_vector(cell, group, &projection, difference)
    })
}

/// True when the projection of `difference` is that of a lattice vector.
fn is_lattice_vector(cell: &Cell, group: &SpaceGroup, projection: &[[f64; 3]; 3], difference: [f64; 3]) -> bool {
    group.centring().iter().any(|&t| {
        let centring = t.map(|x| f64::from(x) / f64::from(TRANSLATION_DENOMINATOR));
        (0..27).any(|n| {
            let lattice: [f64; 3] =
                std::array::from_fn(|i| difference[i] - centring[i] + f64::from(n / 3i32.pow(i as u32) % 3 - 1));
            let left = std::array::from_fn(|i| (0..3).map(|j| projection[i][j] * lattice[j]).sum());
            cell.length_sq(left).sqrt() < TOLERANCE
        })
    })
}

/// (1/n) Σ Rᵏ over the n powers of the rotation.
fn projection(op: &SymOp) -> [[f64; 3]; 3] {
    let once = SymOp::new(op.rot, [0; 3]);
    let mut sum = [[0; 3]; 3];
    let mut power = SymOp::IDENTITY;
    let mut order = 0;
    loop {
        for (row, of_power) in sum.iter_mut().zip(power.rot) {
            for (x, y) in row.iter_mut().zip(of_power) {
                *x += y;
            }
        }
        order += 1;
        power = once.compose(&power);
        if power == SymOp::IDENTITY {
            return sum.map(|row| row.map(|x| f64::from(x) / f64::from(order)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(text: &str, trans: [f64; 3]) -> (SymOp, OperatorFit) {
        let op = SymOp::parse(text).unwrap();
        (op, OperatorFit { rot: op.rot, trans: vec![trans], correlation: 1.0 })
    }

    #[test]
    fn screws_and_glides_are_told_from_rotations_and_mirrors_at_any_origin() {
        let cell = Cell::new([8.0, 9.0, 10.0], [90.0, 100.0, 90.0]).unwrap();
        let p1 = SpaceGroup::p1();
        let (screw, at) = fit("-x,y+1/2,-z", [0.31, 0.49, 0.77]);
        assert!(alike(&cell, &p1, &screw, &at));
        assert!(!alike(&cell, &p1, &SymOp::parse("-x,y,-z").unwrap(), &at));
        let (glide, at) = fit("x,-y,z+1/2", [0.01, 0.13, 0.51]);
        assert!(alike(&cell, &p1, &glide, &at));
        assert!(!alike(&cell, &p1, &SymOp::parse("x+1/2,-y,z+1/2").unwrap(), &at));
        // With C centring an a glide is a mirror.
        let c = SpaceGroup::from_latt_symm(-7, &[]).unwrap();
        let (mirror, at) = fit("x,-y,z", [0.5, 0.13, 0.0]);
        assert!(alike(&cell, &c, &mirror, &at) && !alike(&cell, &p1, &mirror, &at));
    }

    #[test]
    fn the_centre_may_lie_anywhere() {
        let cell = Cell::new([8.0, 9.0, 10.0], [80.0, 100.0, 95.0]).unwrap();
        let (inversion, at) = fit("-x,-y,-z", [0.123, 0.456, 0.789]);
        assert!(alike(&cell, &SpaceGroup::p1(), &inversion, &at));
    }
}
