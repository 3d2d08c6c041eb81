//! Reads SHELX `.ins` and `.res` files.

use super::hklf::{Hklf, HklfFormat};
use super::ins_atoms::{AtomReader, is_peak};
use super::ins_contents::{CARDS, assumed_contents, merged};
use super::ins_lines::{Card, cards, include};
use super::text::{finite, read_bytes};
use crate::crystal::elements::{SFAC_COEFFICIENTS, atomic_number};
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

/// Numbers of the Gaussians on a SFAC card, a1 b1 … a4 b4: all 0 for neutrons, whose scattering length c stands alone.
const GAUSSIANS: usize = 8;

/// Atoms and peaks of a file at most: a hundred times those of the largest structures.
const MOST_ATOMS: usize = 500_000;
/// LATT of a file without the card: primitive and centrosymmetric (SHELX manual).
const DEFAULT_LATT: i32 = 1;
/// Lattice types of LATT, the sign aside.
const LATTICES: std::ops::RangeInclusive<u32> = 1..=7;

/// Reads a `.ins` or `.res` file, see [`parse_ins`].
///
/// # Errors
/// As [`parse_ins`]; also when the file is missing or empty.
pub fn read_ins(path: &Path) -> Result<Ins> {
    parse_ins(path, &read_bytes(path, MISSING_HINT)?)
}

/// Reads the bytes of a `.ins` or `.res` file. Unknown cards, REM, `!` comments and lines that begin with a blank are
/// passed over, a line ending in `=` goes on in the next, `+file` is read from the same folder; case, line ends and
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
            "CELL" => self.take_cell(n, rest)?,
            "ZERR" => {
                let z = rest.first().and_then(|f| finite(f)).filter(|z| *z > 0.0);
                self.z =
                    Some(z.ok_or_else(|| self.fault(n, "ZERR without a positive Z", "write ZERR Z and six errors"))?);
                for (sigma, field) in self.cell_sigma.iter_mut().zip(rest.iter().skip(1)) {
                    *sigma = finite(field).unwrap_or(0.0).abs();
                }
            }
            "LATT" => {
                let number = match rest.first() {
                    None => Some(DEFAULT_LATT),
                    Some(field) => field.parse().ok().filter(|latt: &i32| LATTICES.contains(&latt.unsigned_abs())),
                };
                let what = format!("LATT {} does not exist", rest.first().unwrap_or(&""));
                let hint = "write 1 P, 2 I, 3 R, 4 F, 5 A, 6 B or 7 C, negative without inversion";
                self.latt = Some((n, number.ok_or_else(|| self.fault(n, what, hint))?));
            }
            "SYMM" => {
                let hint = "write an operation of the space group such as `SYMM -X, 1/2+Y, -Z`";
                self.symm.push(SymOp::parse(&rest.join(" ")).map_err(|e| self.fault(n, e, hint))?);
                self.last_symm_line = Some(n);
            }
            "SFAC" => self.take_sfac(n, rest)?,
            "UNIT" => self.take_unit(n, rest)?,
            "HKLF" => self.hklf = Some(Hklf::parse(rest).map_err(|(what, hint)| self.fault(n, what, hint))?),
            "NEUT" => self.neutrons = true,
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

    fn take_cell(&mut self, n: usize, fields: &[&str]) -> Result<()> {
        let hint = "write CELL λ a b c α β γ in Å and degrees";
        let numbers: Vec<f64> = fields.iter().map_while(|f| finite(f)).collect();
        let &[wavelength, a, b, c, alpha, beta, gamma, ..] = numbers.as_slice() else {
            return Err(self.fault(n, format!("CELL has {} numbers instead of seven", numbers.len()), hint));
        };
        if wavelength <= 0.0 {
            return Err(self.fault(n, format!("the wavelength {wavelength} Å is not positive"), hint));
        }
        let cell = Cell::new([a, b, c], [alpha, beta, gamma]).map_err(|e| self.fault(n, e, hint))?;
        self.cell = Some((wavelength, cell));
        Ok(())
    }

    /// Either symbols one after the other, or one label with its 14 numbers.
    fn take_sfac(&mut self, n: usize, fields: &[&str]) -> Result<()> {
        if self.unit {
            return Err(self.fault(n, "SFAC behind UNIT", "put all SFAC cards before UNIT"));
        }
        let numbers = fields.get(1..).unwrap_or(&[]);
        if numbers.first().is_some_and(|f| finite(f).is_some()) {
            let parsed: Vec<f64> = numbers.iter().map_while(|f| finite(f)).collect();
            let coefficients: [f64; SFAC_COEFFICIENTS] =
                parsed.get(..SFAC_COEFFICIENTS).and_then(|c| c.try_into().ok()).ok_or_else(|| {
                    let hint = "write label a1 b1 a2 b2 a3 b3 a4 b4 c f' f\" mu r weight, with = before a new line";
                    self.fault(n, format!("SFAC has {} numbers instead of {SFAC_COEFFICIENTS}", parsed.len()), hint)
                })?;
            let only_c = |c: &[f64; SFAC_COEFFICIENTS]| c[GAUSSIANS] != 0.0 && c[..GAUSSIANS].iter().all(|x| *x == 0.0);
            self.neutrons |= only_c(&coefficients);
            return self.add_element(n, fields.first().copied().unwrap_or(""), Some(coefficients));
        }
        fields.iter().try_for_each(|label| self.add_element(n, label, None))
    }

    fn add_element(&mut self, n: usize, label: &str, coefficients: Option<[f64; SFAC_COEFFICIENTS]>) -> Result<()> {
        // `$C` and `Fe3+` name the element too.
        let letters: String = label.trim_start_matches('$').chars().take_while(char::is_ascii_alphabetic).collect();
        let number = atomic_number(&letters).ok_or_else(|| {
            self.fault(n, format!("{label:?} on SFAC is no element"), "write element symbols such as `SFAC C H N O`")
        })?;
        let symbol = letters
            .chars()
            .enumerate()
            .map(|(i, c)| if i == 0 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();
        self.elements.push(ElementCount { symbol, atomic_number: number, count: 0.0, coefficients });
        Ok(())
    }

    fn take_unit(&mut self, n: usize, fields: &[&str]) -> Result<()> {
        let hint = "write on UNIT how many atoms of each SFAC element the unit cell holds";
        let counts: Vec<f64> = fields.iter().map_while(|f| finite(f)).collect();
        let named = self.elements.len();
        // Without SFAC nobody knows what the numbers belong to.
        if counts.len() != fields.len() || (named > 0 && counts.len() > named) {
            let what = format!("UNIT has {} numbers for {named} elements on SFAC", counts.len());
            return Err(self.fault(n, what, hint));
        }
        if counts.iter().any(|c| *c < 0.0) {
            return Err(self.fault(n, "UNIT holds a negative number", hint));
        }
        for (element, count) in self.elements.iter_mut().zip(counts) {
            element.count = count;
        }
        self.unit = true;
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

    fn fault(&self, line: usize, what: impl Into<String>, hint: impl Into<String>) -> Error {
        Error::line(&self.path, line, what, hint)
    }
}

#[cfg(test)]
#[path = "ins_tests.rs"]
mod tests;
