//! The trials of one grid: each from seeds of its own, judged by the truth when it ends.

use super::Outcome;
use super::run::{Draw, Screen};
use super::subject::{OnGrid, Subject};
use crate::engine::{EngineError, Method, Recipe, Start};
use crate::phasing::{ArmId, Draw as SeedDraw, StartKind, feasibility, paired};
use crate::seed::{Merit, Prediction, UnseededRates};
use crate::trials::{Course, Job, Look, Next, Queue};
use crate::{Error, Result};
use std::collections::HashMap;
use std::sync::Arc;

/// Why the trials end before their time.
pub(super) enum End {
    /// Something has failed.
    Failed(Error),
    /// The watcher has had enough.
    Enough,
}

impl From<EngineError> for End {
    fn from(error: EngineError) -> Self {
        Self::Failed(super::run::failed(error))
    }
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// The trials to be run on one grid.
pub(super) struct Draws<'a> {
    pub screen: &'a Screen<'a>,
    pub subject: &'a Subject<'a>,
    pub on: &'a OnGrid,
    pub jobs: std::vec::IntoIter<Draw>,
    /// Number of the next.
    pub next: u32,
    /// Success of every arm without seeds.
    pub unseeded: HashMap<ArmId, f64>,
    /// Told of every outcome; false when that is enough.
    pub report: &'a mut dyn FnMut(Outcome) -> Result<bool>,
}

/// A trial in a slot.
pub(super) struct Seated {
    job: Draw,
    s0: f64,
    predicted: [f64; 2],
    merit: Merit,
    /// Whether it goes on by the pair prior.
    paired: bool,
}

impl Queue for Draws<'_> {
    type Trial = Seated;
    type Error = End;

    fn next(&mut self, _: usize) -> std::result::Result<Option<Job<Seated>>, End> {
        let Some(job) = self.jobs.next() else { return Ok(None) };
        let number = self.next;
        self.next += 1;
        let condition = &self.screen.conditions[job.condition];
        let (oracle, network) = (condition.oracle(job.draw), condition.network.as_ref());
        let (sets, merit) = self.subject.seeds(&oracle, network, self.screen.model)?;
        let (group, known) = (self.subject.group(), sets.sets.get(0));
        let wrong = self.screen.told.unwrap_or(condition.wrong);
        let (hold, draw) = match job.arm.start {
            StartKind::Seeded(start) if start.drawn => (start.hold, SeedDraw::Trial { seed: 1, trial: job.draw }),
            StartKind::Seeded(start) => (start.hold, SeedDraw::Mean),
            StartKind::Random | StartKind::Patterson | StartKind::Atom => (0, SeedDraw::Mean),
        };
        let seeds = self.on.places.seeds(&self.on.gridded.problem, group, sets.origin, &known, wrong, draw);
        let start = Start::Seeded { seeds: Arc::new(seeds), hold };
        let figures = feasibility(&self.subject.sphere, group, sets.origin, &known, condition.wrong);
        let rate = self.unseeded.get(&job.arm.name).copied().unwrap_or_default();
        let rates = UnseededRates { message: rate, flipping: rate };
        let prediction = Prediction::new(&figures, condition.d_min, rates);
        let predicted = match job.arm.method() {
            Method::Flipping => prediction.flipping,
            Method::Message => prediction.message,
        };
        let recipe = job.arm.recipe(1, job.draw);
        let trial = Seated { job, s0: figures.height, predicted, merit, paired: false };
        Ok(Some(Job { number, course: Course::Run(start, recipe), trial }))
    }

    fn look(&mut self, look: &mut Look<'_, Seated>) -> std::result::Result<Next, End> {
        let method = look.trial.job.arm.method();
        let protocol = method.protocol();
        let converged = protocol.converged;
        let pairs = self.subject.sphere.knows_distances() && method == Method::Message && !look.trial.paired;
        if pairs && look.cycles < look.trial.job.arm.cycles && protocol.promising.pass(&look.merits) {
            // As in a search.
            look.trial.paired = true;
            return Ok(Next::Recipe(Recipe::Message(paired())));
        }
        if look.cycles < look.trial.job.arm.cycles && !converged.pass(&look.merits) {
            return Ok(Next::GoOn);
        }
        let phases = look.phases()?;
        let Seated { job, s0, predicted, merit, .. } = &*look.trial;
        let outcome = Outcome {
            condition: job.condition,
            draw: job.draw,
            cc: self.subject.judge(self.on, &phases),
            cycles: look.cycles,
            kappa: f64::from(look.merits.kappa),
            r_weak: f64::from(look.merits.r_weak),
            s0: *s0,
            predicted: *predicted,
            merit: *merit,
        };
        if (self.report)(outcome)? { Ok(Next::Leave) } else { Err(End::Enough) }
    }
}
