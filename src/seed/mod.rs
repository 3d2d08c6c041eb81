//! What is known of phases before phasing: crude, doubtful, or as class probabilities.
//!
//! - `knowledge`  what one seed says of its phase
//! - `prior`      the prior mean of exp(iφ) that follows, and phases drawn from it
//! - `list`       a list of seeds as a file gives it, with the frame it refers to
//! - `checked`    what an entry may say, checked
//! - `arrays`     seed sets as arrays over the same reflections
//! - `known`      a seed brought to a unique reflection of the data
//! - `sets`       seed sets on the data
//! - `resolve`    from the list to the data: equivalents, centric phases, absences, duplicates
//! - `feasibility` will these seeds do?
//! - `sim`        weights of phases calculated from a part of the structure
//! - `oracle`     seeds of a chosen quality from phases that are known
//! - `network`    the same as a network would give them
//! - `figures`    figures of merit of a source of seeds
//!
//! Imports: `twins`, `crystal`, `error`.

pub mod arrays;
pub mod checked;
pub mod feasibility;
pub mod figures;
pub mod knowledge;
pub mod known;
pub mod list;
pub mod network;
pub mod oracle;
mod prior;
pub mod resolve;
pub mod sets;
pub mod sim;

/// Lower limits of |E| of the shells by which seeds are told, the strongest first.
pub const E_SHELLS: [f64; 6] = [2.5, 2.0, 1.5, 1.2, 1.0, 0.0];

pub use arrays::SeedArrays;
pub use feasibility::{Feasibility, Prediction, SeedSums, UnseededRates};
pub use figures::{Merit, SeedFigures};
pub use knowledge::Knowledge;
pub use known::KnownPhase;
pub use list::{Frame, Origin, Seed, SeedList};
pub use network::{Errors, Network, TrueModel};
pub use oracle::{Oracle, Pool, TruePhase};
pub use resolve::{SeedCounts, SeedSets, resolve};
pub use sets::{KnownSets, SetMaker};
