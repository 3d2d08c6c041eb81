//! The crystal: cell, symmetry, indices, elements and what they scatter.
//!
//! Sign convention, here and everywhere: F(h) = Σ f exp(+2πi h·x); an operation x' = Rx + t gives
//! φ(hR) = φ(h) − 2π h·t. Imports: nothing of the crate but `error`.

pub mod cell;
pub mod contents;
pub mod elements;
pub mod enantiomorph;
pub mod identity;
pub mod lattice;
pub mod miller;
pub mod properties;
pub mod radiation;
pub mod reframe;
pub mod scattering;
pub mod site;
pub mod spacegroup;
pub mod structure_factors;
pub mod symop;

pub use cell::Cell;
pub use elements::ElementCount;
pub use enantiomorph::Enantiomorph;
pub use identity::Identity;
pub use lattice::{LatticeRotation, lattice_rotations, rotation_order};
pub use miller::{Hkl, friedel, in_half, phase_gain};
pub use radiation::Radiation;
pub use reframe::{Mismatch, Reframing, reframe};
pub use scattering::{Curve, ScatteringTable};
pub use site::Site;
pub use spacegroup::{ReflectionClass, SpaceGroup};
pub use symop::SymOp;
