//! The options of `seedflip solve`.

use crate::basis::group_of_symbol;
use crate::cli::backend::BackendArgs;
use crate::cli::data_args::ReadingArgs;
use crate::cli::shard::Shard;
use crate::cli::write::Extra;
use crate::cli::{MOST_THREADS, heading};
use crate::crystal::Radiation;
use crate::input::{Basis, Input};
use crate::phasing::{ListRecipe, Methods};
use crate::solve::Options;
use crate::{Error, Result};
use clap::ValueEnum;
use std::path::PathBuf;
use std::time::Duration;

/// What stands below the options.
const AFTER_HELP: &str = "Examples:
  seedflip solve NAME.ins -o out                    results in a folder of their own
  seedflip solve NAME --time-limit 600 -v           ten minutes at most, a line for every trial
  seedflip solve NAME --space-group P21/n --seeds phases.csv
  seedflip solve NAME -q --json --require-solved    for programs: the record on stdout, exit code 0 or 5
  seedflip solve A.ins B.cif FOLDER --table all.json    many in one run, a table at the end
  seedflip solve NAME --run night --trials 5000     goes on where it was ended, by the same command
  seedflip solve NAME --time-limit 3600 --watch     the trials, the merits and the best map so far in a browser

Files that come out:
  NAME_a.res              atoms with elements in the space group that was found; Q-peaks behind END
  NAME_b.res to _e.res    runners-up
  NAME_a.fcf              reflections with F_calc and phases (LIST 6)
  NAME_a.ccp4             the map
  NAME.html               a page with verdict, atoms and density in 3D, trials, data; --no-report leaves it out
  NAME_a.cif              structure, data and refinement; --write names more and others
  NAME.lst                listing: data, decisions, reasons, every trial
  NAME.json               the same for programs, see `seedflip schema`

Ctrl-C, or a file NAME.fin, ends a run gently: what has been found is written.";

/// Solve a crystal structure: NAME.ins + NAME.hkl in, NAME_a.res and a map out
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// NAME.ins with NAME.hkl beside it, a file of reflections (.hkl, .cif, .fcf, .mtz, sf-mmCIF, XDS_ASCII, also .gz), or
    /// NAME alone for what lies there; several of them, or folders with data sets in them
    #[arg(value_name = "NAME.ins", required = true)]
    pub names: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Folder for the results [default: the folder of NAME.ins]
    #[arg(short = 'o', long, value_name = "DIR", help_heading = heading::RESULTS)]
    pub output: Option<PathBuf>,
    /// Trials at most [default: 96 to 32 by the size of the cell; 64 times as many where a graphics card takes part, 8 times on other GPUs]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = heading::SEARCH)]
    pub trials: Option<u32>,
    /// Cycles of searching per trial, polish not counted [default: by method and size]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(10..), help_heading = heading::SEARCH)]
    pub max_cycles: Option<u32>,
    /// Seconds at most; the best so far is then written
    #[arg(long, value_name = "S", value_parser = seconds, help_heading = heading::SEARCH)]
    pub time_limit: Option<Duration>,
    /// Iteration
    #[arg(long, value_enum, value_name = "KIND", default_value_t = Method::Auto, help_heading = heading::SEARCH)]
    pub method: Method,
    /// How starts from heavy atoms are found in the Patterson map: largest E², B in Å² that it is blurred by, distance of
    /// places in Å [default: clip=10,soften=0,spacing=0.35]
    #[arg(long, value_name = "KEY=X,...", value_parser = ListRecipe::parse, help_heading = heading::SEARCH)]
    pub start_list: Option<ListRecipe>,
    /// Resolution cut in Å [default: 0.8, or where the data end]
    #[arg(long, value_name = "D", value_parser = positive, help_heading = heading::DATA)]
    pub resolution: Option<f64>,
    /// Space group of the result [default: found from the data and the phases]
    #[arg(long, value_name = "SYMBOL", help_heading = heading::DATA)]
    pub space_group: Option<String>,
    /// Radiation [default: neutrons where the input says so, else by the wavelength]
    #[arg(long, value_enum, value_name = "KIND", help_heading = heading::DATA)]
    pub radiation: Option<RadiationArg>,
    /// Phases known beforehand: CSV, .fcf, MTZ, NPY, NPZ, .phs, a model or a map; see docs/seeds.md
    #[arg(long, value_name = "FILE", help_heading = heading::SEEDS)]
    pub seeds: Option<PathBuf>,
    /// Fraction of the seeds that are wrong, 0 to 1 [default: as the file says, else trials try several]
    #[arg(long, value_name = "E", value_parser = fraction, requires = "seeds", help_heading = heading::SEEDS)]
    pub wrong: Option<f64>,
    /// Try every seed set by itself and judge it by itself, with so many --trials each [default: one of every arm]; nothing ends the run
    /// before
    #[arg(long, requires = "seeds", conflicts_with = "diary", help_heading = heading::SEEDS)]
    pub every_set: bool,
    /// Memory that the run may take, in GB; one that would take more is refused [default: what is free]
    #[arg(long, value_name = "GB", value_parser = positive, help_heading = heading::DEVICE)]
    pub memory: Option<f64>,
    #[command(flatten)]
    pub backend: BackendArgs,
    /// Seed of every random number: same seed, same result
    #[arg(long, default_value_t = 1, value_name = "N", help_heading = heading::SEARCH)]
    pub seed: u32,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST_THREADS), help_heading = heading::DEVICE)]
    pub threads: Option<u16>,
    /// Keep a journal of the trials in DIR, from which the same command goes on after whatever has ended the run; see docs/howto/long-runs.md
    #[arg(long, value_name = "DIR", help_heading = heading::RESULTS)]
    pub run: Option<PathBuf>,
    /// Begin anew: what an earlier run left in the folder of --run goes
    #[arg(long, requires = "run", help_heading = heading::RESULTS)]
    pub restart: bool,
    /// Run one part of the trials alone: i/n with i from 0, or auto, as a task of a Slurm array or of HyperQueue says; `seedflip merge DIR` then has
    /// the answer
    #[arg(long, value_name = "PART", value_parser = Shard::parse, requires = "run", requires = "trials",
          conflicts_with_all = ["restart", "diary", "every_set", "superflip"], help_heading = heading::SEARCH)]
    pub shard: Option<Shard>,
    /// End all shards of the run when one of them is sure of a structure
    #[arg(long, requires = "shard", help_heading = heading::SEARCH)]
    pub until_solved: bool,
    /// Append what every decision of the run rested on to FILE, one line of JSON; see docs/trust.md
    #[arg(long, value_name = "FILE", help_heading = heading::RESULTS)]
    pub diary: Option<PathBuf>,
    /// Files beside model, fcf, map, listing and record; cif alone if nothing is said
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST", default_value = "cif", help_heading = heading::RESULTS)]
    pub write: Vec<Extra>,
    /// Serve a page to this machine on which the run can be watched in a browser while it goes on; on PORT, or a free one
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "0", conflicts_with_all = ["no_report", "shard", "superflip"],
          help_heading = heading::SCREEN)]
    pub watch: Option<u16>,
    /// No page NAME.html, on which verdict, atoms, density, trials and data are drawn
    #[arg(long, help_heading = heading::RESULTS)]
    pub no_report: bool,
    /// Write the map to FILE too: .xplor, .m81, or .ccp4, .map, .mrc
    #[arg(long, value_name = "FILE", help_heading = heading::RESULTS)]
    pub map: Vec<PathBuf>,
    /// Write the finished trials to FILE as a table, .csv, .json or (built with it) .parquet: set, arm, method, cycles, merits, with --every-set the probability
    #[arg(long, value_name = "FILE", help_heading = heading::RESULTS)]
    pub export: Option<PathBuf>,
    /// Say at the end what Superflip would, for programs that read its words
    #[arg(long, hide = true)]
    pub superflip: bool,
    /// Write the table of a run of several data sets to FILE, as JSON, and beside it as a page, FILE with the ending .html
    #[arg(long, value_name = "FILE", help_heading = heading::RESULTS)]
    pub table: Option<PathBuf>,
    /// Print the run record on stdout as one JSON document; of several data sets their table
    #[arg(long, help_heading = heading::SCREEN)]
    pub json: bool,
    /// No progress on the screen
    #[arg(short, long, help_heading = heading::SCREEN)]
    pub quiet: bool,
    /// Exit with 5 when the structure was not solved
    #[arg(long, help_heading = heading::SCREEN)]
    pub require_solved: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Method {
    /// Flipping and message passing side by side
    Auto,
    Flipping,
    Message,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RadiationArg {
    Xray,
    Electron,
    Neutron,
}

pub fn positive(text: &str) -> std::result::Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|x| x.is_finite() && *x > 0.0)
        .ok_or_else(|| format!("{text:?} is not a positive number"))
}

