//! From P1 phases to a structure in the given space group. Imports: `crystal`, `reflections`, `fourier`.
//!
//! | file | noun |
//! |---|---|
//! | `hand` | a phase set as it is or inverted |
//! | `lookup` | a reflection found by its index |
//! | `strongest` | the reflections that carry a search |
//! | `waves` | sums of waves over a shift, maximised |
//! | `agreement` | two phase sets compared, origin and hand free |
//! | `origin` | shift and hand onto the space group, residual of each operation |
//! | `average` | phases averaged over the operations |
//! | `synthesis` | a real map from half of its coefficients |
//! | `density` | the map |
//! | `expand` | unique reflections with their mates |
//! | `coefficients` | its structure factors |
//! | `peaks` | its maxima |
//! | `bins` | neighbours in a periodic cell |
//! | `unique` | peaks reduced by symmetry, special positions |
//! | `compact` | images that make one molecule |
//! | `solution` | all of it in order |

pub mod agreement;
pub mod average;
mod bins;
pub mod coefficients;
pub mod compact;
pub mod density;
mod expand;
mod hand;
pub mod lookup;
pub mod origin;
pub mod peaks;
pub mod solution;
pub mod strongest;
mod synthesis;
pub mod unique;
pub mod waves;

#[cfg(test)]
pub(crate) mod invented;

pub use agreement::{Agreement, SOLVED_CC, Weighting, agreement};
pub use average::{SymmetrisedPhases, moved, symmetrise};
pub use coefficients::map_coefficients;
pub use density::{Coefficients, DensityMap, density_map};
pub use expand::expanded;
pub use hand::Hand;
pub use origin::{OperatorResidual, OriginFit, fit_origin, fits_elsewhere};
pub use solution::{Aligned, Solution, align, align_at, atoms_in_peaks, map_solution, solve_structure};
