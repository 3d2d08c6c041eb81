//! The crystal beside a list that has no `.ins`: `.p4p` of Bruker's programs, or a CIF such as `.cif_od` of CrysAlis.

use super::cif_crystal::facts;
use super::cif_file::instructions;
use super::facts::{Facts, formula};
use super::kind::Kind;
use crate::crystal::Cell;
use crate::error::{Error, Result};
use crate::formats::cif::syntax::blocks;
use crate::formats::hklf::Hklf;
use crate::formats::text::{finite, read_unpacked, text_of};
use std::path::Path;

/// What to give in place of a file that does not say it.
const HINT: &str = "give a NAME.ins with CELL, LATT, SYMM, SFAC and UNIT";

/// What a `.p4p` or a CIF says of a list beside it.
#[derive(Debug)]
pub struct Crystal {
    /// The crystal.
    pub facts: Facts,
    /// The card HKLF of a `.res` in a CIF, if there is one, or what is wrong with the `.res`.
    pub hklf: Result<Option<Hklf>>,
}

/// What a `.p4p` or a CIF says of the crystal.
///
/// # Errors
/// `Error::Input` naming the file: one that is neither, one without a cell.
pub fn read_crystal(path: &Path) -> Result<Crystal> {
    parse_crystal(path, &read_unpacked(path, HINT)?)
}

/// The same of the bytes of a file, unpacked.
///
/// # Errors
/// Those of [`read_crystal`].
pub fn parse_crystal(path: &Path, bytes: &[u8]) -> Result<Crystal> {
    let mut hklf = Ok(None);
    let found = match Kind::of(bytes) {
        Kind::P4p => read_p4p(path, &text_of(bytes))?,
        Kind::Cif => {
            let text = text_of(bytes);
            let blocks = blocks(&text, path)?;
            let mut found = Facts::default();
            for block in &blocks {
                let (card, embedded) = match instructions(block, path) {
                    Ok((card, embedded)) => (Ok(card), embedded.unwrap_or_default()),
                    Err(error) => (Err(error), Facts::default()),
                };
                if matches!(hklf, Ok(None)) {
                    hklf = card;
                }
                found = found.or(embedded.or(facts(block, path)?.0));
            }
            found
        }
        _ => return Err(Error::file(path, "is neither a .p4p nor a CIF", HINT)),
    };
    if found.cell.is_none() { Err(Error::file(path, "has no cell", HINT)) } else { Ok(Crystal { facts: found, hklf }) }
}

/// Lines `CELL a b c α β γ V`, `CELLSD`, `SOURCE MO 0.71073 …`, `TITLE`, `CHEM`.
fn read_p4p(path: &Path, text: &str) -> Result<Facts> {
    let mut found = Facts::default();
    for (number, line) in (1..).zip(text.lines()) {
        let (key, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let numbers: Vec<f64> = rest.split_whitespace().filter_map(finite).collect();
        match key {
            "CELL" => {
                let &[a, b, c, alpha, beta, gamma, ..] = numbers.as_slice() else {
                    return Err(Error::line(path, number, "CELL has fewer than six numbers", "write the .p4p again"));
                };
                let cell = Cell::new([a, b, c], [alpha, beta, gamma]);
                found.cell = Some(cell.map_err(|what| Error::line(path, number, what, "write the .p4p again"))?);
            }
            "CELLSD" => {
                for (sigma, x) in found.cell_sigma.iter_mut().zip(numbers) {
                    *sigma = x.abs();
                }
            }
            "SOURCE" => found.wavelength = numbers.first().copied().filter(|w| *w > 0.0),
            "TITLE" => found.title = rest.trim().to_owned(),
            // The contents of the formula unit: their numbers in the cell are not known.
            "CHEM" => found.elements = formula(rest, 0.0),
            _ => {}
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cell_wavelength_and_formula() {
        let text = "FILEID  SAINT   8.40B MoK\nTITLE   a test\nCHEM    C10 H12 N2\n\
            CELL     7.1000   8.2000   9.3000  90.000  101.500  90.000   530.0\n\
            CELLSD   0.0010   0.0020   0.0030   0.010    0.010   0.010     0.1\nSOURCE  MO  0.71073  0.70930  0.71359\n";
        let found = read_p4p(Path::new("x.p4p"), text).unwrap();
        assert_eq!(found.cell.unwrap().angles, [90.0, 101.5, 90.0]);
        assert_eq!((found.wavelength, found.elements.len(), found.cell_sigma[1]), (Some(0.71073), 3, 0.002));
        let fault = read_p4p(Path::new("x.p4p"), "CELL 1 2\n").unwrap_err().to_string();
        assert!(fault.starts_with("x.p4p:1: "), "{fault}");
    }
}
