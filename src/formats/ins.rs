//! Reads SHELX `.ins` and `.res` files.

use super::hklf::{Hklf, HklfFormat};
use super::ins_atoms::{AtomReader, is_peak};
use super::ins_cards::{self, DEFAULT_LATT};
use super::ins_contents::{CARDS, assumed_contents, merged};
use super::ins_lines::{Card, cards, include};
use super::text::read_bytes;
use crate::crystal::{Cell, ElementCount, Radiation, Site, SpaceGroup, SymOp};
use crate::error::{Error, Result};
use crate::reflections::CrystalHeader;
use std::path::{Path, PathBuf};

/// What a `.ins` or `.res` file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Ins {
    /// Text of TITL, empty without one.
    pub title: String,
    /// Wavelength in Å.
    pub wavelength: f64,
    /// Neutrons were scattered: a NEUT card, or scattering lengths on SFAC.
    pub neutrons: bool,
    /// Unit cell.
    pub cell: Cell,
    /// Space group of LATT and SYMM.
    pub space_group: SpaceGroup,
    /// Formula units per cell (ZERR).
    pub z: f64,
    /// Standard uncertainties of a b c (Å) and α β γ (degrees) of ZERR; 0 where not given.
    pub cell_sigma: [f64; 6],
    /// Elements in the order of SFAC with the cell contents of UNIT.
    pub elements: Vec<ElementCount>,
    /// What the reflection file holds.
    pub hklf: Hklf,
    /// Cards that do not matter here and are written back as they are: DISP, TEMP and SIZE, with their numbers.
    pub kept: Vec<String>,
    /// Atoms between UNIT and END and Q peaks, which SHELXL writes behind END, if any.
    pub sites: Vec<Site>,
    /// What the user should know about the reading, one line each.
    pub warnings: Vec<String>,
}

impl Ins {
    /// The header of a data set; the radiation follows from the wavelength unless it is neutrons.
    pub fn header(&self) -> CrystalHeader {
        let by_wavelength = Radiation::from_wavelength(self.wavelength);
        CrystalHeader {
            title: self.title.clone(),
            wavelength: self.wavelength,
            radiation: if self.neutrons { Radiation::Neutron } else { by_wavelength },
            cell: self.cell.clone(),
            space_group: self.space_group.clone(),
            z: self.z,
            elements: self.elements.clone(),
        }
    }
}

/// What to do about a file that cannot be opened.
const MISSING_HINT: &str = "give a SHELX .ins file with TITL, CELL, ZERR, LATT, SYMM, SFAC, UNIT, HKLF and END";

/// Atoms and peaks of a file at most: a hundred times those of the largest structures.
const MOST_ATOMS: usize = 500_000;

/// Reads a `.ins` or `.res` file, see [`parse_ins`].
///
/// # Errors
/// As [`parse_ins`]; also when the file is missing or empty.
pub fn read_ins(path: &Path) -> Result<Ins> {
    parse_ins(path, &read_bytes(path, MISSING_HINT)?)
}

/// Reads the bytes of a `.ins` or `.res` file. Unknown cards, REM, `!` comments and lines that begin with a blank are
/// passed over, a line with `=` goes on in the next, `+file` is read from the same folder; case, line ends and
/// encoding (UTF-8, UTF-16 or Latin-1) do not matter. Elements that SFAC names twice are put together. Behind END only Q peaks
/// count.
///
/// # Errors
/// `Error::Input` naming `path` and the line: a cell, operation, element or HKLF format that does not exist,
/// numbers that are none, more numbers on UNIT than elements on SFAC, a `+file` that cannot be read,
/// and a missing CELL card.
pub fn parse_ins(path: &Path, bytes: &[u8]) -> Result<Ins> {
    let mut reader = Reader::new(path);
    reader.take_file(bytes, 0)?;
    reader.finish()
}

