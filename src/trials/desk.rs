//! Where trials of a search are dealt from, and where they report back.

use super::proof::{PROOF_CYCLES, blurred, came_back};
use super::queue::{Ahead, Course, Job, Look, Next, Queue};
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
        let coming: Vec<_> = grid.coming(end, deal).take(jobs).map(|trial| (trial, deal.arm(trial))).collect();
        // Trials that are known need no start.
        let ledger = self.observer.ledger();
        let known = |trial: u32| ledger.is_some_and(|ledger| ledger.knows(trial));
        let coming: Vec<_> = coming.into_iter().filter(|(trial, _)| !known(*trial)).collect();
        grid.prepare(&coming, setup.seed, deal);
    }

    fn next(&mut self, crew: usize) -> Result<Option<Job<Running>>, EngineError> {
        loop {
            let Desk { setup, grids, deal, first, .. } = &mut *self.desk;
            let grid = &mut grids[crew];
            let trials = setup.budget.trials.min(first.unwrap_or(u32::MAX));
            let Some(trial) = grid.again.pop_front().or_else(|| grid.next_of(trials, deal)) else { return Ok(None) };
            let arm = deal.arm(trial);
            let told = self.observer.ledger().and_then(|ledger| ledger.told(trial));
            self.observer.event(&Event::Started { trial, arm: arm.name });
            match told {
                Some(told) if told.looks.is_empty() => self.take(told.finished, told.phases),
                Some(mut told) => {
                    let course = Course::Known(std::mem::take(&mut told.looks));
                    return Ok(Some(Job { number: trial, course, trial: Running::known(arm, told) }));
                }
                None => {
                    let start = grid.start(&arm, setup.seed, trial, deal);
                    let recipe = arm.recipe(setup.seed, deal.number(trial));
                    let course = Course::Run(start, recipe);
                    return Ok(Some(Job {
                        number: trial,
                        course,
                        trial: Running::new(arm, recipe).with_distances(setup.sphere.knows_distances()),
                    }));
                }
            }
        }
    }

    fn wants(&self, ahead: &[Ahead<'_, Running>]) -> Vec<usize> {
        let findings = &self.desk.findings;
        let mut held = findings.held().cloned();
        let mut wanted = Vec::new();
        for (place, &Ahead { number, cycles, merits, trial }) in ahead.iter().enumerate() {
            // Of what is known the phases are known.
            if trial.told.is_some() {
                continue;
            }
            let wants = match trial.ahead(merits, cycles).0 {
                Turn::Prove => true,
                Turn::End => {
                    let trial = ending(number, trial, merits, cycles);
                    let wants = findings.wants(&trial, held.as_ref());
                    if wants && !trial.is_promising() {
                        held = Some(trial.clone());
                    }
                    wants || self.asks(&trial)
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
        if let Some(told) = &look.trial.told {
            let ends = look.cycles >= told.finished.cycles;
            return if ends { self.finish(look, true).map(|()| Next::Leave) } else { Ok(Next::GoOn) };
        }
        if self.observer.ledger().is_some() {
            look.trial.looks.push(look.merits);
        }
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
                self.finish(look, true)?;
                Ok(Next::Leave)
            }
        }
    }
}

impl Shift<'_, '_, '_> {
    /// Whether somebody but the search asks for the phases of a trial that ends.
    fn asks(&self, trial: &Finished) -> bool {
        self.observer.wants_phases() || self.keeps(trial)
    }

    /// Whether the ledger, if there is one, asks for them.
    fn keeps(&self, trial: &Finished) -> bool {
        self.observer.ledger().is_some_and(|ledger| ledger.wants(trial))
    }

    /// Takes a trial into the findings; `whole`: it has run its course, and nobody has cut it short.
    pub fn finish(&mut self, look: &mut Look<'_, Running>, whole: bool) -> Result<(), EngineError> {
        if let Some(told) = look.trial.told.take() {
            self.take(told.finished, told.phases);
            return Ok(());
        }
        let mut trial = ending(look.number, look.trial, &look.merits, look.cycles);
        let Desk { setup, grids, findings, .. } = &*self.desk;
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
                (self.asks(&trial) || findings.wants(&trial, findings.held())).then_some(phases)
            }
            _ if self.asks(&trial) || findings.wants(&trial, findings.held()) => Some(look.phases()?),
            _ => None,
        };
        let measured = |phases: Vec<_>| setup.sphere.measured_phases(&grids[look.crew].gridded, &phases);
        let phases = phases.map(|phases| TrialPhases(measured(phases)));
        let kept = phases.as_ref().filter(|_| findings.wants(&trial, findings.held()) || self.keeps(&trial));
        if let Some(ledger) = self.observer.ledger().filter(|_| whole) {
            ledger.keep(&trial, &look.trial.looks, kept);
        }
        self.take(trial, phases);
        Ok(())
    }

    /// Takes a trial with its phases, where there are any, into the findings.
    fn take(&mut self, trial: Finished, phases: Option<TrialPhases>) {
        let Desk { setup, deal, findings, .. } = &mut *self.desk;
        self.observer.event(&Event::Finished { trial: &trial, phases: phases.as_ref() });
        deal.learn(&trial);
        let phased = phases.filter(|_| findings.wants(&trial, findings.held()));
        let phased = phased.map(|phases| setup.sphere.phased_by(&phases.0));
        let number = trial.trial;
        let compared = findings.take(setup.cell, setup.space_group, trial, phased);
        if let Some(agreements) = compared {
            let fits = findings.sighting(number).map(|sighting| &sighting.fits);
            self.observer.event(&Event::Compared { trial: number, agreements: &agreements, fits });
        }
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
