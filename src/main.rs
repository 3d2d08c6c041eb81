//! Parse, run, exit code.

use seedflip::output::say;
use std::process::ExitCode;

fn main() -> ExitCode {
    match seedflip::cli::run(seedflip::cli::parse(std::env::args_os())) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            if !error.is_reader_gone() {
                say::line(&format!("seedflip: {error}"));
            }
            ExitCode::from(error.exit_code())
        }
    }
}
