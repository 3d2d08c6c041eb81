//! The one loop and the search on it: who shares the slots, what a pause changes (nothing), and what is told.

#![cfg(feature = "cli")]

use seedflip::clock::Clock;
use seedflip::engine::cpu::CpuBackend;
use seedflip::engine::{Backend, Device, Engine, EngineError, Merits, Problem, Recipe, StageSeconds, Start};
use seedflip::grid::Sampling;
use seedflip::input::{self, Input};
use seedflip::phasing::{Arm, Methods, Patterson, Sphere, expected_atoms, portfolio};
use seedflip::trials::{
    Budget, Course, Crew, Event, Finished, Goal, Job, Look, Next, Observer, Pass, Progress, Queue, RunReport, Search,
    Setup, Slots, StopReason, TrialPhases, Workplace, run_passes,
};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const D_MIN: f64 = 1.0;
const SLOTS: usize = 4;

fn aspirin() -> Input {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/aspirin.ins");
    input::read(&path, None, None).unwrap()
}

fn sphere(input: &Input, d_min: f64) -> Sphere {
    let header = &input.data.header;
    Sphere::new(&header.cell, &header.space_group, &input.data.reflections, expected_atoms(header), d_min)
}

fn backend(threads: usize) -> CpuBackend {
    CpuBackend::new(Arc::new(rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()))
}

/// A search on `engines` engines that share the slots.
fn search<'a>(input: &'a Input, sphere: &'a Sphere, trials: u32, engines: usize, threads: usize) -> Search<'a> {
    search_on(input, sphere, trials, &backend(threads), engines)
}

/// A search on `engines` engines of a backend in each turn.
fn search_on<'a>(
    input: &'a Input,
    sphere: &'a Sphere,
    trials: u32,
    backend: &dyn Backend,
    engines: usize,
) -> Search<'a> {
    let header = &input.data.header;
    let gridded = sphere.problem(Sampling::Nyquist);
    let crew = Crew::new(backend, &gridded.problem, SLOTS, engines).unwrap();
    assert_eq!(crew.slots(), SLOTS);
    let setup = Setup {
        cell: &header.cell,
        space_group: &header.space_group,
        sphere,
        arms: portfolio(Methods::Both, sphere.atoms()),
        budget: Budget { trials, max_cycles: None, time_limit: None },
        seed: 1,
        seeds: None,
        atoms: None,
    };
    Search::new(setup, vec![Workplace { sampling: Sampling::Nyquist, gridded, crew }])
}

/// Writes down what it hears; ends a run after so many steps.
#[derive(Default)]
struct Scribe {
    lines: Vec<String>,
    finished: Vec<(Finished, Option<TrialPhases>)>,
    steps: usize,
    enough: Option<usize>,
}

impl Observer for Scribe {
    fn step(&mut self, progress: &Progress) -> bool {
        self.steps += 1;
        self.lines.push(format!("{} finished, {} cycles", progress.finished, progress.cycles));
        self.enough != Some(self.steps)
    }

    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Finished { trial, phases } => self.finished.push(((*trial).clone(), phases.cloned())),
            other => self.lines.push(format!("{other:?}")),
        }
    }
}

/// Everything that must not differ.
fn text(report: &RunReport) -> String {
    let candidates: Vec<_> =
        report.verdict.candidates.iter().map(|c| (c.id, c.best, &c.members, &c.sighting.phased)).collect();
    let found = serde_json::to_string(&report.finished).unwrap();
    format!("{found} {candidates:?} {} {} {:?}", report.started, report.cycles, report.stopped)
}

fn run(mut search: Search<'_>, goal: &Goal) -> (String, Scribe) {
    let mut scribe = Scribe::default();
    let stopped = search.go_on(goal, &Clock::new(None), &mut scribe);
    (text(&search.report(stopped)), scribe)
}

#[test]
fn engines_that_share_the_slots_and_threads_change_nothing() {
    let input = aspirin();
    let sphere = sphere(&input, D_MIN);
    // To the end of the budget, so that slots are refilled and arms are dealt by what was learnt.
    let goal = Goal { agreeing: Some(usize::MAX), ..Goal::default() };
    let (one, heard) = run(search(&input, &sphere, 14, 1, 1), &goal);
    assert!(one.contains("TrialsUsed") && one.contains("proven"), "{one}");
    for (engines, threads) in [(1, 3), (2, 1), (2, 2), (3, 2)] {
        let (other, also) = run(search(&input, &sphere, 14, engines, threads), &goal);
        assert_eq!(one, other, "{engines} engines, {threads} threads");
        assert_eq!(
            (&heard.lines, &heard.finished),
            (&also.lines, &also.finished),
            "{engines} engines, {threads} threads"
        );
    }
}

