//! `seedflip man`: manual pages, made from the same descriptions as `--help`.

use crate::error::EXIT_OK;
use crate::formats::write_bytes;
use crate::output::say;
use crate::{Error, Result};
use clap::Command;
use clap_mangen::Man;
use std::path::{Path, PathBuf};

/// Print the manual page, or write those of all commands
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  seedflip man | man -l -
  seedflip man -o ~/.local/share/man/man1     seedflip.1, seedflip-solve.1 and so on")]
pub struct Args {
    /// Folder for the pages of all commands
    #[arg(short = 'o', long, value_name = "DIR", help_heading = super::heading::RESULTS)]
    output: Option<PathBuf>,
}

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    // Fills in what `seedflip help` knows of itself.
    let mut command = super::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &args.output else {
        say::out(&String::from_utf8_lossy(&page(command)?))?;
        return Ok(EXIT_OK);
    };
    std::fs::create_dir_all(folder).map_err(|source| Error::Output { path: folder.clone(), source })?;
    let written = write_all(command, super::NAME.into(), folder)?;
    say::line(&format!("{written} pages in {}", folder.display()));
    Ok(EXIT_OK)
}

/// Writes the page of a command, called `name`, and of all below it; how many.
fn write_all(command: Command, name: String, folder: &Path) -> Result<usize> {
    let below: Vec<Command> = command.get_subcommands().filter(|c| !c.is_hide_set()).cloned().collect();
    write_bytes(&folder.join(format!("{name}.1")), &page(command)?)?;
    let mut written = 1;
    for command in below {
        let name = format!("{name}-{}", command.get_name());
        written += write_all(command, name, folder)?;
    }
    Ok(written)
}

/// One page as roff.
fn page(command: Command) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    Man::new(command).render(&mut out).map_err(|error| Error::Bug(format!("no manual page: {error}")))?;
    Ok(out)
}
