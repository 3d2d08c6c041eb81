//! `seedflip completions SHELL`: what a shell needs to complete names of commands and options.

use crate::Result;
use crate::error::EXIT_OK;
use crate::output::say;
use clap_complete::Shell;

/// Print a script by which a shell completes commands and options
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  seedflip completions bash > ~/.local/share/bash-completion/completions/seedflip
  seedflip completions zsh > \"${fpath[1]}/_seedflip\"
  seedflip completions fish > ~/.config/fish/completions/seedflip.fish")]
pub struct Args {
    /// Shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), super::NAME, &mut script);
    say::out(&String::from_utf8_lossy(&script))?;
    Ok(EXIT_OK)
}
