//! What a callback hears: dictionaries, and its answer.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use seedflip::crystal::identity::identify;
use seedflip::{Clock, Event, Observer, Progress, Stage, Structure, Watch};

/// Follows a run for a Python callable.
pub struct Follower {
    callback: Option<Py<PyAny>>,
    clock: Clock,
    /// What the callable raised.
    pub raised: Option<PyErr>,
}

impl Follower {
    pub fn new(callback: Option<Py<PyAny>>, clock: Clock) -> Self {
        Self { callback, clock, raised: None }
    }

    /// Tells of an event. `False` for an answer ends the run, and so does an exception, which is raised again at its end.
    fn tell(&mut self, kind: &str, fill: impl FnOnce(&Bound<'_, PyDict>) -> PyResult<()>) {
        let Some(callback) = self.callback.as_ref().filter(|_| self.raised.is_none()) else { return };
        let told = Python::attach(|py| -> PyResult<bool> {
            let event = PyDict::new(py);
            event.set_item("event", kind)?;
            fill(&event)?;
            let answer = callback.bind(py).call1((event,))?;
            Ok(!answer.is(false.into_pyobject(py)?))
        });
        match told {
            Ok(true) => {}
            Ok(false) => self.clock.stop(),
            Err(error) => {
                self.raised = Some(error);
                self.clock.stop();
            }
        }
    }
}

impl Observer for Follower {
    fn step(&mut self, progress: &Progress) -> bool {
        self.tell("progress", |event| {
            event.set_item("finished", progress.finished)?;
            event.set_item("trials", progress.trials)?;
            event.set_item("cycles", progress.cycles)?;
            event.set_item("seconds", progress.elapsed.as_secs_f64())?;
            event.set_item("best_r_weak", progress.best_r_weak)?;
            event.set_item("agreeing", progress.agreeing)
        });
        true
    }

    fn event(&mut self, told: &Event<'_>) {
        match told {
            Event::Started { trial, arm } => self.tell("started", |event| {
                event.set_item("trial", trial)?;
                event.set_item("arm", arm.word())
            }),
            Event::Looked { trial, cycles, merits } => self.tell("looked", |event| {
                event.set_item("trial", trial)?;
                event.set_item("cycles", cycles)?;
                event.set_item("r_weak", merits.r_weak)?;
                event.set_item("e_kurtosis", merits.e_kurtosis)?;
                event.set_item("tan_cos", merits.tan_cos)
            }),
            Event::Finished { trial, .. } => self.tell("finished", |event| {
                event.set_item("trial", trial.trial)?;
                event.set_item("arm", trial.arm.word())?;
                event.set_item("cycles", trial.cycles)?;
                event.set_item("r_weak", trial.merits.r_weak)?;
                event.set_item("promising", trial.is_promising())
            }),
            _ => {}
        }
    }
}

impl Watch for Follower {
    fn stage(&mut self, stage: &Stage) {
        self.tell("stage", |event| match stage {
            Stage::Settling { candidates } => {
                event.set_item("stage", "settling")?;
                event.set_item("candidates", candidates)
            }
            Stage::Modelling { done, all, best_r1, .. } => {
                event.set_item("stage", "modelling")?;
                event.set_item("done", done)?;
                event.set_item("all", all)?;
                event.set_item("best_r1", best_r1)
            }
        });
    }

    fn structure(&mut self, structure: &Structure) {
        self.tell("structure", |event| {
            event.set_item("space_group", identify(&structure.group).map(|identity| identity.hm))?;
            event.set_item("r1", structure.model.as_ref().map(|model| model.r1))
        });
    }
}
