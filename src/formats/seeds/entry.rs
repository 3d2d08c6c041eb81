//! One entry of a table of seeds, and the checks that make knowledge of it.

use crate::crystal::Hkl;
use crate::error::Error;
use crate::seed::Knowledge;
use std::path::Path;

/// Beyond this an index is a mistake.
const LARGEST_INDEX: f64 = 9999.0;
/// More bins than this are no bins: give the phase.
const MOST_BINS: f64 = 360.0;
/// How far from 1 a sum of printed probabilities may be.
const SUM_TOLERANCE: f64 = 0.02;

/// What a check gives: the fault does not know yet where it stands.
pub(super) type Checked<T> = Result<T, Fault>;

/// What is wrong with an entry, before it is known where the entry stands.
#[derive(Debug)]
pub(super) struct Fault {
    what: String,
    hint: &'static str,
}

impl Fault {
    pub fn new(what: impl Into<String>, hint: &'static str) -> Self {
        Self { what: what.into(), hint }
    }

    /// Blames a line of a text file, from 1.
    pub fn at_line(self, path: &Path, line: usize) -> Error {
        Error::line(path, line, self.what, self.hint)
    }

    /// Blames a row of a table without lines, from 0.
    pub fn in_row(self, path: &Path, row: usize) -> Error {
        Error::file(path, format!("row {row} (from 0): {}", self.what), self.hint)
    }
}

/// Everything that an entry may say of its phase, unchecked.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Phase in degrees.
    pub phase_deg: Option<f64>,
    /// Figure of merit.
    pub weight: Option<f64>,
    /// Number of the bin.
    pub bin: Option<f64>,
    /// Number of bins.
    pub bins: Option<f64>,
    /// Probabilities of the classes; empty when there are none.
    pub probabilities: Vec<f64>,
}

impl Entry {
    /// The most that the entry says: probabilities, else a bin, else a phase.
    pub fn knowledge(&self) -> Checked<Knowledge> {
        let weight = self.weight.map(weight).transpose()?;
        if !self.probabilities.is_empty() {
            return Ok(Knowledge::Classes(probabilities(&self.probabilities)?));
        }
        if let Some(bin) = self.bin {
            let (bin, bins) = bin_of(bin, self.bins)?;
            return Ok(Knowledge::Bin { bin, bins, weight });
        }
        match self.phase_deg {
            Some(degrees) => Ok(Knowledge::Phase { phase: degrees.to_radians(), weight }),
            None => Err(Fault::new("the entry says nothing of its phase", "give a phase, a bin or probabilities")),
        }
    }
}

/// Miller indices, which must be whole.
pub(super) fn indices(hkl: [f64; 3]) -> Checked<Hkl> {
    let mut out = [0; 3];
    for ((slot, x), name) in out.iter_mut().zip(hkl).zip(["h", "k", "l"]) {
        if x.fract() != 0.0 || x.abs() > LARGEST_INDEX {
            return Err(Fault::new(format!("{name} is {x}, not a Miller index"), "indices are whole numbers"));
        }
        *slot = x as i32;
    }
    Ok(out)
}

/// A figure of merit.
pub(super) fn weight(value: f64) -> Checked<f64> {
    if (0.0..=1.0).contains(&value) {
        return Ok(value);
    }
    Err(Fault::new(
        format!("the weight is {value}, outside 0 to 1"),
        "a weight is a figure of merit: the mean cosine of the phase error",
    ))
}

fn bin_of(bin: f64, bins: Option<f64>) -> Checked<(u32, u32)> {
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

/// Probabilities that sum to 1.
fn probabilities(values: &[f64]) -> Checked<Vec<f32>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    fn fault(entry: Entry) -> String {
        entry.knowledge().unwrap_err().in_row(Path::new("a"), 3).to_string()
    }

    #[test]
    fn the_most_that_is_known_is_taken() {
        let mut entry = Entry { phase_deg: Some(180.0), weight: Some(0.5), ..Entry::default() };
        assert_eq!(entry.knowledge().unwrap(), Knowledge::Phase { phase: PI, weight: Some(0.5) });
        (entry.bin, entry.bins) = (Some(1.0), Some(4.0));
        assert_eq!(entry.knowledge().unwrap(), Knowledge::Bin { bin: 1, bins: 4, weight: Some(0.5) });
        entry.probabilities = vec![0.252, 0.756];
        assert_eq!(entry.knowledge().unwrap(), Knowledge::Classes(vec![0.25, 0.75]));
    }

    #[test]
    fn faults_are_named() {
        let bin = |bin, bins| fault(Entry { bin: Some(bin), bins, ..Entry::default() });
        assert_eq!(bin(4.0, Some(4.0)), "a: row 3 (from 0): the bin is 4 of 4; bins count from 0 to nbins - 1");
        assert!(bin(-1.0, Some(4.0)).contains("the bin is -1 of 4"));
        assert!(bin(0.5, Some(4.0)).contains("the bin is 0.5 of 4"));
        assert!(bin(0.0, Some(1.0)).contains("nbins is 1;"));
        assert!(bin(0.0, Some(361.0)).contains("from 2 to 360"));
        assert!(bin(0.0, None).contains("give nbins"));
        let classes = |probabilities| fault(Entry { probabilities, ..Entry::default() });
        assert!(classes(vec![0.5, 0.4]).contains("sum to 0.900"));
        assert!(classes(vec![1.5, -0.5]).contains("a probability is -0.5"));
        assert!(classes(vec![1.0]).contains("there are 1 classes"));
        assert!(fault(Entry { weight: Some(1.5), ..Entry::default() }).contains("the weight is 1.5, outside 0 to 1"));
        assert!(fault(Entry::default()).contains("says nothing of its phase"));
        let index = |hkl| indices(hkl).unwrap_err().at_line(Path::new("a"), 2).to_string();
        assert_eq!(index([1.0, 0.5, 0.0]), "a:2: k is 0.5, not a Miller index; indices are whole numbers");
        assert!(index([1e9, 0.0, 0.0]).contains("h is 1000000000"));
    }
}
