//! The ways to stop a run gently: Ctrl-C, termination, a terminal that goes away, and a file `NAME.fin`.

use crate::clock::Clock;
use crate::formats::between_files;
use crate::output::say;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A second signal counts this long after the first: GNU `timeout` sends two within milliseconds, to the process and to
/// its group; people and job queues take a second or more.
const SECOND_COUNTS: Duration = Duration::from_millis(800);
/// A process that is to end at once still finishes the file it is writing, if that takes no longer than this.
const LAST_FILE: Duration = Duration::from_secs(2);
/// Pause between two looks for `NAME.fin`.
const FIN_PAUSE: Duration = Duration::from_millis(200);

/// Stops `clock` at the first interrupt, termination or hang-up, for a gentle end; the second ends the process with exit
/// code 130 and leaves what is written as it is.
pub fn catch(clock: Clock) {
    let mut first: Option<Instant> = None;
    // Without a handler a signal simply ends the program: nothing is lost but the gentle end.
    let _ = ctrlc::set_handler(move || match first {
        None => {
            first = Some(Instant::now());
            clock.stop();
            say::line("stopping: what has been found is worked up and written; once more to quit at once");
        }
        Some(at) if at.elapsed() >= SECOND_COUNTS => {
            let _whole = between_files(LAST_FILE);
            std::process::exit(i32::from(crate::error::EXIT_INTERRUPTED));
        }
        Some(_) => {}
    });
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
