//! The page `NAME.html` of a run: everything in one file, nothing fetched.
//!
//! - `looks`      what trials looked like while they ran
//! - `volume`     a map cut around the molecule
//! - `difference` the difference map of the model
//! - `drawn`      a structure with its density
//! - `contents`   what the page shows, as one JSON document
//!
//! The page itself is that of `formats::html`; `run.js` draws it from that document, atoms and maps by 3Dmol.js 2.5.5 (BSD-3, `third_party`). While a run goes on, `live.js` draws the same sections from what it is told (`live`).

mod contents;
mod difference;
mod drawn;
mod looks;
mod volume;

pub use contents::Contents;
pub use drawn::Drawn;
pub use looks::{Looks, MOST_LOOKS, MOST_TRIALS};

use crate::formats::html::Page;
use crate::{Error, Result};

const SCRIPT: &str = include_str!("run.js");
const LIVE_SCRIPT: &str = include_str!("live.js");
const VIEWER: &str = include_str!("third_party/3Dmol-min.js");
const LICENCE: &str = include_str!("third_party/LICENSE-3Dmol");

/// What the page of a run is drawn from, as JSON.
///
/// # Errors
/// `Error::Bug` when it cannot be written.
pub fn document(contents: &Contents<'_>) -> Result<String> {
    serde_json::to_string(contents).map_err(|e| Error::Bug(format!("the page of a run: {e}")))
}

/// The page of a run as text, `document` being what it is drawn from.
///
/// # Errors
/// `Error::Bug` when it cannot be put together.
pub fn page(title: &str, document: &str) -> Result<String> {
    Page { title, head: &viewer(), asks: false, script: SCRIPT, function: "show", document }.text()
}

/// The page of a run that goes on, which asks the server that it comes from what has happened. `stem` is NAME of its files.
///
/// # Errors
/// `Error::Bug` when it cannot be put together.
pub fn live_page(title: &str, stem: &str) -> Result<String> {
    let document = serde_json::json!({ "title": title, "stem": stem }).to_string();
    let script = format!("{SCRIPT}\n{LIVE_SCRIPT}");
    Page { title, head: &viewer(), asks: true, script: &script, function: "watch", document: &document }.text()
}

/// What draws atoms and maps, with its licence.
fn viewer() -> String {
    format!("<!-- 3Dmol.js\n{LICENCE}\n-->\n<script>\n{VIEWER}\n</script>")
}
