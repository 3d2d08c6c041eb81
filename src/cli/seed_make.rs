//! `seedflip seed make`: oracle seeds of a chosen quality from a model.

use super::data_args::DataArgs;
use super::heading;
use super::solve::{fraction, positive};
use crate::error::EXIT_OK;
use crate::formats::seed_csv::{SeedHeader, seed_csv};
use crate::formats::write_bytes;
use crate::output::say;
use crate::seed::{Oracle, Pool};
use crate::seed_input::true_phases;
use crate::solve::resolution;
use crate::{Error, Result};
use clap::ValueEnum;
use std::path::PathBuf;

/// What stands below the options.
const AFTER_HELP: &str = "Example:
  seedflip seed make NAME.ins --model MODEL.cif -o seeds.csv --fraction 0.1 --bins 4 --wrong 0.25

Files that come out:
  SEEDS.csv    h, k, l with bin or phase; see docs/seeds.md";

/// Seeds of a chosen quality from a model whose phases are taken as the truth
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    data: DataArgs,
    /// The structure: a CIF with fractional coordinates, or a .res
    #[arg(long, value_name = "MODEL", help_heading = heading::DATA)]
    model: PathBuf,
    /// Seed file to write
    #[arg(short = 'o', long, value_name = "SEEDS.csv", help_heading = heading::RESULTS)]
    output: PathBuf,
    /// Fraction of the reflections chosen from that become seeds
    #[arg(long, default_value_t = 0.1, value_name = "P", value_parser = fraction, help_heading = heading::SEEDS)]
    fraction: f64,
    /// Reflections chosen from
    #[arg(long = "of", value_enum, default_value_t = Of::StrongThird, help_heading = heading::SEEDS)]
    pool: Of,
    /// Equal phase bins
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=360), help_heading = heading::SEEDS)]
    bins: u32,
    /// Fraction of the seeds put into a wrong bin
    #[arg(long, default_value_t = 0.0, value_name = "E", value_parser = fraction, help_heading = heading::SEEDS)]
    wrong: f64,
    /// Phases with normally distributed errors of this many degrees, in place of bins
    #[arg(long, value_name = "DEG", value_parser = positive, help_heading = heading::SEEDS)]
    gaussian: Option<f64>,
    /// Leave the fraction of wrong seeds and the weights out of the file, as a source that does not know itself
    #[arg(long, help_heading = heading::SEEDS)]
    untold: bool,
    /// Resolution cut in Å [default: 0.8, or where the data end]
    #[arg(long, value_name = "D", value_parser = positive, help_heading = heading::DATA)]
    resolution: Option<f64>,
    /// Seed of every random number
    #[arg(long, default_value_t = 1, value_name = "N", help_heading = heading::SEEDS)]
    seed: u32,
}

/// Reflections that seeds are chosen from.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Of {
    /// The strongest third by E, at random
    StrongThird,
    /// As many as a fraction of that third, but the strongest
    Top,
    /// All, at random
    All,
}

impl Of {
    /// As the option's values are written.
    fn name(self) -> &'static str {
        match self {
            Self::StrongThird => "the strong third",
            Self::Top => "a third, the strongest",
            Self::All => "all",
        }
    }
}

impl std::convert::From<Of> for Pool {
    fn from(pool: Of) -> Self {
        match pool {
            Of::StrongThird => Self::StrongThird,
            Of::Top => Self::Top,
            Of::All => Self::All,
        }
    }
}

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    let input = args.data.read(None)?;
    let d_min = resolution(&input.data, args.resolution);
    let truth = true_phases(&args.model, &input.data, d_min)?;
    let header = &input.data.header;
    let oracle = Oracle {
        fraction: args.fraction,
        pool: args.pool.into(),
        bins: args.gaussian.is_none().then_some(args.bins),
        wrong: args.wrong,
        gaussian: args.gaussian.unwrap_or_default(),
        seed: args.seed,
    };
    let seeds = oracle.seeds(&header.space_group, &truth);
    if seeds.is_empty() {
        return Err(Error::Usage(format!(
            "--fraction {} of {} reflections to {d_min:.2} Å leaves no seed; give a larger one",
            args.fraction,
            truth.len()
        )));
    }
    let model = args.model.file_name().unwrap_or(args.model.as_os_str()).to_string_lossy();
    let kind = match args.gaussian {
        Some(degrees) => format!("errors of {degrees} degrees"),
        None => format!("{} bins", args.bins),
    };
    let source = format!(
        "made by seedflip from the model {model}: fraction {} of {}, {kind}, wrong {}, to {d_min:.2} A, seed {}",
        args.fraction,
        args.pool.name(),
        args.wrong,
        args.seed
    );
    let told = (!args.untold && args.gaussian.is_none()).then_some(args.wrong);
    let csv =
        seed_csv(&SeedHeader { cell: &header.cell, group: &header.space_group, wrong: told, source: &source }, &seeds);
    write_bytes(&args.output, csv.as_bytes())?;
    say::line(&format!(
        "{} seeds of {} unique reflections to {d_min:.2} Å, with phases of {model}: {}",
        seeds.len(),
        truth.len(),
        args.output.display()
    ));
    Ok(EXIT_OK)
}
