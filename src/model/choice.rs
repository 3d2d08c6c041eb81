//! Elements chosen for all atoms, and which of several choices R1 must tell apart.

use super::atom::Atom;
use super::given::Expected;
use crate::crystal::elements::is_hydrogen;

/// Answers that R1 is asked to tell apart.
pub const MOST_ANSWERS: usize = 4;
/// An answer is kept beside a likelier one when it is worse by no more than this, as a ln of probability …
pub const WITHIN: f64 = 40.0;
/// … and leaves less of the scattering unexplained, by this share of it, …
const BETTER_SEEN: f64 = 0.05;
/// … or has another scale, by this as ln.
const OTHER_SCALE: f64 = 0.2;

/// What the elements were assigned by.
#[derive(Debug, Clone, PartialEq)]
pub struct Assigned {
    /// UNIT times this holds; `None` where the data refute its numbers.
    pub multiple: Option<f64>,
    /// Elements in use that were not expected.
    pub proposed: Vec<u8>,
    /// Of these, the ones that R1 does not tell from others, with the lightest and the heaviest element that fits as well.
    pub alike: Vec<(u8, [u8; 2])>,
}

/// Elements for all atoms, with what they are worth.
pub struct Choice {
    /// Elements to choose from.
    pub elements: Vec<u8>,
    /// Which of them each atom is.
    pub chosen: Vec<usize>,
    /// ln likelihood.
    pub worth: f64,
    /// UNIT times this holds.
    pub multiple: Option<f64>,
    /// The part of the worth that bonds and neighbours have.
    pub bonds: f64,
    /// ln of the factor of the scale.
    pub ln_scale: f64,
    /// Share of scattering left unexplained.
    pub off: f64,
}

impl Choice {
    /// The share of the sites, those of hydrogen left out, that an element has.
    pub fn share(&self, z: u8) -> f64 {
        let elements = || self.chosen.iter().map(|&e| self.elements[e]);
        let of = elements().filter(|e| *e == z).count();
        of as f64 / elements().filter(|e| !is_hydrogen(*e)).count().max(1) as f64
    }

    /// Whether this answer may be right although `other` is likelier: it scatters more nearly as was seen, or stands on another scale.
    pub fn challenges(&self, other: &Choice) -> bool {
        self.worth > other.worth - WITHIN
            && (self.off < other.off - BETTER_SEEN || (self.ln_scale - other.ln_scale).abs() > OTHER_SCALE)
    }

    /// Whether this answer has the same element for each atom as `other`.
    pub fn is_same(&self, other: &Choice) -> bool {
        let of = |choice: &Choice| choice.chosen.iter().map(|&e| choice.elements[e]).collect::<Vec<u8>>();
        of(self) == of(other)
    }

    /// The atoms with the elements chosen.
    pub fn assigned(&self, expected: &Expected, atoms: &[Atom]) -> (Vec<Atom>, Assigned) {
        let mut atoms = atoms.to_vec();
        for (atom, element) in atoms.iter_mut().zip(&self.chosen) {
            atom.z = self.elements[*element];
            atom.power = 1.0;
            atom.sigma_power = f64::INFINITY;
        }
        let mut proposed: Vec<u8> = atoms.iter().map(|a| a.z).collect();
        proposed.sort_unstable();
        proposed.dedup();
        proposed.retain(|z| expected.elements.iter().all(|e| e.0 != *z));
        (atoms, Assigned { multiple: self.multiple, proposed, alike: Vec::new() })
    }
}
