//! XDS_ASCII: what CORRECT and XSCALE of XDS write, merged or not.

use super::Measured;
use super::facts::Facts;
use super::row::reflection;
use crate::crystal::Cell;
use crate::crystal::identity::group_by_number;
use crate::error::{Error, Result};
use crate::formats::hklf::{Hklf, HklfFormat};
use crate::formats::text::finite;
use std::path::Path;

const HINT: &str = "run CORRECT or XSCALE again, or fetch the file again";
const END_OF_HEADER: &str = "!END_OF_HEADER";
const END_OF_DATA: &str = "!END_OF_DATA";

/// Where the numbers of a record stand, from 0, and how many there are.
#[derive(Default)]
struct Record {
    items: usize,
    h: Option<usize>,
    k: Option<usize>,
    l: Option<usize>,
    value: Option<usize>,
    sigma: Option<usize>,
}

/// Reads an XDS_ASCII file. Records whose σ is negative are those that CORRECT rejected, and are left out.
///
/// # Errors
/// `Error::Input` naming `path` and the line: a header without cell or columns; a record of another length; a file that
/// does not end in `!END_OF_DATA`.
pub fn read(path: &Path, text: &str) -> Result<Measured> {
    let mut facts = Facts { title: "XDS_ASCII".to_owned(), ..Facts::default() };
    let mut record = Record::default();
    let mut lines = (1..).zip(text.lines());
    let mut first = "";
    let mut ended = false;
    for (number, line) in lines.by_ref() {
        let line = line.trim_end();
        if number == 1 {
            first = line;
        }
        if line.starts_with(END_OF_HEADER) {
            ended = true;
            break;
        }
        if !line.starts_with('!') {
            return Err(Error::line(path, number, "the header has no end", HINT));
        }
        header(line, &mut facts, &mut record).map_err(|what| Error::line(path, number, what, HINT))?;
    }
    let Record { items, h: Some(h), k: Some(k), l: Some(l), value: Some(value), sigma } = record else {
        return Err(Error::file(path, "has no !ITEM_H, _K, _L and _IOBS in its header", HINT));
    };
    let (mut reflections, mut rejected, mut whole) = (Vec::new(), 0, false);
    for (number, line) in lines {
        if line.starts_with(END_OF_DATA) {
            whole = true;
            break;
        }
        let numbers: Option<Vec<f64>> = line.split_whitespace().map(finite).collect();
        let fault = |what: &str| Error::line(path, number, what.to_owned(), HINT);
        let numbers = numbers.ok_or_else(|| fault("the record holds what is no number"))?;
        if numbers.len() != items {
            return Err(fault(&format!("the record has {} numbers instead of {items}", numbers.len())));
        }
        let at = |i: usize| numbers.get(i).copied().unwrap_or(f64::NAN);
        let sigma = sigma.map(at);
        if sigma.is_some_and(|s| s < 0.0) {
            rejected += 1;
            continue;
        }
        let read = reflection([h, k, l].map(at), at(value), sigma, HklfFormat::Intensities);
        reflections.push(read.map_err(|what| fault(&what))?);
    }
    if !(ended && whole) {
        return Err(Error::file(path, "is cut short: it has no !END_OF_DATA", HINT));
    }
    let mut warnings = Vec::new();
    if rejected > 0 {
        warnings.push(format!("{rejected} records that CORRECT rejected (negative sigma) are left out"));
    }
    let merged = first.split_whitespace().any(|word| word == "MERGE=TRUE");
    Ok(Measured {
        kind: if merged { "XDS_ASCII, merged" } else { "XDS_ASCII" },
        part: String::new(),
        layout: None,
        quantity: HklfFormat::Intensities,
        reflections,
        facts,
        warnings,
        hklf: Hklf::default(),
    })
}

/// Takes one line of the header, which may name several things: `!UNIT_CELL_CONSTANTS= 7 8 9 90 90 90`.
fn header(line: &str, facts: &mut Facts, record: &mut Record) -> std::result::Result<(), String> {
    let Some((key, rest)) = line.trim_start_matches('!').split_once('=') else { return Ok(()) };
    let numbers: Vec<f64> = rest.split_whitespace().map_while(finite).collect();
    let column = || {
        let item = numbers.first().copied().filter(|x| x.fract() == 0.0 && (1.0..100.0).contains(x));
        item.map(|x| x as usize - 1).ok_or_else(|| format!("{key} is no number of a column"))
    };
    match key.trim() {
        "UNIT_CELL_CONSTANTS" => {
            let &[a, b, c, alpha, beta, gamma, ..] = numbers.as_slice() else {
                return Err(format!("{key} has {} numbers instead of six", numbers.len()));
            };
            facts.cell = Some(Cell::new([a, b, c], [alpha, beta, gamma])?);
        }
        "SPACE_GROUP_NUMBER" => {
            facts.group = numbers.first().and_then(|number| group_by_number(*number as u16));
        }
        "X-RAY_WAVELENGTH" => facts.wavelength = numbers.first().copied().filter(|w| *w > 0.0),
        "NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD" => record.items = column()? + 1,
        "ITEM_H" => record.h = Some(column()?),
        "ITEM_K" => record.k = Some(column()?),
        "ITEM_L" => record.l = Some(column()?),
        "ITEM_IOBS" => record.value = Some(column()?),
        "ITEM_SIGMA(IOBS)" => record.sigma = Some(column()?),
        _ => {}
    }
    Ok(())
}
