//! Tells a feed what a run says to whoever follows it.

use super::Feed;
use super::news::{News, look};
use crate::input::Input;
use crate::report::page::Drawn;
use crate::report::table::group_name;
use crate::solve::{Note, Stage, Structure};
use crate::trials::{Event, Progress};
use std::sync::Arc;

/// Follows a run for a feed.
pub struct Narrator<'a> {
    feed: Arc<Feed>,
    input: &'a Input,
}

impl<'a> Narrator<'a> {
    /// Of a run of `input`.
    pub fn new(feed: Arc<Feed>, input: &'a Input) -> Self {
        Self { feed, input }
    }

    /// The trials stand so.
    pub fn step(&self, progress: &Progress) {
        if self.feed.wants_step() {
            self.feed.tell(&News::Progress {
                finished: progress.finished,
                trials: progress.trials,
                cycles: progress.cycles,
                elapsed_s: progress.elapsed.as_secs_f64(),
                best_r_weak: progress.best_r_weak,
                agreeing: progress.agreeing,
            });
        }
    }

    /// Something has happened.
    pub fn event(&self, event: &Event<'_>) {
        let told = match event {
            Event::Started { trial, arm } => News::Started { trial: *trial, arm: arm.to_string() },
            Event::Looked { trial, cycles, merits } => News::Looked { trial: *trial, look: look(*cycles, merits) },
            Event::Finished { trial, .. } => News::Finished {
                trial: trial.trial,
                promising: trial.is_promising(),
                look: look(trial.merits.cycles, &trial.merits),
            },
            Event::Structure { group, candidate, atoms, r1 } => {
                News::Modelled { group: (*group).to_owned(), candidate: *candidate, atoms: *atoms, r1: *r1 }
            }
            Event::Compared { .. } | Event::Moved(_) => return,
        };
        self.feed.tell(&told);
    }

    /// The work-up has got somewhere.
    pub fn stage(&self, stage: &Stage) {
        self.feed.tell(&match stage {
            Stage::Settling { candidates } => News::Settling { candidates: *candidates },
            Stage::Modelling { done, all, under_way, .. } => {
                News::Modelling { done: *done, all: *all, under_way: under_way.iter().map(group_name).collect() }
            }
        });
    }

    /// The best structure so far.
    pub fn structure(&self, structure: &Structure) {
        self.feed.tell(&News::Structure {
            group: group_name(&structure.group),
            r1: structure.model.as_ref().map(|model| model.r1),
            model: Box::new(Drawn::new(self.input, structure)),
        });
    }

    /// A decision has fallen.
    pub fn note(&self, note: &Note<'_>) {
        if let Note::Judged { finished, judgement, .. } = note {
            let (finished, probability) = (*finished, judgement.probability);
            self.feed.tell(&News::Judged { finished, probability, claimed: judgement.claimed() });
        }
    }
}
