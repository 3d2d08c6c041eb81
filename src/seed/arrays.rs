//! Seed sets as arrays: T sets over the same N reflections, as a network gives them.

use super::checked::{Fault, bin_of, probabilities, weight};
use super::{Frame, Knowledge, Seed, SeedList};
use crate::crystal::Hkl;
use crate::{Error, Result};
use std::path::Path;
use std::sync::Arc;

/// What messages call them.
const NAME: &str = "seeds";

/// What the entries say, set by set, reflection by reflection.
#[derive(Debug, Clone, PartialEq)]
enum Said {
    /// Phases in radians.
    Phases(Arc<[f64]>),
    /// Bins, of so many.
    Bins(Arc<[u32]>, u32),
    /// Probabilities of so many classes.
    Classes(Arc<[f32]>, usize),
}

/// T seed sets over the same N reflections. The arrays are shared, not copied, by all that is made of them: a list of seeds
/// is made of one set at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedArrays {
    hkl: Arc<[Hkl]>,
    said: Said,
    /// Figures of merit, of one set or of all.
    weights: Option<Arc<[f64]>>,
    sets: usize,
    /// What indices and phases refer to.
    pub frame: Frame,
    /// Fraction in a wrong bin or class, where it is known.
    pub wrong: Option<f64>,
}

impl SeedArrays {
    /// Phases in radians, T·N of them, reflection fastest; NaN where a set says nothing.
    ///
    /// # Errors
    /// Numbers that do not go with those of the reflections; an infinite phase.
    pub fn of_phases(hkl: Arc<[Hkl]>, phases: Arc<[f64]>) -> Result<Self> {
        if let Some(phase) = phases.iter().find(|phase| phase.is_infinite()) {
            return Err(fault(format!("a phase is {phase}"), "give radians, or NaN where there is none"));
        }
        Self::new(hkl, phases.len(), 1, Said::Phases(phases))
    }

    /// Bins 0 … `bins` − 1, T·N of them, reflection fastest; bin b is centred on 2πb/bins.
    ///
    /// # Errors
    /// Numbers that do not go with those of the reflections; a bin that is none.
    pub fn of_bins(hkl: Arc<[Hkl]>, found: Arc<[u32]>, bins: u32) -> Result<Self> {
        for bin in found.iter().max().into_iter().chain(found.first()) {
            bin_of(f64::from(*bin), Some(f64::from(bins))).map_err(|fault| fault.in_array(Path::new(NAME)))?;
        }
        Self::new(hkl, found.len(), 1, Said::Bins(found, bins))
    }

    /// Probabilities of `classes` equal bins, T·N·classes of them, class fastest; bin b is centred on 2πb/classes. NaN
    /// where a set says nothing.
    ///
    /// # Errors
    /// Numbers that do not go with those of the reflections; probabilities that are none.
    pub fn of_classes(hkl: Arc<[Hkl]>, p: Arc<[f32]>, classes: usize) -> Result<Self> {
        let made = Self::new(hkl, p.len(), classes, Said::Classes(p.clone(), classes))?;
        for (row, entry) in p.chunks_exact(classes).enumerate().filter(|(_, entry)| !entry[0].is_nan()) {
            class_probabilities(entry).map_err(|fault| fault.in_row(Path::new(NAME), row))?;
        }
        Ok(made)
    }

    fn new(hkl: Arc<[Hkl]>, values: usize, each: usize, said: Said) -> Result<Self> {
        let of_set = hkl.len().saturating_mul(each);
        if of_set == 0 || values == 0 || !values.is_multiple_of(of_set) {
            let what = format!("{values} values do not go with {} reflections of {each} each", hkl.len());
            return Err(fault(what, "give arrays of shape (T, N), or (T, N, n) for n classes, beside hkl (N, 3)"));
        }
        Ok(Self { hkl, said, weights: None, sets: values / of_set, frame: Frame::default(), wrong: None })
    }

