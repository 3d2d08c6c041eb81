//! Neutron scattering lengths: one number for each element, the same at every angle.

use crate::crystal::elements::DEUTERIUM;

/// Bound coherent scattering length in fm of the elements as found in nature, hydrogen to curium in the order of atomic
/// numbers; real parts, at 1.8 Å (Sears, Neutron News 3 (1992) No. 3, 26; as tabulated by NIST). NaN where none is known.
const NATURAL: [f64; 96] = [
    -3.739,
    3.26,
    -1.90,
    7.79,
    5.30,
    6.646,
    9.36,
    5.803,
    5.654,
    4.566,
    3.63,
    5.375,
    3.449,
    4.1491,
    5.13,
    2.847,
    9.577,
    1.909,
    3.67,
    4.70,
    12.29,
    -3.438,
    -0.3824,
    3.635,
    -3.73,
    9.45,
    2.49,
    10.3,
    7.718,
    5.680,
    7.288,
    8.185,
    6.58,
    7.970,
    6.795,
    7.81,
    7.09,
    7.02,
    7.75,
    7.16,
    7.054,
    6.715,
    6.8,
    7.03,
    5.88,
    5.91,
    5.922,
    4.87,
    4.065,
    6.225,
    5.57,
    5.80,
    5.28,
    4.92,
    5.42,
    5.07,
    8.24,
    4.84,
    4.58,
    7.69,
    12.6,
    0.80,
    7.22,
    6.5,
    7.38,
    16.9,
    8.01,
    7.79,
    7.07,
    12.43,
    7.21,
    7.7,
    6.91,
    4.86,
    9.2,
    10.7,
    10.6,
    9.60,
    7.63,
    12.692,
    8.776,
    9.405,
    8.532,
    f64::NAN,
    f64::NAN,
    f64::NAN,
    f64::NAN,
    10.0,
    f64::NAN,
    10.31,
    9.1,
    8.417,
    10.55,
    f64::NAN,
    8.3,
    f64::NAN,
];
/// The same of deuterium.
const OF_DEUTERIUM: f64 = 6.671;

/// Coherent scattering length in fm of element `z` as found in nature, of the isotope for deuterium; `None` beyond curium and where
/// none is known.
pub fn neutron(z: u8) -> Option<f64> {
    if z == DEUTERIUM {
        return Some(OF_DEUTERIUM);
    }
    NATURAL.get(usize::from(z) - 1).copied().filter(|b| b.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::elements::atomic_number;

    #[test]
    fn no_length_is_misplaced() {
        for (symbol, length) in [
            ("H", -3.739),
            ("D", 6.671),
            ("C", 6.646),
            ("N", 9.36),
            ("O", 5.803),
            ("Cl", 9.577),
            ("Ti", -3.438),
            ("V", -0.3824),
            ("Mn", -3.73),
            ("Fe", 9.45),
            ("Ni", 10.3),
            ("Cd", 4.87),
            ("I", 5.28),
            ("Gd", 6.5),
            ("Dy", 16.9),
            ("Pb", 9.405),
            ("Bi", 8.532),
            ("Th", 10.31),
            ("U", 8.417),
        ] {
            assert_eq!(atomic_number(symbol).and_then(neutron), Some(length), "{symbol}");
        }
        for unknown in [84, 85, 96 + 1, u8::MAX] {
            assert_eq!(neutron(unknown), None);
        }
    }
}
