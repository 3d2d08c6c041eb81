//! Graphics adapters as wgpu shows them. No other module names wgpu.
//!
//! - `adapter`      what an adapter is and can do, and the list of those here
//! - `choice`       which one is meant
//! - `open_device`  an adapter opened for work, and its end if it is lost
//!
//! Imports: `engine`, `error`.

pub mod adapter;
pub mod choice;
pub mod open_device;

pub use adapter::{AdapterLimits, AdapterReport, Kind, list};
pub use choice::{Choice, choose};
pub use open_device::{OpenDevice, open};
