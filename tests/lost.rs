//! A device that fails in the middle of a run: what has finished is kept, ranked, worked up and reported.

#![cfg(feature = "cli")]

use num_complex::Complex32;
use seedflip::clock::Clock;
use seedflip::engine::cpu::CpuBackend;
use seedflip::engine::{Backend, Device, Engine, EngineError, Merits, Problem, Recipe, StageSeconds, Start, Team};
use seedflip::input::{self, Basis, Input};
use seedflip::journal::{Call as Typed, Plan, RunFolder, TrialLedger};
use seedflip::phasing::Methods;
use seedflip::report::{Record, listing, table};
use seedflip::solve::{Job, Means, Options, Solved, Watch, solve};
use seedflip::trials::{Ledger, Observer, Part, Progress, StopReason};
use seedflip::{Error, Result};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// What the driver says.
const REASON: &str = "the cable was pulled out";
/// Slots of the failing device, another number than the CPU's.
const SLOTS: usize = 3;

/// A call of the engine boundary that can fail.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Call {
    Seat,
    ChangeRecipe,
    Advance,
    Merits,
    Phases,
}

/// The CPU as a device whose engines fail from a call of one kind on, once they are armed.
struct Failing {
    cpu: CpuBackend,
    armed: Arc<AtomicBool>,
    call: Option<Call>,
}

impl Failing {
    /// Never fails without a call.
    fn new(call: Option<Call>, armed: bool) -> Self {
        Self { cpu: CpuBackend::new(pool()), armed: Arc::new(armed.into()), call }
    }
}

impl Backend for Failing {
    fn device(&self) -> Device {
        let (api, driver) = (Some("vulkan".into()), Some("made up 1.0".into()));
        Device { backend: "gpu", name: "Glass Card".into(), api, driver, threads: 1 }
    }

    fn slots(&self, _: &Problem, trials: u32) -> usize {
        SLOTS.min(trials as usize)
    }

    fn engine(&self, problem: Problem, slots: usize) -> std::result::Result<Box<dyn Engine>, EngineError> {
        let (armed, call, dead) = (self.armed.clone(), self.call, false.into());
        Ok(Box::new(FailingEngine { engine: self.cpu.engine(problem, slots)?, armed, call, dead }))
    }
}

struct FailingEngine {
    engine: Box<dyn Engine>,
    armed: Arc<AtomicBool>,
    call: Option<Call>,
    dead: AtomicBool,
}

impl FailingEngine {
    /// A device that is lost stays lost, whatever is asked of it.
    fn check(&self, call: Call) -> std::result::Result<(), EngineError> {
        if self.armed.load(Ordering::SeqCst) && self.call == Some(call) {
            self.dead.store(true, Ordering::SeqCst);
        }
        if self.dead.load(Ordering::SeqCst) { Err(EngineError::Lost(REASON.into())) } else { Ok(()) }
    }
}

impl Engine for FailingEngine {
    fn device(&self) -> Device {
        self.engine.device()
    }

    fn problem(&self) -> &Problem {
        self.engine.problem()
    }

    fn slots(&self) -> usize {
        self.engine.slots()
    }

    fn seat(&mut self, slot: usize, start: &Start, recipe: Recipe) -> std::result::Result<(), EngineError> {
        self.check(Call::Seat)?;
        self.engine.seat(slot, start, recipe)
    }

    fn change_recipe(&mut self, slot: usize, recipe: Recipe) -> std::result::Result<(), EngineError> {
        self.check(Call::ChangeRecipe)?;
        self.engine.change_recipe(slot, recipe)
    }

    fn vacate(&mut self, slot: usize) -> std::result::Result<(), EngineError> {
        self.engine.vacate(slot)
    }

    fn advance(&mut self, cycles: u32) -> std::result::Result<(), EngineError> {
        self.check(Call::Advance)?;
        self.engine.advance(cycles)
    }

    fn merits(&mut self) -> std::result::Result<Vec<Option<Merits>>, EngineError> {
        self.check(Call::Merits)?;
        self.engine.merits()
    }

