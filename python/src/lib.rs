//! The Python module `seedflip._seedflip`: what `seedflip` (Python) re-exports and documents in its stubs.
//!
//! | file | noun |
//! |---|---|
//! | `error` | the one exception |
//! | `crystal` | `Crystal` |
//! | `seeds` | `Seeds` |
//! | `solving` | `solve`: a run on a thread of its own, signals and all |
//! | `events` | what a callback hears |
//! | `result` | `Result` |
//! | `scoring` | `score` and `screen` |

mod crystal;
mod error;
mod events;
mod result;
mod scoring;
mod seeds;
mod solving;

use pyo3::prelude::*;

/// A column of a table: its name, and where its values come from.
type Figure<R, T> = (&'static str, fn(&R) -> T);

#[pymodule]
mod _seedflip {
    #[pymodule_export]
    use super::crystal::{Crystal, simulate};
    #[pymodule_export]
    use super::error::SeedflipError;
    #[pymodule_export]
    use super::result::Result;
    #[pymodule_export]
    use super::scoring::{score, screen};
    #[pymodule_export]
    use super::seeds::Seeds;
    #[pymodule_export]
    use super::solving::solve;
    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
