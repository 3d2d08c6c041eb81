//! Rotations that carry a lattice onto itself: the highest symmetry that a cell allows.

use super::cell::{Cell, inverse};
use super::spacegroup::SpaceGroup;
use super::symop::{SymOp, determinant};

/// Largest relative difference between the length of an axis and of its image. Cells of one crystal, measured without
/// constraints, keep equal axes equal to 0.2 % or better; a badly centred crystal or a few frames leave up to 1 %.
const LENGTH_TOLERANCE: f64 = 0.01;
/// Largest difference between an angle of two axes and that of their images, degrees: what 1 % of an edge
/// makes of an angle (0.01 rad).
const ANGLE_TOLERANCE: f64 = 0.7;
/// Coefficients of images of reduced axes lie in −1…1; tolerance between equal lengths may choose another reduced basis.
const LARGEST_COEFFICIENT: i32 = 2;
/// Rounds of shortening; each replaces an axis by a shorter one, and ordinary cells need two or three.
const REDUCTION_ROUNDS: usize = 100;
/// A relative gain in squared length below this is rounding.
const LEAST_GAIN: f64 = 1e-9;
/// How far a rotation on conventional axes may be from whole numbers: rounding alone, as the centring vectors are exact.
const WHOLE: f64 = 1e-6;

/// A proper rotation that leaves the lattice nearly as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatticeRotation {
    /// Rotation part on the conventional axes, determinant +1, as in `SymOp::rot`.
    pub rot: [[i32; 3]; 3],
    /// Largest relative change of an axis's length.
    pub length_misfit: f64,
    /// Largest change of an angle between two axes, degrees.
    pub angle_misfit: f64,
}

impl LatticeRotation {
    /// A given rotation with the misfit of the cell's own axes, however large.
    pub fn of(cell: &Cell, rot: [[i32; 3]; 3]) -> Self {
        let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let images = std::array::from_fn(|j| rot.map(|row| f64::from(row[j])));
        let (length_misfit, angle_misfit) = misfit(cell, &axes, &images);
        Self { rot, length_misfit, angle_misfit }
    }

    /// n of the n-fold axis.
    pub fn order(&self) -> u32 {
        rotation_order(&self.rot)
    }
}

impl SpaceGroup {
    /// True when the cell's metric has the symmetry of the group, within the tolerance of `lattice_rotations`.
    pub fn leaves(&self, cell: &Cell) -> bool {
        self.laue_rotations().into_iter().all(|rot| {
            let of_cell = LatticeRotation::of(cell, rot);
            of_cell.length_misfit <= LENGTH_TOLERANCE && of_cell.angle_misfit <= ANGLE_TOLERANCE
        })
    }
}

/// n of the n-fold axis of a proper rotation, from its trace 1 + 2 cos(360°/n).
pub fn rotation_order(rot: &[[i32; 3]; 3]) -> u32 {
    match rot[0][0] + rot[1][1] + rot[2][2] {
        3 => 1,
        -1 => 2,
        0 => 3,
        1 => 4,
        _ => 6,
    }
}

/// All proper rotations that leave the metric of the lattice (cell and centring of `group`) unchanged within 1 % of
/// lengths and 0.7° of angles, the identity first. They are looked for on a reduced primitive basis, so that the setting does not matter.
/// Those that are no whole numbers on the axes of the cell are left out: no group in this setting holds them.
pub fn lattice_rotations(cell: &Cell, group: &SpaceGroup) -> Vec<LatticeRotation> {
    let whole = |(matrix, length_misfit, angle_misfit): ([[f64; 3]; 3], f64, f64)| {
        let rot = in_parts(&matrix, 1)?;
        Some(LatticeRotation { rot, length_misfit, angle_misfit })
    };
    let mut found: Vec<LatticeRotation> =
        isometries(cell, group, ANGLE_TOLERANCE).into_iter().filter_map(whole).collect();
    found.sort_by_key(|r| (r.rot != SymOp::IDENTITY.rot, r.order(), std::cmp::Reverse(r.rot)));
    found
}

/// True when the lattice has rotations that are no whole numbers on the axes of the cell: a threefold axis on orthohexagonal edges.
pub fn hides_rotations(cell: &Cell, group: &SpaceGroup) -> bool {
    isometries(cell, group, ANGLE_TOLERANCE).iter().any(|(matrix, _, _)| in_parts(matrix, 1).is_none())
}

