//! The one room where crystallography and the engine meet.
//!
//! - `atom_list`  places where a heavy atom may stand
//! - `atom_starts` first phases from one of them
//! - `arm`        what the trials of one arm have in common
//! - `cheshire`   what is unique of a cell for vectors between mates
//! - `contents`   expected number of atoms
//! - `portfolio`  arms of recipes that trials are dealt
//! - `seeded_portfolio`  the same for runs from seeds
//! - `protocol`   what a trial of each method goes through, when it has converged, when its merits convince
//! - `setup`      P1 sphere on the primitive lattice, engine problem, phases back to reflections
//! - `harker`     how well an atom at a place explains the Patterson map
//! - `patterson`  superposition starts
//! - `seed_figures` feasibility of seeds on a sphere
//! - `seed_quality` do seeds agree among themselves?
//! - `seeding`    known phases, expanded to the P1 sphere
//!
//! Imports: `crystal`, `reflections`, `fourier`, `grid`, `twins`, `seed`, `engine`.

pub mod arm;
pub mod atom_list;
pub mod atom_starts;
pub mod cheshire;
pub mod contents;
pub mod harker;
pub mod patterson;
pub mod portfolio;
pub mod protocol;
pub mod seed_figures;
pub mod seed_quality;
pub mod seeded_portfolio;
pub mod seeding;
pub mod setup;

pub use arm::{Arm, ArmId, SeedStart, StartKind};
pub use atom_list::AtomList;
pub use atom_starts::AtomStarts;
pub use contents::expected_atoms;
pub use patterson::Patterson;
pub use portfolio::{Methods, portfolio, with_atom_starts};
pub use protocol::{Closing, Criteria, Protocol};
pub use seed_figures::feasibility;
pub use seeded_portfolio::{seeded_portfolio, start_portfolio};
pub use seeding::{Draw, SeedPlaces};
pub use setup::{GriddedSphere, Sphere};
