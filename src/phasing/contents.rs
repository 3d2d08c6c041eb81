//! How many atoms the cell is expected to hold.

use crate::reflections::CrystalHeader;

/// Volume per non-hydrogen atom in Å³ of organic crystals (Kitaigorodskii; the "18 Å³ rule").
pub const VOLUME_PER_ATOM: f64 = 18.0;
/// Volumes per non-hydrogen atom that a UNIT card may sensibly lead to: densest oxides and metals below,
/// proteins with solvent left out of UNIT above.
const SENSIBLE_VOLUME: std::ops::RangeInclusive<f64> = 6.0..=60.0;

/// Non-hydrogen atoms in the conventional cell: from UNIT when that is sensible, else from the volume.
pub fn expected_atoms(header: &CrystalHeader) -> f64 {
    let counted: f64 = header.elements.iter().filter(|e| e.atomic_number > 1).map(|e| e.count).sum();
    if counted > 0.0 && SENSIBLE_VOLUME.contains(&(header.cell.volume / counted)) {
        counted
    } else {
        (header.cell.volume / VOLUME_PER_ATOM).max(1.0)
    }
}
