//! Parse, run, exit code.

use clap::Parser;
use seedflip::output::say;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = seedflip::cli::Cli::parse();
    match seedflip::cli::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            if !error.is_reader_gone() {
                say::line(&format!("seedflip: {error}"));
            }
            ExitCode::from(error.exit_code())
        }
    }
}
