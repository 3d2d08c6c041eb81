//! The space group that P1 phases and intensities speak for. Imports: `structure`, `reflections`, `crystal`.
//!
//! | file | noun |
//! |---|---|
//! | `operators` | how well each rotation of the Laue class holds |
//! | `intrinsic` | screw and glide parts |
//! | `score` | what speaks for a group |
//! | `candidates` | the groups that are possible, ranked |
//! | `subgroups` | what is left when operations are dropped |
//! | `absences` | extinct reflections, counted one by one |

pub mod absences;
pub mod candidates;
mod intrinsic;
pub mod operators;
pub mod score;
pub mod subgroups;

pub use absences::Absences;
pub use candidates::{GroupCandidate, group_candidates, total};
pub use operators::{OperatorFit, OperatorFits};
pub use score::{Score, Signs};
pub use subgroups::{maximal_subgroups, subgroups_of_laue_class, symbol};

#[cfg(test)]
mod tests;
