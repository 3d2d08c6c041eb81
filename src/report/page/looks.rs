//! What trials looked like while they ran.

use crate::trials::Event;
use serde::Serialize;
use std::collections::BTreeMap;

/// Trials that are drawn: of a run of thousands the first hundreds say what the others are like.
pub const MOST_TRIALS: usize = 300;
/// Looks of one trial that are drawn.
pub const MOST_LOOKS: usize = 200;

/// The course of one trial.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Course {
    /// Its arm.
    pub arm: String,
    /// It has run its course.
    pub finished: bool,
    /// It may be a solution.
    pub promising: bool,
    /// Of each look: cycles since its start, R_weak, E-kurtosis, tan_cos, κ.
    pub looks: Vec<[f32; 5]>,
}

/// The courses of the first trials of a run.
#[derive(Debug, Clone, Default)]
pub struct Looks {
    courses: BTreeMap<u32, Course>,
    /// Trials that are left out.
    pub left_out: usize,
}

impl Looks {
    /// Takes down what has happened.
    pub fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Started { trial, arm } => {
                if self.courses.len() < MOST_TRIALS {
                    self.courses.insert(*trial, Course { arm: arm.to_string(), ..Course::default() });
                } else {
                    self.left_out += 1;
                }
            }
            Event::Looked { trial, cycles, merits } => {
                if let Some(course) = self.courses.get_mut(trial).filter(|course| course.looks.len() < MOST_LOOKS) {
                    course.looks.push([*cycles as f32, merits.r_weak, merits.e_kurtosis, merits.tan_cos, merits.kappa]);
                }
            }
            Event::Finished { trial, .. } => {
                if let Some(course) = self.courses.get_mut(&trial.trial) {
                    course.finished = true;
                    course.promising = trial.is_promising();
                }
            }
            _ => {}
        }
    }

    /// The courses by the numbers of their trials, those without a look left out.
    pub fn courses(&self) -> impl Iterator<Item = (u32, &Course)> {
        self.courses.iter().filter(|(_, course)| !course.looks.is_empty()).map(|(trial, course)| (*trial, course))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Merits;
    use crate::phasing::{Methods, portfolio};

    #[test]
    fn looks_go_to_their_trials_and_are_bounded() {
        let mut looks = Looks::default();
        let arm = portfolio(Methods::Both, 50.0)[0].name;
        for trial in 0..=MOST_TRIALS as u32 {
            looks.event(&Event::Started { trial, arm });
        }
        let merits = Merits { r_weak: 0.25, kappa: 3.0, ..Merits::default() };
        for cycles in 0..=MOST_LOOKS as u32 {
            looks.event(&Event::Looked { trial: 7, cycles, merits: &merits });
        }
        looks.event(&Event::Looked { trial: MOST_TRIALS as u32, cycles: 1, merits: &merits });
        let courses: Vec<_> = looks.courses().collect();
        assert_eq!((courses.len(), courses[0].0, looks.left_out), (1, 7, 1));
        assert_eq!(courses[0].1.looks.len(), MOST_LOOKS);
        assert_eq!(courses[0].1.looks[10], [10.0, 0.25, 0.0, 0.0, 3.0]);
    }
}
