//! From phases in a space group to a model of atoms that can be refined at once.
//!
//! Imports: `clock`, `twinning`, `structure`, `reflections`, `crystal`, `fourier`.
//!
//! ```text
//! peaks of the map ─▶ start ─▶ refine ─▶ refine scattering powers ─▶ prune ─▶ assign elements ─▶ refine ─┐
//!                               ▲                                                                       │
//!                               └──────────── atoms missing, from the difference map ◀──────────────────┘
//! ```
//! The round with the best R1, more parameters counted against it, is the model. How many atoms there are says the difference map, not the
//! header: peaks are atoms above 4 σ and a fifth (a quarter with a centre) of the height in e/Å3 that a light atom would have, atoms go that
//! scatter or stand out too little. Elements and the scale of scattering powers are found together; numbers on UNIT are one explanation among
//! others, and elements that nobody named are proposed where none that is named scatters so.
//!
//! | file | noun |
//! |---|---|
//! | `given` | what is known beforehand |
//! | `measurements` | the amplitudes that are fitted |
//! | `atom` | an atom and the freedom of its site |
//! | `amplitudes` | what atoms scatter at the measurements, in one domain or two |
//! | `factors` | the scattering factor of every element for every reflection |
//! | `waves` | sums of waves of one reflection, and their derivatives by the coordinates |
//! | `lanes` | the inner loops, eight atoms side by side |
//! | `normal` | normal equations, one block an atom |
//! | `part` | measurements that suffice for so many atoms |
//! | `scale` | overall scale and displacement, weights by shells |
//! | `refinement` | cycles of least squares |
//! | `radii` | covalent radii |
//! | `contacts` | who is near whom |
//! | `neighbours` | contacts of all atoms, and how likely their lengths are for any two elements |
//! | `powers` | scattering powers of all elements in units of each other |
//! | `bonds` | how likely a length is for two elements |
//! | `chemistry` | likelihood of all elements together |
//! | `assignment` | an element for each atom, and what is around it then |
//! | `ascent` | elements changed one by one while the likelihood rises |
//! | `proposals` | elements that nobody expected |
//! | `observed` | scattering powers and contacts of atoms |
//! | `choice` | elements chosen, and which choices R1 must tell apart |
//! | `elements` | elements of atoms by scattering, bonds and contents |
//! | `naming` | which of the elements that nobody named, where R1 can tell |
//! | `start` | first atoms, from integrated peaks |
//! | `apportioned` | what of the intensities is of one reflection each |
//! | `difference` | the difference map and what it shows |
//! | `sketch` | a model in few cycles |
//! | `twin` | laws of a twin tried on a model, and what a model says of a second domain |
//! | `larger` | the larger domain of a twin |
//! | `rounds` | all of it in order |
//! | `residual` | agreement over all data, what the difference map has left |
//! | `geometry` | contacts, bonds, and the metric scale that bonds imply |
//! | `contents` | atoms said, possible and found |
//! | `finish` | labels, order, one asymmetric unit |
//! | `falloff` | the size of the cell by how scattering falls off with angle |
//! | `flack` | the share of the inverted crystal |

mod amplitudes;
mod apportioned;
mod ascent;
mod assignment;
mod atom;
mod bonds;
mod chemistry;
mod choice;
mod contacts;
mod contents;
mod difference;
mod elements;
mod factors;
mod falloff;
mod finish;
mod flack;
mod geometry;
mod given;
mod lanes;
mod larger;
mod measurements;
mod naming;
mod neighbours;
mod normal;
mod observed;
mod part;
mod powers;
mod proposals;
mod radii;
mod refinement;
mod residual;
mod rounds;
mod scale;
mod sketch;
mod start;
mod twin;
mod waves;

#[cfg(test)]
mod simulated;
#[cfg(test)]
mod tests;

pub use contents::Contents;
pub use falloff::Falloff;
pub use flack::Flack;
pub use geometry::{Bonds, Geometry, MetricScale};
pub use given::Given;
pub use residual::{Agreement, Residual};
pub use rounds::{Round, build_model};
pub use sketch::sketch;
pub use twin::{DomainFit, LawTest, Twin};

use crate::crystal::Site;
use crate::reflections::CalculatedReflection;

impl Model {
    /// R1 as evidence: two domains fit better than one even where the structure is wrong, by what this makes up for.
    pub fn r1_of_one_domain(&self) -> f64 {
        let of_domains = self.domains.map_or(1.0, |fit| fit.contrast());
        self.r1 / self.twin.map_or(of_domains, |twin| twin.fraction.contrast())
    }
}

/// An atom model with how well it fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Atoms with elements, heaviest first, then the peaks that are left, highest first: their heights in e/Å3 (X-rays)
    /// of the difference map.
    pub sites: Vec<Site>,
    /// Number of atoms among the sites.
    pub atoms: usize,
    /// Parameters that were refined: coordinates that site symmetry leaves free, and a displacement for each atom.
    pub parameters: usize,
    /// Σ||Fo|−k|Fc||/Σ|Fo| over reflections above 2σ(I).
    pub r1: f64,
    /// The same over all reflections used.
    pub r1_all: f64,
    /// k: |Fo| on the scale of the file is k times |Fc|.
    pub scale: f64,
    /// Reflections used, and those of them above 2σ(I).
    pub reflections: [usize; 2],
    /// Atomic numbers and atoms per cell of the model, heaviest first.
    pub formula: Vec<(u8, f64)>,
    /// How well all reflections fit, to the limit of the data.
    pub agreement: Agreement,
    /// What the difference map has left.
    pub residual: Residual,
    /// What lengths say.
    pub geometry: Geometry,
    /// Atoms said, possible and found.
    pub contents: Contents,
    /// Fc of the reflections used, in order of resolution.
    pub calculated: Vec<CalculatedReflection>,
    /// What happened, round by round.
    pub rounds: Vec<Round>,
    /// The second domain, where the crystal is a twin: R1 and all that is said of the fit are then of both.
    pub twin: Option<Twin>,
    /// The second domain of a twin whose list says which reflections fall together (HKLF 5): R1 and all that is said of the fit are of the sums.
    pub domains: Option<DomainFit>,
    /// Twin laws tried on the best model of a single crystal: those of the lattice, the one that explains most first, and the best half turn that is
    /// none of it.
    pub laws: Vec<LawTest>,
}
