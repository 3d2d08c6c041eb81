//! Scattering factors of free neutral atoms, by radiation.

mod card;
mod curve;
mod dispersion;
mod electron;
mod lengths;
mod neutron;
mod xray;

pub use card::electron_card;
pub use curve::Curve;
pub use dispersion::dispersion;
pub use neutron::neutron;

use super::ElementCount;
use super::elements::HYDROGEN;
use super::radiation::Radiation;
use lengths::Lengths;

/// Σ aᵢ exp(−bᵢ s²) + c with s² = (sin θ/λ)² in Å⁻².
struct Gaussians<const N: usize> {
    a: [f64; N],
    b: [f64; N],
    c: f64,
}

impl<const N: usize> Gaussians<N> {
    fn at(&self, stol_sq: f64) -> f64 {
        self.a.iter().zip(&self.b).map(|(a, b)| a * (-b * stol_sq).exp()).sum::<f64>() + self.c
    }
}

/// X-ray scattering factor in electrons of the neutral atom `z` at (sin θ/λ)² = `stol_sq` in Å⁻²;
/// `None` beyond Cf. International Tables C, table 6.1.1.4; hydrogen is the bonded spherical atom of
/// Stewart, Davidson & Simpson, as in SHELXL.
pub fn xray(z: u8, stol_sq: f64) -> Option<f64> {
    Some(xray::XRAY.get(place(z))?.at(stol_sq))
}

/// Electron scattering factor in Å (first Born approximation, no relativistic factor) of the neutral
/// atom `z` at (sin θ/λ)² = `stol_sq` in Å⁻²; `None` beyond Cf. International Tables C, table 4.3.2.2.
pub fn electron(z: u8, stol_sq: f64) -> Option<f64> {
    Some(electron::ELECTRON.get(place(z))?.at(stol_sq))
}

/// Place in a table that begins with hydrogen; electrons of deuterium are those of hydrogen.
fn place(z: u8) -> usize {
    usize::from(z.max(HYDROGEN) - HYDROGEN)
}

/// The scattering factors of one kind of radiation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScatteringTable {
    radiation: Radiation,
    /// Å; 0 far from every absorption edge.
    wavelength: f64,
    /// Lengths for neutrons that differ from those of the table.
    own: Lengths,
    /// f″ alone.
    lagging: bool,
}

impl ScatteringTable {
    /// The table for `radiation`.
    pub fn new(radiation: Radiation) -> Self {
        Self::at(radiation, 0.0)
    }

    /// The table for `radiation` of this `wavelength` in Å: X-rays lose what absorption edges take.
    pub fn at(radiation: Radiation, wavelength: f64) -> Self {
        Self { radiation, wavelength, own: Lengths::NONE, lagging: false }
    }

    /// The same with the lengths for neutrons that `elements` carry.
    #[must_use]
    pub fn with_lengths_of(self, elements: &[ElementCount]) -> Self {
        let own = if self.radiation == Radiation::Neutron { Lengths::of(elements) } else { Lengths::NONE };
        Self { own, ..self }
    }

    /// The part of the scattering that lags behind by a quarter of a period, f″: what Friedel mates differ by. Nothing but X-rays of a known
    /// wavelength has it.
    #[must_use]
    pub fn lagging(self) -> Self {
        Self { lagging: true, ..self }
    }

    /// Radiation that the factors are for.
    pub fn radiation(&self) -> Radiation {
        self.radiation
    }

    /// Factor of the neutral atom `z` at every angle: electrons for X-rays, Å for electrons, fm for neutrons; `None` for elements of which it is
    /// not known.
    pub fn curve(&self, z: u8) -> Option<Curve> {
        let [real, imaginary] = match self.radiation {
            Radiation::Xray => dispersion(z, self.wavelength),
            Radiation::Electron | Radiation::Neutron => [0.0; 2],
        };
        if self.lagging {
            return Some(Curve::constant(imaginary));
        }
        match self.radiation {
            Radiation::Xray => xray::XRAY.get(place(z)).map(|gaussians| Curve::xray(gaussians, real)),
            Radiation::Electron => electron::ELECTRON.get(place(z)).map(Curve::electron),
            Radiation::Neutron => self.own.get(z).or_else(|| neutron(z)).map(Curve::constant),
        }
    }

    /// The same at (sin θ/λ)² = `stol_sq` in Å⁻².
    pub fn factor(&self, z: u8, stol_sq: f64) -> Option<f64> {
        self.curve(z).map(|curve| curve.at(stol_sq))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 8π² m₀ e²/h² · ½, the Mott–Bethe constant in Å⁻¹ per electron: f_e = K (Z − f_x)/s².
    const MOTT_BETHE: f64 = 0.023_933_7;

    #[test]
    fn forward_scattering_is_the_number_of_electrons() {
        for z in 1..=98 {
            let f = xray(z, 0.0).unwrap();
            // The worst fit of the table is thallium's, 80.94.
            assert!((f - f64::from(z)).abs() < 0.07, "Z = {z}: {f}");
        }
        assert!(xray(99, 0.0).is_none() && electron(99, 0.0).is_none());
        assert_eq!((xray(0, 0.1), electron(0, 0.1)), (xray(1, 0.1), electron(1, 0.1)));
    }

    #[test]
    fn both_tables_obey_mott_and_bethe() {
        // The tables were fitted apart from each other, so agreement means that no number is misplaced.
        // Hydrogen is left out: its X-ray factor is that of the bonded atom.
        for z in 2..=98 {
            for stol in [0.4, 0.6, 0.8, 1.0f64] {
                let expected = MOTT_BETHE * (f64::from(z) - xray(z, stol * stol).unwrap()) / (stol * stol);
                let found = electron(z, stol * stol).unwrap();
                assert!((found / expected - 1.0).abs() < 0.045, "Z = {z}, s = {stol}: {found} against {expected}");
            }
        }
    }

    #[test]
    fn radiation_chooses_the_table() {
        let [x, e, n] = [Radiation::Xray, Radiation::Electron, Radiation::Neutron].map(ScatteringTable::new);
        assert_eq!(x.factor(6, 0.04), xray(6, 0.04));
        assert_eq!(e.factor(6, 0.04), electron(6, 0.04));
        assert_eq!([n.factor(1, 0.0), n.factor(1, 0.4), n.factor(0, 0.4)], [-3.739, -3.739, 6.671].map(Some));
    }
}
