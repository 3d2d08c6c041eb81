//! The arithmetic of the cycle as pure functions on slices: what the CPU engine runs, and the twin
//! of each compute shader of the same name.
//!
//! - `amplitude`  impose measured moduli, +90° variant, sums for R and σ
//! - `restrain`   phases known beforehand put back
//! - `flip`       ρ < δ → −ρ, count
//! - `posterior`  soft atom posterior f and the sum of f′
//! - `reshape`    slope and offset that reshape it
//! - `pair`       a posterior that knows how far atoms stand from each other
//! - `pair_table` what it has learned, as tables
//! - `field`      moments of the message-passing field over shells, κ
//! - `weights`    phase weights I₁/I₀, their divergence β, new cavity coefficients
//! - `bessel`     I₁(x)/I₀(x)
//! - `evaluate`   cut, square and the sums behind the figures of merit
//! - `random`     the counter hash and the table of start phases
//!
//! Imports: nothing of the crate.

pub mod amplitude;
pub mod bessel;
pub mod evaluate;
pub mod field;
pub mod flip;
pub mod pair;
pub mod pair_table;
mod pair_weights;
pub mod posterior;
pub mod prior;
pub mod random;
pub mod reshape;
mod reshape_weights;
pub mod restrain;
pub mod weights;

/// Partial sums kept side by side in a loop, so that it vectorises without changing the order of
/// additions from machine to machine: two AVX registers.
pub const LANES: usize = 16;
