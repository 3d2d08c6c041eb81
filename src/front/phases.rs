//! The phases of the trials of a run.

use crate::crystal::Hkl;
use crate::phasing::{Sphere, expected_atoms};
use crate::reflections::DataSet;
use crate::solve::{Note, Stage, Structure, Watch};
use crate::trials::{Event, Observer, Progress};
use num_complex::Complex32;

/// Phases of trials on the measured reflections of the P1 half sphere: each trial at its own origin and hand.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrialsPhases {
    /// Numbers of the trials, in the order in which they finished.
    pub trials: Vec<u32>,
    /// The reflections: M indices of the half sphere.
    pub hkl: Vec<Hkl>,
    /// Their |F|, scale of the file.
    pub f: Vec<f64>,
    /// Their |E|.
    pub e: Vec<f64>,
    /// Unit vectors times the figure of merit of the phase, those of a trial together: as many as trials times M.
    pub phases: Vec<Complex32>,
}

/// Follows a run for somebody and keeps the phases.
pub(super) struct Recorder<'w> {
    watch: &'w mut dyn Watch,
    all: bool,
    trials: Vec<u32>,
    phases: Vec<Complex32>,
}

impl<'w> Recorder<'w> {
    pub fn new(watch: &'w mut dyn Watch, all: bool) -> Self {
        Self { watch, all, trials: Vec::new(), phases: Vec::new() }
    }

    /// What was kept of a run on `data` to `d_min`, Å.
    pub fn phases(self, data: &DataSet, d_min: f64) -> TrialsPhases {
        let header = &data.header;
        let atoms = expected_atoms(header);
        let sphere = Sphere::new(&header.cell, &header.space_group, &data.reflections, atoms, d_min);
        let (hkl, (f, e)) = sphere.measured().map(|(hkl, f, e)| (hkl, (f, e))).unzip();
        TrialsPhases { trials: self.trials, hkl, f, e, phases: self.phases }
    }
}

impl Observer for Recorder<'_> {
    fn step(&mut self, progress: &Progress) -> bool {
        self.watch.step(progress)
    }

    fn event(&mut self, event: &Event<'_>) {
        if let Event::Finished { trial, phases: Some(phases) } = event {
            self.trials.push(trial.trial);
            self.phases.extend_from_slice(&phases.0);
        }
        self.watch.event(event);
    }

    fn wants_phases(&self) -> bool {
        self.all || self.watch.wants_phases()
    }
}

impl Watch for Recorder<'_> {
    fn stage(&mut self, stage: &Stage) {
        self.watch.stage(stage);
    }

    fn structure(&mut self, structure: &Structure) {
        self.watch.structure(structure);
    }

    fn note(&mut self, note: &Note<'_>) {
        self.watch.note(note);
    }
}
