//! Reflections and crystal from the files that hold them.

use super::places::{self, Places};
use super::taken::Taken;
use super::{Request, inflip, obverse};
use crate::formats::measured::{Crystal, Facts, Measured, differ, file_name, read_crystal, read_measured};
use crate::formats::{Hklf, HklfFormat, Ins, read_ins};
use crate::reflections::RawReflection;
use crate::{Error, Result};
use std::path::{Path, PathBuf};

/// What the files of a data set say.
#[derive(Debug, Clone, PartialEq)]
pub struct Together {
    /// The crystal.
    pub ins: Ins,
    /// Rows in the obverse setting where the cell is rhombohedral; those of both domains, as they stand, where the card is HKLF 5.
    pub rows: Vec<RawReflection>,
    /// See `Input`.
    pub ins_path: PathBuf,
    /// The reflection file.
    pub hkl_path: PathBuf,
    /// See `Input`.
    pub shelx_list: bool,
    /// True for NAME.ins, as it was written, and NAME.hkl.
    pub plain: bool,
    /// What was taken of which files.
    pub taken: Taken,
    /// What the readers noticed.
    pub warnings: Vec<String>,
}

/// Ending of instruction files.
const INS: &str = "ins";
const RES: &str = "res";

/// Reads what `request` stands for.
///
/// # Errors
/// Those of the readers; a crystal of which no file says the cell.
pub fn together(request: &Request<'_>) -> Result<Together> {
    if inflip::is_inflip(request.name) {
        return inflip::read(request.name);
    }
    let Places { ins, data, beside, name, found } = places::find(request.name, request.hkl)?;
    let mut warnings = Vec::new();
    let (mut ins, mut measured, source) = match ins {
        Some(path) => {
            let ins = read_ins(&path)?;
            let measured = read_measured(&data, request.choice, Some(&ins.hklf))?;
            let known = &measured.facts.cell;
            if known.as_ref().is_some_and(|cell| differ(cell, &ins.cell)) {
                let (a, b) = (file_name(&path), file_name(&data));
                warnings.push(format!("the cell in {a} is not that in {b}: that of {a} is taken"));
            }
            warnings.extend(another_card(&ins, &measured));
            (Ins { hklf: measured.hklf, ..ins }, measured, Some(path))
        }
        None => by_data(&data, &beside, request)?,
    };
    let shelx_list = measured.is_shelx_list();
    warnings.extend(ins.warnings.iter().cloned());
    warnings.append(&mut measured.warnings);
    let card = shelx_list.then_some(&mut ins.hklf);
    // Half a turn about c is often the very law of a twin: its list stays as it is.
    if measured.quantity != HklfFormat::TwinIntensities {
        warnings.extend(obverse::turn(&mut measured.reflections, card, &ins.cell, &ins.space_group));
    }
    let plain = !found && shelx_list && request.choice.is_default();
    let taken = Taken::new(source.as_deref(), &data, &measured);
    let rows = measured.reflections;
    Ok(Together { ins, rows, ins_path: name, hkl_path: data, shelx_list, plain, taken, warnings })
}

/// The crystal as the reflection file says, and where it is silent as the files beside it do.
fn by_data(data: &Path, beside: &[PathBuf], request: &Request<'_>) -> Result<(Ins, Measured, Option<PathBuf>)> {
    let of_kind =
        |ending: &str| beside.iter().find(|path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending)));
    let near = of_kind(INS).or_else(|| of_kind(RES));
    let near = near.map(|path| read_ins(path).map(|ins| (path, ins)));
    // With the reflections in another file the first is the one that was named, and says what it can before all others.
    let named = beside.first().filter(|path| request.hkl.is_some() && *path != data);
    let named = named.and_then(|path| Some((path, read_crystal(path).ok()?)));
    let of_ins = near.as_ref().and_then(|found| found.as_ref().ok()).map(|(_, ins)| ins.hklf);
    let (named, card) = match named {
        Some((path, Crystal { facts, hklf })) => (Some((path, facts)), hklf?.or(of_ins)),
        None => (None, of_ins),
    };
    let measured = read_measured(data, request.choice, card.as_ref())?;
    // An instruction file that is damaged does not matter where the reflections say all themselves.
    let near = match near.transpose() {
        Err(_) if !silent(&measured.facts) => None,
        found => found?,
    };
    if let Some((path, ins)) = near.clone()
        && measured.facts.cell.is_none()
        && named.is_none()
    {
        let ins = Ins { hklf: measured.hklf, ..ins };
        return Ok((ins, measured, Some(path.clone())));
    }
    let mut facts = measured.facts.clone();
    let mut source = None;
    if let Some((path, of_named)) = named {
        facts = of_named.or(facts);
        source = Some(path.clone());
    }
    if let Some((path, ins)) = &near
        && facts.cell.as_ref().is_some_and(|cell| !differ(cell, &ins.cell))
    {
        source = source.or_else(|| silent(&facts).then(|| (*path).clone()));
        facts = facts.or(Facts::from(ins));
    }
    for path in beside.iter().filter(|path| near.as_ref().is_none_or(|(ins, _)| ins != path)) {
        if !silent(&facts) {
            break;
        }
        let found = match (read_crystal(path).map(|crystal| crystal.facts), &facts.cell) {
            (Ok(found), None) => found,
            // Where the cell is known already the file must be of the same crystal.
            (Ok(found), Some(cell)) if found.cell.as_ref().is_some_and(|other| !differ(cell, other)) => found,
            (Err(error), None) => return Err(error),
            _ => continue,
        };
        facts = facts.or(found);
        source = source.or_else(|| Some(path.clone()));
    }
    if facts.title.is_empty() {
        facts.title = data.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    }
    let ins = facts.into_ins(measured.hklf).ok_or_else(|| {
        let name = data.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let hint =
            format!("put {name}.ins with CELL, LATT, SYMM, SFAC and UNIT beside it, or a .p4p or CIF with the cell");
        Error::file(data, "lists reflections and says nothing of the cell, and neither does a file beside it", hint)
    })?;
    Ok((ins, measured, source))
}

/// True where something is left to say.
fn silent(facts: &Facts) -> bool {
    facts.cell.is_none() || facts.elements.is_empty() || facts.wavelength.is_none() || facts.group.is_none()
}

/// A word on an `HKLF` card that was not obeyed.
fn another_card(ins: &Ins, measured: &Measured) -> Option<String> {
    let obeyed = measured.is_shelx_list() || ins.hklf.matrix == Hklf::default().matrix;
    let symbol = measured.quantity.symbol();
    (!obeyed).then(|| format!("the matrix on HKLF is for a .hkl: not used here; the {} holds {symbol}", measured.kind))
}
