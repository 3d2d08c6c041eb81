//! `seedflip bench`: trial-cycles per second on synthetic cells.

use super::backend::{BackendArgs, Precision};
use super::bench_text;
use super::heading;
use crate::bench::cells::{EDGES, FLIPPING, MESSAGE, PAIR, Refused, Table, batches, time};
use crate::bench::synthetic;
use crate::engine::{Backend, EngineError, Recipe};
use crate::error::EXIT_OK;
use crate::output::say;
use crate::{Error, Result};
use clap::ValueEnum;
use std::sync::Arc;

/// What stands below the options.
const AFTER_HELP: &str = "Examples:
  seedflip bench
  seedflip bench --backend cpu --grid 64,64,64 --trials 8 --threads 1 --json

No file comes out: the table is on stdout.";

/// Time the engine on synthetic cells, beside a real FFT pair of the same grid and a plain copy
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    backend: BackendArgs,
    /// Grid points along x,y,z [default: cubes of 32, 48, 64, 96, 128 and 192]
    #[arg(long, value_delimiter = ',', value_name = "X,Y,Z", help_heading = heading::SEARCH)]
    grid: Vec<usize>,
    /// Trials advanced together; several numbers for several rows [default: what suits the device]
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=MOST_TRIALS), help_heading = heading::SEARCH)]
    trials: Vec<u32>,
    /// Iterations to time [default: flipping with --grid, else both]
    #[arg(long, value_enum, help_heading = heading::SEARCH)]
    method: Option<Method>,
    /// Number format of the maps between passes; implies a GPU
    #[arg(long, value_enum, help_heading = heading::DEVICE)]
    storage: Option<Precision>,
    /// Threads [default: all cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=super::MOST_THREADS), help_heading = heading::DEVICE)]
    threads: Option<u16>,
    /// Print one JSON document instead of text
    #[arg(long, help_heading = heading::SCREEN)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Method {
    Flipping,
    Message,
    Both,
    /// Message passing, and the same under the pair prior
    Pair,
}

/// More trials than any one device works on at a time.
const MOST_TRIALS: i64 = 1 << 20;
/// Smallest and largest grid edge that is timed.
const EDGE_RANGE: std::ops::RangeInclusive<usize> = 8..=512;
/// Memory that a row may take, bytes.
const MOST_BYTES: f64 = 16e9;

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    let grids = args.grids()?;
    let pool = Arc::new(super::thread_pool(args.threads.map(usize::from))?);
    let backend = args.backend.resolve(args.storage, &pool, say::line)?;
    let recipes = args.recipes();
    // One row, asked for as such, is a document of its own.
    let single = !args.grid.is_empty() && args.trials.len() < 2 && recipes.len() == 1;
    let table = measure(args, backend.as_ref(), &grids, &recipes, single)?;
    if let (true, Some(refused)) = (single, table.refused.first()) {
        return Err(Error::unusable(&refused.why, "take fewer --trials or a smaller --grid, or --backend cpu"));
    }
    match (table.rows.first(), args.json) {
        (Some(row), true) if single => say::json(row)?,
        (Some(row), false) if single => say::out(&bench_text::row(row))?,
        (_, true) => say::json(&table)?,
        (_, false) => say::out(&bench_text::plans(&table))?,
    }
    Ok(EXIT_OK)
}

/// Times all rows; prints those of a table as they come, unless JSON is wanted.
fn measure(
    args: &Args,
    backend: &dyn Backend,
    grids: &[[usize; 3]],
    recipes: &[Recipe],
    single: bool,
) -> Result<Table> {
    let copy_bandwidth = backend.copy_bandwidth().map_err(failed)?;
    let mut table =
        Table { schema_version: 1, device: backend.device(), copy_bandwidth, rows: Vec::new(), refused: Vec::new() };
    let speak = !single && !args.json;
    if speak {
        say::out(&bench_text::header(&table))?;
    }
    for &grid in grids {
        let distances = recipes.contains(&PAIR);
        let made = if distances { synthetic::problem_with_distances } else { synthetic::problem };
        let problem = made(grid)
            .ok_or_else(|| Error::Usage(format!("--grid {grid:?} holds no reflections; choose a larger one")))?;
        let trials = match args.trials.as_slice() {
            [] if single => batches(backend, &problem).into_iter().take(1).collect(),
            [] => batches(backend, &problem),
            given => given.iter().map(|&n| n as usize).collect(),
        };
        for trials in trials {
            let why = match too_large(grid, trials) {
                Some(why) => why,
                None => match time(backend, problem.clone(), trials, recipes, copy_bandwidth) {
                    Ok(rows) => {
                        if speak {
                            rows.iter().try_for_each(|row| say::out(&format!("{}\n", bench_text::line(row))))?;
                        }
                        table.rows.extend(rows);
                        continue;
                    }
                    Err(lost @ EngineError::Lost(_)) => return Err(failed(lost)),
                    Err(error) => error.to_string(),
                },
            };
            let refused = Refused { grid, trials, why };
            if speak {
                say::out(&format!("{}\n", bench_text::refused(&refused)))?;
            }
            table.refused.push(refused);
        }
    }
    Ok(table)
}

impl Args {
    /// The grids to be timed.
    fn grids(&self) -> Result<Vec<[usize; 3]>> {
        if self.grid.is_empty() {
            return Ok(EDGES.map(|n| [n; 3]).to_vec());
        }
        let grid: [usize; 3] = self.grid.clone().try_into().map_err(|given: Vec<usize>| {
            Error::Usage(format!("--grid has {} numbers; give three, such as --grid 64,64,64", given.len()))
        })?;
        if grid.iter().any(|n| !EDGE_RANGE.contains(n)) {
            return Err(Error::Usage(format!("--grid {grid:?}: edges must lie between 8 and 512 points")));
        }
        // What was asked for by name is refused before anything is measured.
        match self.trials.iter().find_map(|&trials| too_large(grid, trials as usize)) {
            Some(why) => Err(Error::Usage(why)),
            None => Ok(vec![grid]),
        }
    }

    /// What the trials do.
    fn recipes(&self) -> Vec<Recipe> {
        match self.method.unwrap_or(if self.grid.is_empty() { Method::Both } else { Method::Flipping }) {
            Method::Flipping => vec![FLIPPING],
            Method::Message => vec![MESSAGE],
            Method::Both => vec![FLIPPING, MESSAGE],
            Method::Pair => vec![MESSAGE, PAIR],
        }
    }
}

/// Why a row takes more memory than a bench may, if it does.
fn too_large(grid: [usize; 3], trials: usize) -> Option<String> {
    // π/8 of the points are stored, eight bytes each.
    let bytes = std::f64::consts::PI * grid.iter().product::<usize>() as f64 * trials as f64;
    (bytes > MOST_BYTES).then(|| format!("{trials} trials of {grid:?} need {:.0} GB; take fewer", bytes / 1e9))
}

/// An engine that cannot be made or cannot go on.
fn failed(error: EngineError) -> Error {
    Error::unusable(error.to_string(), "take fewer --trials or a smaller --grid, or --backend cpu")
}