/// A matrix in units of 1/`parts`, where its elements are multiples of that.
pub fn in_parts(matrix: &[[f64; 3]; 3], parts: i32) -> Option<[[i32; 3]; 3]> {
    let scaled = matrix.map(|row| row.map(|x| f64::from(parts) * x));
    let exact = scaled.iter().flatten().all(|x| (x - x.round()).abs() <= WHOLE);
    exact.then(|| scaled.map(|row| row.map(|x| x.round() as i32)))
}

/// Proper rotations of the lattice as matrices on the axes of the cell, each with the largest relative change of a length (1 % at most) and the
/// largest change of an angle in degrees (`angle_tolerance` at most); in no order.
pub fn isometries(cell: &Cell, group: &SpaceGroup, angle_tolerance: f64) -> Vec<([[f64; 3]; 3], f64, f64)> {
    let basis = reduced(cell, group.primitive_basis(&cell.metric));
    let axes: [[f64; 3]; 3] = std::array::from_fn(|j| std::array::from_fn(|i| basis[i][j]));
    let back = inverse(&basis);
    let lengths = axes.map(|v| cell.length_sq(v).sqrt());
    let coefficients = || -LARGEST_COEFFICIENT..=LARGEST_COEFFICIENT;
    let vectors = coefficients().flat_map(|x| coefficients().flat_map(move |y| coefficients().map(move |z| [x, y, z])));
    let mut images: [Vec<[i32; 3]>; 3] = Default::default();
    for v in vectors.filter(|v| *v != [0, 0, 0]) {
        let length = cell.length_sq(combine(&axes, v)).sqrt();
        for (list, axis) in images.iter_mut().zip(lengths) {
            if (length / axis - 1.0).abs() <= LENGTH_TOLERANCE {
                list.push(v);
            }
        }
    }
    let [first, second, third] = &images;
    let mut found = Vec::new();
    for &a in first {
        for &b in second {
            for &c in third.iter().filter(|&&c| determinant([a, b, c]) == 1) {
                let moved = [a, b, c].map(|v| combine(&axes, v));
                let (length_misfit, angle_misfit) = misfit(cell, &axes, &moved);
                if angle_misfit <= angle_tolerance {
                    // Columns of `moved` are R · columns of the basis.
                    let element = |i: usize, j: usize| (0..3).map(|k| moved[k][i] * back[k][j]).sum::<f64>();
                    let matrix = std::array::from_fn(|i| std::array::from_fn(|j| element(i, j)));
                    found.push((matrix, length_misfit, angle_misfit));
                }
            }
        }
    }
    found
}

/// Largest relative change of a length and largest change of an angle, degrees, between axes and their images.
fn misfit(cell: &Cell, axes: &[[f64; 3]; 3], moved: &[[f64; 3]; 3]) -> (f64, f64) {
    let length = |v: [f64; 3]| cell.length_sq(v).sqrt();
    let (mut of_length, mut of_angle) = (0.0f64, 0.0f64);
    for i in 0..3 {
        let j = (i + 1) % 3;
        of_length = of_length.max((length(moved[i]) / length(axes[i]) - 1.0).abs());
        of_angle = of_angle.max((angle(cell, moved[i], moved[j]) - angle(cell, axes[i], axes[j])).abs());
    }
    (of_length, of_angle)
}

/// Σ nⱼ axisⱼ.
fn combine(axes: &[[f64; 3]; 3], n: [i32; 3]) -> [f64; 3] {
    std::array::from_fn(|i| (0..3).map(|j| f64::from(n[j]) * axes[j][i]).sum())
}

/// Angle between two fractional vectors, degrees.
fn angle(cell: &Cell, x: [f64; 3], y: [f64; 3]) -> f64 {
    let sum = std::array::from_fn(|i| x[i] + y[i]);
    let (xx, yy) = (cell.length_sq(x), cell.length_sq(y));
    let dot = 0.5 * (cell.length_sq(sum) - xx - yy);
    (dot / (xx * yy).sqrt()).clamp(-1.0, 1.0).acos().to_degrees()
}

