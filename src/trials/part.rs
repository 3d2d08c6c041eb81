//! A share of the trials of a run, for one machine of several.

use std::fmt;

/// Of `of` machines that number `index`, from 0: trial t is its where t mod `of` is `index`. So each has trials of every arm, and which trial
/// is whose does not depend on how many trials there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    index: u32,
    of: u32,
}

impl Part {
    /// All trials.
    pub const WHOLE: Self = Self { index: 0, of: 1 };

    /// `None` unless `index` is below `of`.
    pub fn new(index: u32, of: u32) -> Option<Self> {
        (index < of).then_some(Self { index, of })
    }

    /// Its number, from 0.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// How many there are.
    pub fn of(&self) -> u32 {
        self.of
    }

    /// Whether trial number `trial` is among them.
    pub fn has(&self, trial: u32) -> bool {
        trial % self.of == self.index
    }

    /// How many of trials 0 to `trials` − 1 are.
    pub fn share(&self, trials: u32) -> u32 {
        trials / self.of + u32::from(trials % self.of > self.index)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trial_is_in_one_part() {
        assert_eq!(Part::new(3, 3), None);
        assert_eq!(Part::new(0, 0), None);
        for of in 1..=16 {
            let parts: Vec<Part> = (0..of).filter_map(|index| Part::new(index, of)).collect();
            for trials in 0..40 {
                assert_eq!(parts.iter().map(|part| part.share(trials)).sum::<u32>(), trials);
                for part in &parts {
                    assert_eq!((0..trials).filter(|&trial| part.has(trial)).count() as u32, part.share(trials));
                }
            }
            assert!((0..40).all(|trial| parts.iter().filter(|part| part.has(trial)).count() == 1));
        }
        assert_eq!(Part::new(2, 16).unwrap().to_string(), "2/16");
    }
}
