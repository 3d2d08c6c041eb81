//! Files that are written on request, beside those that every run writes.

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Structure, data and refinement as CIF.
    Cif,
    /// The CIF with the model and the reflections in it.
    Embed,
    /// Amplitudes, phases and map coefficients as MTZ.
    Mtz,
    /// Amplitudes and phases as `.phs`.
    Phs,
    /// The map as XPLOR.
    Xplor,
    /// The map of E values.
    Emap,
    /// The Patterson map.
    Patterson,
    /// Peaks of the difference map, or of the map where there is no model.
    Peaks,
    /// The reflections as read.
    Hkl,
    /// A listing in the manner of SHELXT.
    Lxt,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Cif,
        Self::Embed,
        Self::Mtz,
        Self::Phs,
        Self::Xplor,
        Self::Emap,
        Self::Patterson,
        Self::Peaks,
        Self::Hkl,
        Self::Lxt,
    ];

    /// What follows NAME in the name of the file.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Cif | Self::Embed => "_a.cif",
            Self::Mtz => "_a.mtz",
            Self::Phs => "_a.phs",
            Self::Xplor => "_a.xplor",
            Self::Emap => "_a_emap.ccp4",
            Self::Patterson => "_patterson.ccp4",
            Self::Peaks => "_a_peaks.csv",
            Self::Hkl => "_a.hkl",
            Self::Lxt => ".lxt",
        }
    }
}
