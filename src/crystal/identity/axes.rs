//! From any axes to those of the tables.

use super::origin::shift;
use super::settings::{Tabulated, settings};
use super::{TRANSLATION_TOLERANCE, invariant_metric};
use crate::crystal::spacegroup::SpaceGroup;
use crate::crystal::symop::{Rotation, SymOp, TRANSLATION_DENOMINATOR};
use moyo::base::{Lattice, Operation, Translation};
use moyo::data::HallSymbol;
use nalgebra::{Matrix3, Vector3};

/// Largest deviation from a whole number of what is one but for rounding.
const WHOLE: f64 = 1e-6;
/// Numbers of the monoclinic groups.
const MONOCLINIC: std::ops::RangeInclusive<u16> = 3..=15;
/// Rounds of the reduction of a lattice of two dimensions: each makes the larger vector shorter by a factor, and indices have few digits.
const MOST_ROUNDS: usize = 60;
/// A quarter turn. Where the rotations of a class do not tell its axes from the turned ones (m−3), the tables have the
/// groups on one of the two only: P a −3, but not P b −3.
const TURN: Rotation = [[0, -1, 0], [1, 0, 0], [0, 0, 1]];

/// Standard axes of a group's type.
pub(super) struct StandardAxes {
    /// The standard setting of the type.
    pub setting: &'static Tabulated,
    /// Column j holds its axis j in units of the group's axes.
    basis: Matrix3<f64>,
    /// Lattice points on these axes, in units of 1/24.
    centring: Vec<[i32; 3]>,
}

/// Type and standard axes of a group on any axes, through `moyo` on a primitive basis. `None` when the operations are those of no space group.
pub(super) fn standard_axes(group: &SpaceGroup) -> Option<StandardAxes> {
    let metric = invariant_metric(group);
    let basis = group.primitive_basis(&metric);
    let p = Matrix3::from_fn(|r, c| basis[r][c]);
    let inverse = p.try_inverse()?;
    let operations: Vec<Operation> = group
        .primitive_operations()
        .iter()
        .map(|op| {
            let rot = inverse * floats(&op.rot) * p;
            let trans =
                inverse * Translation::from_fn(|r, _| f64::from(op.trans[r]) / f64::from(TRANSLATION_DENOMINATOR));
            Operation::new(Matrix3::from_fn(|r, c| rot[(r, c)].round() as i32), trans)
        })
        .collect();
    let metric = p.transpose() * Matrix3::from_fn(|r, c| metric[r][c]) * p;
    let lattice = Lattice::new(metric.cholesky()?.l());
    let standard = moyo::data::Setting::Standard;
    let found =
        moyo::identify::SpaceGroup::from_lattice(&lattice, &operations, standard, TRANSLATION_TOLERANCE).ok()?;
    let setting = settings().iter().find(|s| s.hall_number == found.hall_number)?;
    let centring = HallSymbol::from_hall_number(found.hall_number)?.centering;
    let conventional = found.transformation.linear() * centring.linear();
    Some(StandardAxes { setting, basis: p * conventional.map(f64::from), centring: setting.centring.clone() })
}

impl StandardAxes {
    /// Rotations of the group's axes on the standard ones.
    pub fn rotations(&self, of_group: &[Rotation]) -> Option<Vec<Rotation>> {
        let inverse = self.basis.try_inverse()?;
        of_group.iter().map(|rot| whole(&(inverse * floats(rot) * self.basis))).collect()
    }

    /// Column j: standard axis j in units of the group's axes.
    pub fn columns(&self) -> [[f64; 3]; 3] {
        std::array::from_fn(|r| std::array::from_fn(|c| self.basis[(r, c)]))
    }

    /// `group`, on its own axes, brought to the standard ones, about the same origin; `None` where its translations are no twenty-fourths
    /// there.
    pub fn bring(&self, group: &SpaceGroup) -> Option<SpaceGroup> {
        let inverse = self.basis.try_inverse()?;
        let own = Self { setting: self.setting, basis: inverse, centring: self.centring.clone() };
        own.bring_back(group, &self.centring)
    }

