//! Rhombohedral crystals indexed in the reverse setting, which LATT cannot name: turned into the obverse one.

use crate::basis::turn_to_obverse;
use crate::crystal::{Cell, SpaceGroup};
use crate::formats::Hklf;
use crate::reflections::RawReflection;

/// Turns rows as `turn_to_obverse` does, and the matrix of the card with them where the list goes on being read by one; a
/// line says so. `None` where nothing is changed.
pub fn turn(rows: &mut [RawReflection], card: Option<&mut Hklf>, cell: &Cell, hint: &SpaceGroup) -> Option<String> {
    let said = turn_to_obverse(rows, cell, hint)?;
    let Some(hklf) = card else { return Some(said.to_owned()) };
    for x in hklf.matrix.iter_mut().take(2).flatten() {
        // Not −x: a zero stays without a sign on the card.
        *x = 0.0 - *x;
    }
    Some(format!("{said}, {hklf} in the .res"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Angles of a cell on hexagonal axes, degrees.
    const HEXAGONAL: [f64; 3] = [90.0, 90.0, 120.0];

    #[test]
    fn only_reverse_lists_are_turned() {
        let cell = Cell::new([9.0, 9.0, 12.0], HEXAGONAL).unwrap();
        let group = SpaceGroup::from_latt_symm(3, &[]).unwrap();
        for (sign, said) in [(1, false), (-1, true)] {
            let mut rows = Vec::new();
            for h in -6..=6i32 {
                for k in -6..=6i32 {
                    for l in 0..=8i32 {
                        let present = (sign * (k - h) + l) % 3 == 0;
                        let intensity =
                            if present { f64::from(10 + (7 * h * h + 5 * k * k + 3 * l * l) % 37) } else { 0.0 };
                        if (h, k, l) != (0, 0, 0) {
                            rows.push(RawReflection { hkl: [h, k, l], intensity, sigma: 1.0, batch: None });
                        }
                    }
                }
            }
            let (before, mut hklf) = (rows.clone(), Hklf::default());
            assert_eq!(turn(&mut rows, Some(&mut hklf), &cell, &group).is_some(), said);
            assert_eq!(rows == before, !said);
            assert_eq!(hklf.to_string(), if said { "HKLF 4 1 -1 0 0 0 -1 0 0 0 1" } else { "HKLF 4" });
        }
    }
}
