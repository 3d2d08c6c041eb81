//! Phased reflections of the P1 half-sphere: what an engine gives back and structure work starts from.

use crate::crystal::Hkl;

/// One reflection of the P1 half-sphere (`in_half`), in the setting of the input cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhasedReflection {
    /// Miller indices.
    pub hkl: Hkl,
    /// Amplitude |F| on the file's scale; for unmeasured reflections 0.
    pub f: f64,
    /// Normalised amplitude |E|; for unmeasured reflections 0.
    pub e: f64,
    /// Phase in radians.
    pub phase: f64,
    /// Figure of merit of the phase, 0…1 (message passing gives I₁/I₀; flipping gives 1).
    pub fom: f64,
}
