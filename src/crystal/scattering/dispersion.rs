//! Anomalous dispersion: what absorption edges take from the scattering of an atom, and what lags behind by a quarter of a period.

// `CHANTLER`: energy in keV, f′ and f″ in electrons of hydrogen to uranium, energies ascending (Chantler, J. Phys. Chem. Ref. Data 24 (1995) 71).
include!(concat!(env!("OUT_DIR"), "/chantler.rs"));

/// hc in keV Å.
const HC: f64 = 12.398_419_84;
/// Wavelengths in Å for which this is meant: the table ends there.
const WAVELENGTHS: [f64; 2] = [0.05, 3.09];

/// f′ and f″ in electrons of element `z` at `wavelength` in Å; both 0 where the wavelength makes no sense, beyond uranium, and for hydrogen.
/// Below 0.19 Å they are those at 0.19 Å.
pub fn dispersion(z: u8, wavelength: f64) -> [f64; 2] {
    if !(wavelength > WAVELENGTHS[0] && wavelength < WAVELENGTHS[1]) || z <= 1 {
        return [0.0; 2];
    }
    let Some(points) = CHANTLER.get(usize::from(z) - 1) else { return [0.0; 2] };
    let energy = (HC / wavelength) as f32;
    let above = points.partition_point(|point| point[0] < energy).clamp(1, points.len() - 1);
    let ([e0, r0, i0], [e1, r1, i1]) = (points[above - 1], points[above]);
    let share = f64::from(((energy - e0) / (e1 - e0)).clamp(0.0, 1.0));
    [(r0, r1), (i0, i1)].map(|(a, b)| f64::from(a) + share * f64::from(b - a))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_that_of_international_tables() {
        // International Tables C, table 4.2.6.8: f′ and f″ for Cu Kα and Mo Kα, by another theory (Cromer & Liberman).
        for (z, wavelength, f) in [
            (6, 1.54184, [0.018, 0.009]),
            (8, 1.54184, [0.049, 0.032]),
            (16, 1.54184, [0.333, 0.557]),
            (17, 1.54184, [0.364, 0.702]),
            (26, 1.54184, [-1.134, 3.197]),
            (27, 1.54184, [-2.365, 3.614]),
            (29, 1.54184, [-1.965, 0.589]),
            (53, 1.54184, [-0.326, 6.836]),
            (8, 0.71073, [0.011, 0.006]),
            (16, 0.71073, [0.125, 0.123]),
            (29, 0.71073, [0.320, 1.265]),
            (35, 0.71073, [-0.290, 2.459]),
            (42, 0.71073, [-1.683, 0.686]),
            (79, 0.71073, [-2.013, 8.802]),
        ] {
            let found = dispersion(z, wavelength);
            let near = (found[0] - f[0]).abs() < 0.25 && (found[1] - f[1]).abs() < 0.002 + 0.05 * f[1];
            assert!(near, "{z} at {wavelength}: {found:?}, {f:?}");
        }
    }

    #[test]
    fn edges_are_steep_and_what_is_not_known_is_zero() {
        assert!(dispersion(79, 1.0437)[0] < -7.0 && dispersion(42, 0.62304)[0] < -4.0);
        assert!(dispersion(79, 1.038)[1] > 2.0 * dispersion(79, 1.045)[1]);
        for (z, wavelength) in [(6, 0.0), (6, f64::NAN), (6, 100.0), (1, 0.71), (0, 0.71), (96, 0.71), (79, 0.0251)] {
            assert_eq!(dispersion(z, wavelength), [0.0; 2], "{z} at {wavelength}");
        }
    }
}
