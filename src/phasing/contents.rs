//! How many atoms the cell is expected to hold.

use crate::crystal::contents::{fits, non_hydrogen, room};
use crate::reflections::CrystalHeader;

/// Non-hydrogen atoms in the conventional cell: from UNIT when that fits the volume, else from the volume.
pub fn expected_atoms(header: &CrystalHeader) -> f64 {
    let counts: Vec<(u8, f64)> = header.elements.iter().map(|e| (e.atomic_number, e.count)).collect();
    if fits(&counts, header.cell.volume) {
        non_hydrogen(&counts)
    } else {
        room(counts.iter().map(|c| c.0), header.cell.volume)
    }
}
