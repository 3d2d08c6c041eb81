//! The one exception.

use pyo3::PyErr;
use pyo3::exceptions::PyException;

pyo3::create_exception!(
    seedflip,
    SeedflipError,
    PyException,
    "What went wrong, in one line that says where and what to do: the line that the program prints."
);

/// An error of the library as the exception.
pub fn raised(error: seedflip::Error) -> PyErr {
    SeedflipError::new_err(error.to_string())
}

/// The exception for arguments that do not go together.
pub fn wrong(what: impl Into<String>) -> PyErr {
    SeedflipError::new_err(what.into())
}
