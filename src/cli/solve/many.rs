//! A run of several data sets: side by side in one process, a table at the end.

use super::args::Args;
use super::book::{Book, write_table};
use super::inputs::{Entry, List};
use super::lane::Lanes;
use super::shares::{Shares, lanes};
use crate::cli::board::Board;
use crate::cli::{stop, thread_pool};
use crate::clock::Clock;
use crate::error::{EXIT_NOT_SOLVED, EXIT_OK};
use crate::output::say;
use crate::report::batch::Batch;
use crate::report::row::{Row, RowOutcome};
use crate::solve::free;
use crate::{Error, Result};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Exit code where a data set could not be used.
const EXIT_FAILED: u8 = 1;

/// Solves them.
///
/// # Errors
/// A device that is not there, and a table that cannot be written; what is wrong with one data set is a row of the table.
pub fn run(args: &Args, list: &List) -> Result<u8> {
    if let Some(path) = &args.export {
        let what =
            format!("--export {}: one table has the trials of one data set; name one, or leave it out", path.display());
        return Err(Error::Usage(what));
    }
    let begun = Instant::now();
    let clock = Clock::endless();
    let on = !args.quiet;
    let say_line = |line: &str| {
        if on {
            say::line(line);
        }
    };
    let site = args.backend.site_of_search(say_line)?;
    let threads = match args.threads {
        Some(threads) => usize::from(threads),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let device = site.backend(&Arc::new(thread_pool(Some(1))?)).device().to_string();
    let book = args.run.as_ref().map(|folder| Book::open(args, folder, list, &device)).transpose()?;
    let known = |place: usize| book.as_ref()?.known(list.entries.get(place)?);
    let before: Vec<(usize, Row)> =
        (0..list.entries.len()).filter_map(|place| Some((place, known(place)?.clone()))).collect();
    let mut order = order(&list.entries);
    order.retain(|place| known(*place).is_none());
    let lanes = lanes(threads, site.has_gpu(), order.len());
    let memory = args.options().memory.unwrap_or_else(free);
    let left = order.len();
    let shares = Shares::new(order, lanes, threads, memory);
    let skipped = match list.skipped.len() {
        0 => String::new(),
        count => format!("; {count} left out"),
    };
    say_line(&format!("{} data sets, {lanes} at a time on {threads} threads{skipped}", list.entries.len()));
    if !before.is_empty() {
        say_line(&format!("{} of them have ended before", before.len()));
    }
    stop::catch(clock.clone());
    let rows = Mutex::new(before);
    let shared = Lanes {
        args,
        entries: &list.entries,
        site: &site,
        shares: &shares,
        memory,
        clock: &clock,
        board: &Board::new(left),
        book: book.as_ref(),
        rows: &rows,
    };
    std::thread::scope(|scope| {
        for _ in 0..lanes {
            scope.spawn(|| shared.go());
        }
    });
    let mut rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    let missed = shares.close().into_iter().filter_map(|place| Some((place, list.entries.get(place)?)));
    rows.extend(missed.map(|(place, entry)| (place, Row::not_begun(&entry.label, &entry.name))));
    rows.sort_by_key(|(place, _)| *place);
    let mut rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    rows.extend(list.skipped.iter().map(|skipped| Row::skipped(&skipped.path, &skipped.why)));
    let batch = Batch::new(rows, args.seed, threads, begun.elapsed().as_secs_f64());
    if on {
        say::text(&batch.text());
    }
    let written = args.table.as_ref().map_or(Ok(()), |path| write_table(&batch, path, !args.no_report));
    let written = written.and(book.map_or(Ok(()), |book| book.close(&batch)));
    let printed = if args.json { say::json(&batch) } else { Ok(()) };
    written.and(printed)?;
    Ok(exit_code(&batch, clock.stopped(), args.require_solved))
}

/// Places in the order of their turns: the largest cell first, so that no long run is left alone at the end.
fn order(entries: &[Entry]) -> Vec<usize> {
    let mut places: Vec<(usize, f64)> = entries.iter().map(|entry| entry.volume).enumerate().collect();
    places.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    places.into_iter().map(|(place, _)| place).collect()
}

/// The worst that happened to any of them.
fn exit_code(batch: &Batch, interrupted: bool, require_solved: bool) -> u8 {
    if interrupted {
        stop::exit_code()
    } else if batch.structures.iter().any(Row::is_failure) {
        EXIT_FAILED
    } else if require_solved && batch.structures.iter().any(|row| row.outcome == RowOutcome::NotSolved) {
        EXIT_NOT_SOLVED
    } else {
        EXIT_OK
    }
}
