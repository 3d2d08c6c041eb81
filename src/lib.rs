//! seedflip solves crystal structures from single-crystal diffraction amplitudes.

pub mod bench;
pub mod cli;
pub mod crystal;
pub mod engine;
pub mod error;
pub mod formats;
pub mod fourier;
pub mod grid;
pub mod input;
pub mod phasing;
pub mod reflections;
pub mod report;
pub mod simulate;
pub mod solve;
pub mod structure;
pub mod trials;
pub mod twins;

pub use error::{Error, Result};
