//! One finished trial.

use crate::engine::{Merits, Recipe};
use crate::phasing::{ArmId, Protocol};
use serde::{Deserialize, Serialize};

/// A trial that has run its course. Every one is kept in the ranking. It can be written and read back whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// Number of the trial, from 0.
    pub trial: u32,
    /// Its arm.
    pub arm: ArmId,
    /// The recipe that searched (not the polish); that of the proof for phases that came back from it.
    pub recipe: Recipe,
    /// Figures of merit at the end.
    pub merits: Merits,
    /// Cycles from its start to its end, polish and proof among them.
    pub cycles: u32,
    /// For a trial from seeds: whether its phases came back without them, see `proof`.
    pub proven: Option<bool>,
}

impl Finished {
    /// True when the merits convince on their own.
    pub fn convinces(&self) -> bool {
        self.proven != Some(false) && self.protocol().convincing.pass(&self.merits)
    }

    /// True when the trial may be a solution.
    pub fn is_promising(&self) -> bool {
        self.proven != Some(false) && self.protocol().promising.pass(&self.merits)
    }

    fn protocol(&self) -> &'static Protocol {
        self.recipe.method().protocol()
    }

    /// Order of the ranking, better first: promising trials before those whose merits would be but did not hold without the seeds, and
    /// these before others, then by R_weak, which ranked a solved trial
    /// first in 83 of 86 sets (message passing) and 11 of 11 (polished flipping; recipe notes §3, §6).
    pub fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let rank = |t: &Self| match (t.protocol().promising.pass(&t.merits), t.proven) {
            (true, None | Some(true)) => 0,
            (true, Some(false)) => 1,
            (false, _) => 2,
        };
        let key = |t: &Self| (rank(t), t.trial);
        let (a, b) = (key(self), key(other));
        a.0.cmp(&b.0).then(self.merits.r_weak.total_cmp(&other.merits.r_weak)).then(a.1.cmp(&b.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phasing::{Methods, portfolio};

    #[test]
    fn what_did_not_hold_without_seeds_stands_before_what_never_came_alive() {
        let arm = portfolio(Methods::Message, 50.0)[0];
        let trial = |kappa, r_weak, proven| Finished {
            trial: 0,
            arm: arm.name,
            recipe: arm.recipe(1, 0),
            merits: Merits { kappa, r_weak, ..Merits::default() },
            cycles: 20,
            proven,
        };
        let order = [
            trial(3.0, 0.3, None),
            trial(3.0, 0.31, Some(true)),
            trial(3.0, 0.2, Some(false)),
            trial(0.1, 0.1, Some(false)),
            trial(0.1, 0.2, None),
        ];
        assert!(order.windows(2).all(|w| w[0].compare(&w[1]).is_lt()));
    }

    #[test]
    fn a_finished_trial_is_read_back_as_it_was_written() {
        for (trial, arm) in portfolio(Methods::Both, 50.0).iter().enumerate() {
            let trial = trial as u32;
            let merits =
                Merits { r_weak: 0.1 + trial as f32 / 3.0, kappa: 1e-7, e_kurtosis: 1234.567, ..Merits::default() };
            let finished = Finished {
                trial,
                arm: arm.name,
                recipe: arm.recipe(1, trial),
                merits,
                cycles: 440,
                proven: [None, Some(true), Some(false)][trial as usize % 3],
            };
            let text = serde_json::to_string(&finished).unwrap();
            assert_eq!(serde_json::from_str::<Finished>(&text).unwrap(), finished, "{text}");
        }
    }
}
