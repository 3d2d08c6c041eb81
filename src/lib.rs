//! seedflip solves crystal structures from single-crystal diffraction amplitudes.
//!
//! A diffraction experiment measures how strongly a crystal scatters into each reflection, not with what phase.
//! Without phases there is no map of the electron density, and no atoms. This crate finds phases by running many
//! independent trials, and says *solved* only when different kinds of evidence agree.
//!
//! # The front door
//! ```
//! use seedflip::{Crystal, Options, solve};
//!
//! let crystal = Crystal::read("tests/data/aspirin.ins".as_ref())?;
//! let outcome = solve(&crystal, &Options::default())?;
//! println!("{:?} with probability {:.3}", outcome.space_group(), outcome.probability());
//! # assert!(outcome.is_solved());
//! # Ok::<(), seedflip::Error>(())
//! ```
//! | what | names |
//! |---|---|
//! | what was measured | [`Crystal`], from arrays: [`CrystalHeader`], [`Cell`], [`SpaceGroup`], [`SymOp`], [`RawReflection`], [`Radiation`]; a simulation: [`SimulateOptions`] |
//! | what is known of phases | [`Seeds`] |
//! | how it is solved | [`Options`], [`Methods`], [`DeviceChoice`], [`Clock`], [`Solver`], [`solve()`] |
//! | who follows | [`Observer`], [`Watch`], [`Event`], [`Progress`], [`Stage`] |
//! | what came of it | [`Outcome`], [`Structure`], [`Site`], [`DensityMap`], [`Finished`], [`Merits`], [`TrialsPhases`], [`PhasedReflection`], [`StopReason`] |
//! | record and files | [`Record`], [`Outcome::write`] |
//! | phases of others | [`score()`], [`Score`], [`screen()`], [`Screening`], [`Tally`] |
//! | what went wrong | [`Error`], [`Result`] |
//!
//! These names keep their meaning from one version to the next. What else is public is the machine room below: it is there for the program, its
//! tests and benches, is not part of the documentation, and may change at any time.
//!
//! # Features
//! All by default. `cli`: the program, which needs the other two. `gpu`: trials on graphics cards. `formats`: readers and writers of files,
//! records, simulation and screening. Without any of them a crystal comes from arrays, trials run on the processor, and results are values.
//!
//! # The main job
//! ```text
//! NAME.ins  NAME.hkl
//!      │
//!      ▼
//!  formats ─▶ reflections      merge in the Laue group, drop absences, E values, Wilson plot, warnings
//!      │
//!      ▼
//!   phasing                    P1 sphere, amplitude tables on a grid, a portfolio of recipes and starts
//!      │
//!      ▼
//!   trials ◀─▶ engine          many trials in slots: start, cycle, figures of merit, polish, next trial
//!      │
//!      ▼
//!   structure                  do trials agree? is the space group in the P1 phases? origin, average, peaks
//!      │
//!      ▼
//!   report, output             NAME_a.res  NAME_a.fcf  NAME_a.ccp4  NAME.lst  NAME.json
//! ```
//!
//! # The cycle
//! Both iterations go round between a map and its structure factors. The engine stores mixed space only (z in
//! real space, x and y in index space) and makes two fused passes over it:
//! ```text
//!          ┌──────────────────── columns ────────────────────┐
//!   M ──▶  FFT along z ─▶ impose what was measured ─▶ FFT⁻¹ along z ─┐
//!   ▲                                                                │
//!   │      ┌───────────────────── planes ────────────────────┐       ▼
//!   └───── FFT along x, y ◀─ change the density ◀─ FFT⁻¹ along x, y ◀┘
//! ```
//! - *Charge flipping* (Oszlányi & Sütő 2004, 2005): the density below a threshold δ changes its sign; observed
//!   moduli replace calculated ones, except for the weakest reflections, which keep their modulus and are
//!   turned by 90°; F(000) is free.
//! - *Message passing*: the density becomes the posterior probability of an atom; each phase gets a weight
//!   I₁(X)/I₀(X) from how well calculated and observed moduli agree in its resolution shell; in both spaces the
//!   response of a value to itself (the Onsager term) is subtracted.
//!
//! Phasing runs in P1. The space group of the input serves to merge, and afterwards as evidence: nobody
//! imposed it, so finding it in the phases means something.
//!
//! # Conventions
//! - **Sign**: F(h) = Σ f exp(+2πi h·x); ρ(x) = 1/V Σ F(h) exp(−2πi h·x). An operation x' = Rx + t gives
//!   φ(hR) = φ(h) − 2π h·t.
//! - **Units**: lengths in Å, cell angles in degrees, phases in radians (degrees in files and reports), U and B
//!   in Å², heights of peaks in σ of the map, intensities on the scale of the file.
//! - **Axes**: an array over (x, y, z) has z fastest: index = (x·ny + y)·nz + z. The engine's x, y, z are axes of the
//!   primitive lattice, the one with most points as z; `phasing::setup` alone translates. Inside the engine density
//!   goes to coefficients by exp(−2πi), so its map shows the other hand, which phasing in P1 cannot tell apart.
//! - **Half sphere**: of each Friedel pair one is kept, see `crystal::in_half`.
//! - **Random numbers** are a hash of (seed, trial, reflection): results do not depend on the number of threads.
//!
//! - **Sources**: "recipe notes" in comments are `docs/notes/recipe.md`, what was measured before the first line of code; what this program
//!   measured itself is in `benches/results/`.
//!
//! # Modules
//! Lowest first. A module imports those named on its line and no others, and never one that stands below it in
//! this list; `tests/imports.rs` reads the table and holds the source to it.
//! ```text
//! error        ←
//! clock        ←
//! crystal      ← error
//! reflections  ← crystal error
//! fourier      ←
//! grid         ← fourier
//! twins        ←
//! trust        ←
//! seed         ← twins crystal error
//! engine       ← twins
//! wgsl         ←
//! gpu          ← engine wgsl twins error
//! device       ← engine gpu error
//! phasing      ← engine grid fourier twins seed reflections crystal
//! structure    ← reflections crystal fourier
//! twinning     ← crystal
//! model        ← clock twinning structure reflections crystal fourier
//! symmetry     ← structure reflections crystal
//! trials       ← clock phasing engine symmetry structure grid seed twins reflections crystal
//! formats      ← crystal reflections seed structure error
//! basis        ← reflections crystal error
//! input        ← basis formats reflections crystal error
//! seed_input   ← formats structure seed twins reflections crystal error
//! seed_check   ← seed_input trials phasing engine structure grid seed reflections crystal error
//! simulate     ← formats twinning twins reflections crystal error
//! bench        ← engine twins
//! solve        ← clock trials phasing engine symmetry model trust grid structure seed reflections crystal error
//! diary        ← solve trials phasing symmetry trust engine formats crystal error
//! journal      ← trials formats error
//! screen       ← journal trials phasing engine structure grid formats seed twins reflections crystal error
//! report       ← solve trials model trust symmetry seed_check seed_input input basis formats structure seed reflections crystal error
//! output       ← report solve trials input formats model structure twinning reflections crystal error
//! front        ← clock basis device output report screen solve trials phasing engine symmetry structure grid simulate seed_input input formats seed reflections crystal error
//! live         ← report solve trials engine input error
//! cli          ← clock basis device live output report diary screen journal solve trials phasing engine bench simulate seed_check seed_input input formats gpu seed crystal error
//! ```
//! - `engine` knows grids, coefficients, trials and recipes, and no crystallography: a GPU engine takes its place
//!   without a change elsewhere. `twins` holds its arithmetic as pure functions on slices, to be compared with
//!   compute shaders of the same names.
//! - `seed` knows what is known of phases before phasing, and neither files nor engines.
//! - `phasing` is the one room where crystallography and the engine meet.
//! - `formats` reads and writes and decides nothing; it never sees the engine.
//! - `gpu` is the only module that names wgpu.
//! - `report` words what happened; it sees results, never an engine.
//! - `journal` keeps what trials have found, so that a run goes on after a kill and several machines share it; `screen` and `cli` write it.
//! - `diary` keeps what decisions rested on, and takes them again; no run asks it.
//! - `live` answers a browser on this machine while a run goes on.
//! - `output` puts files on the disk and words on the screen, whatever has become of either.
//!
//! `front` is the front door: what is promised to other programs. Features cut the list: without `gpu` there is no `gpu` and no `wgsl`, without
//! `formats` no `formats`, `input`, `simulate`, `diary`, `journal`, `screen`, `report` and `output`, and without `cli` no `cli` and no `live`.
//!
//! Seven modules stand between the layers, each for a reason. `basis` has the data in the group or Laue class that a run rests on, and `device` the
//! place where its trials run. `input` joins readers, merging and scattering factors,
//! which a reader must not know of; `seed_input` does so for seeds. `solve` is the main job without files or screen, so
//! that tests, benches and other programs can call it. `simulate` is the main job backwards and supplies its test data.
//! `bench` times an engine without any crystal.