pub fn fraction(text: &str) -> std::result::Result<f64, String> {
    text.parse::<f64>()
        .ok()
        .filter(|x| (0.0..=1.0).contains(x))
        .ok_or_else(|| format!("{text:?} is not within 0 and 1"))
}

fn seconds(text: &str) -> std::result::Result<Duration, String> {
    Duration::try_from_secs_f64(positive(text)?).map_err(|_| format!("{text:?} is too long a time"))
}

impl Args {
    /// What the user has chosen of the search.
    pub fn options(&self) -> Options {
        Options {
            seed: self.seed,
            methods: match self.method {
                Method::Auto => Methods::Both,
                Method::Flipping => Methods::Flipping,
                Method::Message => Methods::Message,
            },
            d_min: self.resolution,
            trials: self.trials,
            max_cycles: self.max_cycles,
            time_limit: self.time_limit,
            every_set: self.every_set,
            memory: self.memory.map(|gb| (gb * 1e9) as u64),
            list: self.start_list.unwrap_or(ListRecipe::USUAL),
        }
    }

    /// The radiation, where it is said.
    pub fn radiation(&self) -> Option<Radiation> {
        self.radiation.map(|radiation| match radiation {
            RadiationArg::Xray => Radiation::Xray,
            RadiationArg::Electron => Radiation::Electron,
            RadiationArg::Neutron => Radiation::Neutron,
        })
    }

    /// What is taken for granted of the symmetry: the group of `--space-group`; that of the input for a run from seeds,
    /// which have it as their frame; else the Laue class alone.
    pub fn basis(&self, input: &Input) -> Result<Basis> {
        let Some(symbol) = &self.space_group else {
            let own = &input.data.header.space_group;
            return if self.seeds.is_some() { input.with_group(own.clone()) } else { input.with_laue_class() };
        };
        let group = group_of_symbol(symbol, &input.data.header.cell)
            .map_err(|what| Error::Usage(format!("--space-group {symbol}: {what}")))?;
        input.with_group(group)
    }
}
