//! Parse, run, exit code.

use seedflip::cli::version::Build;
use seedflip::output::say;
use std::process::ExitCode;

/// Known here alone, so that a new commit costs no more than this file.
const BUILD: Build = Build {
    commit: git_version::git_version!(
        args = ["--always", "--dirty=+", "--abbrev=12", "--exclude=*"],
        fallback = "unknown"
    ),
    target: target_tuple::TARGET,
};

fn main() -> ExitCode {
    no_session();
    match seedflip::cli::parse(std::env::args_os()).and_then(|cli| seedflip::cli::run(cli, &BUILD)) {
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
