//! Twins: laws that a lattice allows, and the share of the second domain. (The CPU twins of shaders are in `twins`.)
//!
//! Imports: `crystal`.
//!
//! A crystal of two domains that are turned against each other by a rotation R of their common lattice has the intensities
//! I(h) = k² [(1 − α) |F(h)|² + α |F(hR)|²]. Where R is no rotation of the lattice, only some reflections meet one of the second domain.
//!
//! | file | noun |
//! |---|---|
//! | `law` | the rotation of a second domain |
//! | `laws` | all that a lattice allows and the crystal has not |
//! | `fraction` | the share of the second domain |

mod fraction;
mod law;
mod laws;

pub use fraction::Fraction;
pub use law::{TwinLaw, numbers};
pub use laws::{half_turn, half_turns, twin_laws};
