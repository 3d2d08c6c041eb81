//! A unique reflection with everything that lists of amplitudes and phases carry.

use crate::crystal::Hkl;

/// One reflection. Phases in degrees, 0…360.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AmplitudeRow {
    /// Laue representative.
    pub hkl: Hkl,
    /// |F| on the scale of the file, 0 for a negative intensity.
    pub f: f64,
    /// Its standard uncertainty.
    pub sigma: f64,
    /// |E|; `None` beyond the resolution that was phased.
    pub e: Option<f64>,
    /// Phase of the model; that of the solution without one. `None` where there is neither.
    pub phase: Option<f64>,
    /// Amplitude times figure of merit, figure of merit 0…1 and phase of the solution: what its map is made of.
    pub solution: Option<[f64; 3]>,
}
