//! Reflections from raw rows to normalised amplitudes. Imports: `crystal`, `error`.

pub mod merged;
pub mod phased;
pub mod raw;

pub use merged::{MergedReflection, NormalisedReflection};
pub use phased::PhasedReflection;
pub use raw::RawReflection;
