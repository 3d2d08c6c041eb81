//! Trial-cycles per second of an engine.

use super::yardstick::RealPair;
use crate::engine::{Device, Engine, EngineError, Recipe, StageSeconds, Start};
use serde::Serialize;
use std::time::{Duration, Instant};

/// Shortest timed run: long enough for the clock, short enough for a table of many grids.
const TIMED: Duration = Duration::from_millis(500);
/// Timed runs, of which the median is reported; fewer where they take longer than `ROW` together.
const RUNS: usize = 5;
const ROW: Duration = Duration::from_secs(4);
/// Time that one call of the engine should take: a device that is waited for more often waits as well.
const CALL: Duration = Duration::from_millis(100);
/// Most cycles of one call.
const MOST_CYCLES: u32 = 4096;

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
    /// One line on how the engine goes about this grid.
    pub plan: Option<String>,
    /// Cycles timed, summed over trials and runs.
    pub trial_cycles: u64,
    /// Median over the runs.
    pub trial_cycles_per_s: f64,
    /// Rate over that of flipping on the same grid with as many trials; of message passing, where both were timed.
    pub of_flipping: Option<f64>,
    /// Nanoseconds per grid point and trial-cycle, times the threads: a CPU cost.
    pub ns_per_point: f64,
    /// Nanoseconds per grid point of one real FFT pair on one thread, timed between the runs.
    pub fft_pair_ns_per_point: f64,
    /// A trial-cycle in units of that pair.
    pub cycle_over_fft_pair: f64,
    /// Bytes of mixed space that a cycle reads and writes, per grid point: counted, not measured.
    pub bytes_per_point: Option<f64>,
    /// Bytes per second that a plain copy moves on this device, those read and those written.
    pub copy_bandwidth: Option<f64>,
    /// Bytes counted, per second, over the copy bandwidth.
    pub bandwidth_share: Option<f64>,
    /// Seconds by stage, summed over threads.
    pub stages: StageSeconds,
}

/// Times `engine` with all slots seated under `recipe`, alternating with the FFT pair. `copy_bandwidth` is that of the
/// device in bytes per second, where it was measured.
pub fn measure(
    engine: &mut dyn Engine,
    recipe: Recipe,
    copy_bandwidth: Option<f64>,
) -> Result<Throughput, EngineError> {
    let grid = engine.problem().layout().dims();
    let points = grid.iter().product::<usize>() as f64;
    let trials = engine.slots();
    for slot in 0..trials {
        engine.seat(slot, &Start::Random { seed: 1, trial: slot as u32 }, recipe)?;
    }
    let call = cycles_of_a_call(engine)?;
    let mut pair = RealPair::new(grid);
    pair.seconds(1);
    let stages_before = engine.stage_seconds();
    let (mut cycle_seconds, mut pair_seconds) = (Vec::new(), Vec::new());
    let mut trial_cycles = 0;
    let row = Instant::now();
    while cycle_seconds.len() < RUNS && (cycle_seconds.is_empty() || row.elapsed() < ROW) {
        let begun = Instant::now();
        let mut cycles = 0u64;
        while begun.elapsed() < TIMED {
            engine.advance(call)?;
            cycles += u64::from(call);
        }
        cycle_seconds.push(begun.elapsed().as_secs_f64() / (cycles as f64 * trials as f64));
        trial_cycles += cycles * trials as u64;
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
    let bytes = engine.cycle_bytes().map(|bytes| bytes as f64);
    Ok(Throughput {
        schema_version: 1,
        grid,
        trials,
        recipe,
        plan: engine.describe(),
        trial_cycles,
        trial_cycles_per_s: 1.0 / cycle,
        of_flipping: None,
        ns_per_point: cpu_cycle * 1e9 / points,
        fft_pair_ns_per_point: pair * 1e9 / points,
        cycle_over_fft_pair: cpu_cycle / pair,
        bytes_per_point: bytes.map(|bytes| bytes / points),
        copy_bandwidth,
        bandwidth_share: bytes.zip(copy_bandwidth).map(|(bytes, copy)| bytes / cycle / copy),
        stages,
        device,
    })
}

/// Cycles that take about `CALL`, found by doubling; warms the engine up as well.
fn cycles_of_a_call(engine: &mut dyn Engine) -> Result<u32, EngineError> {
    let mut cycles = 1;
    // Kernels are compiled, trials started.
    let begun = Instant::now();
    engine.advance(1)?;
    if begun.elapsed() > ROW {
        return Ok(cycles);
    }
    loop {
        let begun = Instant::now();
        engine.advance(cycles)?;
        if begun.elapsed() >= CALL / 2 || cycles >= MOST_CYCLES {
            return Ok(cycles);
        }
        cycles *= 2;
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
