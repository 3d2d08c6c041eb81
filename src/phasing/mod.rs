//! The one room where crystallography and the engine meet.
//!
//! - `contents`   expected number of atoms
//! - `setup`      P1 sphere on the primitive lattice, engine problem, phases back to reflections
//! - `patterson`  superposition starts
//!
//! Imports: `crystal`, `reflections`, `fourier`, `grid`, `twins`, `engine`.

pub mod contents;
pub mod patterson;
pub mod setup;

pub use contents::expected_atoms;
pub use patterson::Patterson;
pub use setup::{GriddedSphere, Sphere};
