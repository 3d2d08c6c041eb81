//! `seedflip seed make`: oracle seeds of a chosen quality from a model.

use super::data_args::DataArgs;
use super::heading;
use super::solve::{fraction, positive};
use crate::error::EXIT_OK;
use crate::formats::seed_csv::{SeedHeader, seed_csv};
use crate::formats::write_bytes;
use crate::output::say;
use crate::seed::{Errors, Network, Oracle, Pool};
use crate::seed_input::true_structure;
use crate::solve::resolution;
use crate::{Error, Result};
use clap::ValueEnum;
use std::path::PathBuf;

/// What stands below the options.
const AFTER_HELP: &str = "Examples:
  seedflip seed make NAME.ins --model MODEL.cif -o seeds.csv --fraction 0.1 --bins 4 --wrong 0.25
  seedflip seed make NAME.ins --model MODEL.cif -o seeds.csv --fraction 1 --bins 8 --errors resolution --skill 0.4

Files that come out:
  SEEDS.csv    h, k, l with bin, phase or class probabilities; see docs/seeds.md";

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
    /// Class probabilities as a network gives them, in place of bins: what its errors go with
    #[arg(long, value_enum, value_name = "KIND", conflicts_with_all = ["gaussian", "untold"], help_heading = heading::SEEDS)]
    errors: Option<ErrorsArg>,
    /// Mean cosine of the phase errors of that network
    #[arg(long, default_value_t = 0.5, value_name = "M", value_parser = skill, requires = "errors", help_heading = heading::SEEDS)]
    skill: f64,
    /// How sure of itself it is: 1 is honest, below it says too much, above too little
    #[arg(long, default_value_t = 1.0, value_name = "T", value_parser = positive, requires = "errors", help_heading = heading::SEEDS)]
    temperature: f64,
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

/// What the errors of a network go with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ErrorsArg {
    /// With nothing
    Even,
    /// With resolution: fine detail is doubtful
    Resolution,
    /// With |E|: weak reflections are doubtful
    Strength,
    /// With a structure whose atoms are displaced
    Displaced,
    /// With a structure of which atoms are missing
    Partial,
}

impl std::convert::From<ErrorsArg> for Errors {
    fn from(errors: ErrorsArg) -> Self {
        match errors {
            ErrorsArg::Even => Self::Even,
            ErrorsArg::Resolution => Self::Resolution,
            ErrorsArg::Strength => Self::Strength,
            ErrorsArg::Displaced => Self::Displaced,
            ErrorsArg::Partial => Self::Partial,
        }
    }
}

/// A mean cosine that errors can have.
pub fn skill(text: &str) -> std::result::Result<f64, String> {
    let inside = |x: &f64| *x > 0.0 && *x < 1.0;
    text.parse::<f64>().ok().filter(inside).ok_or_else(|| format!("{text:?} is not between 0 and 1"))
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
    let (structure, truth) = true_structure(&args.model, &input.data, d_min)?;
    let header = &input.data.header;
    let oracle = Oracle {
        fraction: args.fraction,
        pool: args.pool.into(),
        bins: args.gaussian.is_none().then_some(args.bins),
        wrong: args.wrong,
        gaussian: args.gaussian.unwrap_or_default(),
        seed: args.seed,
    };
    let network =
        args.errors.map(|errors| Network { errors: errors.into(), skill: args.skill, temperature: args.temperature });
    let seeds = match &network {
        None => oracle.seeds(&header.space_group, &truth),
        Some(network) => oracle
            .seeds_of(network, &structure, &header.space_group, &truth)
            .map_err(|what| Error::file(&args.model, what, "correct the model"))?,
    };
    if seeds.is_empty() {
        return Err(Error::Usage(format!(
            "--fraction {} of {} reflections to {d_min:.2} Å leaves no seed; give a larger one",
            args.fraction,
            truth.len()
        )));
    }
    let model = args.model.file_name().unwrap_or(args.model.as_os_str()).to_string_lossy();
    let kind = match (args.gaussian, &args.errors) {
        (Some(degrees), _) => format!("errors of {degrees} degrees"),
        (None, None) => format!("{} bins", args.bins),
        (None, Some(errors)) => {
            let word = errors.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned());
            format!("{} classes, errors {word}, skill {}, temperature {}", args.bins, args.skill, args.temperature)
        }
    };
    let source = format!(
        "made by seedflip from the model {model}: fraction {} of {}, {kind}, wrong {}, to {d_min:.2} A, seed {}",
        args.fraction,
        args.pool.name(),
        args.wrong,
        args.seed
    );
    let told = (!args.untold && args.gaussian.is_none() && network.is_none()).then_some(args.wrong);
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
