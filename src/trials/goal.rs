//! When a search should pause so that somebody looks at what it has found.

use super::Findings;
use serde::{Deserialize, Serialize};

/// What a search works for. Every part is a number of trials or a trial's name, so that it is reached at the same trial
/// whatever runs the trials.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Goal {
    /// Pauses when so many trials have finished, whatever they found; `None`: no matter how many.
    pub finished: Option<usize>,
    /// Trials that have to agree with a convincing first candidate; `None`: as many as `Verdict` wants for an end.
    pub agreeing: Option<usize>,
    /// What whoever looks has seen already; `None`: nothing yet.
    pub seen: Option<Seen>,
}

/// What was on the table at the last look. A convincing candidate that was not, or one that stands first and has a
/// better trial than then, is worth another look.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    /// Candidates that convinced, each by its id with the number of its best trial.
    pub convincing: Vec<(u32, u32)>,
    /// Trials that agreed with the first candidate.
    pub agreeing: usize,
}

impl Seen {
    /// What is on the table now.
    pub fn new(findings: &Findings) -> Self {
        let candidates = &findings.verdict.candidates;
        let convincing = candidates.iter().filter(|c| c.convinces(&findings.finished)).map(|c| findings.key(c));
        Self { convincing: convincing.collect(), agreeing: candidates.first().map_or(0, |c| c.members.len()) }
    }
}

impl Goal {
    /// One that is never reached: all trials are run.
    pub fn never() -> Self {
        Self { agreeing: Some(usize::MAX), ..Self::default() }
    }

    /// The next goal after a look at `findings`: `more_agreeing` trials more for the first candidate, a new convincing
    /// candidate, a better trial of the first, or `more_trials` finished ones more.
    pub fn after(findings: &Findings, more_agreeing: usize, more_trials: usize) -> Self {
        let seen = Seen::new(findings);
        Self {
            finished: Some(findings.finished.len() + more_trials),
            agreeing: Some(seen.agreeing + more_agreeing),
            seen: Some(seen),
        }
    }

    /// Whether it is worth looking at `findings`.
    pub fn reached(&self, findings: &Findings) -> bool {
        if self.finished.is_some_and(|finished| findings.finished.len() >= finished) {
            return true;
        }
        let Some(first) = findings.verdict.candidates.first() else { return false };
        let convinces = first.convinces(&findings.finished);
        let enough = self.agreeing.unwrap_or(first.agreeing_for_end(&findings.finished));
        if convinces && first.members.len() >= enough {
            return true;
        }
        self.seen.as_ref().is_some_and(|seen| {
            let known = |id: u32| seen.convincing.iter().find(|(known, _)| *known == id);
            let (id, best) = findings.key(first);
            let improved = convinces && known(id).is_some_and(|(_, seen)| *seen != best);
            let convincing = findings.verdict.candidates.iter().filter(|c| c.convinces(&findings.finished));
            improved || convincing.into_iter().any(|c| known(c.id).is_none())
        })
    }
}
