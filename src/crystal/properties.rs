//! Sizes and weights of the elements.

use super::elements::{DEUTERIUM, HYDROGEN};

/// Covalent radii in Å, hydrogen first (Cordero et al., Dalton Trans. 2008, 2832; low spin and sp3 where several stand).
const COVALENT: [f64; 96] = [
    0.31, 0.28, 1.28, 0.96, 0.84, 0.76, 0.71, 0.66, 0.57, 0.58, 1.66, 1.41, 1.21, 1.11, 1.07, 1.05, 1.02, 1.06, 2.03,
    1.76, 1.70, 1.60, 1.53, 1.39, 1.39, 1.32, 1.26, 1.24, 1.32, 1.22, 1.22, 1.20, 1.19, 1.20, 1.20, 1.16, 2.20, 1.95,
    1.90, 1.75, 1.64, 1.54, 1.47, 1.46, 1.42, 1.39, 1.45, 1.44, 1.42, 1.39, 1.39, 1.38, 1.39, 1.40, 2.44, 2.15, 2.07,
    2.04, 2.03, 2.01, 1.99, 1.98, 1.98, 1.96, 1.94, 1.92, 1.92, 1.89, 1.90, 1.87, 1.87, 1.75, 1.70, 1.62, 1.51, 1.44,
    1.41, 1.36, 1.36, 1.32, 1.45, 1.46, 1.48, 1.40, 1.50, 1.50, 2.60, 2.21, 2.15, 2.06, 2.00, 1.96, 1.90, 1.87, 1.80,
    1.69,
];
/// Radius of elements that have none, Å.
const UNKNOWN_RADIUS: f64 = 1.6;

/// Standard atomic weights, hydrogen first (IUPAC 2021, abridged); the mass number of the longest-lived isotope where there is
/// none.
#[rustfmt::skip]
const WEIGHTS: [f64; 103] = [
    1.008, 4.0026, 6.94, 9.0122, 10.81, 12.011, 14.007, 15.999, 18.998, 20.180, 22.990, 24.305, 26.982, 28.085,
    30.974, 32.06, 35.45, 39.95, 39.098, 40.078, 44.956, 47.867, 50.942, 51.996, 54.938, 55.845, 58.933, 58.693,
    63.546, 65.38, 69.723, 72.630, 74.922, 78.971, 79.904, 83.798, 85.468, 87.62, 88.906, 91.224, 92.906, 95.95, 98.0,
    101.07, 102.91, 106.42, 107.87, 112.41, 114.82, 118.71, 121.76, 127.60, 126.90, 131.29, 132.91, 137.33, 138.91,
    140.12, 140.91, 144.24, 145.0, 150.36, 151.96, 157.25, 158.93, 162.50, 164.93, 167.26, 168.93, 173.05, 174.97,
    178.49, 180.95, 183.84, 186.21, 190.23, 192.22, 195.08, 196.97, 200.59, 204.38, 207.2, 208.98, 209.0, 210.0,
    222.0, 223.0, 226.0, 227.0, 232.04, 231.04, 238.03, 237.0, 244.0, 243.0, 247.0, 247.0, 251.0, 252.0, 257.0, 258.0,
    259.0, 262.0,
];

/// Of the isotope.
const WEIGHT_OF_DEUTERIUM: f64 = 2.014;

/// Covalent radius of an element in Å; that of hydrogen for deuterium.
pub fn covalent_radius(z: u8) -> f64 {
    usize::from(z.max(HYDROGEN)).checked_sub(1).and_then(|i| COVALENT.get(i)).copied().unwrap_or(UNKNOWN_RADIUS)
}

/// Atomic weight of an element in g/mol; `None` beyond Lr.
pub fn weight(z: u8) -> Option<f64> {
    if z == DEUTERIUM {
        return Some(WEIGHT_OF_DEUTERIUM);
    }
    usize::from(z).checked_sub(1).and_then(|i| WEIGHTS.get(i)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_is_misplaced() {
        for (z, mass) in [(1, 1.008), (6, 12.011), (29, 63.546), (53, 126.9), (79, 196.97), (92, 238.03), (103, 262.0)]
        {
            assert_eq!(weight(z), Some(mass));
        }
        assert_eq!((weight(DEUTERIUM), weight(104)), (Some(2.014), None));
        assert_eq!((covalent_radius(6), covalent_radius(0), covalent_radius(97)), (0.76, 0.31, 1.6));
        // Weight over number rises slowly from helium on.
        for z in 2..=103 {
            let ratio = weight(z).unwrap() / f64::from(z);
            assert!((1.98..2.62).contains(&ratio), "{z}: {ratio}");
        }
    }
}
