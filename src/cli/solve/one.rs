//! A run of one data set.

use super::args::Args;
use super::case::{Case, Trials};
use super::words;
use crate::Result;
use crate::cli::progress::Screen;
use crate::cli::quoted::quoted;
use crate::cli::stop;
use crate::clock::Clock;
use crate::error::{EXIT_NOT_SOLVED, EXIT_OK, Error};
use crate::live::{Feed, Server};
use crate::output::{MapFormat, TableFormat, say};
use crate::report::page::live_page;
use crate::solve::Means;
use crate::trials::{RunReport, StopReason};
use std::path::Path;
use std::sync::Arc;

/// Solves the data set `name`.
///
/// # Errors
/// What cannot be read, run or written.
pub fn run(args: &Args, name: &Path) -> Result<u8> {
    solved(args, name, |_| Ok(Trials::Run))
}

/// The same of trials that `trials` knows of, which is told of the data set.
///
/// # Errors
/// Those of `run` and of `trials`.
pub fn solved(args: &Args, name: &Path, trials: impl FnOnce(&Case<'_>) -> Result<Trials>) -> Result<u8> {
    // Reading counts too.
    let clock = Clock::new(args.time_limit);
    if let Some(path) = args.map.iter().find(|path| MapFormat::of(path).is_none()) {
        return Err(Error::Usage(format!("--map {}: maps end in {}", path.display(), MapFormat::ENDINGS)));
    }
    if let Some(path) = args.export.as_deref().filter(|path| TableFormat::of(path).is_none()) {
        return Err(Error::Usage(format!("--export {}: tables end in {}", path.display(), TableFormat::ENDINGS)));
    }
    let pool = Arc::new(crate::cli::thread_pool(args.threads.map(usize::from))?);
    let memory = args.options().memory;
    let case = pool.install(|| Case::read(args, name, pool.current_num_threads(), memory))?;
    let trials = trials(&case)?;
    let folder = case.folder()?;
    let on = !args.quiet;
    let say_line = |line: &str| {
        if on {
            say::line(line);
        }
    };
    let backend = args.backend.site_of_search(say_line)?.backend(&pool);
    let (case, server) = match args.watch {
        Some(port) => {
            let watched = watched(case, folder.stem(), port).inspect_err(|_| folder.unmake())?;
            (watched.0, Some(watched.1))
        }
        None => (case, None),
    };
    if on {
        words::before(&case);
    }
    // Said even where nothing else is: nobody could find it.
    if let Some(server) = &server {
        say::line(&format!("this run can be watched at {}", server.url()));
    }
    stop::catch(clock.clone());
    let means = Means { backend: backend.as_ref(), pool: &pool, clock: &clock };
    let outcome = case.solve(folder, &means, memory, Screen::new(on), typed(args), trials)?;
    words::after(args, &case, &outcome, on)?;
    let printed = if args.json { say::json(&outcome.record) } else { Ok(()) };
    outcome.fate.and(printed)?;
    exit_code(&outcome.solved.report, args.require_solved && !outcome.solved.solved)
}

/// A case whose run is served on `port` of this machine, and the server.
fn watched<'a>(case: Case<'a>, stem: &str, port: u16) -> Result<(Case<'a>, Server)> {
    let feed = Arc::new(Feed::default());
    let page = live_page(&case.input.data.header.title, stem)?;
    let server = Server::open(port, page, feed.clone())?;
    Ok((case.told_to(feed), server))
}

/// The command as it was typed, words with blanks in quotes, for the page; `None` where none is to be written: who reads the words of Superflip
/// looks at no page.
pub fn typed(args: &Args) -> Option<String> {
    if args.no_report || args.superflip {
        return None;
    }
    let words = std::env::args_os().skip(1).map(|word| quoted(&word.to_string_lossy()));
    Some(std::iter::once("seedflip".to_owned()).chain(words).collect::<Vec<_>>().join(" "))
}

/// How a run ends whose files are written.
///
/// # Errors
/// `Error::Lost` after the failure of a device.
pub fn exit_code(report: &RunReport, solution_missing: bool) -> Result<u8> {
    if let Some(fault) = &report.fault {
        return Err(Error::Lost { what: fault.clone(), finished: report.finished.len() });
    }
    Ok(if report.stopped == StopReason::Interrupted {
        stop::exit_code()
    } else if solution_missing {
        EXIT_NOT_SOLVED
    } else {
        EXIT_OK
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::StageSeconds;
    use crate::error::EXIT_INTERRUPTED;
    use crate::trials::Verdict;
    use std::time::Duration;

    #[test]
    fn a_lost_device_is_one_line_and_exit_code_1_whatever_was_found() {
        let mut report = RunReport {
            finished: Vec::new(),
            verdict: Verdict::default(),
            started: 8,
            stopped: StopReason::DeviceLost,
            fault: Some("the GPU was lost: pulled out".into()),
            cycles: 80,
            elapsed: Duration::ZERO,
            stages: StageSeconds::default(),
            busy: None,
            moves: Vec::new(),
        };
        let error = exit_code(&report, true).unwrap_err();
        assert_eq!(error.exit_code(), 1);
        let message = "the GPU was lost: pulled out; 0 finished trials are written; run again, with --backend cpu if it happens again";
        assert_eq!(error.to_string(), message);
        (report.stopped, report.fault) = (StopReason::Interrupted, None);
        assert_eq!(exit_code(&report, false).unwrap(), EXIT_INTERRUPTED);
        report.stopped = StopReason::TrialsUsed;
        assert_eq!([false, true].map(|missing| exit_code(&report, missing).unwrap()), [EXIT_OK, EXIT_NOT_SOLVED]);
    }
}
