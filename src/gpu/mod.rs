//! The GPU engine on wgpu. No other module names wgpu.
//!
//! - `adapter`      what an adapter is and can do, and the list of those here
//! - `choice`       which one is meant
//! - `open_device`  an adapter opened for work, and its end if it is lost
//! - `plan`         threads, radices, passes and chunks for a grid on a device
//! - `tables`       the layout in device order
//! - `shared`       structs that host and device share
//! - `kernels`      compiled stages of a plan
//! - `chunk`        buffers and bind groups of trials that advance together
//! - `commands`     the order of stages in a cycle, in a start and in an evaluation
//! - `timing`       timestamps of the stages
//! - `engine`       the engine
//! - `backend`      what makes engines on an adapter
//! - `copy`         what memory gives to a plain copy
//! - `memory`       how many trials a card holds
//!
//! Imports: `engine`, `wgsl`, `twins`, `error`.

pub mod adapter;
pub mod backend;
pub mod choice;
mod chunk;
mod commands;
pub mod copy;
pub mod engine;
mod kernels;
pub mod memory;
pub mod open_device;
pub mod plan;
pub mod shared;
pub mod tables;
mod timing;

pub use crate::wgsl::stage::Storage;
pub use adapter::{AdapterLimits, AdapterReport, Kind, list};
pub use backend::GpuBackend;
pub use choice::{Choice, choose};
pub use engine::GpuEngine;
pub use open_device::{OpenDevice, open};
