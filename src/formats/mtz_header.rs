//! The header of a CCP4 MTZ file: records of 80 characters behind the data.

use crate::crystal::{Cell, SpaceGroup, SymOp};
use crate::error::{Error, Result};
use crate::formats::text::finite;
use std::path::Path;

/// First bytes of the format.
pub(in crate::formats) const MAGIC: &[u8] = b"MTZ ";
const RECORD: usize = 80;
/// The data begin at the 21st word, a word having four bytes.
const DATA: usize = 80;
const HINT: &str = "write the file again with CCP4 or gemmi";

/// A column of the table.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::formats) struct Column {
    /// Its label, such as `PHIB`.
    pub label: String,
    /// Its type: H index, P phase, W weight, F amplitude and so on.
    pub kind: char,
    /// Its place in a row.
    pub at: usize,
    /// Number of the data set that it belongs to; 0 where the record does not say.
    pub dataset: i64,
}

/// A file whose header has been read.
#[derive(Debug)]
pub(in crate::formats) struct Mtz<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    rows: usize,
    missing: Option<f32>,
    /// Columns in the order of the file.
    pub columns: Vec<Column>,
    /// Cell of the file.
    pub cell: Option<Cell>,
    /// Space group of the `SYMM` records.
    pub group: Option<SpaceGroup>,
    /// Title of the file, empty without one.
    pub title: String,
    /// Batches of an unmerged file, 0 in a merged one.
    pub batches: usize,
    /// Wavelengths in Å by number of the data set, those that are there for form's sake (0, 9.999) left out.
    pub wavelengths: Vec<(i64, f64)>,
}

/// Wavelengths of crystal diffraction, Å: from electrons at 1 MeV to where no crystal scatters any more.
const WAVELENGTHS: std::ops::Range<f64> = 0.005..9.9;

impl<'a> Mtz<'a> {
    /// Reads the header; `Err` also when the data are cut short.
    pub fn parse(bytes: &'a [u8], path: &Path) -> Result<Self> {
        let fault = |what: &str| Error::file(path, what, HINT);
        // The high half of the first byte of the machine stamp is 1 on big-endian machines and 4 on little-endian.
        let big_endian = bytes.get(8).is_some_and(|stamp| stamp >> 4 == 1);
        let mut mtz = Self {
            bytes,
            big_endian,
            rows: 0,
            missing: None,
            columns: Vec::new(),
            cell: None,
            group: None,
            title: String::new(),
            batches: 0,
            wavelengths: Vec::new(),
        };
        let start = mtz.header_start().ok_or_else(|| fault("has no MTZ header where its first bytes say"))?;
        let mut operations = Vec::new();
        let mut declared = 0;
        for record in bytes.get(start..).unwrap_or(&[]).chunks(RECORD) {
            let record = String::from_utf8_lossy(record);
            let mut words = record.split_whitespace();
            let key = words.next().unwrap_or("").to_ascii_uppercase();
            let words: Vec<&str> = words.collect();
            match key.as_str() {
                "END" => break,
                "NCOL" => match words.iter().map(|w| w.parse().ok()).collect::<Option<Vec<usize>>>().as_deref() {
                    Some([columns, rows, rest @ ..]) => {
                        (declared, mtz.rows) = (*columns, *rows);
                        mtz.batches = rest.first().copied().unwrap_or(0);
                    }
                    _ => return Err(fault("has a damaged record NCOL")),
                },
                "CELL" => mtz.cell = Some(cell(&words).map_err(|what| fault(&what))?),
                "SYMM" => operations.push(SymOp::parse(&words.concat()).map_err(|what| fault(&what))?),
                "TITLE" => mtz.title = words.join(" "),
                "DWAVEL" => {
                    if let [Ok(set), Ok(wavelength)] =
                        [words.first(), words.get(1)].map(|w| w.unwrap_or(&"").parse::<f64>())
                        && WAVELENGTHS.contains(&wavelength)
                    {
                        mtz.wavelengths.push((set as i64, wavelength));
                    }
                }
                "VALM" => mtz.missing = words.first().and_then(|w| finite(w)).map(|x| x as f32),
                "COLUMN" | "COL" => match words[..] {
                    [label, kind, ..] => mtz.columns.push(Column {
                        label: label.to_owned(),
                        kind: kind.chars().next().unwrap_or('?'),
                        at: mtz.columns.len(),
                        // LABEL TYPE least greatest data set.
                        dataset: words.get(4).and_then(|w| w.parse().ok()).unwrap_or(0),
                    }),
                    _ => return Err(fault("has a damaged record COLUMN")),
                },
                _ => {}
            }
        }
        if mtz.columns.is_empty() || mtz.columns.len() != declared {
            return Err(fault(&format!("declares {declared} columns and describes {}", mtz.columns.len())));
        }
        let end = mtz.rows.checked_mul(4 * declared).and_then(|n| n.checked_add(DATA));
        if end.is_none_or(|end| end > bytes.len()) {
            return Err(fault("is cut short"));
        }
        if !operations.is_empty() {
            mtz.group = Some(SpaceGroup::from_generators(&operations).map_err(|what| fault(&what))?);
        }
        Ok(mtz)
    }

    /// Where the header begins: a word number from 1 in the second word, or in the fourth and fifth when that is −1.
    fn header_start(&self) -> Option<usize> {
        let word = match self.word(4)? as i32 {
            -1 => {
                let (first, second) = (u64::from(self.word(12)?), u64::from(self.word(16)?));
                if self.big_endian { first << 32 | second } else { second << 32 | first }
            }
            word => u64::try_from(word).ok()?,
        };
        let start = usize::try_from(word.checked_sub(1)?.checked_mul(4)?).ok()?;
        (start >= DATA && start < self.bytes.len()).then_some(start)
    }

    fn word(&self, at: usize) -> Option<u32> {
        let bytes = <[u8; 4]>::try_from(self.bytes.get(at..at + 4)?).ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// Number of reflections.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A number of the table; `None` where it is missing.
    pub fn value(&self, row: usize, column: &Column) -> Option<f64> {
        let at = DATA + 4 * (row * self.columns.len() + column.at);
        let value = f32::from_bits(self.word(at)?);
        (!value.is_nan() && self.missing != Some(value)).then_some(f64::from(value))
    }
}

fn cell(words: &[&str]) -> std::result::Result<Cell, String> {
    let numbers: Option<Vec<f64>> = words.iter().map(|w| finite(w)).collect();
    match numbers.as_deref() {
        Some(&[a, b, c, alpha, beta, gamma]) => Cell::new([a, b, c], [alpha, beta, gamma]),
        _ => Err("has a damaged record CELL".to_owned()),
    }
}
