//! Why an engine cannot go on.

/// What became of the device. The words in the variants are the driver's or wgpu's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The device went away: a driver reset, a cable, a time limit of the system.
    #[error("the GPU was lost: {0}")]
    Lost(String),
    /// Not enough memory even for the smallest share of the work.
    #[error("the GPU's memory does not suffice: {0}")]
    Memory(String),
    /// The device refused what it was given.
    #[error("the GPU refused the work: {0}")]
    Refused(String),
}
