//! Headings under which `--help` puts options that go together.

/// What is measured: files, limits, radiation.
pub const DATA: &str = "Data";
/// How a model is changed before it is used.
pub const MODEL: &str = "Model";
/// How phases are searched for.
pub const SEARCH: &str = "Search";
/// Phases known beforehand.
pub const SEEDS: &str = "Phase seeds";
/// What the trials run on.
pub const DEVICE: &str = "Device";
/// Files that come out.
pub const RESULTS: &str = "Results";
/// What is said on the screen, and to other programs.
pub const SCREEN: &str = "Screen";
