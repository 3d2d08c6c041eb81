//! The GPU engine on wgpu. No other module names wgpu.
//!
//! - `adapter`      what an adapter is and can do, and the list of those here
//! - `choice`       which one is meant
//! - `visible`      those that a job queue has given to the process
//! - `open_device`  an adapter opened for work, and its end if it is lost
//! - `tuning`       how kernels are cut for a device
//! - `cut`          radices, threads and workgroup memory of the passes
//! - `plan`         passes, chunks and memory of a grid on a device
//! - `tables`       the layout in device order
//! - `shared`       structs that host and device share
//! - `numbers`      recipes in the device's numbers
//! - `pipelines`    compiled kernels of a device
//! - `pipeline_cache` what its driver keeps of them on the disk
//! - `kernels`      compiled stages of a plan
//! - `seed_sets`    phases known beforehand, on the device
//! - `chunk`        buffers and bind groups of trials that advance together
//! - `commands`     the order of stages in a cycle, in a start and in an evaluation
//! - `timing`       timestamps of the stages
//! - `transfer`     waiting, and bringing results home
//! - `engine`       the engine
//! - `backend`      what makes engines on an adapter
//! - `auto`         the processor first, then an adapter
//! - `copy`         what memory gives to a plain copy
//! - `memory`       how many trials a card holds
//! - `dump`         the modules of a grid, to be read
//!
//! Imports: `engine`, `wgsl`, `twins`, `error`.

pub mod adapter;
pub mod auto;
pub mod backend;
pub mod choice;
mod chunk;
mod commands;
pub mod copy;
mod cut;
pub mod dump;
pub mod engine;
mod kernels;
pub mod memory;
mod numbers;
pub mod open_device;
mod pipeline_cache;
mod pipelines;
pub mod plan;
mod seed_sets;
pub mod shared;
pub mod tables;
mod timing;
mod transfer;
pub mod tuning;
mod visible;

pub use crate::wgsl::stage::Storage;
pub use adapter::{AdapterLimits, AdapterReport, Kind, list};
pub use auto::{AutoBackend, GpuInWaiting};
pub use backend::GpuBackend;
pub use choice::{Choice, choose};
pub use engine::GpuEngine;
pub use open_device::{OpenDevice, open};

#[cfg(test)]
#[path = "coefficient_tests.rs"]
mod coefficient_tests;
#[cfg(test)]
#[path = "density_tests.rs"]
mod density_tests;
#[cfg(test)]
#[path = "linear_tests.rs"]
mod linear_tests;
#[cfg(test)]
#[path = "probe.rs"]
mod probe;
