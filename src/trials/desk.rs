//! Where trials of a search are dealt from, and where they report back.

use super::proof::{PROOF_CYCLES, blurred, came_back};
use super::queue::{Ahead, Job, Look, Next, Queue};
use super::search::{STEP, Setup};
use super::stage::{Before, Running, Stage, Turn};
use super::starts::Starts;
use super::{Deal, Event, Findings, Finished, Observer, TrialPhases};
use crate::engine::{EngineError, Merits, Start};

/// Deals arms and starts to trials, follows each through its stages, and takes what they find.
pub(super) struct Desk<'a> {
    pub setup: Setup<'a>,
    /// One for each crew.
    pub grids: Vec<Starts<'a>>,
    pub deal: Deal,
    /// Trials to be run before the device changes, where it does.
    pub first: Option<u32>,
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

    fn prepare(&mut self, crew: usize, jobs: usize) {
        let Desk { setup, grids, deal, first, .. } = &mut *self.desk;
        let grid = &mut grids[crew];
        let end = setup.budget.trials.min(first.unwrap_or(u32::MAX));
        let coming = (grid.next..end).filter(|&trial| deal.turn(trial).sampling == grid.sampling);
        let coming: Vec<_> = coming.take(jobs).map(|trial| (trial, deal.arm(trial))).collect();
        grid.prepare(&coming, setup.seed, deal);
    }

    fn next(&mut self, crew: usize) -> Result<Option<Job<Running>>, EngineError> {
        let Desk { setup, grids, deal, first, .. } = &mut *self.desk;
        let grid = &mut grids[crew];
        let trials = setup.budget.trials.min(first.unwrap_or(u32::MAX));
        let Some(trial) = grid.again.pop_front().or_else(|| grid.next_of(trials, deal)) else { return Ok(None) };
        let arm = deal.arm(trial);
        let start = grid.start(&arm, setup.seed, trial, deal);
        let recipe = arm.recipe(setup.seed, deal.number(trial));
        self.observer.event(&Event::Started { trial, arm: arm.name });
        Ok(Some(Job { number: trial, start, recipe, trial: Running::new(arm, recipe) }))
    }

    fn wants(&self, ahead: &[Ahead<'_, Running>]) -> Vec<usize> {
        let findings = &self.desk.findings;
        let mut held = findings.held().cloned();
        let mut wanted = Vec::new();
        for (place, &Ahead { number, cycles, merits, trial }) in ahead.iter().enumerate() {
            let wants = match trial.ahead(merits, cycles).0 {
                Turn::Prove => true,
                Turn::End => {
                    let trial = ending(number, trial, merits, cycles);
                    let wants = findings.wants(&trial, held.as_ref());
                    if wants && !trial.is_promising() {
                        held = Some(trial);
                    }
                    wants || self.observer.wants_phases()
                }
                Turn::Stay | Turn::Polish(_) => false,
            };
            if wants {
                wanted.push(place);
            }
        }
        wanted
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
                let number = self.desk.deal.number(look.number);
                let start = blurred(look.problem(), &phases, self.desk.setup.seed, number);
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
        let mut trial = ending(look.number, look.trial, &look.merits, look.cycles);
        let Desk { setup, grids, deal, findings, .. } = &mut *self.desk;
        let told = self.observer.wants_phases();
        // It has run its course.
        let phases = match std::mem::replace(&mut look.trial.stage, Stage::Search) {
            Stage::Proof { before, .. } => {
                let mut phases = before.phases;
                if trial.proven == Some(true) {
                    let after = look.phases()?;
                    if came_back(look.problem(), &phases, &after) {
                        phases = after;
                    } else {
                        // What was found stays what is shown, but no claim.
                        trial =
                            Finished { proven: Some(false), recipe: look.trial.recipe, merits: before.merits, ..trial };
                    }
                }
                (told || findings.wants(&trial, findings.held())).then_some(phases)
            }
            _ if told || findings.wants(&trial, findings.held()) => Some(look.phases()?),
            _ => None,
        };
        let measured = |phases: Vec<_>| setup.sphere.measured_phases(&grids[look.crew].gridded, &phases);
        let phases = phases.map(|phases| TrialPhases(measured(phases)));
        self.observer.event(&Event::Finished { trial: &trial, phases: phases.as_ref() });
        deal.learn(&trial);
        let phased = phases.filter(|_| !told || findings.wants(&trial, findings.held()));
        let phased = phased.map(|phases| setup.sphere.phased_by(&phases.0));
        let compared = findings.take(setup.cell, setup.space_group, trial, phased);
        if let Some(agreements) = compared {
            let fits = findings.sighting(look.number).map(|sighting| &sighting.fits);
            self.observer.event(&Event::Compared { trial: look.number, agreements: &agreements, fits });
        }
        Ok(())
    }
}

/// A trial that ends now. One whose merits hold without its seeds counts as proven, until its phases are put beside
/// those that it had with them.
fn ending(number: u32, trial: &Running, merits: &Merits, cycles: u32) -> Finished {
    let proven = trial.arm.imposes().then_some(false);
    let finished =
        Finished { trial: number, arm: trial.arm.name, recipe: trial.recipe, merits: *merits, cycles, proven };
    let Stage::Proof { before, .. } = &trial.stage else { return finished };
    let proof = trial.proof_recipe();
    if proof.method().protocol().promising.pass(merits) {
        Finished { proven: Some(true), recipe: proof, ..finished }
    } else {
        Finished { merits: before.merits, ..finished }
    }
}
