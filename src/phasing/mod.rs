//! The one room where crystallography and the engine meet.
//!
//! - `contents`   expected number of atoms
//! - `portfolio`  arms of recipes that trials are dealt
//! - `seeded_portfolio`  the same for runs from seeds
//! - `rules`      when a trial has converged, when its merits convince
//! - `setup`      P1 sphere on the primitive lattice, engine problem, phases back to reflections
//! - `patterson`  superposition starts
//! - `seed_figures` feasibility of seeds on a sphere
//! - `seed_quality` do seeds agree among themselves?
//! - `seeding`    known phases, expanded to the P1 sphere
//!
//! Imports: `crystal`, `reflections`, `fourier`, `grid`, `twins`, `seed`, `engine`.

pub mod contents;
pub mod patterson;
pub mod portfolio;
pub mod rules;
pub mod seed_figures;
pub mod seed_quality;
pub mod seeded_portfolio;
pub mod seeding;
pub mod setup;

pub use contents::expected_atoms;
pub use patterson::Patterson;
pub use portfolio::{Arm, Methods, SeedStart, StartKind, portfolio};
pub use seed_figures::feasibility;
pub use seeded_portfolio::seeded_portfolio;
pub use seeding::{Draw, SeedPlaces};
pub use setup::{GriddedSphere, Sphere};
