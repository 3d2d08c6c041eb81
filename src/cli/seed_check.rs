//! `seedflip seed check`: what seeds are worth, before a run and, given a model, against the truth.

use super::backend::BackendArgs;
use super::data_args::DataArgs;
use super::heading;
use super::solve::{fraction, positive};
use crate::Result;
use crate::error::EXIT_OK;
use crate::output::say;
use crate::report::seeds::check_text;
use crate::seed_check::SeedCheck;
use crate::seed_input::{read_seeds, true_phases};
use crate::solve::resolution;
use std::path::PathBuf;
use std::sync::Arc;

/// What stands below the options.
const AFTER_HELP: &str = "Examples:
  seedflip seed check NAME.ins seeds.csv
  seedflip seed check NAME.ins seeds.csv --model MODEL.cif --json

No file comes out: the figures are on the screen, with --json on stdout.";

/// Coverage, feasibility and quality of seeds, and the success they promise
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    data: DataArgs,
    /// Seed file, of any kind that solve reads
    #[arg(value_name = "SEEDS")]
    seeds: PathBuf,
    /// The structure, to compare the seeds with
    #[arg(long, value_name = "MODEL", help_heading = heading::DATA)]
    model: Option<PathBuf>,
    /// Fraction of the seeds that are wrong, 0 to 1 [default: as the file says, else none]
    #[arg(long, value_name = "E", value_parser = fraction, help_heading = heading::SEEDS)]
    wrong: Option<f64>,
    /// Resolution cut in Å [default: 0.8, or where the data end]
    #[arg(long, value_name = "D", value_parser = positive, help_heading = heading::DATA)]
    resolution: Option<f64>,
    #[command(flatten)]
    backend: BackendArgs,
    /// Print the figures on stdout as one JSON document
    #[arg(long, help_heading = heading::SCREEN)]
    json: bool,
}

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    let input = args.data.read(None)?;
    let d_min = resolution(&input.data, args.resolution);
    let file = read_seeds(&args.seeds, &input.data, d_min)?;
    let truth = args.model.as_deref().map(|model| true_phases(model, &input.data, d_min)).transpose()?;
    let pool = Arc::new(super::thread_pool(None)?);
    let backend = args.backend.resolve(None, &pool, say::line)?;
    let check = SeedCheck::new(&input.data, &file, truth.as_deref(), args.wrong, d_min, backend.as_ref())?;
    for warning in &file.warnings {
        say::line(&format!("warning: {warning}"));
    }
    say::text(&check_text(&check, &file));
    if args.json {
        say::json(&check)?;
    }
    Ok(EXIT_OK)
}