/// The file as far as it has been read; cards carry their line number for messages.
struct Reader {
    /// The file that is being read, an included one at times.
    path: PathBuf,
    title: String,
    cell: Option<(f64, Cell)>,
    z: Option<f64>,
    cell_sigma: [f64; 6],
    latt: Option<(usize, i32)>,
    symm: Vec<SymOp>,
    last_symm_line: Option<usize>,
    elements: Vec<ElementCount>,
    unit: bool,
    hklf: Option<Hklf>,
    /// Line of a card TWIN.
    twin: Option<usize>,
    neutrons: bool,
    kept: Vec<String>,
    atoms: AtomReader,
    passed_over: Vec<usize>,
    /// Behind END.
    ended: bool,
    /// Lines that begin with a blank and would else be cards.
    switched_off: Vec<usize>,
}

impl Reader {
    fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            title: String::new(),
            cell: None,
            z: None,
            cell_sigma: [0.0; 6],
            latt: None,
            symm: Vec::new(),
            last_symm_line: None,
            elements: Vec::new(),
            unit: false,
            hklf: None,
            twin: None,
            neutrons: false,
            kept: Vec::new(),
            atoms: AtomReader::default(),
            passed_over: Vec::new(),
            ended: false,
            switched_off: Vec::new(),
        }
    }

    /// Takes a file; `depth` counts the files that include it.
    fn take_file(&mut self, bytes: &[u8], depth: usize) -> Result<()> {
        for (n, card) in cards(bytes) {
            match card {
                Card::Text(text) => self.take(n, &text)?,
                Card::Include(_) | Card::SwitchedOff if self.ended => {}
                Card::Include(name) => {
                    let (path, bytes) = include(&self.path, n, &name, depth)?;
                    let outer = std::mem::replace(&mut self.path, path);
                    self.take_file(&bytes, depth + 1)?;
                    self.path = outer;
                }
                Card::SwitchedOff => self.switched_off.push(n),
            }
        }
        Ok(())
    }

    /// Takes one line.
    fn take(&mut self, n: usize, text: &str) -> Result<()> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let Some((card, rest)) = fields.split_first() else { return Ok(()) };
        if self.ended && !is_peak(card) {
            return Ok(());
        }
        match card.to_ascii_uppercase().as_str() {
            "TITL" => self.title = text.get(card.len()..).unwrap_or("").trim().to_string(),
            "CELL" => self.cell = Some(self.on(n, ins_cards::cell(rest))?),
            "ZERR" => {
                let (z, sigma) = self.on(n, ins_cards::zerr(rest))?;
                (self.z, self.cell_sigma) = (Some(z), sigma);
            }
            "LATT" => self.latt = Some((n, self.on(n, ins_cards::latt(rest))?)),
            "SYMM" => {
                self.symm.push(self.on(n, ins_cards::symm(rest))?);
                self.last_symm_line = Some(n);
            }
            "SFAC" => self.take_sfac(n, rest)?,
            "UNIT" => {
                let counts = ins_cards::unit(rest, self.elements.len());
                let counts = self.on(n, counts)?;
                self.elements.iter_mut().zip(counts).for_each(|(element, count)| element.count = count);
                self.unit = true;
            }
            "HKLF" => self.hklf = Some(self.on(n, Hklf::parse(rest))?),
            "NEUT" => self.neutrons = true,
            "TWIN" => self.twin = Some(n),
            "END" => self.ended = true,
            "DISP" | "TEMP" | "SIZE" => self.kept.push(text.trim().to_owned()),
            "REM" => {}
            _ => {
                // Atoms need the cell and the elements; before UNIT there are none.
                if let (true, Some((_, cell))) = (self.unit, &self.cell)
                    && !self.atoms.take(&fields, &self.elements, cell)
                    && !self.ended
                {
                    self.passed_over.push(n);
                }
                if self.atoms.sites.len() > MOST_ATOMS {
                    let what = format!("has more than {MOST_ATOMS} atoms");
                    return Err(Error::file(&self.path, what, "give a file of one structure"));
                }
            }
        }
        Ok(())
    }

    /// Elements of one card, with their numbers where it has them.
    fn take_sfac(&mut self, n: usize, fields: &[&str]) -> Result<()> {
        if self.unit {
            return Err(self.fault(n, "SFAC behind UNIT", "put all SFAC cards before UNIT"));
        }
        let elements = self.on(n, ins_cards::sfac(fields))?;
        self.neutrons |= elements.iter().any(ins_cards::is_scattering_length);
        self.elements.extend(elements);
        Ok(())
    }

    fn finish(mut self) -> Result<Ins> {
        let hint = match self.switched_off.first() {
            Some(line) => format!("begin cards in the first column (line {line} begins with a blank: a comment)"),
            None => "add CELL λ a b c α β γ in Å and degrees".to_owned(),
        };
        let (wavelength, cell) = self.cell.take().ok_or_else(|| Error::file(&self.path, "has no CELL card", hint))?;
        let mut warnings: Vec<String> = merged(&mut self.elements).into_iter().collect();
        warnings.extend(assumed_contents(&mut self.elements, cell.volume, CARDS));
        match self.switched_off.as_slice() {
            [] => {}
            [line] => warnings.push(format!("line {line} begins with a blank: a comment, its card is not obeyed")),
            [line, ..] => warnings.push(format!(
                "{} lines begin with a blank: comments, their cards are not obeyed (first: line {line})",
                self.switched_off.len()
            )),
        }
        let (latt_line, latt) = match self.latt {
            Some((line, latt)) => (Some(line), latt),
            None => {
                warnings.push("no LATT card: taken as LATT 1 (primitive, centrosymmetric), as SHELX does".to_string());
                (None, DEFAULT_LATT)
            }
        };
        let hint = "correct LATT and SYMM; the identity and inverted or centred copies need not be listed";
        let space_group =
            SpaceGroup::from_latt_symm(latt, &self.symm).map_err(|what| match self.last_symm_line.or(latt_line) {
                Some(line) => Error::line(&self.path, line, what, hint),
                None => Error::file(&self.path, what, hint),
            })?;
        let hklf = self.hklf.unwrap_or_else(|| {
            warnings.push("no HKLF card: the reflection file is taken as HKLF 4 (intensities)".to_string());
            Hklf::default()
        });
        if let Some(line) = self.twin.filter(|_| hklf.format == HklfFormat::TwinIntensities) {
            let hint = "take TWIN out: the rows of an HKLF 5 list say which reflections overlap; or give HKLF 4";
            return Err(self.fault(line, "TWIN beside HKLF 5", hint));
        }
        if hklf.format == HklfFormat::LaueIntensities {
            warnings
                .push("HKLF 2: F² are taken to be on one scale, wavelengths of single rows are left out".to_string());
        }
        let z = self.z.unwrap_or_else(|| {
            warnings.push("no ZERR card: Z taken as the number of symmetry operations".to_string());
            space_group.operations().len() as f64
        });
        if let Some(first) = self.passed_over.first() {
            let n = self.passed_over.len();
            warnings.push(format!(
                "{n} lines are neither known cards nor atoms and were passed over (first: line {first})"
            ));
        }
        Ok(Ins {
            title: self.title,
            wavelength,
            neutrons: self.neutrons,
            cell,
            space_group,
            z,
            cell_sigma: self.cell_sigma,
            elements: self.elements,
            hklf,
            kept: self.kept,
            sites: self.atoms.sites,
            warnings,
        })
    }

    /// What came of a card, its fault blamed on line `n`.
    fn on<T>(&self, n: usize, card: std::result::Result<T, (String, String)>) -> Result<T> {
        card.map_err(|(what, hint)| self.fault(n, what, hint))
    }

    fn fault(&self, line: usize, what: impl Into<String>, hint: impl Into<String>) -> Error {
        Error::line(&self.path, line, what, hint)
    }
}

#[cfg(test)]
#[path = "ins_tests.rs"]
mod tests;
