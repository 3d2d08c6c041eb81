//! When a run has enough, and what its search should bring first otherwise.

use super::judge::Judgement;
use crate::trials::{Findings, Goal};

/// After a look that ended in no claim one more trial that agrees is worth another …
const MORE_AGREEING: usize = 1;
/// … or so many finished ones.
const MORE_TRIALS: usize = 16;

/// What a run has been told by its judge so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    /// Trials after which a doubted claim is let stand.
    until: Option<u32>,
}

impl Pace {
    /// After a look at `findings`: what to look for next; `None` when the run has enough.
    pub fn after(&mut self, judgement: &Judgement, findings: &Findings) -> Option<Goal> {
        let finished = findings.finished.len() as u32;
        match judgement.enough_trials(finished) {
            Some(enough) => {
                // A claim that is beyond doubt has enough at once; a doubted one keeps the number it was first given.
                let enough = if enough > finished { *self.until.get_or_insert(enough) } else { enough };
                if finished >= enough {
                    return None;
                }
            }
            None => self.until = None,
        }
        let mut goal = Goal::after(findings, MORE_AGREEING, MORE_TRIALS);
        goal.finished = goal.finished.into_iter().chain(self.until.map(|until| until as usize)).min();
        Some(goal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_claim_it_goes_on() {
        let goal = Pace::default().after(&Judgement::default(), &Findings::default());
        assert_eq!(goal.and_then(|goal| goal.finished), Some(16));
    }
}
