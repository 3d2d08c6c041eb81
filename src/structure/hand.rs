//! Which of the two enantiomorphs a phase set describes.

/// A phase set taken as it is or inverted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// x as it is.
    Same = 0,
    /// −x: all phases change sign.
    Inverted = 1,
}

impl Hand {
    /// Both, as it is first.
    pub const BOTH: [Self; 2] = [Self::Same, Self::Inverted];

    /// Correlations of the two hands closer than this are equal (a centrosymmetric arrangement): `Same` is preferred.
    pub const TIE: f64 = 1e-3;

    /// +1 or −1, the factor of phases and coordinates.
    pub fn sign(self) -> f64 {
        match self {
            Self::Same => 1.0,
            Self::Inverted => -1.0,
        }
    }
}