    fn phases(&mut self, slot: usize) -> std::result::Result<Option<Vec<Complex32>>, EngineError> {
        self.check(Call::Phases)?;
        self.engine.phases(slot)
    }

    fn stage_seconds(&self) -> StageSeconds {
        self.engine.stage_seconds()
    }
}

/// Arms the device once this many trials have finished, and keeps what it saw then.
struct Saboteur {
    after: u32,
    armed: Arc<AtomicBool>,
    seen: Arc<Mutex<Option<Progress>>>,
}

impl Observer for Saboteur {
    fn step(&mut self, progress: &Progress) -> bool {
        *self.seen.lock().unwrap() = Some(progress.clone());
        if progress.finished >= self.after {
            self.armed.store(true, Ordering::SeqCst);
        }
        true
    }
}

impl Watch for Saboteur {}

fn pool() -> Arc<rayon::ThreadPool> {
    Arc::new(rayon::ThreadPoolBuilder::new().build().unwrap())
}

fn aspirin() -> Input {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/aspirin.ins");
    input::read(&path, None, None).unwrap()
}

/// The group of the input, as it is.
fn basis(input: &Input) -> Basis {
    input.with_group(input.data.header.space_group.clone()).unwrap()
}

/// Trials too short to convince, so that all of them are run.
const OPTIONS: Options = Options {
    seed: 1,
    methods: Methods::Flipping,
    d_min: Some(1.5),
    trials: Some(12),
    max_cycles: Some(10),
    time_limit: None,
    every_set: false,
    memory: None,
    list: seedflip::phasing::ListRecipe::USUAL,
};

/// Solves the data in the group of the input on a device.
fn solve_on(backend: &dyn Backend, input: &Input, watch: &mut Saboteur) -> Result<Solved> {
    let job = Job { data: &input.data, hint: None, options: &OPTIONS, seeds: None };
    let (pool, clock) = (pool(), Clock::endless());
    solve(&job, &Means { backend, pool: &pool, clock: &clock }, watch)
}

/// Solves aspirin on a device that fails after `after` trials, and what was seen last before it failed.
fn run(input: &Input, failing: &Failing, after: u32) -> (Result<Solved>, Option<Progress>) {
    let seen = Arc::new(Mutex::new(None));
    let mut saboteur = Saboteur { after, armed: failing.armed.clone(), seen: seen.clone() };
    let solved = solve_on(failing, input, &mut saboteur);
    let seen = seen.lock().unwrap().take();
    (solved, seen)
}

#[test]
fn what_has_finished_is_kept_whichever_call_fails() {
    let input = aspirin();
    let (whole, _) = run(&input, &Failing::new(None, false), 1);
    let whole = whole.unwrap().report;
    assert_eq!((whole.stopped, whole.fault, whole.finished.len()), (StopReason::TrialsUsed, None, 12));
    for call in [Call::Seat, Call::ChangeRecipe, Call::Advance, Call::Merits, Call::Phases] {
        let (solved, seen) = run(&input, &Failing::new(Some(call), false), 1);
        let solved = solved.unwrap();
        let report = &solved.report;
        assert_eq!(report.stopped, StopReason::DeviceLost, "{call:?}");
        assert_eq!(report.fault.as_deref(), Some(format!("the GPU was lost: {REASON}").as_str()), "{call:?}");
        // Nothing finishes after the failure, and nothing that had finished is missing.
        let finished = report.finished.len();
        assert_eq!(finished, seen.unwrap().finished as usize, "{call:?}");
        let lost = report.started as usize - finished;
        assert!((1..12).contains(&finished) && lost > 0, "{call:?}: {finished} and {lost}");
        for trial in &report.finished {
            let same = whole.finished.iter().find(|t| t.trial == trial.trial).unwrap();
            assert_eq!((trial.arm, trial.merits), (same.arm, same.merits), "{call:?}");
        }
        assert!(report.finished.is_sorted_by(|a, b| a.compare(b).is_lt()), "{call:?}");
        // The best is worked up as ever.
        assert_eq!((report.verdict.candidates.len(), solved.structures.len()), (1, 1), "{call:?}");
        assert!(!solved.structures[0].solution.sites.is_empty(), "{call:?}");
    }
}

