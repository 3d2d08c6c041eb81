//! Progress on stderr: on a terminal one line as wide as that, written over; in a log a line now and then.

use super::board::Seat;
use crate::output::say;
use crate::report::table::group_name;
use crate::solve::Stage;
use crate::trials::{Observer, Progress};
use std::mem::Discriminant;
use std::time::{Duration, Instant};

/// Pause between progress lines on a terminal, where they overwrite each other, and in a log.
const TERMINAL_PAUSE: Duration = Duration::from_millis(250);
const LOG_PAUSE: Duration = Duration::from_secs(10);
/// Columns of a terminal that does not say how many it has.
const USUAL_WIDTH: usize = 80;
/// A bar of fewer columns shows nothing.
const LEAST_BAR: usize = 10;

/// The screen of a run.
pub struct Screen {
    on: bool,
    terminal: bool,
    begun: Instant,
    shown: Option<Instant>,
    stage: Option<Discriminant<Stage>>,
    /// Its place among the screens of other runs, where there are any.
    seat: Option<Seat>,
}

impl Screen {
    /// Shows nothing unless it is `on`.
    pub fn new(on: bool) -> Self {
        Self { on, terminal: say::is_terminal(), begun: Instant::now(), shown: None, stage: None, seat: None }
    }

    /// The screen of one run of several, which share the line of a terminal.
    pub fn among(on: bool, seat: Seat) -> Self {
        Self { seat: Some(seat), ..Self::new(on) }
    }

    /// Shows where the work-up stands: each new kind of stage at once, and after that when it is time.
    pub fn stage(&mut self, stage: &Stage) {
        let kind = Some(std::mem::discriminant(stage));
        // A run of less than a pause needs no line in a log.
        let new = self.stage != kind && self.shown.is_some();
        self.stage = kind;
        if new || self.due() {
            self.show(&stage_line(stage), share(stage));
        }
    }

    /// Takes an open progress line away.
    pub fn end(&mut self) {
        say::progress_ends();
    }

    /// Whether it is time for another line.
    fn due(&self) -> bool {
        let pause = if self.terminal { TERMINAL_PAUSE } else { LOG_PAUSE };
        self.shown.unwrap_or(self.begun).elapsed() >= pause
    }

    fn show(&mut self, line: &str, share: f64) {
        self.shown = Some(Instant::now());
        if !self.on {
            return;
        }
        if self.terminal {
            let shared = self.seat.as_ref().map(|seat| seat.shows(line));
            let (line, share) = shared.as_ref().map_or((line, share), |(line, share)| (line.as_str(), *share));
            // Asked for each time: windows change their size.
            say::progress(&fitted(line, share, say::width().unwrap_or(USUAL_WIDTH)));
        } else {
            say::line(line);
        }
    }
}

impl Observer for Screen {
    fn step(&mut self, progress: &Progress) -> bool {
        if self.due() {
            self.show(&trials_line(progress), f64::from(progress.finished) / f64::from(progress.trials.max(1)));
        }
        true
    }
}

/// `line` in a terminal of `width` columns: cut where it is longer, followed by a bar filled by `share`, 0…1, where there is room. The last
/// column stays free, as some terminals break the line there.
fn fitted(line: &str, share: f64, width: usize) -> String {
    let room = width.saturating_sub(1);
    let length = line.chars().count();
    if length > room {
        return line.chars().take(room).collect();
    }
    match (room - length).checked_sub("  []".len()) {
        Some(bar) if bar >= LEAST_BAR => {
            let filled = (share.clamp(0.0, 1.0) * bar as f64) as usize;
            format!("{line}  [{}{}]", "#".repeat(filled), "-".repeat(bar - filled))
        }
        _ => line.to_owned(),
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
        Stage::Modelling { done, all, latest, best_r1, under_way } => {
            let latest = latest.as_ref().map_or(String::new(), |(group, of_it)| {
                format!(": {}, {}; best {}", group_name(group), r1(*of_it), r1(*best_r1))
            });
            let names: Vec<String> = under_way.iter().map(group_name).collect();
            let now = if names.is_empty() { String::new() } else { format!("; now {}", names.join(", ")) };
            format!("models {done}/{all}{latest}{now}")
        }
    }
}

/// How much of a stage is done, 0…1.
fn share(stage: &Stage) -> f64 {
    match stage {
        Stage::Settling { .. } => 0.0,
        Stage::Modelling { done, all, .. } => *done as f64 / (*all).max(1) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::SpaceGroup;

    #[test]
    fn a_stage_says_how_far_it_is_what_was_seen_last_and_what_comes() {
        assert_eq!(stage_line(&Stage::Settling { candidates: 3 }), "settling phases of 3 solutions");
        let (done, all, latest) = (3, 8, Some((SpaceGroup::p1(), None)));
        let stage = Stage::Modelling { done, all, latest, best_r1: Some(0.0571), under_way: Vec::new() };
        assert_eq!(stage_line(&stage), "models 3/8: P 1, no model; best R1 0.057");
        let under_way = vec![SpaceGroup::p1(); 2];
        let first = Stage::Modelling { done: 0, all, latest: None, best_r1: None, under_way };
        assert_eq!(stage_line(&first), "models 0/8; now P 1, P 1");
        assert_eq!((share(&stage), share(&first)), (0.375, 0.0));
    }

    #[test]
    fn a_line_is_as_wide_as_the_terminal_and_never_wider() {
        for width in [0, 1, 5, 20, 24, 40, 80, 300] {
            let line = fitted("models 3/8: Å", 0.5, width);
            assert!(line.chars().count() < width.max(1), "{width}: {line}");
        }
        assert_eq!(fitted("models 3/8", 0.5, 27), "models 3/8  [######------]");
        assert_eq!(fitted("models 3/8", 9.0, 26), "models 3/8  [###########]");
        assert_eq!(fitted("models 3/8", 0.5, 20), "models 3/8");
        assert_eq!(fitted("models 3/8", 0.5, 7), "models");
    }
}
