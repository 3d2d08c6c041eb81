//! What was scattered: X-rays, electrons or neutrons.

/// Kind of radiation, which decides the scattering factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Radiation {
    /// X-rays.
    Xray,
    /// Electrons.
    Electron,
    /// Neutrons, of whatever wavelength: it tells nothing, a file says so.
    Neutron,
}

/// Wavelengths in Å below this one are electrons. Electrons of 20–1000 keV have 0.086–0.009 Å
/// (de Broglie, relativistic); no single-crystal X-ray set is that short.
pub const LONGEST_ELECTRON_WAVELENGTH: f64 = 0.1;

/// Wavelength of Mo Kα in Å (weighted mean; International Tables C, table 4.2.2.1).
pub const MO_K_ALPHA: f64 = 0.71073;

impl Radiation {
    /// Electrons for a wavelength (Å) below 0.1 Å, else X-rays: electrons of 20–1000 keV have
    /// 0.09–0.009 Å, and no X-ray data set of a single crystal is that short.
    pub fn from_wavelength(wavelength: f64) -> Self {
        if wavelength < LONGEST_ELECTRON_WAVELENGTH { Self::Electron } else { Self::Xray }
    }

    /// The radiation called `xray`, `electron` or `neutron`, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Xray, Self::Electron, Self::Neutron].into_iter().find(|r| r.name().eq_ignore_ascii_case(name))
    }

    /// `xray`, `electron` or `neutron`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Xray => "xray",
            Self::Electron => "electron",
            Self::Neutron => "neutron",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_wavelengths_are_told_apart() {
        for x in [1.54184, 0.71073, 0.56087, 0.2898] {
            assert_eq!(Radiation::from_wavelength(x), Radiation::Xray);
        }
        for x in [0.0859, 0.0335, 0.0251, 0.0197, 0.0087] {
            assert_eq!(Radiation::from_wavelength(x), Radiation::Electron);
        }
    }
}
