//! The table of a run of several data sets as a page, with a link to that of each.

use super::Batch;
use crate::formats::html::Page;
use crate::report::row::Row;
use crate::{Error, Result};
use serde::Serialize;
use std::path::{Component, Path, absolute};

const SCRIPT: &str = include_str!("batch.js");

/// What the page is drawn from.
#[derive(Serialize)]
struct Document<'a> {
    table: &'a Batch,
    /// Links to the pages of the rows that have one.
    pages: Vec<Option<String>>,
}

/// The page that is to lie at `place`.
///
/// # Errors
/// `Error::Bug` when it cannot be put together.
pub(super) fn page(batch: &Batch, place: &Path) -> Result<String> {
    let page = |row: &Row| row.record.as_ref().map(|record| record.with_extension("html")).filter(|page| page.exists());
    let pages = batch.structures.iter().map(|row| page(row).map(|page| link(place, &page))).collect();
    let document = serde_json::to_string(&Document { table: batch, pages });
    let document = document.map_err(|e| Error::Bug(format!("the page of several runs: {e}")))?;
    let title = batch.counts_line();
    Page { title: &title, head: "", asks: false, script: SCRIPT, function: "show", document: &document }.text()
}

/// Where `to` is, seen from the folder of `from`, with what a link may not have as it is in per cent.
fn link(from: &Path, to: &Path) -> String {
    let [from, to] = [from.parent().unwrap_or(Path::new("")), to].map(|p| absolute(p).unwrap_or_else(|_| p.to_owned()));
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.iter().skip(shared).map(|_| "..".to_owned());
    let down = to.iter().skip(shared).map(|part| in_per_cent(&part.as_os_str().to_string_lossy()));
    up.chain(down).collect::<Vec<_>>().join("/")
}

fn in_per_cent(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    name.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_from_the_folder_of_the_page_to_that_of_the_results() {
        assert_eq!(link(Path::new("run/table.html"), Path::new("out/a b.html")), "../out/a%20b.html");
        assert_eq!(link(Path::new("/x/run/table.html"), Path::new("/x/run/%\"<.html")), "%25%22%3C.html");
    }
}
