//! WGSL of the cycle: generated transforms joined with the hand-written stages in `shaders/`.
//!
//! Only what depends on the length of a transform is generated: butterflies, the places of values, and the exchange
//! between threads. Everything else is text in `shaders/`, one file a stage.
//!
//! - `codelet`    straight-line transforms of small lengths
//! - `radices`    splitting a length into stages
//! - `writer`     WGSL text under construction
//! - `exchange`   values passed through workgroup memory
//! - `transform`  a transform of many lines by one workgroup
//! - `shape`      what the kernels depend on
//! - `plane`      the plane pass in one kernel
//! - `four_pass`  the plane pass in three kernels
//! - `column`     the column pass
//! - `stage`      the stages and their complete modules
//!
//! Imports: nothing of the crate.

pub mod codelet;
pub mod column;
pub mod exchange;
pub mod four_pass;
pub mod plane;
pub mod radices;
pub mod shape;
pub mod stage;
pub mod transform;
pub mod writer;
