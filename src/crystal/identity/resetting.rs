//! From axes that no table has to the standard ones.

use super::{at_tabulated_origin, axes, identify};
use crate::crystal::cell::{Cell, inverse};
use crate::crystal::spacegroup::SpaceGroup;

/// A group on the standard axes of its type, and how positions and indices get there.
#[derive(Debug, Clone, PartialEq)]
pub struct Resetting {
    /// Column j: the new axis j in units of the old ones.
    pub basis: [[f64; 3]; 3],
    /// The group on the new axes, about a tabulated origin.
    pub group: SpaceGroup,
    /// That origin on the new axes, before it was one.
    origin: [f64; 3],
}

impl Resetting {
    /// Of a group on axes that are in no table: reverse rhombohedral ones, C -1, C 2 on primitive axes. `None` where the group's axes are tabulated.
    /// Of monoclinic cells the one with the shortest a and c is taken.
    pub fn new(cell: &Cell, group: &SpaceGroup) -> Option<Self> {
        if identify(group).is_none_or(|identity| identity.tabulated_axes) {
            return None;
        }
        let standard = axes::standard_axes(group)?.shortened(&cell.metric);
        let (tabulated, origin) = at_tabulated_origin(standard.bring(group)?);
        Some(Self { basis: standard.columns(), group: tabulated, origin })
    }

    /// Volume of the new cell over that of the old one.
    pub fn volume(&self) -> f64 {
        let [a, b, c] = self.basis;
        let cross = [b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]];
        (a[0] * cross[0] + a[1] * cross[1] + a[2] * cross[2]).abs()
    }

    /// A fractional position on the new axes.
    pub fn position(&self, x: [f64; 3]) -> [f64; 3] {
        let back = inverse(&self.basis);
        std::array::from_fn(|i| (0..3).map(|j| back[i][j] * x[j]).sum::<f64>() - self.origin[i])
    }

    /// The matrix, row by row, of an operation on indices (columns) on the new axes.
    pub fn law(&self, of_old: [f64; 9]) -> [f64; 9] {
        let back = inverse(&self.basis);
        let old = |i: usize, j: usize| of_old[3 * i + j];
        // Bᵀ R B⁻ᵀ.
        let element = |i: usize, j: usize| -> f64 {
            (0..9).map(|n| self.basis[n / 3][i] * old(n / 3, n % 3) * back[j][n % 3]).sum()
        };
        std::array::from_fn(|n| element(n / 3, n % 3) + 0.0)
    }

    /// The matrix, row by row, that turns old indices (a column) into new ones, after `first`.
    pub fn index_matrix(&self, first: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
        // 0 is added so that no zero has a sign.
        std::array::from_fn(|i| {
            std::array::from_fn(|j| (0..3).map(|k| self.basis[k][i] * first[k][j]).sum::<f64>() + 0.0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::structure_factors::structure_factors;
    use crate::crystal::{Hkl, Radiation, ScatteringTable, Site, SymOp};

    const UNIT: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

    fn group(operations: &[&str]) -> SpaceGroup {
        let operations: Vec<SymOp> = operations.iter().map(|op| SymOp::parse(op).unwrap()).collect();
        SpaceGroup::from_generators(&operations).unwrap()
    }

    #[test]
    fn a_crystal_scatters_alike_on_either_axes() {
        let table = ScatteringTable::new(Radiation::Xray);
        for (name, operations, cell) in [
            ("R -3:H", &["-y,x-y,z", "-x,-y,-z", "x+1/3,y+2/3,z+1/3"][..], ([9.0, 9.0, 12.0], [90.0, 90.0, 120.0])),
            ("R 3:H", &["x,-z,y-z", "x+1/3,y+2/3,z+1/3"][..], ([12.0, 9.0, 9.0], [120.0, 90.0, 90.0])),
            ("P -1", &["-x,-y,-z", "x+1/2,y+1/2,z"][..], ([7.0, 8.0, 9.0], [81.0, 95.0, 107.0])),
            ("C 1 2 1", &["y,x,-z"][..], ([7.0, 7.0, 9.0], [95.0, 95.0, 107.0])),
            ("I 1 2 1", &["y,x,-z"][..], ([7.0, 7.0, 4.0], [65.0, 115.0, 107.0])),
            ("P 1 21/c 1", &["-x,-y+z,z+1/2", "-x,-y,-z"][..], ([7.0, 8.0, 9.0], [116.3878, 90.0, 90.0])),
        ] {
            let old = group(operations);
            let cell = Cell::new(cell.0, cell.1).unwrap();
            let Some(way) = Resetting::new(&cell, &old) else {
                assert!(name.starts_with("P 1 21"), "{name} is in no table");
                continue;
            };
            assert_eq!(identify(&way.group).unwrap().hm, name);
            assert!(identify(&way.group).unwrap().origin_shift.is_none(), "{name}");
            let ratio = way.group.operations().len() as f64 / old.operations().len() as f64;
            assert!((way.volume() - ratio).abs() < 1e-9, "{name}: {}", way.volume());
            let new = cell.transformed(&way.basis).unwrap();
            let place = |n: usize, xyz: [f64; 3]| Site {
                label: format!("C{n}"),
                element: Some(6),
                xyz,
                sof: 1.0,
                u_iso: 0.02,
                u_aniso: None,
                height: None,
            };
            let sites = [place(1, [0.11, 0.23, 0.37]), place(2, [0.31, 0.07, 0.19])];
            let moved = sites.clone().map(|site| Site { xyz: way.position(site.xyz), ..site });
            let hkls: Vec<Hkl> = vec![[1, 2, 3], [-2, 1, 3], [3, 1, -2], [2, 2, 2], [4, -2, 3], [1, 1, 2], [0, 2, 4]];
            let matrix = way.index_matrix(&UNIT);
            let turned = |hkl: &Hkl| -> Hkl {
                std::array::from_fn(|i| (0..3).map(|j| matrix[i][j] * f64::from(hkl[j])).sum::<f64>().round() as i32)
            };
            let hkls: Vec<Hkl> = hkls.into_iter().filter(|hkl| !old.classify(*hkl).absent).collect();
            assert!(hkls.len() >= 2, "{name}");
            let before = structure_factors(&cell, &old, &sites, table, &hkls).unwrap();
            let after =
                structure_factors(&new, &way.group, &moved, table, &hkls.iter().map(turned).collect::<Vec<_>>());
            for ((hkl, a), b) in hkls.iter().zip(before).zip(after.unwrap()) {
                assert!((cell.stol_sq(*hkl) - new.stol_sq(turned(hkl))).abs() < 1e-9, "{name} {hkl:?}");
                assert!((a.norm() * way.volume() - b.norm()).abs() < 1e-6, "{name} {hkl:?}: {a} {b}");
            }
        }
    }

    #[test]
    fn tabulated_axes_stay() {
        for operations in [&["-x+1/2,y+1/2,-z+1/2", "-x,-y,-z"][..], &["x+2/3,y+1/3,z+1/3", "-y,x-y,z"][..]] {
            let cell = Cell::new([9.0, 9.0, 12.0], [90.0; 3]).unwrap();
            assert_eq!(Resetting::new(&cell, &group(operations)), None);
        }
    }
}
