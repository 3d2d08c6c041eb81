//! The ways to stop a run gently: Ctrl-C, termination, a terminal that goes away, and a file `NAME.fin`.

use crate::clock::Clock;
use crate::error::{EXIT_INTERRUPTED, EXIT_TERMINATED};
use crate::formats::between_files;
use crate::output::say;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::{Duration, Instant};

/// A second signal counts this long after the first: GNU `timeout` sends two within milliseconds, to the process and to
/// its group; people and job queues take a second or more.
const SECOND_COUNTS: Duration = Duration::from_millis(800);
/// A process that is to end at once still finishes the file it is writing, if that takes no longer than this.
const LAST_FILE: Duration = Duration::from_secs(2);
/// Pause between two looks for `NAME.fin`.
const FIN_PAUSE: Duration = Duration::from_millis(200);

/// Number of the signal that asked for an end first; 0 as long as none has.
static ASKED: AtomicI32 = AtomicI32::new(0);
/// Numbers of signals as every system has them.
const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;

/// Stops `clock` at the first interrupt, termination or hang-up, for a gentle end; the second ends the process at once and leaves what is written
/// as it is.
pub fn catch(clock: Clock) {
    let mut first: Option<Instant> = None;
    listen(move |signal| match first {
        None => {
            first = Some(Instant::now());
            ASKED.store(signal, Ordering::Relaxed);
            clock.stop();
            say::line("stopping: what has been found is worked up and written; once more to quit at once");
        }
        Some(at) if at.elapsed() >= SECOND_COUNTS => {
            let _whole = between_files(LAST_FILE);
            std::process::exit(i32::from(exit_code()));
        }
        Some(_) => {}
    });
}

/// From now on a file that grows beyond what the user's limits allow is a file that cannot be written, as on a full disk, and no end of the process.
pub fn outlive_limits() {
    #[cfg(unix)]
    drop(signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false))));
}

/// Exit code of what was stopped: that of SIGTERM says that a queue or the system asked, not a person.
pub fn exit_code() -> u8 {
    if ASKED.load(Ordering::Relaxed) == SIGTERM { EXIT_TERMINATED } else { EXIT_INTERRUPTED }
}

/// Hands the number of every signal that asks for an end to `heard`, on a thread of its own. Without it a signal simply ends the program: nothing
/// is lost but the gentle end.
#[cfg(unix)]
fn listen(mut heard: impl FnMut(i32) + Send + 'static) {
    use signal_hook::consts::SIGHUP;
    // Under `nohup` nothing is to be heard of the terminal.
    let asking = [Some(SIGINT), Some(SIGTERM), (!is_ignored(SIGHUP)).then_some(SIGHUP)];
    let Ok(mut signals) = signal_hook::iterator::Signals::new(asking.into_iter().flatten()) else { return };
    let _ = std::thread::Builder::new().spawn(move || signals.forever().for_each(&mut heard));
}

#[cfg(not(unix))]
fn listen(mut heard: impl FnMut(i32) + Send + 'static) {
    let _ = ctrlc::set_handler(move || heard(SIGINT));
}

/// Whether whoever started the process had the signal ignored: the line `SigIgn` of /proc/self/status (proc_pid_status(5)), where there is one.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Looks for a file until it is dropped.
pub struct Vigil(Arc<AtomicBool>);

impl Drop for Vigil {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Stops `clock` when a file `fin` appears from now on (SHELX manners), as long as the vigil is kept.
#[must_use]
pub fn watch_for(fin: PathBuf, clock: Clock) -> Vigil {
    // One left over from an earlier run asks for nothing now.
    let _ = std::fs::remove_file(&fin);
    let ended = Arc::new(AtomicBool::new(false));
    let seen = ended.clone();
    std::thread::spawn(move || {
        while !seen.load(Ordering::Relaxed) {
            if fin.exists() {
                clock.stop();
                let _ = std::fs::remove_file(&fin);
                return;
            }
            std::thread::sleep(FIN_PAUSE);
        }
    });
    Vigil(ended)
}