#![warn(missing_docs)]
// No panic reaches a user.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

// The machine room: no promise, see above.
#[doc(hidden)]
pub mod basis;
#[doc(hidden)]
pub mod bench;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod clock;
#[doc(hidden)]
pub mod crystal;
#[doc(hidden)]
pub mod device;
#[cfg(feature = "formats")]
#[doc(hidden)]
pub mod diary;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod error;
#[cfg(feature = "formats")]
#[doc(hidden)]
pub mod formats;
#[doc(hidden)]
pub mod fourier;
#[doc(hidden)]
pub mod front;
#[cfg(feature = "gpu")]
#[doc(hidden)]
pub mod gpu;
#[doc(hidden)]
pub mod grid;
#[cfg(feature = "formats")]
#[doc(hidden)]
pub mod input;
#[cfg(feature = "formats")]
#[doc(hidden)]
pub mod journal;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod live;
#[doc(hidden)]
pub mod model;
#[cfg(feature = "formats")]
#[doc(hidden)]
pub mod output;
#[doc(hidden)]
pub mod phasing;
#[doc(hidden)]
pub mod reflections;
#[cfg(feature = "formats")]
#[doc(hidden)]
pub mod report;
#[cfg(feature = "formats")]
#[doc(hidden)]
pub mod screen;
#[doc(hidden)]
pub mod seed;
#[doc(hidden)]
pub mod seed_check;
#[doc(hidden)]
pub mod seed_input;
#[cfg(feature = "formats")]
#[doc(hidden)]
pub mod simulate;
#[doc(hidden)]
pub mod solve;
#[doc(hidden)]
pub mod structure;
#[doc(hidden)]
pub mod symmetry;
#[doc(hidden)]
pub mod trials;
#[doc(hidden)]
pub mod trust;
#[doc(hidden)]
pub mod twinning;
#[doc(hidden)]
pub mod twins;
#[cfg(feature = "gpu")]
#[doc(hidden)]
pub mod wgsl;

pub use clock::Clock;
pub use crystal::{Cell, Radiation, Site, SpaceGroup, SymOp};
pub use device::DeviceChoice;
pub use error::{Error, Result};
pub use front::{Crystal, Outcome, Score, Seeds, Solver, TrialsPhases, score, solve};
#[cfg(feature = "formats")]
pub use front::{Screening, screen};
pub use phasing::Methods;
pub use reflections::{CrystalHeader, PhasedReflection, RawReflection};
#[cfg(feature = "formats")]
pub use report::Record;
#[cfg(feature = "formats")]
pub use screen::Tally;
#[cfg(feature = "formats")]
pub use simulate::SimulateOptions;
pub use solve::{Options, Stage, Structure, Watch};
pub use structure::DensityMap;
pub use trials::{Event, Finished, Merits, Observer, Progress, StopReason};

// What tests of the crate share with those beside it calls the crate by its name.
#[cfg(test)]
extern crate self as seedflip;
