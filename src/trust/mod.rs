//! How sure a structure is: one probability from what speaks for it. Imports: nothing of the crate.
//!
//! | file | noun |
//! |---|---|
//! | `evidence` | what speaks for a structure, as numbers |
//! | `doubts` | what forbids a claim |
//! | `probability` | the fitted sum of them |

mod doubts;
mod evidence;
mod probability;

pub use doubts::{all_alike, is_in_part, other_edges, other_metric, other_size, perhaps_higher, perhaps_twin};
#[cfg(test)]
pub(crate) use evidence::GOOD;
pub use evidence::{Beside, Edges, Evidence, GroupEvidence, Metric, SizeByScattering};
pub use probability::{BAR, NO_MODEL_R1, log_odds, probability, probability_group};
