//! The one room where crystallography and the engine meet.
//!
//! - `atom_list`  heavy atoms to start from: places of one, pairs, threes
//! - `atom_places` places of single heavy atoms
//! - `atom_starts` first phases from them
//! - `arm`        what the trials of one arm have in common
//! - `blurred_portfolio` the same as `portfolio` for data of low resolution and of electrons
//! - `cell_points` points of a cell, one of each orbit
//! - `cheshire`   what is unique of a cell for vectors between mates
//! - `contents`   expected number of atoms
//! - `portfolio`  arms of recipes that trials are dealt
//! - `seeded_portfolio`  the same for runs from seeds
//! - `protocol`   what a trial of each method goes through, when it has converged, when its merits convince
//! - `setup`      P1 sphere on the primitive lattice, engine problem, phases back to reflections
//! - `harker`     how well an atom at a place explains the Patterson map
//! - `heavy`      the heaviest element: height, share, bonds, how many atoms make a start
//! - `known_sets` sets of places, found again by where they are
//! - `list_recipe` what may be chosen of how starts are found
//! - `pair_source` pairs and threes, made when they are asked for
//! - `patterson`  superposition starts
//! - `seed_figures` feasibility of seeds on a sphere
//! - `seed_quality` do seeds agree among themselves?
//! - `set_list`   pairs and threes by their cross vectors
//! - `vector_evidence` what the Patterson map says for the vectors of atoms
//! - `vector_map` the Patterson map on a fine grid
//! - `seeding`    known phases, expanded to the P1 sphere
//!
//! Imports: `crystal`, `reflections`, `fourier`, `grid`, `twins`, `seed`, `engine`.

pub mod arm;
pub mod atom_list;
pub mod atom_places;
pub mod atom_starts;
pub mod blurred_portfolio;
pub mod cell_points;
pub mod cheshire;
pub mod contents;
pub mod harker;
pub mod heavy;
pub mod known_sets;
pub mod list_recipe;
pub mod pair_source;
pub mod patterson;
pub mod portfolio;
pub mod protocol;
pub mod seed_figures;
pub mod seed_quality;
pub mod seeded_portfolio;
pub mod seeding;
pub mod set_list;
pub mod setup;
pub mod vector_evidence;
pub mod vector_map;

pub use arm::{Arm, ArmId, SeedStart, StartKind};
pub use atom_list::{AtomList, Wanted};
pub use atom_starts::AtomStarts;
pub use blurred_portfolio::{blurred_portfolio, has_distances, is_blurred, paired};
pub use cheshire::mates_have_a_centre;
pub use contents::expected_atoms;
pub use heavy::HeavyAtom;
pub use list_recipe::ListRecipe;
pub use patterson::Patterson;
pub use portfolio::{ATOMS_EACH, ATOMS_EACH_WHEN_HUGE, Methods, portfolio, with_atom_starts};
pub use protocol::{Closing, Criteria, Protocol};
pub use seed_figures::feasibility;
pub use seeded_portfolio::{seeded_portfolio, start_portfolio};
pub use seeding::{Draw, SeedPlaces};
pub use setup::{GriddedSphere, Sphere};
pub use vector_map::VectorMap;
