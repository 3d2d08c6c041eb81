//! What a model of atoms scatters at a reflection.

use crate::crystal::Hkl;
use rustfft::num_complex::Complex32;

/// Fc of one unique reflection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalculatedReflection {
    /// Index, unique in the Laue group.
    pub hkl: Hkl,
    /// Fc in the unit of the scattering factors: electrons for X-rays, Å for electrons.
    pub f: Complex32,
    /// What is this domain's of the intensity observed, were it alone: |Fc|² over the intensity of both domains of a twin; 1 for a single crystal.
    pub share: f32,
    /// Intensity and its uncertainty, on the scale of the file, where observations of a twin were taken apart by the model.
    pub apart: Option<[f64; 2]>,
}