/// A basis of the same lattice in which no axis can be shortened by adding the others (Minkowski's condition).
fn reduced(cell: &Cell, mut basis: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    for _ in 0..REDUCTION_ROUNDS {
        let mut shortened = false;
        for j in 0..3 {
            let (k, l) = ((j + 1) % 3, (j + 2) % 3);
            let mut best = cell.length_sq(column(&basis, j));
            let mut chosen = None;
            for code in 0..9 {
                let (m, n) = (f64::from(code % 3 - 1), f64::from(code / 3 - 1));
                let v: [f64; 3] = std::array::from_fn(|i| basis[i][j] + m * basis[i][k] + n * basis[i][l]);
                let length = cell.length_sq(v);
                if length < best * (1.0 - LEAST_GAIN) {
                    best = length;
                    chosen = Some(v);
                }
            }
            if let Some(v) = chosen {
                for (row, x) in basis.iter_mut().zip(v) {
                    row[j] = x;
                }
                shortened = true;
            }
        }
        if !shortened {
            break;
        }
    }
    basis
}

fn column(m: &[[f64; 3]; 3], j: usize) -> [f64; 3] {
    [m[0][j], m[1][j], m[2][j]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(lengths: [f64; 3], angles: [f64; 3], latt: i32) -> usize {
        let cell = Cell::new(lengths, angles).unwrap();
        let group = SpaceGroup::from_latt_symm(latt, &[]).unwrap();
        let rotations = lattice_rotations(&cell, &group);
        assert_eq!(rotations[0].rot, SymOp::IDENTITY.rot);
        rotations.len()
    }

    #[test]
    fn the_seven_holohedries_have_their_rotations_in_any_centring() {
        assert_eq!(count([7.0, 8.0, 9.0], [80.0, 95.0, 107.0], -1), 1);
        assert_eq!(count([7.0, 8.0, 9.0], [90.0, 101.0, 90.0], -1), 2);
        assert_eq!(count([7.0, 8.0, 9.0], [90.0, 101.0, 90.0], -7), 2);
        for latt in [-1, -2, -4, -5, -6, -7] {
            assert_eq!(count([7.0, 8.0, 9.0], [90.0; 3], latt), 4, "LATT {latt}");
        }
        assert_eq!(count([7.0, 7.0, 9.0], [90.0; 3], -2), 8);
        assert_eq!(count([7.0, 7.0, 19.0], [90.0, 90.0, 120.0], -3), 6);
        assert_eq!(count([7.0, 7.0, 19.0], [90.0, 90.0, 120.0], -1), 12);
        assert_eq!(count([9.0; 3], [75.0; 3], -1), 6);
        for latt in [-1, -2, -4] {
            assert_eq!(count([9.0; 3], [90.0; 3], latt), 24, "LATT {latt}");
        }
    }

    #[test]
    fn a_cell_that_is_not_reduced_has_the_same_rotations() {
        // c' = c + 2a of a monoclinic cell with b unique.
        let cell = Cell::new([7.0, 8.0, 9.0], [90.0, 101.0, 90.0]).unwrap();
        let oblique = cell.transformed(&[[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).unwrap();
        let found = lattice_rotations(&oblique, &SpaceGroup::p1());
        assert_eq!(found.iter().map(|r| r.rot).collect::<Vec<_>>()[1..], [[[-1, 0, 0], [0, 1, 0], [0, 0, -1]]]);
    }

    #[test]
    fn orthohexagonal_edges_hide_the_threefold_axis() {
        let of = |b: f64, latt| {
            let cell = Cell::new([7.0, b, 9.0], [90.0; 3]).unwrap();
            hides_rotations(&cell, &SpaceGroup::from_latt_symm(latt, &[]).unwrap())
        };
        assert!(of(7.0 * 3f64.sqrt(), -7) && !of(7.0 * 3f64.sqrt(), -1) && !of(13.0, -7));
    }

    #[test]
    fn nearly_equal_axes_count_and_say_by_how_much() {
        assert_eq!(count([7.0, 7.15, 9.0], [90.0; 3], -1), 4);
        let cell = Cell::new([7.0, 7.035, 9.0], [90.0, 90.0, 90.2]).unwrap();
        let rotations = lattice_rotations(&cell, &SpaceGroup::p1());
        assert_eq!(rotations.len(), 8);
        let four = rotations.iter().find(|r| r.order() == 4).unwrap();
        assert!((four.length_misfit - 0.005).abs() < 1e-4 && (four.angle_misfit - 0.4).abs() < 0.05, "{four:?}");
    }
}
