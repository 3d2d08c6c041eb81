//! A search that begins on one device and goes on on another: when it changes, what that leaves alone, and the way
//! back.

#![cfg(feature = "cli")]

use num_complex::Complex32;
use seedflip::clock::Clock;
use seedflip::engine::cpu::CpuBackend;
use seedflip::engine::{Backend, Device, Engine, EngineError, Merits, Problem, Recipe, Relief, StageSeconds, Start};
use seedflip::input::{self, Input};
use seedflip::phasing::Methods;
use seedflip::solve::{Job, Means, Options, Solved, Watch, solve};
use seedflip::trials::{Observer, Progress, StopReason};
use std::path::Path;
use std::sync::Arc;

/// Trials that the processor does first, and slots of what takes over.
const FIRST: u32 = 5;
const SLOTS: usize = 3;

/// What becomes of the device that takes over.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Holds,
    NeverComes,
    /// Lost at its look of this number.
    LostAt(u32),
}

/// The processor, relieved by itself under another name.
struct Relieved {
    cpu: CpuBackend,
    fate: Fate,
    reach: u32,
}

impl Backend for Relieved {
    fn device(&self) -> Device {
        self.cpu.device()
    }

    fn slots(&self, problem: &Problem, trials: u32) -> usize {
        self.cpu.slots(problem, trials)
    }

    fn engine(&self, problem: Problem, slots: usize) -> Result<Box<dyn Engine>, EngineError> {
        self.cpu.engine(problem, slots)
    }

    fn reach(&self) -> u32 {
        self.reach
    }

    fn relief(&self, problem: &Problem, _: u32) -> Option<Relief> {
        let (problem, fate) = (problem.clone(), self.fate);
        Relief::begin(FIRST, move |_| match fate {
            Fate::NeverComes => Err(EngineError::Refused("it is a toaster".into())),
            _ => Ok(vec![Box::new(Card { engine: CpuBackend::new(pool()).engine(problem, SLOTS)?, fate, looks: 0 })]),
        })
    }
}

struct Card {
    engine: Box<dyn Engine>,
    fate: Fate,
    looks: u32,
}

impl Engine for Card {
    fn device(&self) -> Device {
        Device { backend: "gpu", name: "Glass Card".into(), api: None, driver: None, threads: 1 }
    }

    fn problem(&self) -> &Problem {
        self.engine.problem()
    }

    fn slots(&self) -> usize {
        self.engine.slots()
    }

    fn seat(&mut self, slot: usize, start: &Start, recipe: Recipe) -> Result<(), EngineError> {
        self.engine.seat(slot, start, recipe)
    }

    fn change_recipe(&mut self, slot: usize, recipe: Recipe) -> Result<(), EngineError> {
        self.engine.change_recipe(slot, recipe)
    }

    fn vacate(&mut self, slot: usize) -> Result<(), EngineError> {
        self.engine.vacate(slot)
    }

    fn advance(&mut self, cycles: u32) -> Result<(), EngineError> {
        self.looks += 1;
        if self.fate == Fate::LostAt(self.looks) {
            Err(EngineError::Lost("it fell".into()))
        } else {
            self.engine.advance(cycles)
        }
    }

    fn merits(&mut self) -> Result<Vec<Option<Merits>>, EngineError> {
        self.engine.merits()
    }

    fn phases(&mut self, slot: usize) -> Result<Option<Vec<Complex32>>, EngineError> {
        self.engine.phases(slot)
    }

    fn stage_seconds(&self) -> StageSeconds {
        self.engine.stage_seconds()
    }
}

struct Nobody;

impl Observer for Nobody {
    fn step(&mut self, _: &Progress) -> bool {
        true
    }
}

impl Watch for Nobody {}

fn pool() -> Arc<rayon::ThreadPool> {
    Arc::new(rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap())
}

fn aspirin() -> Input {
    input::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/aspirin.ins"), None, None).unwrap()
}

/// Trials too short to convince, so that all of them are run.
fn run(fate: Fate, reach: u32, trials: Option<u32>) -> Solved {
    let options = Options {
        seed: 1,
        methods: Methods::Flipping,
        d_min: Some(1.5),
        trials,
        max_cycles: Some(10),
        time_limit: None,
        every_set: false,
        memory: None,
        list: seedflip::phasing::ListRecipe::USUAL,
    };
    let (input, pool, clock) = (aspirin(), pool(), Clock::endless());
    let job = Job { data: &input.data, hint: None, options: &options, seeds: None };
    let backend = Relieved { cpu: CpuBackend::new(pool.clone()), fate, reach };
    solve(&job, &Means { backend: &backend, pool: &pool, clock: &clock }, &mut Nobody).unwrap()
}

/// Numbers and merits of the finished trials, by number.
fn found(solved: &Solved) -> Vec<(u32, Merits)> {
    let mut found: Vec<_> = solved.report.finished.iter().map(|trial| (trial.trial, trial.merits)).collect();
    found.sort_by_key(|(trial, _)| *trial);
    found
}

#[test]
fn the_other_device_takes_over_when_the_first_trials_have_finished() {
    let solved = run(Fate::Holds, 1, Some(12));
    let report = &solved.report;
    assert_eq!((report.stopped, report.finished.len(), &report.fault), (StopReason::TrialsUsed, 12, &None));
    let [change] = &report.moves[..] else { panic!("{:?}", report.moves) };
    assert_eq!((change.finished, change.backend, &change.slots[..]), (FIRST as usize, "gpu", &[SLOTS][..]));
    assert_eq!((change.fault.as_deref(), solved.device.name.as_str()), (None, "Glass Card"));
    assert!(report.busy.is_some_and(|busy| busy > 0.0 && busy <= 1.0), "{:?}", report.busy);
    assert!(found(&solved).iter().map(|(trial, _)| *trial).eq(0..12));
    assert_eq!(found(&solved), found(&run(Fate::Holds, 1, Some(12))), "it can be repeated");
}

#[test]
fn a_run_that_ends_before_stays_where_it_began() {
    let solved = run(Fate::Holds, 1, Some(FIRST));
    assert_eq!((solved.report.finished.len(), solved.report.moves.len()), (FIRST as usize, 0));
    assert_eq!((solved.device.backend, solved.report.busy), ("cpu", None));
}

#[test]
fn without_the_other_device_the_first_does_what_it_would_have_done_alone() {
    let solved = run(Fate::NeverComes, 7, None);
    let report = &solved.report;
    assert_eq!((report.finished.len(), report.stopped), (96, StopReason::TrialsUsed));
    let [change] = &report.moves[..] else { panic!("{:?}", report.moves) };
    assert_eq!((change.finished, change.backend), (FIRST as usize, "cpu"));
    assert!(change.fault.as_deref().is_some_and(|fault| fault.contains("toaster")), "{change:?}");
    assert_eq!((solved.effective.budget.trials, solved.device.backend), (7 * 96, "cpu"));
}

#[test]
fn a_device_that_is_lost_leaves_its_trials_to_the_first() {
    let whole = found(&run(Fate::Holds, 1, Some(12)));
    for look in [1, 2, 5] {
        let solved = run(Fate::LostAt(look), 1, Some(12));
        let report = &solved.report;
        assert_eq!((report.stopped, &report.fault), (StopReason::TrialsUsed, &None), "look {look}");
        let [_, back] = &report.moves[..] else { panic!("look {look}: {:?}", report.moves) };
        assert_eq!((back.backend, back.fault.as_deref()), ("cpu", Some("the GPU was lost: it fell")));
        // Every trial finishes, once, and as it would have.
        assert_eq!(found(&solved), whole, "look {look}");
    }
}
