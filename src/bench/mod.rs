//! Throughput of an engine on synthetic problems, beside a plain real FFT pair of the same grid.
//!
//! - `synthetic`  a sphere of random amplitudes that fills a grid
//! - `yardstick`  one real 3-D transform pair on realfft
//! - `throughput` timing of trial-cycles
//! - `cells`      the published list of grids and recipes
//!
//! Imports: `engine`, `twins`.

pub mod cells;
pub mod synthetic;
pub mod throughput;
pub mod yardstick;