#[test]
fn a_search_that_was_paused_finds_what_one_finds_that_ran_through() {
    let input = aspirin();
    let sphere = sphere(&input, D_MIN);
    let clock = Clock::new(None);
    let end = Goal { finished: Some(9), agreeing: Some(usize::MAX), seen: None };
    let (through, heard) = run(search(&input, &sphere, 14, 1, 2), &end);
    let mut paused = search(&input, &sphere, 14, 2, 2);
    let (mut scribe, mut pauses, mut ids) = (Scribe::default(), 0, HashMap::new());
    while paused.findings().finished.len() < 9 {
        let finished = Some((paused.findings().finished.len() + 1).min(9));
        let goal = Goal { finished, agreeing: Some(usize::MAX), seen: None };
        assert_eq!(paused.go_on(&goal, &clock, &mut scribe), StopReason::Convinced);
        pauses += 1;
        // Trials keep their places and candidates their names: the first trial of each stays what it was.
        let findings = paused.findings();
        for candidate in &findings.verdict.candidates {
            let first = findings.finished[candidate.members[0]].trial;
            assert_eq!(*ids.entry(candidate.id).or_insert(first), first);
        }
        assert!(findings.started as usize > findings.finished.len(), "trials wait in their slots");
    }
    assert!(pauses > 3, "{pauses}");
    assert_eq!(text(&paused.report(StopReason::Convinced)), through);
    assert_eq!(scribe.finished, heard.finished);
}

#[test]
fn goals_are_reached_when_something_new_is_there() {
    let input = aspirin();
    let sphere = sphere(&input, D_MIN);
    let clock = Clock::new(None);
    let mut scribe = Scribe::default();
    let mut search = search(&input, &sphere, 96, 1, 2);
    assert_eq!(search.go_on(&Goal::default(), &clock, &mut scribe), StopReason::Convinced);
    let agreeing = |search: &Search<'_>| search.findings().verdict.candidates[0].members.len();
    let first = agreeing(&search);
    assert!(first >= search.findings().verdict.candidates[0].agreeing_for_end(&search.findings().finished));
    let goal = Goal::after(search.findings(), 2, 1000);
    assert!(!goal.reached(search.findings()), "nothing new yet");
    let key = search.findings().key(&search.findings().verdict.candidates[0]);
    assert_eq!(search.go_on(&goal, &clock, &mut scribe), StopReason::Convinced);
    let findings = search.findings();
    let better = findings.key(&findings.verdict.candidates[0]) != key;
    assert!(better || agreeing(&search) >= first + 2, "{better}, {first}, {}", agreeing(&search));
    // A number of trials, whatever they find; and the end of the budget, which can be raised.
    let goal = Goal { agreeing: Some(usize::MAX), ..Goal::after(search.findings(), 0, 3) };
    let before = search.findings().finished.len();
    assert_eq!(search.go_on(&Goal { seen: None, ..goal }, &clock, &mut scribe), StopReason::Convinced);
    let after = search.findings().finished.len();
    assert!(after >= before + 3 && search.crews().is_none());
    let never = Goal { agreeing: Some(usize::MAX), ..Goal::default() };
    let started = search.findings().started;
    search.allow(started);
    assert_eq!(search.go_on(&never, &clock, &mut scribe), StopReason::TrialsUsed);
    assert_eq!((search.findings().finished.len() as u32, search.findings().started), (started, started));
    assert!(search.crews().is_some());
    search.allow(started + 1);
    assert_eq!(search.go_on(&never, &clock, &mut scribe), StopReason::TrialsUsed);
    assert_eq!(search.findings().finished.len() as u32, started + 1);
}

#[test]
fn whoever_ends_a_run_keeps_what_was_running() {
    let input = aspirin();
    // Too coarse to solve: nothing convinces.
    let sphere = sphere(&input, 2.0);
    let mut scribe = Scribe { enough: Some(2), ..Scribe::default() };
    let mut stopped = search(&input, &sphere, 96, 2, 2);
    assert_eq!(stopped.go_on(&Goal::default(), &Clock::new(None), &mut scribe), StopReason::Interrupted);
    assert_eq!((stopped.findings().finished.len(), stopped.findings().started), (SLOTS, SLOTS as u32));
    assert_eq!(stopped.findings().verdict.candidates.len(), 1, "the best is shown");
    assert!(scribe.finished.iter().map(|(trial, _)| trial.trial).eq(0..SLOTS as u32));
    let over = Clock::new(Some(Duration::ZERO));
    let mut late = search(&input, &sphere, 96, 1, 1);
    assert_eq!(late.go_on(&Goal::default(), &over, &mut Scribe::default()), StopReason::TimeLimit);
    let asked = Clock::new(None);
    asked.stop();
    assert_eq!(late.go_on(&Goal::default(), &asked, &mut Scribe::default()), StopReason::Interrupted);
    assert_eq!(late.findings().finished.len(), 2 * SLOTS);
}

