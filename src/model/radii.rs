//! Covalent radii.

/// Covalent radii in Å, hydrogen first (Cordero et al., Dalton Trans. 2008, 2832; low spin and sp3 where several stand).
const COVALENT: [f64; 96] = [
    0.31, 0.28, 1.28, 0.96, 0.84, 0.76, 0.71, 0.66, 0.57, 0.58, 1.66, 1.41, 1.21, 1.11, 1.07, 1.05, 1.02, 1.06, 2.03,
    1.76, 1.70, 1.60, 1.53, 1.39, 1.39, 1.32, 1.26, 1.24, 1.32, 1.22, 1.22, 1.20, 1.19, 1.20, 1.20, 1.16, 2.20, 1.95,
    1.90, 1.75, 1.64, 1.54, 1.47, 1.46, 1.42, 1.39, 1.45, 1.44, 1.42, 1.39, 1.39, 1.38, 1.39, 1.40, 2.44, 2.15, 2.07,
    2.04, 2.03, 2.01, 1.99, 1.98, 1.98, 1.96, 1.94, 1.92, 1.92, 1.89, 1.90, 1.87, 1.87, 1.75, 1.70, 1.62, 1.51, 1.44,
    1.41, 1.36, 1.36, 1.32, 1.45, 1.46, 1.48, 1.40, 1.50, 1.50, 2.60, 2.21, 2.15, 2.06, 2.00, 1.96, 1.90, 1.87, 1.80,
    1.69,
];

/// Covalent radius of an element in Å.
pub fn covalent(z: u8) -> f64 {
    usize::from(z).checked_sub(1).and_then(|i| COVALENT.get(i)).copied().unwrap_or(1.6)
}

/// Two atoms are never closer than this share of the sum of their radii: CO (1.13 Å of 1.42) and C≡C (1.18 of 1.52) are
/// the shortest, 0.78 to 0.80 of it.
const CLOSEST: f64 = 0.74;
/// Two atoms are bonded within this many Å of the sum of their radii.
pub const BOND_MARGIN: f64 = 0.3;

/// Shortest possible distance of two elements, Å.
pub fn shortest(a: u8, b: u8) -> f64 {
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
    matches!(z, 1 | 5..=9 | 14..=17 | 33..=35 | 52 | 53)
}

/// True for metals that are cations with many neighbours and no short bonds: alkali, alkaline earth and rare earth metals, thorium.
pub fn ionic(z: u8) -> bool {
    matches!(z, 11 | 12 | 19..=21 | 37..=39 | 55..=71 | 87..=90)
}

/// True for metals that form multiple bonds: titanium to cobalt and those below, uranium and its neighbours.
pub fn multiple(z: u8) -> bool {
    matches!(z, 22..=27 | 40..=45 | 72..=77 | 91..=95)
}