    /// Of monoclinic groups the axes with the shortest a and c, β obtuse; others as they are. The tables have all three cells that C, A and I lattices
    /// may come to. `metric` is that of the group's axes, Å².
    pub fn shortened(self, metric: &[[f64; 3]; 3]) -> Self {
        if !MONOCLINIC.contains(&self.setting.number) {
            return self;
        }
        let metric = self.basis.transpose() * Matrix3::from_fn(|r, c| metric[r][c]) * self.basis;
        let dot = |u: [f64; 2], v: [f64; 2]| {
            u[0] * (metric[(0, 0)] * v[0] + metric[(0, 2)] * v[1])
                + u[1] * (metric[(2, 0)] * v[0] + metric[(2, 2)] * v[1])
        };
        let (mut a, mut c) = ([1.0, 0.0], [0.0, 1.0]);
        // Gauss: the longer less as many of the shorter as it holds; rounds suffice for any cell.
        for _ in 0..MOST_ROUNDS {
            let of_c = (dot(a, c) / dot(a, a)).round();
            c = [c[0] - of_c * a[0], c[1] - of_c * a[1]];
            let of_a = (dot(a, c) / dot(c, c)).round();
            a = [a[0] - of_a * c[0], a[1] - of_a * c[1]];
            if of_c == 0.0 && of_a == 0.0 {
                break;
            }
        }
        // c turned round, and b with it, so that the axes stay right-handed.
        let sign = if dot(a, c) > 0.0 { -1.0 } else { 1.0 };
        let change = Matrix3::new(a[0], 0.0, sign * c[0], 0.0, sign, 0.0, a[1], 0.0, sign * c[1]);
        let Some(back) = change.try_inverse() else { return self };
        let moved = |t: &[i32; 3]| {
            let t = back * Vector3::from_fn(|i, _| f64::from(t[i]));
            [t.x, t.y, t.z].map(|x| (x.round() as i32).rem_euclid(TRANSLATION_DENOMINATOR))
        };
        let mut centring: Vec<[i32; 3]> = self.centring.iter().map(moved).collect();
        centring.sort_unstable();
        Self { basis: self.basis * change, centring, ..self }
    }

    /// A group on the standard axes brought to those with the lattice points `centring`, about the same origin; `None` where
    /// its translations are no twenty-fourths there.
    pub fn bring_back(&self, group: &SpaceGroup, centring: &[[i32; 3]]) -> Option<SpaceGroup> {
        let inverse = self.basis.try_inverse()?;
        let mut generators: Vec<SymOp> = centring.iter().map(|&t| SymOp::IDENTITY.translated(t)).collect();
        for op in group.primitive_operations() {
            let rot = whole(&(self.basis * floats(&op.rot) * inverse))?;
            let trans = self.basis * Vector3::from_fn(|i, _| f64::from(op.trans[i]));
            if trans.iter().any(|t| (t - t.round()).abs() > WHOLE) {
                return None;
            }
            generators.push(SymOp::new(rot, [trans.x, trans.y, trans.z].map(|t| t.round() as i32)));
        }
        let brought = SpaceGroup::from_generators(&generators).ok()?;
        (brought.centring() == centring).then_some(brought)
    }
}

/// Adds the groups that a quarter turn makes of `groups` and that are not among them, where neither the lattice nor the
/// rotations `laue` tell the axes from the turned ones.
pub(super) fn with_turned(groups: &mut Vec<SpaceGroup>, laue: &[Rotation]) {
    let turn = SymOp::new(TURN, [0; 3]);
    let back = turn.compose(&turn).compose(&turn);
    let turned = |op: &SymOp| turn.compose(op).compose(&back);
    if !laue.iter().all(|&rot| laue.contains(&turned(&SymOp::new(rot, [0; 3])).rot)) {
        return;
    }
    for group in groups.clone() {
        let operations: Vec<SymOp> = group.operations().iter().map(turned).collect();
        let known = groups
            .iter()
            .any(|other| other.operations().len() == operations.len() && shift(other, &operations).is_some());
        if known {
            continue;
        }
        let lattice = group.centring().to_vec();
        groups.extend(SpaceGroup::from_generators(&operations).ok().filter(|new| new.centring() == lattice));
    }
}

fn floats(rot: &Rotation) -> Matrix3<f64> {
    Matrix3::from_fn(|r, c| f64::from(rot[r][c]))
}

/// The matrix as whole numbers, where that is what it holds.
fn whole(m: &Matrix3<f64>) -> Option<Rotation> {
    m.iter()
        .all(|x| (x - x.round()).abs() < WHOLE)
        .then(|| std::array::from_fn(|r| std::array::from_fn(|c| m[(r, c)].round() as i32)))
}
