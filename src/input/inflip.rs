//! Data from the input of Superflip.

use super::{Taken, Together};
use crate::Result;
use crate::formats::inflip::parse_inflip;
use crate::formats::measured::file_name;
use crate::formats::text::read_bytes;
use std::path::Path;

/// What to do about a file that cannot be opened.
const MISSING_HINT: &str = "give an input of Superflip";

/// True for the name of such a file.
pub fn is_inflip(name: &Path) -> bool {
    name.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("inflip"))
}

/// What `name` says, crystal and rows in one file.
///
/// # Errors
/// Those of the reader.
pub fn read(name: &Path) -> Result<Together> {
    let file = parse_inflip(name, &read_bytes(name, MISSING_HINT)?)?;
    let taken = Taken {
        reflections: file_name(name),
        kind: "input of Superflip",
        part: String::new(),
        layout: None,
        quantity: file.quantity.symbol(),
        rows: file.rows.len(),
        crystal: None,
    };
    Ok(Together {
        ins: file.ins,
        rows: file.rows,
        ins_path: name.to_owned(),
        hkl_path: name.to_owned(),
        shelx_list: false,
        plain: true,
        taken,
        warnings: file.remarks,
    })
}
