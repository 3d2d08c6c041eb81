//! `seedflip slurm`: the job that shares the trials of a run among the tasks of a Slurm array.

use super::quoted::quoted;
use super::{heading, solve_args};
use crate::error::EXIT_OK;
use crate::output::say;
use crate::{Error, Result};
use std::path::PathBuf;

/// Print a script that sends a run to Slurm: an array of shards, and the merge behind it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  seedflip slurm NAME.ins --run night --shards 64 --trials 100000 --gres gpu:1 > job.sh
  seedflip slurm NAME.ins --run night --shards 8 --trials 4000 --cpus 16 -- --method message > job.sh
  bash job.sh

Files that come out: none; the script goes to standard output.")]
pub struct Args {
    /// As for seedflip solve
    #[arg(value_name = "NAME.ins")]
    name: String,
    /// Folder of the journal, which all nodes see
    #[arg(long, value_name = "DIR", help_heading = heading::RESULTS)]
    run: PathBuf,
    /// Tasks of the array
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000), help_heading = heading::SEARCH)]
    shards: u32,
    /// Trials of all of them together
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = heading::SEARCH)]
    trials: u32,
    /// Run every trial, also when a shard is sure of a structure
    #[arg(long, help_heading = heading::SEARCH)]
    every_trial: bool,
    /// What each task asks for, such as gpu:1
    #[arg(long, value_name = "GRES", value_parser = word, help_heading = heading::DEVICE)]
    gres: Option<String>,
    /// Cores of each task
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=super::MOST_THREADS), help_heading = heading::DEVICE)]
    cpus: u16,
    /// Time of each task as Slurm writes it, such as 04:00:00 [default: that of the partition]
    #[arg(long, value_name = "TIME", value_parser = word, help_heading = heading::DEVICE)]
    time: Option<String>,
    /// Partition [default: Slurm's own]
    #[arg(long, value_name = "NAME", value_parser = word, help_heading = heading::DEVICE)]
    partition: Option<String>,
    /// Further options of seedflip solve
    #[arg(last = true, value_name = "OPTIONS")]
    options: Vec<String>,
}

/// A value of an option of Slurm: one word.
fn word(text: &str) -> std::result::Result<String, String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.,:=".contains(c);
    (!text.is_empty() && text.chars().all(is_part))
        .then(|| text.to_owned())
        .ok_or_else(|| format!("{text:?} is no word of Slurm"))
}

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    let words = args.words();
    solve_args(&words).map_err(Error::Usage)?;
    say::out(&args.script(&words)).map(|()| EXIT_OK)
}

impl Args {
    /// The call of each task.
    fn words(&self) -> Vec<String> {
        let own = [
            "solve",
            &self.name,
            "--run",
            &self.run.display().to_string(),
            "--trials",
            &self.trials.to_string(),
            "--shard",
            "auto",
            "--threads",
            &self.cpus.to_string(),
        ];
        let mut words: Vec<String> = own.map(str::to_owned).to_vec();
        if !self.every_trial {
            words.push("--until-solved".into());
        }
        words.extend(self.options.iter().cloned());
        words
    }

    fn script(&self, words: &[String]) -> String {
        let call = |words: &[String]| words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        let of_both = [("time", &self.time), ("partition", &self.partition)];
        let of_both =
            of_both.into_iter().filter_map(|(name, value)| Some(format!("#SBATCH --{name}={}\n", value.as_ref()?)));
        let of_both: String = of_both.collect();
        let gres = self.gres.as_ref().map_or(String::new(), |gres| format!("#SBATCH --gres={gres}\n"));
        let (last, cpus) = (self.shards - 1, self.cpus);
        let merge = ["merge".to_owned(), self.run.display().to_string(), "--backend".into(), "cpu".into()];
        let (solve, merge) = (call(words), call(&merge));
        format!(
            "\
#!/bin/bash
# Sends {shards} shards to Slurm and the merge behind them: bash job.sh, in the folder of the data. Sent again it goes on.
set -eu
array=$(sbatch --parsable <<'JOB'
#!/bin/bash
#SBATCH --job-name=seedflip
#SBATCH --array=0-{last}
#SBATCH --cpus-per-task={cpus}
{gres}{of_both}#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@60
exec seedflip {solve}
JOB
)
sbatch --dependency=\"afterok:${{array%%;*}}\" <<'JOB'
#!/bin/bash
#SBATCH --job-name=seedflip-merge
#SBATCH --cpus-per-task={cpus}
{of_both}exec seedflip {merge} --threads {cpus}
JOB
",
            shards = self.shards
        )
    }
}
