//! Rhombohedral crystals indexed in the reverse setting: turned into the obverse one.

use crate::crystal::{Cell, SpaceGroup};
use crate::reflections::{RawReflection, laue_class};

/// The centring vector 1/3 2/3 1/3 of the reverse setting, in units of 1/24.
const REVERSE: [i32; 3] = [8, 16, 8];
/// Angles of a cell on hexagonal axes, degrees, and how far they may be off.
const HEXAGONAL: [f64; 3] = [90.0, 90.0, 120.0];
const SAME_ANGLE: f64 = 0.05;

/// Turns rows by half a turn about c, h k l into −h −k l, where the intensities obey the centring R (reverse); a line says so.
/// `None` where they do not, and nothing is changed.
pub fn turn_to_obverse(rows: &mut [RawReflection], cell: &Cell, hint: &SpaceGroup) -> Option<&'static str> {
    if !cell.angles.iter().zip(HEXAGONAL).all(|(angle, right)| (angle - right).abs() < SAME_ANGLE) {
        return None;
    }
    // A list that cannot be merged is for the next to refuse.
    if !laue_class(rows, cell, hint).ok()?.group.centring().contains(&REVERSE) {
        return None;
    }
    for row in rows {
        let [h, k, l] = row.hkl;
        row.hkl = [-h, -k, l];
    }
    Some("the list is indexed in the reverse setting of a rhombohedral cell: turned into the obverse one")
}
