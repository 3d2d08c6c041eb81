//! The table of a run of several data sets as a page, with a link to that of each.

use super::Batch;
use crate::formats::html::escaped;
use crate::report::row::Row;
use std::fmt::Write;
use std::path::{Component, Path, absolute};

/// What stands above the rows.
const COLUMNS: [&str; 8] =
    ["data set", "outcome", "probability", "R1", "space group", "formula or why not", "trials", "seconds"];

/// The page that is to lie at `place`.
pub(super) fn page(batch: &Batch, place: &Path) -> String {
    let title = batch.counts_line();
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"generator\" content=\"seedflip\">\n\
         <title>{0}</title>\n<style>body{{font:14px sans-serif;margin:2em}}table{{border-collapse:collapse}}\
         td,th{{padding:2px 10px;text-align:left;border-bottom:1px solid #ddd}}</style>\n</head><body>\n<h1>{0}</h1>\n\
         <p>seedflip {1}, seed {2}.</p>\n<table><tr>",
        escaped(&title),
        batch.version,
        batch.seed
    );
    let heads: Vec<String> = COLUMNS.iter().map(|name| format!("<th>{name}</th>")).collect();
    let _ = writeln!(out, "{}</tr>", heads.concat());
    batch.structures.iter().for_each(|row| out.push_str(&line(row, place)));
    out.push_str("</table>\n</body></html>\n");
    out
}

fn line(row: &Row, place: &Path) -> String {
    let name = escaped(&row.name);
    let page = row.record.as_ref().map(|record| record.with_extension("html")).filter(|page| page.exists());
    let name = page.map_or(name.clone(), |page| format!("<a href=\"{}\">{name}</a>", link(place, &page)));
    let number = |x: Option<f64>| x.map_or(String::new(), |x| format!("{x:.3}"));
    let told = [row.formula.as_deref(), row.reason.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let cells = [
        name,
        row.outcome.word().into(),
        number(row.probability),
        number(row.r1),
        escaped(row.space_group.as_deref().unwrap_or_default()),
        escaped(&told),
        row.trials_finished.map_or(String::new(), |n| n.to_string()),
        format!("{:.1}", row.wall_s),
    ];
    format!("<tr><td>{}</td></tr>\n", cells.join("</td><td>"))
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
