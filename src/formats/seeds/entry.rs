//! One entry of a table of seeds, and the checks that make knowledge of it.

use crate::crystal::Hkl;
use crate::seed::Knowledge;
pub(super) use crate::seed::checked::weight;
pub(super) use crate::seed::checked::{Checked, Fault};
use crate::seed::checked::{bin_of, probabilities};

/// Beyond this an index is a mistake.
const LARGEST_INDEX: f64 = 9999.0;

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;
    use std::path::Path;

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
