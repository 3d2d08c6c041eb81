//! An atom site or a map peak of the asymmetric unit.

/// One site, as read from a model or found in a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Label such as `C12` or `Q3`.
    pub label: String,
    /// Atomic number; `None` for a peak without an element.
    pub element: Option<u8>,
    /// Fractional coordinates.
    pub xyz: [f64; 3],
    /// Occupancy times site-symmetry factor (a full atom on a mirror plane has 0.5): the SHELX s.o.f.
    pub sof: f64,
    /// Isotropic displacement U in Å² (the equivalent one where the source is anisotropic).
    pub u_iso: f64,
    /// U11 U22 U33 U23 U13 U12 in Å² on the reciprocal-axis basis, where known.
    pub u_aniso: Option<[f64; 6]>,
    /// Height of the map peak, in the unit of the map; `None` for a model atom.
    pub height: Option<f64>,
}
