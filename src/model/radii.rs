//! Lengths that follow from covalent radii.

use crate::crystal::elements::is_hydrogen;
pub use crate::crystal::properties::covalent_radius as covalent;

/// Two atoms are never closer than this share of the sum of their radii: CO (1.13 Å of 1.42) and C≡C (1.18 of 1.52) are
/// the shortest, 0.78 to 0.80 of it.
const CLOSEST: f64 = 0.74;
/// Two atoms are bonded within this many Å of the sum of their radii.
pub const BOND_MARGIN: f64 = 0.3;

/// No hydrogen atom is closer to any other, Å: 0.95 on oxygen, less an error.
pub const SHORTEST_TO_HYDROGEN: f64 = 0.8;
/// Two hydrogen atoms, Å: 1.5 in water and ammonia, 1.6 to 1.8 in methylene.
const BETWEEN_HYDROGENS: f64 = 1.2;

/// Shortest possible distance of two elements, Å.
pub fn shortest(a: u8, b: u8) -> f64 {
    if is_hydrogen(a) && is_hydrogen(b) {
        return BETWEEN_HYDROGENS;
    }
    let radius = |z: u8| covalent(z).min(if z <= LAST_LIGHT { LIGHT_RADIUS } else { IONIC_RADIUS });
    CLOSEST * (radius(a) + radius(b))
}

/// Up to neon an atom may still turn out to be another light one, …
const LAST_LIGHT: u8 = 10;
/// … so that none is taken for larger than carbon, Å.
const LIGHT_RADIUS: f64 = 0.76;

/// An atom that was taken for potassium may yet be silicon, with oxygen at 1.6 Å.
const IONIC_RADIUS: f64 = 1.45;

/// Longest bond of two elements, Å.
pub fn longest(a: u8, b: u8) -> f64 {
    covalent(a) + covalent(b) + BOND_MARGIN
}

/// True for elements that form molecules: no metal, no noble gas.
pub fn non_metal(z: u8) -> bool {
    matches!(z, 0 | 1 | 5..=9 | 14..=17 | 33..=35 | 52 | 53)
}

/// True for metals that are cations with many neighbours and no short bonds: alkali, alkaline earth and rare earth metals, thorium.
pub fn ionic(z: u8) -> bool {
    matches!(z, 11 | 12 | 19..=21 | 37..=39 | 55..=71 | 87..=90)
}

/// True for metals that form multiple bonds: titanium to cobalt and those below, uranium and its neighbours.
pub fn multiple(z: u8) -> bool {
    matches!(z, 22..=27 | 40..=45 | 72..=77 | 91..=95)
}
