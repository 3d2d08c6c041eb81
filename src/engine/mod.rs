//! The engine boundary: grids, coefficients, trials and recipes, no crystallography.
//!
//! An engine keeps a fixed number of slots. The host seats a trial in a slot (start phases and
//! recipe), advances all seated trials together by some cycles, reads figures of merit, changes
//! recipes, fetches the phases of the few it wants, and seats the next trial. Nothing else crosses
//! the boundary, so that a GPU can keep every trial resident.
//!
//! - `layout`   columns and entries of the half sphere
//! - `method`   the two iterations, by name
//! - `problem`  amplitude tables shared by all trials
//! - `direction` where the pair prior takes its derivative
//! - `recipe`   what a trial does in a cycle: flipping or message passing
//! - `seeds`    phases known beforehand
//! - `merits`   truth-free figures of merit
//! - `error`    why an engine cannot go on
//! - `backend`  what makes engines
//! - `team`     several devices as one
//! - `relief`   an engine that is being made while others work
//! - `cpu`      the engine on rustfft and all cores
//!
//! Imports: `twins`.

pub mod backend;
pub mod cpu;
pub mod direction;
pub mod error;
pub mod layout;
pub mod merits;
pub mod method;
pub mod problem;
pub mod recipe;
pub mod relief;
pub mod seeds;
pub mod team;

pub use backend::Backend;
pub use direction::Direction;
pub use error::EngineError;
pub use layout::Layout;
pub use merits::Merits;
pub use method::Method;
pub use problem::Problem;
pub use recipe::{Amplitudes, Denoiser, FlipRecipe, MessageRecipe, Recipe, SeedUse};
pub use relief::Relief;
pub use seeds::Seeds;
pub use team::Team;

use num_complex::Complex32;
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// Where a trial's first phases come from.
#[derive(Debug, Clone)]
pub enum Start {
    /// Hash of (seed, trial, reflection) for every entry.
    Random {
        /// Seed of the run.
        seed: u32,
        /// Number of the trial.
        trial: u32,
    },
    /// Unit phase vectors in layout order.
    Phases(Arc<[Complex32]>),
    /// The seeds alone make the first map: flipping gives them their amplitude, message passing E times the prior mean,
    /// and every other amplitude is 0 (recipe notes §2: starting the others at random phases failed 6 times of 6).
    Seeded {
        /// What is known.
        seeds: Arc<Seeds>,
        /// Cycles after which seeds move like any other reflection.
        hold: u32,
    },
}

impl Start {
    /// Whether what it brings along has the layout's length.
    ///
    /// # Errors
    /// `EngineError::Length` where it has not.
    pub fn check(&self, layout: &Layout) -> Result<(), EngineError> {
        let entries = layout.len();
        let given = match self {
            Self::Random { .. } => entries,
            Self::Phases(phases) => phases.len(),
            Self::Seeded { seeds, .. } => seeds.means().len(),
        };
        if given == entries { Ok(()) } else { Err(EngineError::Length { given, entries }) }
    }
}

/// What runs the trials.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Device {
    /// `cpu` or `gpu`.
    pub backend: &'static str,
    /// Name of the processor or adapter.
    pub name: String,
    /// Programming interface of a GPU, such as `vulkan`.
    pub api: Option<String>,
    /// Driver of a GPU and its version.
    pub driver: Option<String>,
    /// Threads on the host that work on trials.
    pub threads: usize,
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.name, self.backend)?;
        for detail in [&self.api, &self.driver].into_iter().flatten() {
            write!(f, ", {detail}")?;
        }
        f.write_str(")")
    }
}

/// Seconds spent in each stage since the engine was made, summed over threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, JsonSchema, Serialize)]
pub struct StageSeconds {
    /// Column passes (z-transforms and the work on coefficients).
    pub columns: f64,
    /// Plane passes (x and y transforms and the work on the density).
    pub planes: f64,
    /// Shell sums, phase weights and cavities of message passing.
    pub weights: f64,
    /// Figures of merit.
    pub merits: f64,
}

impl StageSeconds {
    /// Adds the seconds of `other`.
    pub fn add(&mut self, other: &Self) {
        self.columns += other.columns;
        self.planes += other.planes;
        self.weights += other.weights;
        self.merits += other.merits;
    }

    /// All stages together.
    pub fn total(&self) -> f64 {
        self.columns + self.planes + self.weights + self.merits
    }

    /// The same with every stage `factor` times as long.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        Self {
            columns: self.columns * factor,
            planes: self.planes * factor,
            weights: self.weights * factor,
            merits: self.merits * factor,
        }
    }

    /// Seconds spent since `earlier`.
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            columns: self.columns - earlier.columns,
            planes: self.planes - earlier.planes,
            weights: self.weights - earlier.weights,
            merits: self.merits - earlier.merits,
        }
    }
}

/// A number of trials that advance together. Calls fail when the device is lost, and when they break the rules of this
/// boundary (a slot that is not there, an empty one, another method, tables of another length); after an error the
/// engine is of no more use, and every further call may fail.
pub trait Engine: Send {
    /// What the trials run on.
    fn device(&self) -> Device;
    /// The problem that all trials share.
    fn problem(&self) -> &Problem;
    /// Number of slots.
    fn slots(&self) -> usize;
    /// Starts a trial in a slot, replacing what was there.
    fn seat(&mut self, slot: usize, start: &Start, recipe: Recipe) -> Result<(), EngineError>;
    /// Goes on from the present phases of a slot with another recipe of the same method.
    fn change_recipe(&mut self, slot: usize, recipe: Recipe) -> Result<(), EngineError>;
    /// Empties a slot.
    fn vacate(&mut self, slot: usize) -> Result<(), EngineError>;
    /// Runs `cycles` cycles of every seated trial.
    fn advance(&mut self, cycles: u32) -> Result<(), EngineError>;
    /// Figures of merit of every seated trial, by slot; `None` for empty slots.
    fn merits(&mut self) -> Result<Vec<Option<Merits>>, EngineError>;
    /// Phases of a slot in layout order: unit vectors times the phase's figure of merit (1 for
    /// flipping, I₁/I₀ for message passing). `None` for an empty slot.
    fn phases(&mut self, slot: usize) -> Result<Option<Vec<Complex32>>, EngineError>;
    /// Phases of several slots, in their order: in one go where the device is far away.
    fn phases_of(&mut self, slots: &[usize]) -> Result<Vec<Option<Vec<Complex32>>>, EngineError> {
        slots.iter().map(|&slot| self.phases(slot)).collect()
    }
    /// Begins a look, `advance` and then `merits`, and returns before it is done where the device works on its own.
    /// Until `collect` has brought the figures no other call makes sense.
    fn begin(&mut self, cycles: u32) -> Result<(), EngineError> {
        self.advance(cycles)
    }
    /// Waits for the look that was begun: figures of merit as `merits` has them.
    fn collect(&mut self) -> Result<Vec<Option<Merits>>, EngineError> {
        self.merits()
    }
    /// Time spent so far.
    fn stage_seconds(&self) -> StageSeconds;
    /// Bytes of mixed space that a cycle of one trial reads and writes: counted, not measured, and less than what
    /// really moves, since tables, sums and the coefficients of message passing are left out. `None` where nobody has
    /// counted.
    fn cycle_bytes(&self) -> Option<u64> {
        None
    }
    /// One line on how the engine goes about this grid.
    fn describe(&self) -> Option<String> {
        None
    }
}
