//! Where trials of a search are dealt from, and where they report back.

use super::proof::{PROOF_CYCLES, blurred, came_back};
use super::search::{STEP, Setup};
use super::slots::{Job, Look, Next, Queue};
use super::stage::{Before, Running, Stage, Turn};
use super::starts::Starts;
use super::{Deal, Event, Findings, Finished, Observer, TrialPhases};
use crate::engine::{EngineError, Start};

/// Deals arms and starts to trials, follows each through its stages, and takes what they find.
pub(super) struct Desk<'a> {
    pub setup: Setup<'a>,
    /// One for each crew.
    pub grids: Vec<Starts<'a>>,
    pub deal: Deal,
    pub findings: Findings,
    /// Best R_weak of a running trial at its last look, since it was last cleared.
    pub running_best: Option<f32>,
}

/// The desk while somebody listens.
pub(super) struct Shift<'d, 'a, 'o> {
    pub desk: &'d mut Desk<'a>,
    pub observer: &'o mut dyn Observer,
}

impl Queue for Shift<'_, '_, '_> {
    type Trial = Running;
    type Error = EngineError;

    fn next(&mut self, crew: usize) -> Result<Option<Job<Running>>, EngineError> {
        let Desk { setup, grids, deal, .. } = &mut *self.desk;
        let grid = &mut grids[crew];
        let trials = setup.budget.trials;
        while grid.next < trials && deal.turn(grid.next).sampling != grid.sampling {
            grid.next += 1;
        }
        if grid.next >= trials {
            return Ok(None);
        }
        let (trial, arm) = (grid.next, deal.arm(grid.next));
        grid.next += 1;
        let start = grid.start(&arm, setup.seed, trial, deal);
        let recipe = arm.recipe(setup.seed, trial);
        self.observer.event(&Event::Started { trial, arm: arm.name });
        Ok(Some(Job { number: trial, start, recipe, trial: Running::new(arm, recipe) }))
    }

    fn look(&mut self, look: &mut Look<'_, Running>) -> Result<Next, EngineError> {
        self.desk.findings.cycles += u64::from(STEP);
        let best = [self.desk.running_best, Some(look.merits.r_weak)];
        self.desk.running_best = best.into_iter().flatten().min_by(f32::total_cmp);
        self.observer.event(&Event::Looked { trial: look.number, cycles: look.cycles, merits: &look.merits });
        match look.trial.turn(&look.merits, look.cycles) {
            Turn::Stay => Ok(Next::GoOn),
            Turn::Polish(recipe) => Ok(Next::Recipe(recipe)),
            Turn::Prove => {
                let phases = look.phases()?;
                let start = blurred(look.problem(), &phases, self.desk.setup.seed, look.number);
                let before = Before { phases, merits: look.merits };
                look.trial.stage = Stage::Proof { left: PROOF_CYCLES, before };
                Ok(Next::Restart(Start::Phases(start), look.trial.proof_recipe()))
            }
            Turn::End => {
                self.finish(look)?;
                Ok(Next::Leave)
            }
        }
    }
}

impl Shift<'_, '_, '_> {
    /// Takes a trial into the findings.
    pub fn finish(&mut self, look: &mut Look<'_, Running>) -> Result<(), EngineError> {
        let mut phases = look.phases()?;
        let (mut merits, mut recipe) = (look.merits, look.trial.recipe);
        let mut proven = look.trial.arm.imposes().then_some(false);
        if let Stage::Proof { before, .. } = &look.trial.stage {
            let proof = look.trial.proof_recipe();
            let back = came_back(look.problem(), &before.phases, &phases);
            if back && proof.method().protocol().promising.pass(&merits) {
                (proven, recipe) = (Some(true), proof);
            } else {
                // What was found stays what is shown, but no claim.
                (phases, merits) = (before.phases.clone(), before.merits);
            }
        }
        let Desk { setup, grids, deal, findings, .. } = &mut *self.desk;
        let arm = look.trial.arm.name;
        let trial = Finished { trial: look.number, arm, recipe, merits, cycles: look.cycles, proven };
        let phases = TrialPhases(setup.sphere.measured_phases(&grids[look.crew].gridded, &phases));
        self.observer.event(&Event::Finished { trial: &trial, phases: &phases });
        deal.learn(&trial);
        let compared = findings.take(setup.cell, setup.space_group, trial, setup.sphere.phased_by(&phases.0));
        if let Some(agreements) = compared {
            let fits = findings.sighting(look.number).map(|sighting| &sighting.fits);
            self.observer.event(&Event::Compared { trial: look.number, agreements: &agreements, fits });
        }
        Ok(())
    }
}
