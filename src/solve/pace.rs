//! When a run has enough, and what its search should bring first otherwise.

use super::judge::Judgement;
use crate::trials::{Findings, Goal, StopReason};
use std::ops::ControlFlow;

/// After a look that ended in no claim one more trial that agrees is worth another …
pub(super) const MORE_AGREEING: usize = 1;
/// … or so many finished ones.
pub(super) const MORE_TRIALS: usize = 16;
/// Beyond the trials of a processor a search without a claim is over when this share of all trials ends at the phases of
/// the first candidate: what keeps it from being claimed is not for trials to mend. Conotoxin, whose bonds contradict its
/// cell, went through 6144 trials of a card; with a half instead of a quarter it took 1904.
const SETTLED_SHARE: f64 = 0.25;

/// What a run has been told by its judge so far.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Trials of a processor's budget.
    alone: u32,
    /// Trials after which a doubted claim is let stand.
    until: Option<u32>,
}

impl Pace {
    /// Nothing has been said yet. `alone`: trials that a processor would be given.
    pub fn new(alone: u32) -> Self {
        Self { alone, until: None }
    }

    /// After a look at `findings`: what to look for next, or why the run has enough.
    pub fn after(&mut self, judgement: &Judgement, findings: &Findings) -> ControlFlow<StopReason, Goal> {
        let finished = findings.finished.len() as u32;
        match judgement.enough_trials(finished) {
            Some(enough) => {
                // A claim that is beyond doubt has enough at once; a doubted one keeps the number it was first given.
                let enough = if enough > finished { *self.until.get_or_insert(enough) } else { enough };
                if finished >= enough {
                    return ControlFlow::Break(StopReason::Convinced);
                }
            }
            None => {
                self.until = None;
                let agreeing = findings.verdict.candidates.first().map_or(0, |first| first.members.len());
                if finished > self.alone && agreeing as f64 >= SETTLED_SHARE * f64::from(finished) {
                    return ControlFlow::Break(StopReason::Settled);
                }
            }
        }
        let mut goal = Goal::after(findings, MORE_AGREEING, MORE_TRIALS);
        goal.finished = goal.finished.into_iter().chain(self.until.map(|until| until as usize)).min();
        ControlFlow::Continue(goal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Merits;
    use crate::phasing::{Methods, portfolio};
    use crate::trials::{Candidate, Finished, Sighting};

    /// So many finished trials of which as many agree with the first candidate.
    fn findings(finished: usize, agreeing: usize) -> Findings {
        let arm = portfolio(Methods::Flipping, 20.0)[0];
        let trial = |trial| Finished {
            trial,
            arm: arm.name,
            recipe: arm.recipe(1, trial),
            merits: Merits::default(),
            cycles: 10,
            proven: None,
        };
        let first = Candidate { id: 0, best: 0, members: (0..agreeing).collect(), sighting: Sighting::default() };
        let mut findings = Findings::default();
        findings.verdict.candidates.push(first);
        findings.finished.extend((0..finished as u32).map(trial));
        findings
    }

    #[test]
    fn without_a_claim_it_goes_on() {
        let goal = Pace::new(96).after(&Judgement::default(), &Findings::default());
        assert_eq!(goal.continue_value().and_then(|goal| goal.finished), Some(16));
    }

    #[test]
    fn what_most_trials_agree_on_settles_a_search_that_a_processor_would_have_ended() {
        let ends = |finished, agreeing| {
            let after = Pace::new(96).after(&Judgement::default(), &findings(finished, agreeing));
            after.break_value()
        };
        assert_eq!(ends(96, 96), None);
        assert_eq!(ends(97, 24), None);
        assert_eq!(ends(97, 25), Some(StopReason::Settled));
    }
}
