//! Measured reflections of a CIF: of all lists that its blocks hold the most useful one, with what is said of the
//! crystal there, in the embedded `.res`, and in other blocks.

use super::cif_crystal::{differ, facts};
use super::cif_loop::Source;
use super::facts::Facts;
use super::{Choice, Measured};
use crate::error::{Error, Result};
use crate::formats::cif::syntax::{Block, Value, blocks};
use crate::formats::hkl::parse_hkl_as;
use crate::formats::hklf::{Hklf, HklfFormat};
use crate::formats::ins::parse_ins;
use crate::formats::text::finite;
use std::path::Path;

/// Text fields that hold a SHELX list or a CIF of reflections, whatever their names promise.
const LISTS: [&str; 5] = [
    "_shelx_hkl_file",
    "_iucr_refine_reflections_details",
    "_shelx_fcf_file",
    "_iucr_refine_fcf_details",
    "_olex2_hkl_file",
];
/// Text fields that hold a `.res` or `.ins`.
const INSTRUCTIONS: [&str; 3] = ["_shelx_res_file", "_iucr_refine_instructions_details", "_shelx_ins_file"];
/// Numbers of a CELL card.
const CELL_NUMBERS: usize = 7;
/// A list of fewer rows is taken where there is no longer one: molecules have hundreds of reflections at least.
const FEWEST_ROWS: usize = 50;
/// A CIF in a CIF in a CIF is none.
const DEEPEST: usize = 2;

/// What a list is, the most useful first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// The list that was refined against, embedded.
    List,
    /// Merged reflections.
    Merged,
    /// Net intensities.
    Unmerged,
    /// A CIF in a text field.
    Inner,
}

/// A list of a block.
struct Candidate<'a> {
    rank: Rank,
    block: &'a Block<'a>,
    tag: &'static str,
    source: Option<Source<'a>>,
    text: Option<Value<'a>>,
}

impl Candidate<'_> {
    /// A sample at most, as guides to a format have it.
    fn is_short(&self) -> bool {
        let rows = |source: &Source| source.numbers();
        let lines = |text: Value| text.text.lines().take(FEWEST_ROWS).count();
        self.source.as_ref().map(rows).or(self.text.map(lines)).is_some_and(|n| n < FEWEST_ROWS)
    }
}

/// Reads the list of a CIF that serves best.
///
/// # Errors
/// `Error::Input` naming `path`: no measured reflections, saying what there is instead; several scale groups without a
/// common scale; a block that was asked for and is not there; a list that is damaged.
pub fn read(path: &Path, text: &str, choice: &Choice) -> Result<Measured> {
    read_at(path, text, choice, 0)
}

fn read_at(path: &Path, text: &str, choice: &Choice, depth: usize) -> Result<Measured> {
    let blocks = blocks(text, path)?;
    let asked = |b: &&Block<'_>| choice.block.as_ref().is_none_or(|name| depth > 0 || *name == b.name);
    if !blocks.iter().any(|b| asked(&b)) {
        let names: Vec<&str> = blocks.iter().map(|b| b.name.as_str()).take(9).collect();
        let what = format!("has no block {:?} but {}", choice.block.as_deref().unwrap_or(""), names.join(", "));
        return Err(Error::file(path, what, "give one of these with --block"));
    }
    let mut candidates: Vec<Candidate<'_>> = blocks.iter().filter(asked).flat_map(|b| candidates(b, depth)).collect();
    let frames = candidates.iter().filter(|c| is_of_frames(c)).map(|c| c.block.name.clone()).next();
    candidates.retain(|c| !is_of_frames(c));
    // Stable: of equals the first in the file. A sample of a list is of no use where there is a whole one.
    candidates.sort_by_key(|c| (c.is_short(), c.rank));
    let Some(best) = candidates.first() else { return Err(nothing(path, &blocks, frames)) };
    let (own, mut warnings) = facts(best.block, path)?;
    let (hklf, embedded) = instructions(best.block, path)?;
    if let (Some(Facts { cell: Some(card), .. }), Some(cell)) = (&embedded, &own.cell)
        && differ(card, cell)
    {
        warnings.push("the cell of the block is not that of the embedded .res, which is taken".to_owned());
    }
    let mut others = Facts::default();
    for block in blocks.iter().filter(|b| !std::ptr::eq(*b, best.block)) {
        // What another block says of its own crystal counts only where nothing is said of this one.
        if own.cell.is_none() && embedded.is_none() {
            others = others.or(facts(block, path).map(|(facts, _)| facts).unwrap_or_default());
        }
    }
    let known = embedded.unwrap_or_default().or(own).or(others);
    let mut measured = list(path, best, hklf, choice, depth)?;
    measured.facts = if best.rank == Rank::Inner { measured.facts.or(known) } else { known.or(measured.facts) };
    if measured.facts.title.is_empty() {
        measured.facts.title = best.block.name.clone();
    }
    warnings.append(&mut measured.warnings);
    measured.warnings = warnings;
    let more: Vec<&str> = candidates
        .iter()
        .skip(1)
        .filter(|c| !std::ptr::eq(c.block, best.block))
        .map(|c| c.block.name.as_str())
        .chain(frames.as_deref())
        .collect();
    if depth == 0 {
        let word = if more.is_empty() { String::new() } else { format!(" (not {})", more.join(", ")) };
        measured.part = format!("block {}{word}, {}", best.block.name, measured.part);
    }
    Ok(measured)
}