/// What a journal would keep brings every phase back.
#[test]
fn a_finished_trial_goes_through_text_with_its_phases() {
    let input = aspirin();
    let sphere = sphere(&input, D_MIN);
    let (_, scribe) = run(search(&input, &sphere, 6, 1, 2), &Goal::default());
    let kept = |(trial, phases): (Finished, Option<TrialPhases>)| Some((trial, phases?));
    let kept: Vec<(Finished, TrialPhases)> = scribe.finished.into_iter().filter_map(kept).collect();
    assert!(!kept.is_empty());
    for kept in &kept {
        let text = serde_json::to_string(kept).unwrap();
        let back: (Finished, TrialPhases) = serde_json::from_str(&text).unwrap();
        assert_eq!(&back, kept);
        let phased = sphere.phased_by(&back.1.0);
        assert_eq!(phased.len(), sphere.measured().count());
        assert_eq!(phased, sphere.phased_by(&kept.1.0));
    }
}

/// Numbers of cycles that trials take; notes who ran when.
struct Shop {
    lengths: Vec<u32>,
    next: usize,
    seen: Vec<(u32, u32)>,
    recipe: Recipe,
    bad: Option<usize>,
}

impl Queue for Shop {
    type Trial = u32;
    type Error = EngineError;

    fn next(&mut self, _: usize) -> Result<Option<Job<u32>>, EngineError> {
        let Some(&length) = self.lengths.get(self.next) else { return Ok(None) };
        let number = self.next as u32;
        let short = Start::Phases(vec![num_complex::Complex32::new(1.0, 0.0)].into());
        let start = if self.bad == Some(self.next) { short } else { Start::Random { seed: 1, trial: number } };
        self.next += 1;
        Ok(Some(Job { number, course: Course::Run(start, self.recipe), trial: length }))
    }

    fn look(&mut self, look: &mut Look<'_, u32>) -> Result<Next, EngineError> {
        self.seen.push((look.number, look.cycles));
        assert_eq!(look.phases()?.len(), look.problem().layout().len());
        Ok(if look.cycles >= *look.trial { Next::Leave } else { Next::GoOn })
    }
}

fn shop(arm: &Arm, bad: Option<usize>) -> Shop {
    Shop { lengths: vec![3, 1, 2, 1, 1], next: 0, seen: Vec::new(), recipe: arm.recipe(1, 0), bad }
}

#[test]
fn slots_are_filled_again_and_looked_at_in_the_order_of_the_trials() {
    let input = aspirin();
    let problem = sphere(&input, 2.0).problem(Sampling::Nyquist).problem;
    let arm = portfolio(Methods::Message, 20.0)[0];
    let expected = vec![(0, 1), (1, 1), (0, 2), (2, 1), (0, 3), (2, 2), (3, 1), (4, 1)];
    for (turns, engines) in [(1, 1), (1, 2), (2, 1)] {
        let backend = InTurns { cpu: backend(2), turns, late: false };
        let mut crews = [Crew::new(&backend, &problem, 2, engines).unwrap()];
        let mut shop = shop(&arm, None);
        let mut slots = Slots::new(&crews, 1);
        slots.run(&mut crews, &mut shop).unwrap();
        assert_eq!((slots.running(), &shop.seen), (0, &expected), "{turns} {engines}");
    }
}

/// A processor whose engines take turns; those that are `late` do what was begun when it is asked for.
struct InTurns {
    cpu: CpuBackend,
    turns: usize,
    late: bool,
}

impl Backend for InTurns {
    fn device(&self) -> Device {
        self.cpu.device()
    }

    fn slots(&self, problem: &Problem, trials: u32) -> usize {
        self.cpu.slots(problem, trials)
    }

    fn turns(&self, _: usize) -> usize {
        self.turns
    }

    fn engine(&self, problem: Problem, slots: usize) -> Result<Box<dyn Engine>, EngineError> {
        let engine = self.cpu.engine(problem, slots)?;
        Ok(if self.late { Box::new(Late { engine, begun: None }) } else { engine })
    }
}

struct Late {
    engine: Box<dyn Engine>,
    begun: Option<u32>,
}

impl Engine for Late {
    fn device(&self) -> Device {
        self.engine.device()
    }

    fn problem(&self) -> &Problem {
        self.engine.problem()
    }

    fn slots(&self) -> usize {
        self.engine.slots()
    }

