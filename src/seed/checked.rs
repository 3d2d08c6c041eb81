//! Checks on what an entry of a table or an array says of its phase.

use crate::error::Error;
use std::path::Path;

/// More bins than this are no bins: give the phase.
const MOST_BINS: f64 = 360.0;
/// How far from 1 a sum of printed probabilities may be.
const SUM_TOLERANCE: f64 = 0.02;

/// What a check gives: the fault does not know yet where it stands.
pub type Checked<T> = Result<T, Fault>;

/// What is wrong with an entry, before it is known where the entry stands.
#[derive(Debug)]
pub struct Fault {
    what: String,
    hint: &'static str,
}

impl Fault {
    /// What is wrong, and what to do.
    pub fn new(what: impl Into<String>, hint: &'static str) -> Self {
        Self { what: what.into(), hint }
    }

    /// Blames a line of a text file, from 1.
    pub fn at_line(self, path: &Path, line: usize) -> Error {
        Error::line(path, line, self.what, self.hint)
    }

    /// Blames an array as a whole.
    pub fn in_array(self, path: &Path) -> Error {
        Error::file(path, self.what, self.hint)
    }

    /// Blames a row of a table without lines, from 0.
    pub fn in_row(self, path: &Path, row: usize) -> Error {
        Error::file(path, format!("row {row} (from 0): {}", self.what), self.hint)
    }
}

/// A figure of merit.
///
/// # Errors
/// Outside 0 to 1.
pub fn weight(value: f64) -> Checked<f64> {
    if (0.0..=1.0).contains(&value) {
        return Ok(value);
    }
    Err(Fault::new(
        format!("the weight is {value}, outside 0 to 1"),
        "a weight is a figure of merit: the mean cosine of the phase error",
    ))
}

/// A bin and their number.
///
/// # Errors
/// A number of bins that cannot be, a bin that is none of them.
pub fn bin_of(bin: f64, bins: Option<f64>) -> Checked<(u32, u32)> {
    let Some(bins) = bins else {
        return Err(Fault::new("the bin has no number of bins", "give nbins"));
    };
    if bins.fract() != 0.0 || !(2.0..=MOST_BINS).contains(&bins) {
        return Err(Fault::new(format!("nbins is {bins}"), "the number of bins is a whole number from 2 to 360"));
    }
    if bin.fract() != 0.0 || bin < 0.0 || bin >= bins {
        return Err(Fault::new(format!("the bin is {bin} of {bins}"), "bins count from 0 to nbins - 1"));
    }
    Ok((bin as u32, bins as u32))
}

/// Probabilities that sum to 1, after the rounding of print.
///
/// # Errors
/// Too few or many classes, negative ones, another sum.
pub fn probabilities(values: &[f64]) -> Checked<Vec<f32>> {
    if values.len() < 2 || values.len() as f64 > MOST_BINS {
        return Err(Fault::new(format!("there are {} classes", values.len()), "give 2 to 360 classes"));
    }
    if let Some(p) = values.iter().find(|p| !p.is_finite() || **p < 0.0) {
        return Err(Fault::new(format!("a probability is {p}"), "probabilities are not negative"));
    }
    let sum: f64 = values.iter().sum();
    if (sum - 1.0).abs() > SUM_TOLERANCE {
        return Err(Fault::new(format!("the probabilities sum to {sum:.3}"), "the probabilities of an entry sum to 1"));
    }
    Ok(values.iter().map(|p| (p / sum) as f32).collect())
}
