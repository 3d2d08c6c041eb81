//! The loop: seat trials, advance, watch, polish, retire, refill, stop.
//!
//! ```text
//! seat ─▶ search ──converged, or out of cycles──▶ polish or settle ─▶ finished ─▶ verdict
//!  ▲                                                                  │
//!  └─────────────────────────── next trial ◀──────────────────────────┘
//! ```
//!
//! Every decision falls at a fixed number of cycles, so that the run is the same for any number of threads.

use super::proof::{PROOF_CYCLES, blurred, came_back};
use super::{Budget, Deal, Finished, Observer, Progress, RunReport, SeedInput, SeedSource, StopReason, Verdict};
use crate::crystal::{Cell, SpaceGroup};
use crate::engine::{Engine, EngineError, Merits, Recipe, StageSeconds, Start};
use crate::grid::Sampling;
use crate::phasing::portfolio::{POLISH, POLISH_CYCLES, PROOF, SETTLE_CYCLES};
use crate::phasing::rules::{converged, promising};
use crate::phasing::{Arm, GriddedSphere, Patterson, Sphere, StartKind};
use crate::reflections::PhasedReflection;
use num_complex::Complex32;
use std::time::Instant;

/// Cycles between looks at the merits: convergence shows within 10–30 cycles, and a look costs about two
/// cycles (recipe notes §1, §4).
pub const STEP: u32 = 10;

/// An engine with the grid it works on.
pub struct GridEngine {
    /// Sampling that its arms ask for.
    pub sampling: Sampling,
    /// Places of the reflections on its grid.
    pub gridded: GriddedSphere,
    /// The engine itself.
    pub engine: Box<dyn Engine>,
}

/// A run that has been set up.
pub struct Runner<'a> {
    /// Cell of the input.
    pub cell: &'a Cell,
    /// Its space group.
    pub space_group: &'a SpaceGroup,
    /// The reflections.
    pub sphere: &'a Sphere,
    /// One engine per sampling that the arms ask for.
    pub engines: Vec<GridEngine>,
    /// Arms in the order of their turns, see `Deal`.
    pub arms: Vec<Arm>,
    /// Limits.
    pub budget: Budget,
    /// Seed of every random number.
    pub seed: u32,
    /// Phases known beforehand.
    pub seeds: Option<SeedInput<'a>>,
}

/// What the trials of one engine may start from.
struct Starts<'a> {
    patterson: Option<Patterson>,
    seeds: Option<SeedSource<'a>>,
}

/// A trial in a slot.
struct Seated {
    trial: u32,
    arm: Arm,
    recipe: Recipe,
    done: u32,
    /// Cycles left of polish (flipping), settling (message passing) or the proof (from seeds).
    closing: Option<u32>,
    /// Phases and merits that a proof started from.
    searched: Option<(Vec<Complex32>, Merits)>,
}

