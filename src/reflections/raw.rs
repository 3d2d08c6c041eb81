//! One row of a reflection file.

use crate::crystal::Hkl;

/// A measured intensity as it stands in the file, before merging.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawReflection {
    /// Miller indices in the setting of the `.ins`.
    pub hkl: Hkl,
    /// Intensity F² on the file's scale (HKLF 3 amplitudes are squared on reading).
    pub intensity: f64,
    /// Standard uncertainty of the intensity, same scale; 0 when the file has none.
    pub sigma: f64,
    /// Batch or scale-group number, where the file has one.
    pub batch: Option<i32>,
}
