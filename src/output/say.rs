//! Words on stderr and stdout. Either may be closed, full, or have lost its reader or its terminal: a run goes on all
//! the same, and what it has to say is in its files. Every word of the program passes here; the macros of the standard
//! library end it instead.

use crate::{Error, Result};
use std::io::Write;

/// A line on stderr.
pub fn line(line: &str) {
    text(&format!("{line}\n"));
}

/// Text on stderr as it stands.
pub fn text(text: &str) {
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
