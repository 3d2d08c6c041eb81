//! The GPU engine.
//!
//! Imports: `engine`, `twins`, `wgsl`, `error`.

pub mod plan;
pub mod shared;
pub mod tables;
