//! An atom of the asymmetric unit.

use crate::crystal::{Cell, SpaceGroup};
use crate::structure::unique::special_position;
use nalgebra::{Matrix3, Vector3};

/// Images of an atom closer than this, in Å, are one atom on a special position.
pub const SAME_ATOM: f64 = 0.5;
/// A direction is free when projecting onto the invariant space leaves this much of it.
const FREE: f64 = 1e-6;

/// An atom with isotropic displacement.
#[derive(Debug, Clone, PartialEq)]
pub struct Atom {
    /// Atomic number.
    pub z: u8,
    /// Fractional coordinates.
    pub xyz: [f64; 3],
    /// 1/order of the site symmetry.
    pub sof: f64,
    /// U in Å2.
    pub u: f64,
    /// Scattering power in units of that of `z`; 1 in a finished model.
    pub power: f64,
    /// Its standard uncertainty, when it was refined last.
    pub sigma_power: f64,
    /// Orthonormal fractional directions in which it may move.
    pub free: Vec<Vector3<f64>>,
}

impl Atom {
    /// An atom at `xyz`, snapped to the special position that it is near to.
    pub fn new(cell: &Cell, group: &SpaceGroup, z: u8, xyz: [f64; 3], u: f64) -> Self {
        let (xyz, order) = special_position(cell, group, xyz);
        Self {
            z,
            xyz,
            sof: 1.0 / order as f64,
            u,
            power: 1.0,
            sigma_power: f64::INFINITY,
            free: free_directions(cell, group, xyz),
        }
    }

    /// Snaps again, after a move.
    pub fn settle(&mut self, cell: &Cell, group: &SpaceGroup) {
        let (xyz, order) = special_position(cell, group, self.xyz);
        let sof = 1.0 / order as f64;
        if (sof - self.sof).abs() > FREE {
            *self = Self {
                power: self.power,
                sigma_power: self.sigma_power,
                ..Self::new(cell, group, self.z, xyz, self.u)
            };
        }
    }
}

/// Directions that all operations of the site leave alone: the range of the mean of their rotations.
fn free_directions(cell: &Cell, group: &SpaceGroup, xyz: [f64; 3]) -> Vec<Vector3<f64>> {
    let mut mean = Matrix3::zeros();
    let mut order = 0.0;
    for op in group.operations() {
        if cell.distance_mod_lattice(op.apply(xyz), xyz) < SAME_ATOM {
            mean += Matrix3::from_fn(|i, j| f64::from(op.rot[i][j]));
            order += 1.0;
        }
    }
    mean /= f64::max(order, 1.0);
    let mut out: Vec<Vector3<f64>> = Vec::new();
    for column in mean.column_iter() {
        let mut v: Vector3<f64> = column.into();
        for known in &out {
            v -= *known * known.dot(&v);
        }
        if v.norm() > FREE {
            out.push(v.normalize());
        }
    }
    out
}
