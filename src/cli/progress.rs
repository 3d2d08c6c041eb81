//! Progress on stderr: on a terminal one line that is written over, in a log a line now and then.

use crate::output::say;
use crate::report::table::group_name;
use crate::solve::Stage;
use crate::trials::{Observer, Progress};
use std::io::IsTerminal;
use std::mem::Discriminant;
use std::time::{Duration, Instant};

/// Pause between progress lines on a terminal, where they overwrite each other, and in a log.
const TERMINAL_PAUSE: Duration = Duration::from_millis(250);
const LOG_PAUSE: Duration = Duration::from_secs(10);
/// Characters of a line on a terminal: what a longer one left is blanked.
const WIDTH: usize = 90;

/// The screen of a run.
pub struct Screen {
    on: bool,
    terminal: bool,
    begun: Instant,
    shown: Option<Instant>,
    stage: Option<Discriminant<Stage>>,
    line_open: bool,
}

impl Screen {
    /// Shows nothing unless it is `on`.
    pub fn new(on: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self { on, terminal, begun: Instant::now(), shown: None, stage: None, line_open: false }
    }

    /// Shows where the work-up stands: each new kind of stage at once, and after that when it is time.
    pub fn stage(&mut self, stage: &Stage) {
        let kind = Some(std::mem::discriminant(stage));
        // A run of less than a pause needs no line in a log.
        let new = self.stage != kind && self.shown.is_some();
        self.stage = kind;
        if new || self.due() {
            self.show(&stage_line(stage));
        }
    }

    /// Ends an open progress line.
    pub fn end(&mut self) {
        if std::mem::take(&mut self.line_open) {
            say::text("\n");
        }
    }

    /// Whether it is time for another line.
    fn due(&self) -> bool {
        let pause = if self.terminal { TERMINAL_PAUSE } else { LOG_PAUSE };
        self.shown.unwrap_or(self.begun).elapsed() >= pause
    }

    fn show(&mut self, line: &str) {
        self.shown = Some(Instant::now());
        if !self.on {
            return;
        }
        if self.terminal {
            say::text(&format!("\r{line:<WIDTH$}"));
            self.line_open = true;
        } else {
            say::line(line);
        }
    }
}

impl Observer for Screen {
    fn step(&mut self, progress: &Progress) -> bool {
        if self.due() {
            self.show(&trials_line(progress));
        }
        true
    }
}

fn trials_line(p: &Progress) -> String {
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

fn stage_line(stage: &Stage) -> String {
    let r1 = |r1: Option<f64>| r1.map_or("no model".into(), |r1| format!("R1 {r1:.3}"));
    match stage {
        Stage::Settling { candidates: 1 } => "settling phases of a solution".into(),
        Stage::Settling { candidates } => format!("settling phases of {candidates} solutions"),
        Stage::Modelling { done, all, latest, best_r1 } => {
            let latest = latest.as_ref().map_or(String::new(), |(group, of_it)| {
                format!(": {}, {}; best {}", group_name(group), r1(*of_it), r1(*best_r1))
            });
            format!("models {done}/{all}{latest}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::SpaceGroup;

    #[test]
    fn a_stage_says_how_far_it_is_and_what_was_seen_last() {
        assert_eq!(stage_line(&Stage::Settling { candidates: 3 }), "settling phases of 3 solutions");
        let (done, all, latest) = (3, 8, Some((SpaceGroup::p1(), None)));
        let stage = Stage::Modelling { done, all, latest, best_r1: Some(0.0571) };
        assert_eq!(stage_line(&stage), "models 3/8: P 1, no model; best R1 0.057");
        let first = Stage::Modelling { done: 0, all, latest: None, best_r1: None };
        assert_eq!(stage_line(&first), "models 0/8");
    }
}