impl Runner<'_> {
    /// Runs until the trials agree and convince, the budget is used, the observer says stop, or the engine fails.
    pub fn run(mut self, observer: &mut dyn Observer) -> RunReport {
        let begun = Instant::now();
        let deal = Deal::new(&self.arms);
        let mut state =
            State { begun, finished: Vec::new(), verdict: Verdict::default(), deal, cycles: 0, fallback: None };
        let mut engines = std::mem::take(&mut self.engines);
        let mut starts: Vec<Starts<'_>> = engines
            .iter()
            .map(|e| {
                let wanted = self.arms.iter().any(|a| a.start == StartKind::Patterson && a.sampling == e.sampling);
                let seeds = self.seeds.map(|input| SeedSource::new(input, self.space_group, self.sphere, e));
                Starts { patterson: wanted.then(|| Patterson::new(&e.gridded.problem)), seeds }
            })
            .collect();
        let mut slots: Vec<Vec<Option<Seated>>> =
            engines.iter().map(|e| (0..e.engine.slots()).map(|_| None).collect()).collect();
        let ended = self.trials(&mut engines, &mut slots, &mut starts, &mut state, observer);
        let mut stages = StageSeconds::default();
        engines.iter().for_each(|e| stages.add(&e.engine.stage_seconds()));
        let running = slots.iter().flatten().flatten().count();
        state.report(self.cell, self.space_group, running, ended, stages)
    }

    /// The loop. An engine that fails ends it where it stands: what has finished is in `state`.
    fn trials(
        &self,
        engines: &mut [GridEngine],
        slots: &mut [Vec<Option<Seated>>],
        starts: &mut [Starts<'_>],
        state: &mut State,
        observer: &mut dyn Observer,
    ) -> Result<StopReason, EngineError> {
        // Each engine has its own queue: the trials whose arm asks for its sampling.
        let mut queues: Vec<u32> = vec![0; engines.len()];
        loop {
            for (i, grid_engine) in engines.iter_mut().enumerate() {
                self.refill(grid_engine, &mut slots[i], &mut queues[i], &mut starts[i], &state.deal)?;
            }
            if slots.iter().flatten().all(Option::is_none) {
                return Ok(StopReason::TrialsUsed);
            }
            let mut running_best: Option<f32> = None;
            for (grid_engine, slots) in engines.iter_mut().zip(&mut *slots) {
                let best = self.advance(grid_engine, slots, state)?;
                running_best = [running_best, best].into_iter().flatten().min_by(f32::total_cmp);
            }
            let best = state.finished.iter().map(|f| f.merits.r_weak).chain(running_best).min_by(f32::total_cmp);
            let progress = Progress {
                finished: state.finished.len() as u32,
                trials: self.budget.trials,
                cycles: state.cycles,
                elapsed: state.begun.elapsed(),
                best_r_weak: best,
                agreeing: state.verdict.candidates.first().map_or(0, |c| c.members.len()),
            };
            if state.verdict.is_final() {
                return Ok(StopReason::Convinced);
            }
            if self.budget.time_limit.is_some_and(|limit| progress.elapsed >= limit) {
                self.finish_running(engines, slots, state)?;
                return Ok(StopReason::TimeLimit);
            }
            if !observer.step(&progress) {
                self.finish_running(engines, slots, state)?;
                return Ok(StopReason::Interrupted);
            }
        }
    }

    fn refill(
        &self,
        grid_engine: &mut GridEngine,
        slots: &mut [Option<Seated>],
        next: &mut u32,
        starts: &mut Starts<'_>,
        deal: &Deal,
    ) -> Result<(), EngineError> {
        for (slot, seated) in slots.iter_mut().enumerate() {
            if seated.is_some() {
                continue;
            }
            while *next < self.budget.trials && deal.turn(*next).sampling != grid_engine.sampling {
                *next += 1;
            }
            if *next >= self.budget.trials {
                return Ok(());
            }
            let (trial, arm) = (*next, deal.arm(*next));
            *next += 1;
            let start = match (arm.start, &starts.patterson, &mut starts.seeds) {
                (StartKind::Patterson, Some(p), _) => {
                    Start::Phases(p.phases(&grid_engine.gridded.problem, self.seed, trial))
                }
                (StartKind::Seeded(start), _, Some(source)) => {
                    let seeds = source.seeds(grid_engine, start, self.seed, trial, self.arms.len());
                    Start::Seeded { seeds, hold: start.hold }
                }
                _ => Start::Random { seed: self.seed, trial },
            };
            let recipe = arm.recipe(self.seed, trial);
            grid_engine.engine.seat(slot, &start, recipe)?;
            *seated = Some(Seated { trial, arm, recipe, done: 0, closing: None, searched: None });
        }
        Ok(())
    }

    /// One step of one engine; the best R_weak among its running trials.
    fn advance(
        &self,
        grid_engine: &mut GridEngine,
        slots: &mut [Option<Seated>],
        state: &mut State,
    ) -> Result<Option<f32>, EngineError> {
        grid_engine.engine.advance(STEP)?;
        let merits = grid_engine.engine.merits()?;
        let mut best: Option<f32> = None;
        for (slot, (seated, merits)) in slots.iter_mut().zip(merits).enumerate() {
            let (Some(trial), Some(merits)) = (seated.as_mut(), merits) else { continue };
            state.cycles += u64::from(STEP);
            trial.done += STEP;
            best = [best, Some(merits.r_weak)].into_iter().flatten().min_by(f32::total_cmp);
            let flipping = trial.arm.is_flipping();
            let over = match &mut trial.closing {
                Some(left) => {
                    *left = left.saturating_sub(STEP);
                    *left == 0
                }
                None => {
                    let done = trial.done >= trial.arm.cycles;
                    let seeded = matches!(trial.arm.start, StartKind::Seeded(_));
                    let ready = converged(&merits, flipping) || (done && promising(&merits, flipping));
                    let closing = match (converged(&merits, flipping), flipping) {
                        _ if seeded && ready => Some(self.put_to_proof(grid_engine, slot, trial, merits)?),
                        _ if seeded => None,
                        (true, false) => Some(SETTLE_CYCLES),
                        (_, true) if done || converged(&merits, true) => {
                            grid_engine.engine.change_recipe(slot, Recipe::Flipping(POLISH))?;
                            Some(POLISH_CYCLES)
                        }
                        _ => None,
                    };
                    trial.closing = closing;
                    done && closing.is_none()
                }
            };
            if over {
                self.finish(grid_engine, slot, trial, merits, state)?;
                *seated = None;
            }
        }
        Ok(best)
    }

    /// Starts the proof of a trial from seeds; the cycles it takes.
    fn put_to_proof(
        &self,
        grid_engine: &mut GridEngine,
        slot: usize,
        trial: &mut Seated,
        merits: Merits,
    ) -> Result<u32, EngineError> {
        let phases = grid_engine.engine.phases(slot)?.unwrap_or_default();
        let start = blurred(&grid_engine.gridded.problem, &phases, self.seed, trial.trial);
        grid_engine.engine.seat(slot, &Start::Phases(start), proof_recipe(trial))?;
        trial.searched = Some((phases, merits));
        Ok(PROOF_CYCLES)
    }

    /// Takes a trial out of its slot and into the ranking.
    fn finish(
        &self,
        grid_engine: &mut GridEngine,
        slot: usize,
        trial: &Seated,
        merits: Merits,
        state: &mut State,
    ) -> Result<(), EngineError> {
        let mut phases = grid_engine.engine.phases(slot)?.unwrap_or_default();
        let (mut merits, mut recipe) = (merits, trial.recipe);
        let seeded = matches!(trial.arm.start, StartKind::Seeded(_));
        let mut proven = seeded.then_some(false);
        if let Some((searched, at_search)) = &trial.searched {
            let back = came_back(&grid_engine.gridded.problem, searched, &phases);
            // Every proof is a run of message passing.
            if back && promising(&merits, false) {
                proven = Some(true);
                recipe = proof_recipe(trial);
            } else {
                // What was found stays what is shown, but no claim.
                (phases, merits) = (searched.clone(), *at_search);
            }
        }
        let phased = self.sphere.phased(&grid_engine.gridded, &phases);
        grid_engine.engine.vacate(slot);
        let place = state.finished.len();
        let arm = trial.arm.name;
        state.finished.push(Finished { trial: trial.trial, arm, recipe, merits, proven });
        state.deal.learn(&state.finished[place], trial.done);
        if state.finished[place].is_promising() {
            state.fallback = None;
            state.verdict.add(self.cell, self.space_group, &state.finished, place, phased);
        } else if state.verdict.candidates.is_empty() {
            let held = state.fallback.as_ref().map(|(held, _)| &state.finished[*held]);
            if held.is_none_or(|held| state.finished[place].compare(held).is_lt()) {
                state.fallback = Some((place, phased));
            }
        }
        Ok(())
    }

    /// Ends every running trial where it stands.
    fn finish_running(
        &self,
        engines: &mut [GridEngine],
        slots: &mut [Vec<Option<Seated>>],
        state: &mut State,
    ) -> Result<(), EngineError> {
        for (grid_engine, slots) in engines.iter_mut().zip(slots) {
            let merits = grid_engine.engine.merits()?;
            for (slot, (seated, merits)) in slots.iter_mut().zip(merits).enumerate() {
                if let (Some(trial), Some(merits)) = (seated.as_ref(), merits) {
                    self.finish(grid_engine, slot, trial, merits, state)?;
                    *seated = None;
                }
            }
        }
        Ok(())
    }
}

