//! The space group that P1 phases and intensities speak for. Imports: `structure`, `reflections`, `crystal`.
//!
//! | file | noun |
//! |---|---|
//! | `operators` | how well each rotation of the Laue class holds |
//! | `intrinsic` | screw and glide parts |
//! | `score` | what speaks for a group |
//! | `candidates` | the groups that are possible, ranked |

pub mod candidates;
mod intrinsic;
pub mod operators;
pub mod score;

pub use candidates::{GroupCandidate, group_candidates, total};
pub use operators::{OperatorFit, OperatorFits};
pub use score::{Score, Signs};

#[cfg(test)]
mod tests;
