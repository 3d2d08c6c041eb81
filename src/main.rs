//! Parse, run, exit code.

use seedflip::output::say;
use std::process::ExitCode;

fn main() -> ExitCode {
    no_session();
    match seedflip::cli::parse(std::env::args_os()).and_then(seedflip::cli::run) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            if !error.is_reader_gone() {
                say::line(&format!("seedflip: {error}"));
            }
            ExitCode::from(error.exit_code())
        }
    }
}

/// Graphics drivers look for a screen when they are listed, and where no session is open a library of theirs complains on stderr in words
/// that nobody understands; with the name of a folder that does not exist it keeps quiet.
fn no_session() {
    const VARIABLE: &str = "XDG_RUNTIME_DIR";
    if cfg!(unix) && std::env::var_os(VARIABLE).is_none() {
        // SAFETY: no other thread runs yet.
        unsafe { std::env::set_var(VARIABLE, "/no-session") };
    }
}
