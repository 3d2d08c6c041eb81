//! The page `NAME.html` of a run: everything in one file, nothing fetched.
//!
//! - `looks`      what trials looked like while they ran
//! - `volume`     a map cut around the molecule
//! - `difference` the difference map of the model
//! - `contents`   what the page shows, as one JSON document
//!
//! The page itself is `page.html`, `page.css` and `page.js`, which draws it from that document; atoms and maps are drawn by 3Dmol.js 2.5.5 (BSD-3,
//! `third_party`).

mod contents;
mod difference;
mod looks;
mod volume;

pub use contents::Contents;
pub use looks::Looks;

use crate::formats::html::escaped;
use crate::{Error, Result};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const VIEWER: &str = include_str!("third_party/3Dmol-min.js");
const LICENCE: &str = include_str!("third_party/LICENSE-3Dmol");

/// The page as text.
///
/// # Errors
/// `Error::Bug` when the document cannot be written.
pub fn page(contents: &Contents<'_>) -> Result<String> {
    let json = serde_json::to_string(contents).map_err(|e| Error::Bug(format!("the page of a run: {e}")))?;
    // Nothing in the document may end the element that it stands in.
    let json = json.replace('<', "\\u003c");
    let parts = [
        ("{{title}}", &*escaped(contents.title())),
        ("{{style}}", STYLE),
        ("{{licence}}", LICENCE),
        ("{{viewer}}", VIEWER),
        ("{{script}}", SCRIPT),
        ("{{contents}}", &json),
    ];
    let mut out = String::with_capacity(PAGE.len() + parts.iter().map(|(_, text)| text.len()).sum::<usize>());
    let mut rest = PAGE;
    // Each mark stands once in the page, in this order, so that no text that is put in is searched for marks.
    for (mark, text) in parts {
        let (before, behind) = rest.split_once(mark).ok_or_else(|| Error::Bug(format!("no {mark} in the page")))?;
        out.push_str(before);
        out.push_str(text);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}
