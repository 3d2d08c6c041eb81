//! Trial-cycles per second of an engine.

use super::yardstick::RealPair;
use crate::engine::{Device, Engine, EngineError, Recipe, StageSeconds, Start};
use serde::Serialize;
use std::time::{Duration, Instant};

/// Shortest timed run: long enough for the clock, short enough for a table of many grids.
const TIMED: Duration = Duration::from_millis(700);
/// Timed runs, of which the median is reported.
const RUNS: usize = 5;

/// One row of a throughput table. Field names are the published ones of `seedflip bench --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Throughput {
    /// Version of this document.
    pub schema_version: u32,
    /// What ran.
    pub device: Device,
    /// Grid points along x, y, z.
    pub grid: [usize; 3],
    /// Trials advanced together.
    pub trials: usize,
    /// Recipe that ran.
    pub recipe: Recipe,
    /// Cycles timed, summed over trials and runs.
    pub trial_cycles: u64,
    /// Median over the runs.
    pub trial_cycles_per_s: f64,
    /// Nanoseconds per grid point and trial-cycle, times the threads: a CPU cost.
    pub ns_per_point: f64,
    /// Nanoseconds per grid point of one real FFT pair on one thread, timed between the runs.
    pub fft_pair_ns_per_point: f64,
    /// A trial-cycle in units of that pair.
    pub cycle_over_fft_pair: f64,
    /// Seconds by stage, summed over threads.
    pub stages: StageSeconds,
}

/// Times `engine` with all slots seated under `recipe`, alternating with the FFT pair.
pub fn measure(engine: &mut dyn Engine, recipe: Recipe) -> Result<Throughput, EngineError> {
    let grid = engine.problem().layout().dims();
    let points = grid.iter().product::<usize>() as f64;
    let trials = engine.slots();
    for slot in 0..trials {
        engine.seat(slot, &Start::Random { seed: 1, trial: slot as u32 }, recipe)?;
    }
    engine.advance(2)?;
    let mut pair = RealPair::new(grid);
    pair.seconds(1);
    let stages_before = engine.stage_seconds();
    let (mut cycle_seconds, mut pair_seconds) = (Vec::new(), Vec::new());
    let mut trial_cycles = 0;
    for _ in 0..RUNS {
        let begun = Instant::now();
        let mut cycles = 0u32;
        while begun.elapsed() < TIMED {
            engine.advance(2)?;
            cycles += 2;
        }
        cycle_seconds.push(begun.elapsed().as_secs_f64() / (f64::from(cycles) * trials as f64));
        trial_cycles += u64::from(cycles) * trials as u64;
        let mut repeats = 0;
        let begun = Instant::now();
        let mut total = 0.0;
        while begun.elapsed() < TIMED / 4 {
            total += pair.seconds(1);
            repeats += 1;
        }
        pair_seconds.push(total / f64::from(repeats));
    }
    let (cycle, pair) = (median(cycle_seconds), median(pair_seconds));
    let device = engine.device();
    let cpu_cycle = cycle * device.threads as f64;
    let stages = engine.stage_seconds().since(&stages_before);
    Ok(Throughput {
        schema_version: 1,
        grid,
        trials,
        recipe,
        trial_cycles,
        trial_cycles_per_s: 1.0 / cycle,
        ns_per_point: cpu_cycle * 1e9 / points,
        fft_pair_ns_per_point: pair * 1e9 / points,
        cycle_over_fft_pair: cpu_cycle / pair,
        stages,
        device,
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
