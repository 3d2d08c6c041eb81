//! Follows a run for everybody who wants to know of it: the screen, a browser, the folder of the results, the diary, the trace.

use super::progress::Screen;
use super::trace;
use crate::diary::Keeper;
use crate::journal::TrialLedger;
use crate::live::Narrator;
use crate::output::Results;
use crate::solve::{Note, Stage, Structure, Watch};
use crate::trials::{Event, Ledger, Observer, Progress};

/// Shows how far a run is, and keeps the best model so far on the disk.
pub struct Follower<'a> {
    /// What is seen of it.
    pub screen: Screen,
    /// Its files.
    pub results: Results<'a>,
    /// Its diary, if one is kept.
    pub keeper: Option<Keeper>,
    /// Its journal, if one is kept.
    pub ledger: Option<TrialLedger>,
    /// Tells it to those who look at it in a browser, if it is served.
    pub live: Option<Narrator<'a>>,
}

impl Observer for Follower<'_> {
    fn step(&mut self, progress: &Progress) -> bool {
        self.results.begin();
        if let Some(keeper) = &mut self.keeper {
            keeper.step();
        }
        if let Some(live) = &self.live {
            live.step(progress);
        }
        self.screen.step(progress)
    }

    fn event(&mut self, event: &Event<'_>) {
        trace::event(event);
        // From the first trial on: the first step of a large cell takes seconds, and one that is killed meanwhile has to leave a word.
        if matches!(event, Event::Started { .. }) {
            self.results.begin();
        }
        self.results.event(event);
        if let Some(live) = &self.live {
            live.event(event);
        }
        if let Some(keeper) = &mut self.keeper {
            keeper.event(event);
        }
    }

    fn ledger(&self) -> Option<&dyn Ledger> {
        self.ledger.as_ref().map(|ledger| ledger as &dyn Ledger)
    }
}

impl Watch for Follower<'_> {
    fn stage(&mut self, stage: &Stage) {
        self.screen.stage(stage);
        if let Some(live) = &self.live {
            live.stage(stage);
        }
    }

    fn structure(&mut self, structure: &Structure) {
        self.results.first(structure);
        if let Some(live) = &self.live {
            live.structure(structure);
        }
    }

    fn note(&mut self, note: &Note<'_>) {
        trace::note(note);
        if let Some(live) = &self.live {
            live.note(note);
        }
        if let Some(keeper) = &mut self.keeper {
            keeper.note(note);
        }
    }
}
