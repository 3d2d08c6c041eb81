//! Data from the input of Superflip.

use super::{Input, scattering_power};
use crate::Result;
use crate::crystal::Radiation;
use crate::formats::inflip::parse_inflip;
use crate::formats::text::read_bytes;
use crate::reflections::DataSet;
use std::path::Path;

/// What to do about a file that cannot be opened.
const MISSING_HINT: &str = "give an input of Superflip";

/// True for the name of such a file.
pub fn is_inflip(name: &Path) -> bool {
    name.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("inflip"))
}

/// Reads `name`, merges and normalises. `radiation` overrides what the wavelength says.
///
/// # Errors
/// Those of the reader and of `DataSet::new`, blamed on the file.
pub fn read(name: &Path, radiation: Option<Radiation>) -> Result<Input> {
    let file = parse_inflip(name, &read_bytes(name, MISSING_HINT)?)?;
    let mut header = file.ins.header();
    header.radiation = radiation.unwrap_or(header.radiation);
    let sum_f2 = scattering_power(&header);
    let data = DataSet::new(header, &file.rows, sum_f2).map_err(|error| error.of_file(name))?;
    let path = name.to_owned();
    Ok(Input { ins: file.ins, data, ins_path: path.clone(), hkl_path: path, warnings: file.remarks })
}
