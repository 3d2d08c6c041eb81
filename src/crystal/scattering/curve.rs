//! The scattering factor of one element over all angles.

use super::Gaussians;

/// What is looked up once an element; angles follow.
#[derive(Clone, Copy)]
enum Law {
    /// Electrons, with f′.
    Xray(&'static Gaussians<4>, f64),
    /// Å.
    Electron(&'static Gaussians<5>),
    /// The same at every angle: fm of neutrons, f″.
    Constant(f64),
}

/// Factor of a neutral atom by angle, in the unit of its table: electrons, Å or fm.
#[derive(Clone, Copy)]
pub struct Curve(Law);

impl Curve {
    pub(super) fn xray(gaussians: &'static Gaussians<4>, dispersion: f64) -> Self {
        Self(Law::Xray(gaussians, dispersion))
    }

    pub(super) fn electron(gaussians: &'static Gaussians<5>) -> Self {
        Self(Law::Electron(gaussians))
    }

    pub(super) fn constant(value: f64) -> Self {
        Self(Law::Constant(value))
    }

    /// The factor at (sin θ/λ)² = `stol_sq` in Å⁻².
    pub fn at(&self, stol_sq: f64) -> f64 {
        match self.0 {
            Law::Xray(gaussians, dispersion) => gaussians.at(stol_sq) + dispersion,
            Law::Electron(gaussians) => gaussians.at(stol_sq),
            Law::Constant(value) => value,
        }
    }
}
