//! One data set after the other, as their turns come: several lanes go side by side.

use super::args::Args;
use super::book::Book;
use super::case::{Case, Outcome, Trials};
use super::inputs::Entry;
use super::one::typed;
use super::shares::{Shares, Turn};
use crate::cli::board::{Board, Seat};
use crate::cli::progress::Screen;
use crate::cli::thread_pool_about;
use crate::clock::Clock;
use crate::device::Site;
use crate::output::say;
use crate::report::row::Row;
use crate::report::table;
use crate::solve::{Demand, Means, resolution};
use crate::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// What the lanes of a run share.
pub struct Lanes<'a> {
    /// What the user has chosen.
    pub args: &'a Args,
    /// The data sets.
    pub entries: &'a [Entry],
    /// Where the trials run.
    pub site: &'a Site,
    /// Turns, cores, memory.
    pub shares: &'a Shares,
    /// Bytes that a run may take if it is alone.
    pub memory: u64,
    /// Stops all of them.
    pub clock: &'a Clock,
    /// How far they are.
    pub board: &'a Arc<Board>,
    /// The journal, if one is kept.
    pub book: Option<&'a Book>,
    /// What came of them, with their places.
    pub rows: &'a Mutex<Vec<(usize, Row)>>,
}

impl Lanes<'_> {
    /// Goes on until all have had their turn, or the clock is stopped.
    pub fn go(&self) {
        while !self.clock.stopped()
            && let Some(turn) = self.shares.next()
        {
            let Some(entry) = self.entries.get(turn.entry) else { continue };
            say::about(&entry.label);
            let row = self.row(entry, &turn);
            self.rows.lock().unwrap_or_else(PoisonError::into_inner).push((turn.entry, row));
        }
    }

    /// Solves one, whatever happens to it.
    fn row(&self, entry: &Entry, turn: &Turn<'_>) -> Row {
        let begun = Instant::now();
        let seat = self.board.seat(&entry.label);
        // A fault of the program must not take the other structures along.
        let row = catch_unwind(AssertUnwindSafe(|| self.solved(entry, turn.cores, seat, begun)))
            .unwrap_or_else(|_| Err(Error::Bug(format!("the run of {} broke off", entry.label))));
        let row = row.unwrap_or_else(|error| {
            if entry.certain {
                Row::failed(&entry.label, &entry.name, &error)
            } else {
                Row::skipped(&entry.name, &error.to_string())
            }
        });
        if let Some(reason) = row.reason.as_ref().filter(|_| row.is_failure()) {
            say::line(reason);
        }
        Row { wall_s: begun.elapsed().as_secs_f64(), ..row }
    }

    fn solved(&self, entry: &Entry, cores: usize, seat: Seat, begun: Instant) -> Result<Row> {
        let pool = Arc::new(thread_pool_about(&entry.label, cores)?);
        let backend = self.site.backend(&pool);
        // Reading and writing too, so that no more threads work than there are cores.
        pool.install(|| {
            let case = Case::read(self.args, &entry.name, cores, Some(self.memory))?;
            let case = case.among(self.book.map(|book| book.member(entry)));
            let data = &case.basis.data;
            let demand = Demand::new(data, resolution(data, self.args.resolution), cores);
            let _room = self.shares.reserve(demand.total());
            if self.clock.stopped() {
                return Ok(Row::not_begun(&entry.label, &entry.name));
            }
            let folder = case.folder()?;
            let clock = self.clock.below(self.args.time_limit);
            let means = Means { backend: backend.as_ref(), pool: &pool, clock: &clock };
            let screen = Screen::among(!self.args.quiet, seat);
            let outcome = case.solve(folder, &means, Some(self.memory), screen, typed(self.args), Trials::Run)?;
            self.say(&outcome);
            let record = outcome.results.folder().path(".json");
            let fault = outcome.fate.as_ref().err();
            let row = Row::of(&entry.label, &entry.name, &outcome.solved, record, fault);
            let row = Row { wall_s: begun.elapsed().as_secs_f64(), ..row };
            self.book.iter().for_each(|book| book.take(entry, &row, &outcome, &clock));
            Ok(row)
        })
    }

    /// One line on what came of it.
    fn say(&self, outcome: &Outcome<'_>) {
        outcome.kept.iter().for_each(|line| say::line(line));
        if !self.args.quiet {
            let conclusion = table::conclusion(&outcome.solved, outcome.results.folder().stem(), "", &[]);
            conclusion.lines().take(1).for_each(say::line);
        }
    }
}
