//! What the crystal was probed with, which decides the scattering factors.

/// Longest wavelength, in Å, that is taken for electrons: 0.1 Å is an accelerating voltage of about
/// 15 kV, below any diffraction camera's, and an X-ray energy of 124 keV, above any laboratory's.
pub const MAX_ELECTRON_WAVELENGTH: f64 = 0.1;

/// Kind of radiation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Radiation {
    /// X-rays, scattered by the electron density.
    Xray,
    /// Fast electrons, scattered by the electrostatic potential.
    Electron,
}

impl Radiation {
    /// Electrons below 0.1 Å, X-rays otherwise; wavelength in Å.
    pub fn from_wavelength(wavelength: f64) -> Self {
        if wavelength < MAX_ELECTRON_WAVELENGTH { Self::Electron } else { Self::Xray }
    }

    /// From the word that stands on the command line: `xray` or `electron`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "xray" => Some(Self::Xray),
            "electron" => Some(Self::Electron),
            _ => None,
        }
    }

    /// The word for the command line and for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xray => "xray",
            Self::Electron => "electron",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wavelength_and_name_choose_the_radiation() {
        assert_eq!(Radiation::from_wavelength(0.71073), Radiation::Xray);
        assert_eq!(Radiation::from_wavelength(0.0251), Radiation::Electron);
        for radiation in [Radiation::Xray, Radiation::Electron] {
            assert_eq!(Radiation::from_name(radiation.name()), Some(radiation));
        }
        assert_eq!(Radiation::from_name("neutron"), None);
    }
}
