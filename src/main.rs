//! Parse, run, exit code.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = seedflip::cli::Cli::parse();
    match seedflip::cli::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("seedflip: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
