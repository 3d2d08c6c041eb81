//! A unique reflection after merging in the Laue group.

use crate::crystal::Hkl;

/// A unique reflection with its mean intensity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MergedReflection {
    /// Laue representative (`SpaceGroup::laue_representative`).
    pub hkl: Hkl,
    /// Weighted mean intensity, file scale; may be negative.
    pub intensity: f64,
    /// Its standard uncertainty, file scale.
    pub sigma: f64,
    /// Number of rows merged.
    pub redundancy: u32,
    /// ε, see `ReflectionClass`.
    pub epsilon: u32,
    /// Centric flag in the given space group.
    pub centric: bool,
}

/// A unique reflection with the amplitudes that phasing works on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormalisedReflection {
    /// The merged observation.
    pub merged: MergedReflection,
    /// Amplitude |F| on the file's scale, never negative (negative intensities count as zero).
    pub f: f64,
    /// Standard uncertainty of `f`.
    pub sigma_f: f64,
    /// Normalised amplitude |E|: ⟨E²⟩ = 1 in every resolution shell, ε accounted for.
    pub e: f64,
}
