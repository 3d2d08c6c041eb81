//! `seedflip bench`: trial-cycles per second on synthetic cells.

use super::backend::BackendArgs;
use crate::bench::synthetic;
use crate::bench::throughput::{Throughput, measure};
use crate::engine::{Amplitudes, Denoiser, EngineError, FlipRecipe, MessageRecipe, Recipe};
use crate::error::EXIT_OK;
use crate::{Error, Result};
use clap::ValueEnum;
use std::sync::Arc;

/// Time the engine on synthetic cells, beside a real FFT pair of the same grid
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    backend: BackendArgs,
    /// Grid points along x,y,z
    #[arg(long, value_delimiter = ',', default_values_t = [64, 64, 64])]
    grid: Vec<usize>,
    /// Trials advanced together
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    trials: u16,
    /// Threads [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=super::MOST_THREADS))]
    threads: Option<u16>,
    /// Iteration to time
    #[arg(long, value_enum, default_value_t = Method::Flipping)]
    method: Method,
    /// Print one JSON document instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Method {
    Flipping,
    Message,
}

/// Smallest and largest grid edge that is timed.
const EDGE_RANGE: std::ops::RangeInclusive<usize> = 8..=512;

/// Memory that a bench may take.
const MOST_BYTES: f64 = 16e9;

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    let grid: [usize; 3] = args.grid.clone().try_into().map_err(|given: Vec<usize>| {
        Error::Usage(format!("--grid has {} numbers; give three, such as --grid 64,64,64", given.len()))
    })?;
    if grid.iter().any(|n| !EDGE_RANGE.contains(n)) {
        return Err(Error::Usage(format!("--grid {grid:?}: edges must lie between 8 and 512 points")));
    }
    // π/8 of the points are stored, eight bytes each.
    let bytes = std::f64::consts::PI * grid.iter().product::<usize>() as f64 * f64::from(args.trials);
    if bytes > MOST_BYTES {
        return Err(Error::Usage(format!("{} trials of {grid:?} need {:.0} GB; take fewer", args.trials, bytes / 1e9)));
    }
    let problem = synthetic::problem(grid)
        .ok_or_else(|| Error::Usage(format!("--grid {grid:?} holds no reflections; choose a larger one")))?;
    let recipe = match args.method {
        Method::Flipping => Recipe::Flipping(FlipRecipe { k: 1.1, weak: 0.2, amplitudes: Amplitudes::E }),
        Method::Message => Recipe::Message(MessageRecipe {
            denoiser: Denoiser::Logistic,
            n_start: 1.0,
            n_end: 1.0,
            anneal: 0,
            damping: 0.0,
        }),
    };
    let pool = Arc::new(super::thread_pool(args.threads.map(usize::from))?);
    let backend = args.backend.resolve(&pool, |line| eprintln!("{line}"))?;
    let mut engine = backend.engine(problem, args.trials.into()).map_err(failed)?;
    let result = measure(engine.as_mut(), recipe).map_err(failed)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&result).unwrap_or_default());
    } else {
        print_text(&result);
    }
    Ok(EXIT_OK)
}

/// An engine that cannot be made or cannot go on.
fn failed(error: EngineError) -> Error {
    Error::unusable(error.to_string(), "take fewer --trials or a smaller --grid, or --backend cpu")
}

fn print_text(t: &Throughput) {
    let [x, y, z] = t.grid;
    println!("{}, {} threads", t.device, t.device.threads);
    println!("grid {x} x {y} x {z}, {} trials, {}", t.trials, t.recipe.name());
    println!("{:>12.1} trial-cycles/s", t.trial_cycles_per_s);
    println!("{:>12.3} ns per point and trial-cycle (CPU time)", t.ns_per_point);
    println!("{:>12.3} ns per point of a real FFT pair (one thread)", t.fft_pair_ns_per_point);
    println!("{:>12.2} FFT pairs per trial-cycle", t.cycle_over_fft_pair);
    let s = &t.stages;
    println!("stages, s: columns {:.2}, planes {:.2}, weights {:.2}", s.columns, s.planes, s.weights);
}
