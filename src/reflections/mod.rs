//! Reflections from raw rows to normalised amplitudes. Imports: `crystal`, `error`.

mod bijvoet;
pub mod calculated;
pub mod dataset;
pub mod domains;
pub mod filling;
pub mod laue;
pub mod merge;
pub mod merged;
pub mod normalise;
pub mod phased;
pub mod profile;
pub mod raw;
pub mod regroup;
pub mod shells;
pub mod statistics;
pub mod unmixed;
mod warnings;
pub mod wilson;

pub use bijvoet::{BijvoetPair, bijvoet_pairs};
pub use calculated::CalculatedReflection;
pub use dataset::{CrystalHeader, DataSet};
pub use domains::{Counts, Domains, Observation};
pub use filling::Filling;
pub use laue::{LaueChange, LaueFinding, laue_class, likeness};
pub use merge::{AbsenceReport, MergeReport, Merged, merge};
pub use merged::{MergedReflection, NormalisedReflection};
pub use normalise::normalise;
pub use phased::PhasedReflection;
pub use profile::IntensityProfile;
pub use raw::RawReflection;
pub use regroup::regroup;
pub use shells::{Shell, ShellTable, shell_table};
pub use statistics::{IntensityStatistics, statistics};
pub use unmixed::Unmixed;
pub use wilson::{WilsonPlot, wilson_plot};
