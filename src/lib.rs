//! seedflip solves crystal structures from single-crystal diffraction amplitudes.

pub mod cli;
pub mod crystal;
pub mod error;
pub mod formats;
pub mod fourier;
pub mod reflections;
pub mod simulate;

pub use error::{Error, Result};
