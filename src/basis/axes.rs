//! Lists on axes that hide rotations of the crystal: a hexagonal one on orthohexagonal edges, a cubic one on hexagonal edges. No group of such
//! axes holds the rotations, as they are no whole numbers there.

use super::scattering_power;
use crate::Result;
use crate::crystal::identity::Resetting;
use crate::crystal::lattice::hides_rotations;
use crate::crystal::{Cell, Hkl, SpaceGroup};
use crate::reflections::{CrystalHeader, DataSet, RawReflection, laue_class};

/// How far an index on the new axes may be from a whole number: rounding alone. What is farther off the lattice forbids.
const WHOLE: f64 = 1e-3;

/// Column j: the new axis j in units of the old ones.
type Basis = [[f64; 3]; 3];

/// Axes on which the crystal shows all its rotations.
struct Telling {
    basis: Basis,
    cell: Cell,
    /// Points of the lattice on them.
    centring: Vec<[i32; 3]>,
    /// Name of the Laue class that the intensities have there.
    class: &'static str,
}

/// What the axes of a list are worth.
pub enum Axes {
    /// They show all rotations.
    Telling,
    /// They hide some, and stay, as the header names a symmetry.
    Kept {
        /// What is worth a word.
        line: String,
    },
    /// They hid some.
    Turned {
        /// The data on the new axes.
        data: Box<DataSet>,
        /// Column j: the new axis j in units of the old ones.
        basis: Basis,
        /// What is worth a word.
        line: String,
    },
}

/// The data on axes on which all rotations that lattice and intensities have are whole numbers, standard ones of their Laue class, where they do not
/// stand on such axes. A header that names a symmetry keeps its axes, and hears of the higher one.
///
/// # Errors
/// Those of `DataSet::new`.
pub fn on_telling_axes(data: &DataSet) -> Result<Axes> {
    let header = &data.header;
    let Some(telling) = telling(&header.cell, &header.space_group, &data.rows) else { return Ok(Axes::Telling) };
    let Telling { basis, cell, centring, class } = telling;
    let axes = ["a", "b", "c"].into_iter().enumerate().map(|(j, name)| {
        let [x, y, z] = [0, 1, 2].map(|i| basis[i][j] + 0.0);
        format!("{name}' = {x:.3}a{y:+.3}b{z:+.3}c")
    });
    let axes = axes.collect::<Vec<_>>().join(", ");
    if header.space_group.proper_rotations().len() > 1 {
        let line = format!(
            "lattice and intensities have Laue class {class}, which these axes cannot show ({axes} do): too low a symmetry in the input, \
             or a merohedral twin"
        );
        return Ok(Axes::Kept { line });
    }
    let Ok(group) = SpaceGroup::of_rotations(&centring, []) else { return Ok(Axes::Telling) };
    let ratio = cell.volume / header.cell.volume;
    let mut elements = header.elements.clone();
    elements.iter_mut().for_each(|e| e.count *= ratio);
    let new = CrystalHeader { cell, space_group: group, z: header.z * ratio, elements, ..header.clone() };
    let rows = turned(&data.rows, &basis);
    let sum_f2 = scattering_power(&new);
    let data = Box::new(DataSet::new(new, &rows, sum_f2)?);
    let line = format!(
        "the axes of the list hide rotations of Laue class {class}: turned to {axes}, where the lattice has them"
    );
    Ok(Axes::Turned { data, basis, line })
}

/// Axes on which lattice and intensities show more rotations than on these, if there are any.
fn telling(cell: &Cell, hint: &SpaceGroup, rows: &[RawReflection]) -> Option<Telling> {
    let is_triclinic = hint.proper_rotations().len() == 1;
    // A lattice that is centred without the header's knowledge may hide what a primitive one has not.
    if !is_triclinic && !hides_rotations(cell, hint) {
        return None;
    }
    let here = laue_class(rows, cell, hint).ok()?.group;
    if !hides_rotations(cell, &here) {
        return None;
    }
    let primitive = here.primitive_basis(&cell.metric);
    let (rows, of_primitive) = (turned(rows, &primitive), cell.transformed(&primitive).ok()?);
    let there = laue_class(&rows, &of_primitive, &SpaceGroup::p1()).ok()?;
    if there.group.primitive_operations().len() <= here.primitive_operations().len() {
        return None;
    }
    let (basis, centring) = match Resetting::new(&of_primitive, &there.group) {
        Some(way) => (by(&primitive, &way.basis), way.group.centring().to_vec()),
        None => (primitive, there.group.centring().to_vec()),
    };
    Some(Telling { cell: cell.transformed(&basis).ok()?, basis, centring, class: there.name })
}

/// Rows on other axes; those that have no whole indices there are none of the lattice.
fn turned(rows: &[RawReflection], basis: &Basis) -> Vec<RawReflection> {
    let index = |hkl: Hkl| {
        let exact: [f64; 3] = std::array::from_fn(|j| (0..3).map(|i| f64::from(hkl[i]) * basis[i][j]).sum());
        exact.iter().all(|x| (x - x.round()).abs() < WHOLE).then(|| exact.map(|x| x.round() as i32))
    };
    rows.iter().filter_map(|row| Some(RawReflection { hkl: index(row.hkl)?, ..*row })).collect()
}

fn by(a: &Basis, b: &Basis) -> Basis {
    std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Intensities of Laue class 6/m on orthohexagonal axes, with what the lattice forbids as noise.
    fn orthohexagonal() -> Vec<RawReflection> {
        let mut rows = Vec::new();
        for h in -8..=8_i32 {
            for k in -14..=14_i32 {
                for l in 0..=6_i32 {
                    let noise = f64::from((7 * h + 13 * k + 5 * l).rem_euclid(11)) / 11.0 - 0.5;
                    // h and k on hexagonal axes, where a' = a and b' = a + 2b.
                    let (i, j) = (h, (k - h) / 2);
                    let square = i * i + i * j + j * j;
                    let turn = (i * j * (i + j) * (i - j) * (2 * i + j) * (i + 2 * j)).rem_euclid(89);
                    let size = 20.0 + f64::from((square * square + 3 * turn + 31 * l * l).rem_euclid(97));
                    let intensity = if (h + k) % 2 == 0 { 5.0 * size } else { 0.0 } + noise;
                    if (h, k, l) != (0, 0, 0) && square < 40 {
                        rows.push(RawReflection { hkl: [h, k, l], intensity, sigma: 1.0, batch: None });
                    }
                }
            }
        }
        rows
    }

    #[test]
    fn orthohexagonal_axes_become_hexagonal_ones() {
        let cell = Cell::new([9.0, 9.0 * 3f64.sqrt(), 7.0], [90.0; 3]).unwrap();
        let rows = orthohexagonal();
        let found = telling(&cell, &SpaceGroup::p1(), &rows).unwrap();
        assert!(found.class.starts_with('6') && found.centring.len() == 1, "{}", found.class);
        assert!((found.cell.volume * 2.0 / cell.volume - 1.0).abs() < 1e-6);
        assert!((found.cell.angles[2] - 120.0).abs() < 1e-6 && (found.cell.lengths[0] - 9.0).abs() < 1e-6);
        assert!(turned(&rows, &found.basis).len() < rows.len());
        let other = Cell::new([9.0, 14.0, 7.0], [90.0; 3]).unwrap();
        assert!(telling(&other, &SpaceGroup::p1(), &rows).is_none());
    }
}
