//! The progress line, and the two ways to stop gently: Ctrl-C and a file `NAME.fin`.

use crate::trials::{Observer, Progress};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Interrupts so far; the first ends the run gently, the second at once.
static INTERRUPTS: AtomicU32 = AtomicU32::new(0);
/// Pause between progress lines on a terminal, where they overwrite each other, and in a log.
const TERMINAL_PAUSE: Duration = Duration::from_millis(250);
const LOG_PAUSE: Duration = Duration::from_secs(10);

/// True once the user has asked for an end.
pub(super) fn interrupted() -> bool {
    INTERRUPTS.load(Ordering::SeqCst) > 0
}

/// Catches the first Ctrl-C (or termination) for a gentle end; the second ends the process with exit code 130.
pub(super) fn catch_interrupts() {
    // Without a handler Ctrl-C simply ends the program: nothing is lost but the gentle end.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTS.fetch_add(1, Ordering::SeqCst) > 0 {
            std::process::exit(i32::from(crate::error::EXIT_INTERRUPTED));
        }
        eprintln!("\nstopping: the trials of this step are finished and written; once more to quit at once");
    });
}

/// Progress on stderr.
pub struct Screen {
    on: bool,
    terminal: bool,
    shown: Option<Instant>,
    line_open: bool,
    fin: PathBuf,
}

impl Screen {
    /// `fin` is the file whose appearance asks for an end (SHELX manners).
    pub fn new(on: bool, fin: PathBuf) -> Self {
        catch_interrupts();
        // One left over from an earlier run asks for nothing now.
        let _ = std::fs::remove_file(&fin);
        Self { on, terminal: std::io::stderr().is_terminal(), shown: None, line_open: false, fin }
    }

    /// Ends an open progress line.
    pub fn end(&mut self) {
        if self.line_open {
            eprintln!();
            self.line_open = false;
        }
    }
}

impl Observer for Screen {
    fn step(&mut self, p: &Progress) -> bool {
        let pause = if self.terminal { TERMINAL_PAUSE } else { LOG_PAUSE };
        let due = self.shown.map_or(p.elapsed >= pause, |t| t.elapsed() >= pause);
        if self.on && due {
            self.shown = Some(Instant::now());
            let line = line(p);
            if self.terminal {
                eprint!("\r{line:<90}");
                let _ = std::io::stderr().flush();
                self.line_open = true;
            } else {
                eprintln!("{line}");
            }
        }
        let asked_by_file = self.fin.exists();
        if asked_by_file {
            let _ = std::fs::remove_file(&self.fin);
        }
        INTERRUPTS.load(Ordering::SeqCst) == 0 && !asked_by_file
    }
}

fn line(p: &Progress) -> String {
    let seconds = p.elapsed.as_secs_f64();
    let rate = p.cycles as f64 / seconds.max(1e-9);
    let best = p.best_r_weak.map_or("-".into(), |r| format!("{r:.3}"));
    let left = if p.finished == 0 {
        "-".into()
    } else {
        format!("{:.0} s", seconds / f64::from(p.finished) * f64::from(p.trials - p.finished.min(p.trials)))
    };
    format!(
        "trials {}/{}  {rate:.0} cycles/s  best R_weak {best}  agreeing {}  at most {left} left",
        p.finished, p.trials, p.agreeing
    )
}
