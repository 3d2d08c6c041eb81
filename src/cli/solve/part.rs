//! A part of the trials of one data set: its journal is all that it writes.

use super::args::Args;
use super::case::Case;
use super::words;
use crate::cli::progress::Screen;
use crate::cli::{planned, stop};
use crate::clock::Clock;
use crate::error::EXIT_OK;
use crate::journal::{RunFolder, SolvedMark, TrialLedger};
use crate::output::say;
use crate::solve::{Means, Solved, Stage, Watch, solve_part};
use crate::trials::{Ledger, Observer, Part, Progress, StopReason};
use crate::{Error, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Pause between two looks whether another shard is sure of a structure: shared file systems are asked once in so long by each.
const SOLVED_PAUSE: Duration = Duration::from_secs(2);

/// Runs the trials of `part`.
///
/// # Errors
/// What cannot be read, run or written.
pub fn run(args: &Args, name: &Path, part: Part) -> Result<u8> {
    let clock = Clock::new(args.time_limit);
    let Some(folder) = args.run.as_deref() else { return Err(Error::Usage("--shard needs --run DIR".into())) };
    let pool = Arc::new(crate::cli::thread_pool(args.threads.map(usize::from))?);
    let memory = args.options().memory;
    let case = pool.install(|| Case::read(args, name, pool.current_num_threads(), memory))?;
    let on = !args.quiet;
    let say_line = |line: &str| {
        if on {
            say::line(line);
        }
    };
    let backend = args.backend.site_of_search(say_line)?.backend(&pool);
    let run = RunFolder::open(folder, &case.sharded_plan(part.of())?, part, false)?;
    if args.until_solved && run.solved().exists() {
        say_line("another shard is sure of a structure: nothing is left to do");
        return Ok(EXIT_OK);
    }
    let ledger = TrialLedger::of_shard(&run, &backend.device().to_string())?;
    planned::damage(ledger.damaged).iter().for_each(|line| say::line(line));
    if on {
        words::before(&case);
        say::line(&format!("shard {part}, {} trials are known from before", ledger.known));
    }
    stop::catch(clock.clone());
    let means = Means { backend: backend.as_ref(), pool: &pool, clock: &clock };
    let solved = args.until_solved.then(|| run.solved());
    let mut follower = Follower { screen: Screen::new(on), ledger, solved, looked: Instant::now(), is_solved: false };
    let ended = case.job(memory, |job| solve_part(job, &means, part, args.until_solved, &mut follower));
    follower.screen.end();
    let solved = ended?;
    if let Some(mark) = mark(&solved, part) {
        run.mark_solved(&mark)?;
    }
    follower.ledger.close()?;
    let (report, all) = (&solved.report, part.share(args.trials.unwrap_or(0)));
    if let Some(fault) = &report.fault {
        return Err(Error::Lost { what: fault.clone(), finished: report.finished.len() });
    }
    let why = match (report.stopped, follower.is_solved) {
        (_, true) => ": another shard is sure of a structure",
        (StopReason::Convinced, _) => ": a structure is found",
        (StopReason::TimeLimit, _) => ": time limit reached",
        (StopReason::Interrupted, _) => ": stopped",
        _ => "",
    };
    say_line(&format!("shard {part}, {} of {all} trials have ended{why}; see seedflip merge", report.finished.len()));
    Ok(if report.stopped == StopReason::Interrupted && !follower.is_solved { stop::exit_code() } else { EXIT_OK })
}

/// What the others are told, where the judge claims a structure.
fn mark(solved: &Solved, part: Part) -> Option<SolvedMark> {
    let claimed = solved.solved && solved.report.stopped == StopReason::Convinced;
    let first = solved.structures.first().filter(|_| claimed)?;
    let r1 = first.model.as_ref().map(|model| model.r1);
    Some(SolvedMark { shard: part.index(), trial: first.found.trial.trial, probability: solved.probability, r1 })
}

/// Shows how far the part is, keeps its trials, and looks whether another is sure of a structure.
struct Follower {
    screen: Screen,
    ledger: TrialLedger,
    /// Where another says so; `None` where that ends nothing.
    solved: Option<PathBuf>,
    looked: Instant,
    is_solved: bool,
}

impl Observer for Follower {
    fn step(&mut self, progress: &Progress) -> bool {
        if self.looked.elapsed() >= SOLVED_PAUSE {
            self.looked = Instant::now();
            self.is_solved = self.solved.as_ref().is_some_and(|path| path.exists());
        }
        self.screen.step(progress) && !self.is_solved
    }

    fn ledger(&self) -> Option<&dyn Ledger> {
        Some(&self.ledger)
    }
}

impl Watch for Follower {
    fn stage(&mut self, stage: &Stage) {
        self.screen.stage(stage);
    }
}
