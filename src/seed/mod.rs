//! What is known of phases before phasing: crude, doubtful, or as class probabilities.
//!
//! - `knowledge`  what one seed says of its phase, and what follows from it
//! - `list`       a list of seeds as a file gives it, with the frame it refers to
//!
//! Imports: `crystal`, `error`.

pub mod knowledge;
pub mod list;

pub use knowledge::Knowledge;
pub use list::{Frame, Origin, Seed, SeedList};