    fn seat(&mut self, slot: usize, start: &Start, recipe: Recipe) -> Result<(), EngineError> {
        assert_eq!(self.begun, None);
        self.engine.seat(slot, start, recipe)
    }

    fn change_recipe(&mut self, slot: usize, recipe: Recipe) -> Result<(), EngineError> {
        assert_eq!(self.begun, None);
        self.engine.change_recipe(slot, recipe)
    }

    fn vacate(&mut self, slot: usize) -> Result<(), EngineError> {
        assert_eq!(self.begun, None);
        self.engine.vacate(slot)
    }

    fn advance(&mut self, cycles: u32) -> Result<(), EngineError> {
        self.engine.advance(cycles)
    }

    fn merits(&mut self) -> Result<Vec<Option<Merits>>, EngineError> {
        assert_eq!(self.begun, None);
        self.engine.merits()
    }

    fn phases(&mut self, slot: usize) -> Result<Option<Vec<num_complex::Complex32>>, EngineError> {
        assert_eq!(self.begun, None);
        self.engine.phases(slot)
    }

    fn begin(&mut self, cycles: u32) -> Result<(), EngineError> {
        assert_eq!(self.begun.replace(cycles), None);
        Ok(())
    }

    fn collect(&mut self) -> Result<Vec<Option<Merits>>, EngineError> {
        self.engine.advance(self.begun.take().expect("a look was begun"))?;
        self.engine.merits()
    }

    fn stage_seconds(&self) -> StageSeconds {
        self.engine.stage_seconds()
    }
}

/// Work that a device does while trials of another turn are looked at finds what it would find at once, and a search
/// that is stopped takes what is under way with it.
#[test]
fn engines_in_turns_find_the_same_however_late_they_work() {
    let input = aspirin();
    let sphere = sphere(&input, 1.2);
    let found = |late: bool, enough: Option<usize>| {
        let backend = InTurns { cpu: backend(2), turns: 2, late };
        let mut search = search_on(&input, &sphere, 12, &backend, 1);
        let mut scribe = Scribe { enough, ..Scribe::default() };
        let stopped = search.go_on(&Goal::default(), &Clock::endless(), &mut scribe);
        assert!(search.crews().is_some() || stopped == StopReason::Convinced);
        (stopped, scribe.lines, scribe.finished)
    };
    for enough in [None, Some(7)] {
        let (stopped, lines, finished) = found(false, enough);
        assert!(!finished.is_empty() && lines.len() > 8, "{stopped:?}");
        assert_eq!(found(true, enough), (stopped, lines, finished), "{enough:?}");
    }
}

#[test]
fn a_start_of_another_length_ends_the_run_with_its_name() {
    let input = aspirin();
    let problem = sphere(&input, 2.0).problem(Sampling::Nyquist).problem;
    let entries = problem.layout().len();
    let arms = portfolio(Methods::Both, 20.0);
    let mut crews = [Crew::new(&backend(1), &problem, 2, 1).unwrap()];
    let mut slots = Slots::new(&crews, 1);
    let failed = slots.run(&mut crews, &mut shop(&arms[0], Some(3)));
    assert_eq!(failed, Err(EngineError::Length { given: 1, entries }));
}

#[test]
fn passes_come_back_in_their_order_however_many_slots_there_are() {
    let input = aspirin();
    let problem = sphere(&input, 1.5).problem(Sampling::Nyquist).problem;
    let passes = || {
        let recipes = portfolio(Methods::Both, 20.0).into_iter().enumerate();
        recipes
            .map(|(i, arm)| Pass { start: Start::Random { seed: 3, trial: i as u32 }, recipe: arm.recipe(1, 7) })
            .collect()
    };
    let crew = |slots, engines| Crew::new(&backend(2), &problem, slots, engines).unwrap();
    let together = run_passes(crew(8, 2), passes(), 12).unwrap();
    assert_eq!(together.len(), 8);
    assert_eq!(together, run_passes(crew(1, 1), passes(), 12).unwrap());
    assert!(together.iter().all(|passed| passed.merits.cycles == 12));
}

/// Threads that made the same phases once waited for each other for ever: whoever made them took up the start of
/// another trial while its transform waited, and that asked for the same. Seen on 16 threads, every third run.
#[test]
fn starts_are_made_on_many_threads_without_one_waiting_for_itself() {
    let input = aspirin();
    let gridded = sphere(&input, 0.9).problem(Sampling::Fine);
    let problem = &gridded.problem;
    let single = Patterson::new(problem);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(16).build().unwrap();
    pool.install(|| {
        for seed in 0..20 {
            let mut together = Patterson::new(problem);
            together.prepare(problem, seed, 0..64);
            assert_eq!(together.phases(problem, seed, 5), single.phases(problem, seed, 5));
        }
    });
}