#[test]
fn reports_name_the_device_and_the_fault() {
    let input = aspirin();
    let solved = run(&input, &Failing::new(Some(Call::Advance), false), 1).0.unwrap();
    assert_eq!(solved.effective.slots, [SLOTS]);
    let record: serde_json::Value =
        serde_json::from_str(&Record::new(&input, &basis(&input), &solved, 0.0, 1.0).text().unwrap()).unwrap();
    assert_eq!(record["stopped"], "device_lost");
    assert!(record["fault"].as_str().unwrap().contains(REASON));
    let device = serde_json::json!({"backend": "gpu", "name": "Glass Card", "api": "vulkan", "driver": "made up 1.0"});
    assert_eq!(record["device"], device);
    assert_eq!(record["parameters"]["slots"], serde_json::json!([SLOTS]));
    let listing = listing::listing(&input, &basis(&input), &solved, "aspirin", "aspirin.lst", &[]);
    assert!(listing.contains("Device: Glass Card (gpu, vulkan, made up 1.0), 3 trials at a time"), "{listing}");
    let conclusion = table::conclusion(&solved, "aspirin", "aspirin.lst", &[]);
    assert!(conclusion.contains(REASON) && conclusion.contains("aspirin_a.res"), "{conclusion}");
}

#[test]
fn a_device_that_fails_at_once_leaves_a_listing_and_no_model() {
    let input = aspirin();
    let (solved, seen) = run(&input, &Failing::new(Some(Call::Seat), true), 1);
    let solved = solved.unwrap();
    assert_eq!((solved.report.finished.len(), solved.structures.len(), seen), (0, 0, None));
    let conclusion = table::conclusion(&solved, "aspirin", "aspirin.lst", &[]);
    assert!(conclusion.contains("aspirin.lst") && !conclusion.contains("_a."), "{conclusion}");
    let record: serde_json::Value =
        serde_json::from_str(&Record::new(&input, &basis(&input), &solved, 0.0, 1.0).text().unwrap()).unwrap();
    assert_eq!((&record["solved"], &record["trials_finished"]), (&false.into(), &0.into()));
    assert!(listing::listing(&input, &basis(&input), &solved, "aspirin", "aspirin.lst", &[]).contains(REASON));
}

/// Solves aspirin on a device and keeps its trials in a journal.
fn run_with_journal(input: &Input, failing: &Failing, folder: &Path) -> (Solved, usize) {
    let plan = Plan::new("solve", Typed::default());
    let run = RunFolder::open(folder, &plan, Part::WHOLE, false).unwrap();
    let ledger = TrialLedger::of_run(&run, "made up").unwrap();
    let known = ledger.known;
    let saboteur = Saboteur { after: 4, armed: failing.armed.clone(), seen: Arc::default() };
    let mut watch = Keeping { saboteur, ledger };
    let job = Job { data: &input.data, hint: None, options: &OPTIONS, seeds: None };
    let (pool, clock) = (pool(), Clock::endless());
    let solved = solve(&job, &Means { backend: failing, pool: &pool, clock: &clock }, &mut watch).unwrap();
    watch.ledger.close().unwrap();
    (solved, known)
}

struct Keeping {
    saboteur: Saboteur,
    ledger: TrialLedger,
}

impl Observer for Keeping {
    fn step(&mut self, progress: &Progress) -> bool {
        self.saboteur.step(progress)
    }

    fn ledger(&self) -> Option<&dyn Ledger> {
        Some(&self.ledger)
    }
}

impl Watch for Keeping {}

