//! seedflip solves crystal structures from single-crystal diffraction amplitudes.

pub mod crystal;
pub mod engine;
pub mod error;
pub mod fourier;
pub mod reflections;
pub mod twins;

pub use error::{Error, Result};
