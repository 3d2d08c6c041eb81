//! The one room where crystallography and the engine meet.
//!
//! - `setup`      P1 sphere on the primitive lattice, engine problem, phases back to reflections
//! - `patterson`  superposition starts
//!
//! Imports: `crystal`, `reflections`, `fourier`, `grid`, `twins`, `engine`.

pub mod patterson;
pub mod setup;

pub use patterson::Patterson;
pub use setup::{GriddedSphere, Sphere};
