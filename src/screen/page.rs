//! The success curves as one HTML page, with nothing fetched.

use crate::Result;
use crate::formats::html::Page;
use serde_json::Value;

const SCRIPT: &str = include_str!("screen.js");

/// The page, drawn from the record `screen.json`: charts for each method, resolution, completeness and number of bins, one curve for each fraction of
/// wrong seeds; those of networks over each of their own figures of merit; below, every count, and the prediction against what was found.
///
/// # Errors
/// `Error::Bug` when it cannot be put together.
pub fn page(title: &str, record: &Value) -> Result<String> {
    Page { title, head: "", asks: false, script: SCRIPT, function: "show", document: &record.to_string() }.text()
}