/// What a seeded trial has to come back by: its own recipe, or message passing where it flips. Flipping needs two to three times
/// the s₀ (benches/results, 2026-11-22, seeds) and does not come back from such a blur where its phases are right.
fn proof_recipe(trial: &Seated) -> Recipe {
    if trial.arm.is_flipping() { Recipe::Message(PROOF) } else { trial.recipe }
}

/// What has accumulated.
struct State {
    begun: Instant,
    finished: Vec<Finished>,
    verdict: Verdict,
    deal: Deal,
    cycles: u64,
    /// The best trial as long as none is promising, with its phases.
    fallback: Option<(usize, Vec<PhasedReflection>)>,
}

impl State {
    /// Sorts the ranking. When no trial was worth a candidate, the best becomes one all the same: the user gets to
    /// see it, unclaimed.
    fn report(
        mut self,
        cell: &Cell,
        space_group: &SpaceGroup,
        running: usize,
        ended: Result<StopReason, EngineError>,
        stages: StageSeconds,
    ) -> RunReport {
        let elapsed = self.begun.elapsed();
        let mut order: Vec<usize> = (0..self.finished.len()).collect();
        order.sort_by(|&a, &b| self.finished[a].compare(&self.finished[b]));
        if let Some((best, phased)) = self.fallback {
            self.verdict.add(cell, space_group, &self.finished, best, phased);
        }
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(rank, &i)| place[i] = rank);
        for candidate in &mut self.verdict.candidates {
            candidate.best = place[candidate.best];
            candidate.members.iter_mut().for_each(|i| *i = place[*i]);
        }
        let mut slots: Vec<Option<Finished>> = self.finished.into_iter().map(Some).collect();
        let finished = order.iter().filter_map(|&i| slots[i].take()).collect();
        let started = (order.len() + running) as u32;
        let (stopped, fault) = match ended {
            Ok(reason) => (reason, None),
            Err(error) => (StopReason::DeviceLost, Some(error.to_string())),
        };
        RunReport { finished, verdict: self.verdict, started, stopped, fault, cycles: self.cycles, elapsed, stages }
    }
}