    /// The same with figures of merit, 0 to 1: N of them, or T·N, reflection fastest; 0 where a set says nothing.
    ///
    /// # Errors
    /// Other numbers of them; one outside 0 to 1.
    pub fn weighted(self, weights: Arc<[f64]>) -> Result<Self> {
        if weights.len() != self.hkl.len() && weights.len() != self.hkl.len() * self.sets {
            let what = format!("{} weights for {} sets of {} reflections", weights.len(), self.sets, self.hkl.len());
            return Err(fault(what, "give as many as phases, or one for each reflection"));
        }
        for (row, value) in weights.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            weight(*value).map_err(|fault| fault.in_row(Path::new(NAME), row))?;
        }
        Ok(Self { weights: Some(weights), ..self })
    }

    /// Number of sets.
    pub fn sets(&self) -> usize {
        self.sets
    }

    /// Reflections of a set.
    pub fn reflections(&self) -> usize {
        self.hkl.len()
    }

    /// Set number `set` as seeds: those that say something. Of one that is not there, none.
    pub fn set(&self, set: usize) -> Vec<Seed> {
        let rows = self.hkl.len();
        let seed = |(row, hkl): (usize, &Hkl)| {
            let at = set * rows + row;
            let weight = self.weights.as_ref().and_then(|w| w.get(at).or_else(|| w.get(at % rows))).copied();
            let silent = *hkl == [0; 3] || weight.is_some_and(|weight| weight.is_nan() || weight == 0.0);
            let knowledge = match &self.said {
                _ if silent => return None,
                Said::Phases(phases) => {
                    let phase = *phases.get(at)?;
                    (!phase.is_nan()).then_some(Knowledge::Phase { phase, weight })?
                }
                Said::Bins(found, bins) => Knowledge::Bin { bin: *found.get(at)?, bins: *bins, weight },
                // They were checked when they came.
                Said::Classes(p, classes) => Knowledge::Classes(
                    class_probabilities(p.get(at * classes..(at + 1) * classes).filter(|p| !p[0].is_nan())?).ok()?,
                ),
            };
            Some(Seed { hkl: *hkl, knowledge, line: None })
        };
        self.hkl.iter().enumerate().filter_map(seed).collect()
    }

    /// A list without sets, for `set` to fill.
    pub fn list(&self) -> SeedList {
        SeedList { frame: self.frame.clone(), wrong: self.wrong, ..SeedList::new(Path::new(NAME), "arrays") }
    }
}

fn class_probabilities(entry: &[f32]) -> std::result::Result<Vec<f32>, Fault> {
    let values: Vec<f64> = entry.iter().map(|p| f64::from(*p)).collect();
    probabilities(&values)
}

fn fault(what: String, hint: &str) -> Error {
    Error::file(Path::new(NAME), what, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hkl() -> Arc<[Hkl]> {
        Arc::new([[1, 0, 0], [0, 2, 1]])
    }

    #[test]
    fn sets_are_taken_one_at_a_time_and_silent_entries_are_left_out() {
        let phases = SeedArrays::of_phases(hkl(), Arc::new([0.5, f64::NAN, 1.0, 2.0])).unwrap();
        assert_eq!((phases.sets(), phases.set(0).len(), phases.set(1).len(), phases.set(2).len()), (2, 1, 2, 0));
        let weighted = phases.weighted(Arc::new([0.0, 0.5])).unwrap();
        assert_eq!(weighted.set(1)[0].knowledge, Knowledge::Phase { phase: 2.0, weight: Some(0.5) });
        let classes = SeedArrays::of_classes(hkl(), Arc::new([0.25, 0.75, f32::NAN, f32::NAN]), 2).unwrap();
        assert_eq!(classes.set(0)[0].knowledge, Knowledge::Classes(vec![0.25, 0.75]));
        let bins = SeedArrays::of_bins(hkl(), Arc::new([0, 3]), 4).unwrap();
        assert_eq!(bins.set(0)[1].knowledge, Knowledge::Bin { bin: 3, bins: 4, weight: None });
    }

    #[test]
    fn faults_are_one_line() {
        let text = |made: Result<SeedArrays>| made.unwrap_err().to_string();
        assert!(text(SeedArrays::of_phases(hkl(), Arc::new([0.0; 3]))).starts_with("seeds: 3 values do not go with 2"));
        assert!(text(SeedArrays::of_bins(hkl(), Arc::new([0, 4]), 4)).contains("the bin is 4 of 4"));
        assert!(text(SeedArrays::of_classes(hkl(), Arc::new([0.5, 0.4, 1.0, 0.0]), 2)).contains("sum to 0.900"));
        let phases = SeedArrays::of_phases(hkl(), Arc::new([0.0; 2])).unwrap();
        assert!(text(phases.weighted(Arc::new([2.0, 0.0]))).contains("the weight is 2"));
    }
}
