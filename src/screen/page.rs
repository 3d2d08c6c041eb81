//! The success curves as one HTML page, with nothing fetched.

use super::Tally;
use super::tally::Calibration;
use crate::formats::html::Page;
use crate::{Error, Result};
use serde::Serialize;

const SCRIPT: &str = include_str!("screen.js");

/// What the page is drawn from.
#[derive(Serialize)]
struct Document<'a> {
    title: &'a str,
    run: &'a str,
    tallies: &'a [Tally],
    calibrations: &'a [(&'a str, Vec<Calibration>)],
}

/// The page: charts for each method, resolution, completeness and number of bins, one curve for each fraction of wrong seeds; those of networks over
/// each of their own figures of merit; below, every count, and the prediction against what was found.
///
/// # Errors
/// `Error::Bug` when it cannot be put together.
pub fn page(title: &str, run: &str, tallies: &[Tally], calibrations: &[(&str, Vec<Calibration>)]) -> Result<String> {
    let document = serde_json::to_string(&Document { title, run, tallies, calibrations });
    let document = document.map_err(|e| Error::Bug(format!("the page of a screen: {e}")))?;
    Page { title, head: "", asks: false, script: SCRIPT, function: "show", document: &document }.text()
}
