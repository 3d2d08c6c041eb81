//! Measured reflections of any kind of file, with what the file says of the crystal. The content decides which reader
//! a file gets.
//!
//! - `kind`     what a file is
//! - `facts`    what is known of a crystal
//! - `row`      one reflection, checked
//! - `cif_file` lists of a CIF, embedded or in loops; `cif_loop` reads the loops, `cif_crystal` what is around them
//! - `mtz_file` CCP4 MTZ; `mtz_columns` chooses the columns
//! - `xds`      XDS_ASCII
//! - `tables`   lists with named columns: Tonto, XD
//! - `p4p`      cell and wavelength alone

mod cif_crystal;
mod cif_file;
mod cif_loop;
mod facts;
mod kind;
mod mtz_columns;
mod mtz_file;
mod p4p;
mod row;
mod tables;
mod xds;

pub use cif_crystal::differ;
pub use facts::{Facts, file_name};
pub use kind::{HEAD, Kind};
pub use p4p::{Crystal, parse_crystal, read_crystal};

use super::hkl::parse_hkl_as;
use super::hkl_columns::Columns;
use super::hklf::{Hklf, HklfFormat};
use super::text::{read_unpacked, text_of};
use crate::error::{Error, Result};
use crate::reflections::RawReflection;
use std::path::Path;

/// What is taken of a file, where the user does not leave it to the program.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Choice {
    /// Meaning of the columns of a text list.
    pub columns: Option<Columns>,
    /// Labels of an MTZ file: value and σ, or value and σ of both Friedel mates.
    pub mtz_columns: Option<Vec<String>>,
    /// Data block of a CIF.
    pub block: Option<String>,
}

/// Measured reflections of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Kind of the file, in words.
    pub kind: &'static str,
    /// Block, loop or columns that were taken; empty where there is one list only.
    pub part: String,
    /// Where the numbers of a text list stand, in words; `None` for other kinds.
    pub layout: Option<String>,
    /// What the file holds.
    pub quantity: HklfFormat,
    /// Rows in the order of the file, as intensities.
    pub reflections: Vec<RawReflection>,
    /// What the file says of the crystal.
    pub facts: Facts,
    /// What the user should know about the reading, one line each.
    pub warnings: Vec<String>,
    /// The card that makes a SHELX program read the list as it was read here: that of the `.ins` for a SHELX list, else
    /// `HKLF 4` (of a twin `HKLF 5`) for a list that is written anew.
    pub hklf: Hklf,
}

/// Kind of a SHELX list and others like it.
const LIST: &str = "reflection list";

impl Choice {
    /// True where everything is left to the program.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Measured {
    /// True where a SHELX program reads the file too.
    pub fn is_shelx_list(&self) -> bool {
        self.kind == LIST
    }
}

/// What to do about a file that is not there.
const MISSING_HINT: &str = "put the reflection file beside the .ins under the same name, with the ending .hkl";

/// Reads the measured reflections of a file of any kind; `hklf` is the card of the `.ins` that goes with a SHELX list.
///
/// # Errors
/// `Error::Input` naming the file, with the line where there is one: a kind that is of no use, named; a file that is
/// damaged or cut short; one without measured reflections. `Error::Usage` where `choice` is for another kind of file.
pub fn read_measured(path: &Path, choice: &Choice, hklf: Option<&Hklf>) -> Result<Measured> {
    parse_measured(path, &read_unpacked(path, MISSING_HINT)?, choice, hklf)
}

/// The same of the bytes of a file, unpacked.
///
/// # Errors
/// Those of [`read_measured`].
pub fn parse_measured(path: &Path, bytes: &[u8], choice: &Choice, hklf: Option<&Hklf>) -> Result<Measured> {
    let kind = Kind::of(bytes);
    misplaced(path, kind, choice)?;
    let measured = match kind {
        Kind::Cif => cif_file::read(path, &text_of(bytes), choice),
        Kind::Mtz => mtz_file::read(path, bytes, choice.mtz_columns.as_deref()),
        Kind::XdsAscii => xds::read(path, &text_of(bytes)),
        Kind::Keyed => tables::read_keyed(path, &text_of(bytes)),
        Kind::Xd => tables::read_xd(path, &text_of(bytes)),
        Kind::Instructions => {
            return Err(Error::file(path, "is a SHELX instruction file, no reflection list", MISSING_HINT));
        }
        Kind::P4p => return Err(Error::file(path, "has a cell and no reflections", "give the .hkl of the same name")),
        Kind::Unusable(what, hint) => return Err(Error::file(path, format!("is {what}"), hint)),
        Kind::List | Kind::Unknown => list(path, bytes, choice, hklf),
    }?;
    if measured.reflections.is_empty() {
        return Err(Error::file(path, "holds no measured reflections", "fetch or write the file again"));
    }
    Ok(measured)
}

fn list(path: &Path, bytes: &[u8], choice: &Choice, hklf: Option<&Hklf>) -> Result<Measured> {
    let plain = Hklf::default();
    let card = hklf.unwrap_or(&plain);
    let file = parse_hkl_as(path, bytes, card, choice.columns.as_ref())?;
    let twin = [card.format, file.quantity].contains(&HklfFormat::TwinIntensities);
    Ok(Measured {
        kind: LIST,
        part: String::new(),
        layout: Some(file.layout),
        quantity: file.quantity,
        reflections: file.reflections,
        facts: Facts::default(),
        warnings: file.warnings,
        hklf: if twin { Hklf { format: file.quantity, ..*card } } else { *card },
    })
}

/// Refuses options that are for another kind of file.
fn misplaced(path: &Path, kind: Kind, choice: &Choice) -> Result<()> {
    let name = file_name(path);
    let wrong = |option: &str, what: &str| Err(Error::Usage(format!("{option} is for {what}, and {name} is none")));
    if choice.mtz_columns.is_some() && kind != Kind::Mtz {
        return wrong("--mtz-columns", "MTZ files");
    }
    if choice.block.is_some() && kind != Kind::Cif {
        return wrong("--block", "CIFs");
    }
    if choice.columns.is_some() && !matches!(kind, Kind::List | Kind::Unknown | Kind::Cif) {
        return wrong("--columns", "text lists");
    }
    Ok(())
}
