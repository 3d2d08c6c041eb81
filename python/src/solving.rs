//! A run on a thread of its own, while the caller's listens for signals.

use crate::crystal::Crystal;
use crate::error::{raised, wrong};
use crate::events::Follower;
use crate::result::Result;
use crate::seeds::Seeds;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use seedflip::{Clock, DeviceChoice, Methods, Options, Solver};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How often signals are asked for.
const LISTEN_EVERY: Duration = Duration::from_millis(50);

/// Solves a crystal. See the stubs.
#[pyfunction]
#[pyo3(signature = (crystal, seeds=None, *, stop="first", trials=None, time_limit=None, device="auto", seed=1, on_event=None,
    space_group=None, resolution=None, wrong=None, method="auto", max_cycles=None, threads=None, memory=None,
    phases="solutions"))]
#[allow(clippy::too_many_arguments)]
pub fn solve(
    py: Python<'_>,
    crystal: &Crystal,
    seeds: Option<&Seeds>,
    stop: &str,
    trials: Option<u32>,
    time_limit: Option<f64>,
    device: &str,
    seed: u32,
    on_event: Option<Py<PyAny>>,
    space_group: Option<String>,
    resolution: Option<f64>,
    wrong: Option<f64>,
    method: &str,
    max_cycles: Option<u32>,
    threads: Option<usize>,
    memory: Option<u64>,
    phases: &str,
) -> PyResult<Result> {
    let every_set = match stop {
        "first" => false,
        "all" if seeds.is_some() => true,
        "all" => {
            return Err(self::wrong("stop=\"all\" is for seeds, and there are none; give some, or take \"first\""));
        }
        other => return Err(self::wrong(format!("stop {other:?} is not known; choose first or all"))),
    };
    let time_limit = time_limit.map(seconds).transpose()?;
    let options = Options {
        seed,
        methods: methods(method)?,
        d_min: resolution.map(|d| positive("resolution", d)).transpose()?,
        trials: trials.map(|n| at_least_one("trials", n)).transpose()?,
        max_cycles: max_cycles.map(|n| at_least_one("max_cycles", n)).transpose()?,
        time_limit,
        every_set,
        memory,
        ..Options::default()
    };
    let all_phases = match phases {
        "solutions" => false,
        "all" => true,
        other => return Err(self::wrong(format!("phases {other:?} is not known; choose solutions or all"))),
    };
    let clock = Clock::new(time_limit);
    let device = device_of(device);
    let given = wrong.or_else(|| seeds.and_then(|seeds| seeds.wrong));
    let (crystal, seeds) = (crystal.inner.clone(), seeds.map(|seeds| seeds.inner.clone()));
    let of_run = clock.clone();
    let run = move || {
        let mut follower = Follower::new(on_event, of_run.clone());
        let mut solver = Solver::new(&crystal).options(options).device(device).clock(of_run);
        solver = solver.threads(threads.unwrap_or_default());
        if let Some(seeds) = &seeds {
            solver = solver.seeds(seeds);
        }
        if let Some(fraction) = given {
            solver = solver.wrong(fraction);
        }
        if let Some(symbol) = &space_group {
            solver = solver.space_group(symbol);
        }
        let solver = if all_phases { solver.keep_all_phases() } else { solver };
        let outcome = solver.run_watched(&mut follower);
        (outcome, follower.raised)
    };
    let (outcome, of_callback) = listening(py, &clock, run)?;
    if let Some(error) = of_callback {
        return Err(error);
    }
    outcome.map(Result::new).map_err(raised)
}

/// Does work on a thread of its own, without the interpreter, and listens for signals meanwhile. The first Ctrl-C stops the clock and waits
/// for what the work has then; the second leaves it behind.
pub fn listening<T: Send + 'static>(
    py: Python<'_>,
    clock: &Clock,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    let (sender, mut receiver) = channel::<T>();
    // Nobody may listen any more.
    std::thread::spawn(move || drop(sender.send(work())));
    let mut asked = false;
    loop {
        let own = &mut receiver;
        match py.detach(move || own.recv_timeout(LISTEN_EVERY)) {
            Ok(ended) => return Ok(ended),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(wrong("a fault of seedflip itself; please report it with the input that brought it about"));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        match py.check_signals() {
            Ok(()) => {}
            Err(error) if error.is_instance_of::<PyKeyboardInterrupt>(py) && !asked => {
                asked = true;
                clock.stop();
            }
            Err(error) => {
                clock.stop();
                return Err(error);
            }
        }
    }
}

/// The device that a word means.
pub fn device_of(word: &str) -> DeviceChoice {
    match word {
        "auto" => DeviceChoice::Auto,
        "cpu" => DeviceChoice::Cpu,
        "gpu" => DeviceChoice::Gpu,
        name => DeviceChoice::Named(name.to_owned()),
    }
}

fn methods(word: &str) -> PyResult<Methods> {
    match word {
        "auto" => Ok(Methods::Both),
        "flipping" => Ok(Methods::Flipping),
        "message" => Ok(Methods::Message),
        other => Err(wrong(format!("method {other:?} is not known; choose auto, flipping or message"))),
    }
}

fn positive(name: &str, value: f64) -> PyResult<f64> {
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        Err(wrong(format!("{name} {value} is no positive number")))
    }
}

fn at_least_one(name: &str, value: u32) -> PyResult<u32> {
    if value > 0 { Ok(value) } else { Err(wrong(format!("{name} 0 leaves nothing to do; give 1 or more"))) }
}

fn seconds(value: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(positive("time_limit", value)?)
        .map_err(|_| wrong(format!("time_limit {value} is too long")))
}
