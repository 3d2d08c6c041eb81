//! How far several runs are, on the one line that a terminal has for them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is under way, and how much has ended.
#[derive(Debug)]
pub struct Board {
    all: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    ended: usize,
    /// The latest words on each run, by its name.
    under_way: BTreeMap<String, String>,
}

/// The place of one run on a board; it counts as ended when this is dropped.
#[derive(Debug)]
pub struct Seat {
    board: Arc<Board>,
    name: String,
}

impl Board {
    /// For `all` runs, none of which has begun.
    pub fn new(all: usize) -> Arc<Self> {
        Arc::new(Self { all, state: Mutex::default() })
    }

    /// A place for the run `name`.
    pub fn seat(self: &Arc<Self>, name: &str) -> Seat {
        self.state().under_way.insert(name.to_owned(), String::new());
        Seat { board: self.clone(), name: name.to_owned() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Puts `line` in its place: the line of all runs, this one first, and the share of them that has ended.
    pub fn shows(&self, line: &str) -> (String, f64) {
        let mut state = self.board.state();
        state.under_way.insert(self.name.clone(), line.to_owned());
        let mut all = format!("{} of {} ended; {}: {line}", state.ended, self.board.all, self.name);
        for (name, line) in state.under_way.iter().filter(|(name, line)| !line.is_empty() && **name != self.name) {
            let _ = write!(all, "; {name}: {line}");
        }
        (all, state.ended as f64 / self.board.all.max(1) as f64)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.board.state();
        state.under_way.remove(&self.name);
        state.ended += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_every_run_under_way_and_counts_the_others() {
        let board = Board::new(3);
        let (first, second) = (board.seat("ylid"), board.seat("au"));
        assert_eq!(first.shows("trials 1/96"), ("0 of 3 ended; ylid: trials 1/96".into(), 0.0));
        assert_eq!(second.shows("models 1/8").0, "0 of 3 ended; au: models 1/8; ylid: trials 1/96");
        assert_eq!(first.shows("trials 9/96").0, "0 of 3 ended; ylid: trials 9/96; au: models 1/8");
        drop(first);
        assert_eq!(second.shows("models 2/8"), ("1 of 3 ended; au: models 2/8".into(), 1.0 / 3.0));
    }
}