/// The lists of a block.
fn candidates<'a>(block: &'a Block<'a>, depth: usize) -> Vec<Candidate<'a>> {
    let mut found = Vec::new();
    for tag in LISTS {
        let Some(text) = block.first(tag).filter(|v| v.text.len() > 1) else { continue };
        let rank = if is_list(text.text) {
            Rank::List
        } else if depth + 1 < DEEPEST && text.text.contains("_index_h") {
            Rank::Inner
        } else {
            continue;
        };
        found.push(Candidate { rank, block, tag, source: None, text: Some(text) });
    }
    let loops = [(Rank::Merged, Source::merged(block)), (Rank::Unmerged, Source::unmerged(block))];
    found.extend(loops.into_iter().filter_map(|(rank, source)| {
        let source = source?;
        Some(Candidate { rank, block, tag: source.tag, source: Some(source), text: None })
    }));
    found
}

/// Merged rows in several scale groups: those of single frames, without a common scale.
fn is_of_frames(candidate: &Candidate<'_>) -> bool {
    candidate.source.as_ref().is_some_and(|source| source.merged && source.scale_groups > 1)
}

/// Three whole numbers and a number begin the text, with or without blanks between them.
fn is_list(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    first.len() >= 7 && first.bytes().all(|b| b.is_ascii_digit() || b" \t+-.eE,;".contains(&b))
}

fn list(path: &Path, from: &Candidate<'_>, hklf: Option<Hklf>, choice: &Choice, depth: usize) -> Result<Measured> {
    let Candidate { block, tag, .. } = from;
    if let Some(source) = &from.source {
        let rows = source.rows(block, path)?;
        return Ok(Measured {
            kind: kind(block),
            part: (*tag).to_owned(),
            layout: None,
            quantity: source.quantity,
            reflections: rows.reflections,
            facts: Facts::default(),
            warnings: rows.warnings,
            hklf: Hklf::default(),
        });
    }
    let Some(text) = from.text else { return Err(Error::Bug("a list of a CIF is nowhere".to_owned())) };
    if from.rank == Rank::Inner {
        let inner = read_at(path, text.text, choice, depth + 1).map_err(|error| moved(error, text.line))?;
        return Ok(Measured { part: format!("{tag}, {}", inner.part), ..inner });
    }
    let mut warnings = Vec::new();
    let hklf = hklf.unwrap_or_else(|| {
        warnings.push("no .res is embedded: the list is taken as HKLF 4 (intensities)".to_owned());
        Hklf::default()
    });
    let file = parse_hkl_as(path, text.text.as_bytes(), &hklf, choice.columns.as_ref());
    let file = file.map_err(|error| moved(error, text.line))?;
    warnings.extend(file.warnings);
    Ok(Measured {
        kind: "CIF",
        part: (*tag).to_owned(),
        layout: Some(file.layout),
        quantity: file.quantity,
        reflections: file.reflections,
        facts: Facts::default(),
        warnings,
        hklf: Hklf::of_intensities(file.quantity == HklfFormat::TwinIntensities),
    })
}

/// An error in a text field, its line counted in the file.
fn moved(error: Error, by: usize) -> Error {
    match error {
        Error::Input { path, line: Some(line), what, hint } => Error::line(&path, line + by, what, hint),
        other => other,
    }
}

/// The `.fcf` of SHELXL by its LIST code, else a CIF.
fn kind(block: &Block<'_>) -> &'static str {
    match block.first("_shelx_refln_list_code").map(|v| v.text.trim()) {
        Some("3") => ".fcf LIST 3",
        Some("4") => ".fcf LIST 4",
        Some("6") => ".fcf LIST 6",
        Some("8") => ".fcf LIST 8",
        _ => "CIF",
    }
}

/// HKLF and the crystal of an embedded `.res`.
pub fn instructions(block: &Block<'_>, path: &Path) -> Result<(Option<Hklf>, Option<Facts>)> {
    let has = |text: &str, card: &str, least: usize| {
        text.lines().any(|line| {
            let mut words = line.split_whitespace();
            words.next().is_some_and(|w| w.eq_ignore_ascii_case(card)) && words.filter_map(finite).count() >= least
        })
    };
    let shelx = |v: &Value<'_>| has(v.text, "CELL", CELL_NUMBERS) && has(v.text, "SFAC", 0);
    let Some(text) = INSTRUCTIONS.iter().filter_map(|tag| block.first(tag)).find(shelx) else {
        return Ok((None, None));
    };
    let ins = parse_ins(path, text.text.as_bytes()).map_err(|error| moved(error, text.line))?;
    Ok((Some(ins.hklf), Some(Facts::from(&ins))))
}

/// Why a CIF is of no use, in view of what it has.
fn nothing(path: &Path, blocks: &[Block<'_>], frames: Option<String>) -> Error {
    let any = |tags: &[&str]| blocks.iter().any(|b| tags.iter().any(|tag| b.column(tag).is_some()));
    if let Some(block) = frames {
        let what =
            format!("block {block} lists reflections of single frames in several scale groups, without a common scale");
        return Error::file(path, what, "give the merged or scaled reflections");
    }
    let what = if any(&["_twin_refln_index_h", "_twin_refln_datum_id"]) {
        "lists reflections of a twin by domain (_twin_refln)"
    } else if any(&["_diffrn_refln_counts_net", "_diffrn_refln_counts_total"]) {
        "lists raw counts (_diffrn_refln_counts) without intensities"
    } else if any(&["_refln_index_h"]) {
        "lists reflections without measured values"
    } else if any(&["_atom_site_fract_x", "_atom_site_cartn_x"]) {
        "has a structure and no reflections"
    } else {
        "has no reflections"
    };
    let give = HklfFormat::Intensities.symbol();
    let hint =
        format!("give a CIF with _shelx_hkl_file or a loop of _refln or _diffrn_refln with measured {give} or F");
    Error::file(path, what, hint)
}
