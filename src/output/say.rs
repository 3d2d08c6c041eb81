//! Words on stderr and stdout. Either may be closed, full, or have lost its reader or its terminal: a run goes on all
//! the same, and what it has to say is in its files. Every word of the program passes here; the macros of the standard
//! library end it instead.
//!
//! On a terminal a line of progress may be open: it is written over by the next one, and other words appear above it.

use crate::error::shown::clean_lines;
use crate::{Error, Result};
use anstyle::Style;
use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

thread_local! {
    /// What the words of this thread are about; empty where there is but one thing.
    static SUBJECT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The open line of progress; empty without one.
static OPEN: Mutex<String> = Mutex::new(String::new());
/// Back to the first column, and what stands in the line is gone.
const ERASE: &str = "\r\x1b[K";

/// From now on lines of this thread begin with `subject` and a colon: for programs that do several things at once.
pub fn about(subject: &str) {
    SUBJECT.with_borrow_mut(|own| subject.clone_into(own));
}

/// A line on stderr.
pub fn line(line: &str) {
    text(&format!("{line}\n"));
}

/// Text on stderr; control characters of strangers' words in it are replaced.
pub fn text(text: &str) {
    above(&SUBJECT.with_borrow(|subject| headed_lines(subject, &clean_lines(text))));
}

/// `text` with `subject` before each of its lines, where there is one.
fn headed_lines(subject: &str, text: &str) -> String {
    if subject.is_empty() {
        return text.to_owned();
    }
    text.split_inclusive('\n').map(|line| format!("{}: {line}", clean_lines(subject))).collect()
}

/// A line on stderr whose first `word` is coloured where a terminal shows it and `NO_COLOR` is not set.
pub fn headed(word: &str, rest: &str, style: Style) {
    let coloured = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let style = if coloured { style } else { Style::new() };
    above(&format!("{style}{}{style:#}{}\n", clean_lines(word), clean_lines(rest)));
}

/// Whether stderr is a terminal on which a line can be written over.
pub fn is_terminal() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|kind| kind != "dumb")
}

/// Columns of that terminal; `None` where it does not say.
pub fn width() -> Option<usize> {
    terminal_size::terminal_size_of(std::io::stderr()).map(|(width, _)| usize::from(width.0))
}

/// Shows `line` as the line of progress, for terminals alone.
pub fn progress(line: &str) {
    let mut open = open();
    line.clone_into(&mut open);
    raw(&format!("{ERASE}{open}"));
}

/// Takes the line of progress away.
pub fn progress_ends() {
    if !std::mem::take(&mut *open()).is_empty() {
        raw(ERASE);
    }
}

fn open() -> MutexGuard<'static, String> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn above(text: &str) {
    let open = open();
    if open.is_empty() {
        raw(text);
    } else {
        raw(&format!("{ERASE}{text}{open}"));
    }
}

fn raw(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Text on stdout as it stands.
///
/// # Errors
/// `Error::Stdout`: somebody wanted it and did not get it.
pub fn out(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Error::Stdout)
}

/// A document on stdout as JSON, one value a line.
///
/// # Errors
/// `Error::Stdout`, and `Error::Bug` for a document that JSON cannot express.
pub fn json(document: &impl serde::Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(document).map_err(|error| Error::Bug(format!("no JSON: {error}")))?;
    out(&format!("{text}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_says_what_it_is_about() {
        assert_eq!(headed_lines("", "a\nb\n"), "a\nb\n");
        assert_eq!(headed_lines("ylid", "a\nb\n"), "ylid: a\nylid: b\n");
    }
}