/// What finished before the loss is in the journal, and the run goes on from there to what it would have found.
#[test]
fn a_run_whose_device_was_lost_goes_on_from_its_journal() {
    let input = aspirin();
    let (whole, _) = run(&input, &Failing::new(None, false), 1);
    let whole = whole.unwrap();
    for call in [Call::Seat, Call::Advance, Call::Phases] {
        let home = tempfile::tempdir().unwrap();
        let (lost, _) = run_with_journal(&input, &Failing::new(Some(call), false), home.path());
        assert_eq!(lost.report.stopped, StopReason::DeviceLost, "{call:?}");
        let (solved, known) = run_with_journal(&input, &Failing::new(None, false), home.path());
        assert!(known == lost.report.finished.len() && (4..12).contains(&known), "{call:?}: {known}");
        assert_eq!((solved.report.stopped, solved.report.fault), (StopReason::TrialsUsed, None), "{call:?}");
        assert_eq!(solved.report.finished, whole.report.finished, "{call:?}");
        assert_eq!(solved.report.cycles, whole.report.cycles, "{call:?}");
    }
}

/// One of two cards is lost: the other runs all trials that are left, each to the end that it would have had.
#[test]
fn when_one_card_of_several_is_lost_the_other_goes_on() {
    let input = aspirin();
    let (whole, _) = run(&input, &Failing::new(None, false), 1);
    let whole = whole.unwrap().report;
    for call in [Call::Seat, Call::Advance, Call::Merits, Call::Phases] {
        let failing = Failing::new(Some(call), false);
        let armed = failing.armed.clone();
        let team = Team::new(vec![Arc::new(failing), Arc::new(Failing::new(None, false))]).unwrap();
        let mut saboteur = Saboteur { after: 1, armed, seen: Arc::default() };
        let report = solve_on(&team, &input, &mut saboteur).unwrap().report;
        assert_eq!(
            (report.stopped, &report.fault, report.finished.len()),
            (StopReason::TrialsUsed, &None, 12),
            "{call:?}"
        );
        let moves: Vec<_> = report.moves.iter().map(|change| (change.slots.clone(), change.fault.is_some())).collect();
        assert_eq!(moves, [(vec![SLOTS], true)], "{call:?}");
        for trial in &report.finished {
            let same = whole.finished.iter().find(|t| t.trial == trial.trial).unwrap();
            assert_eq!((trial.arm, trial.merits), (same.arm, same.merits), "{call:?}");
        }
    }
    // Both are lost.
    let armed = Arc::new(AtomicBool::new(false));
    let lost = || {
        let failing = Failing::new(Some(Call::Advance), false);
        Arc::new(Failing { armed: armed.clone(), ..failing }) as Arc<dyn Backend>
    };
    let team = Team::new(vec![lost(), lost()]).unwrap();
    let mut saboteur = Saboteur { after: 1, armed: armed.clone(), seen: Arc::default() };
    let report = solve_on(&team, &input, &mut saboteur).unwrap().report;
    assert_eq!(report.stopped, StopReason::DeviceLost);
    assert!(report.fault.is_some() && (1..12).contains(&report.finished.len()));
}

/// A device without memory.
struct Full;

impl Backend for Full {
    fn device(&self) -> Device {
        Device { backend: "gpu", name: "Thimble".into(), api: None, driver: None, threads: 1 }
    }

    fn slots(&self, _: &Problem, _: u32) -> usize {
        1
    }

    fn engine(&self, _: Problem, _: usize) -> std::result::Result<Box<dyn Engine>, EngineError> {
        Err(EngineError::Memory("1 byte is there".into()))
    }
}

#[test]
fn a_device_that_cannot_begin_is_an_error_with_a_way_out() {
    let seen = Arc::new(Mutex::new(None));
    let mut observer = Saboteur { after: 1, armed: Arc::new(false.into()), seen };
    let Err(error) = solve_on(&Full, &aspirin(), &mut observer) else {
        panic!("solved without an engine");
    };
    assert!(matches!(error, Error::Unusable { .. }));
    let message = error.to_string();
    assert!(message.contains("1 byte is there") && message.contains("--backend cpu"), "{message}");
}
