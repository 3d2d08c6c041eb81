//! The header of a CSV list and its rows.

use super::entry::{Checked, Entry, Fault};
use crate::error::{Error, Result};
use crate::formats::text::finite;
use std::path::Path;

const KNOWN: &str = "known are h, k, l, phase_deg, weight, bin, nbins, p0, p1, ... and set";

#[derive(Debug, Clone, Copy, PartialEq)]
enum Column {
    Index(usize),
    Phase,
    Weight,
    Bin,
    Bins,
    Probability(usize),
    Set,
}

impl Column {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "h" => Self::Index(0),
            "k" => Self::Index(1),
            "l" => Self::Index(2),
            "phase_deg" => Self::Phase,
            "weight" => Self::Weight,
            "bin" => Self::Bin,
            "nbins" => Self::Bins,
            "set" => Self::Set,
            _ => Self::Probability(name.strip_prefix('p')?.parse().ok()?),
        })
    }
}

/// What separates fields; blanks where there is no character for it.
fn delimiter(header: &str) -> Option<char> {
    [',', '\t', ';'].into_iter().find(|c| header.contains(*c))
}

/// Fields of a line at most that are looked at: more than any number of bins.
const MOST_FIELDS: usize = 10_000;

fn fields(text: &str, delimiter: Option<char>) -> Vec<&str> {
    match delimiter {
        Some(c) => text.split(c).map(|field| field.trim().trim_matches('"').trim()).take(MOST_FIELDS).collect(),
        None => text.split_whitespace().map(|field| field.trim_matches('"')).take(MOST_FIELDS).collect(),
    }
}

/// The columns of a list.
#[derive(Debug)]
pub(super) struct Columns {
    delimiter: Option<char>,
    names: Vec<(String, Column)>,
}

/// One row as it stands.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// Miller indices, perhaps not whole.
    pub hkl: [f64; 3],
    /// Number of the seed set.
    pub set: i32,
    /// What it says.
    pub entry: Entry,
}

impl Columns {
    /// True for a line that can only be the header of a list of seeds: at least half of its fields are known names,
    /// two at least.
    pub fn heads(text: &str) -> bool {
        let (known, fields) = Self::known(text);
        known >= 2 && 2 * known >= fields
    }

    /// True for a comment that is a header, as `numpy.savetxt` writes it. All of its fields are known names: SHELXL
    /// begins an `.fcf` with the comment `h,k,l, Fc-squared, ...`.
    pub fn heads_as_comment(text: &str) -> bool {
        let (known, fields) = Self::known(text);
        known >= 2 && known == fields
    }

    /// How many fields are known names, and how many there are.
    fn known(text: &str) -> (usize, usize) {
        let text = text.trim().to_ascii_lowercase();
        let fields = fields(&text, delimiter(&text));
        (fields.iter().filter(|name| Column::of(name).is_some()).count(), fields.len())
    }

    /// Reads the header.
    pub fn parse(text: &str, line: usize, path: &Path) -> Result<Self> {
        let fault = |what: String, hint: &str| Err(Error::line(path, line, what, hint));
        let text = text.trim().to_ascii_lowercase();
        let delimiter = delimiter(&text);
        let mut names: Vec<(String, Column)> = Vec::new();
        for name in fields(&text, delimiter) {
            if finite(name).is_some() {
                return fault("there are numbers where the header should be".to_owned(), "begin with h,k,l,phase_deg");
            }
            let Some(column) = Column::of(name) else {
                return fault(format!("column {name:?} is not known"), KNOWN);
            };
            if names.iter().any(|(_, other)| *other == column) {
                return fault(format!("column {name:?} is there twice"), "remove one");
            }
            names.push((name.to_owned(), column));
        }
        let columns = Self { delimiter, names };
        if let Some((_, name)) =
            ["h", "k", "l"].iter().enumerate().find(|(i, _)| columns.position(Column::Index(*i)).is_none())
        {
            return fault(format!("the header has no column {name}"), "begin with h,k,l");
        }
        if columns.position(Column::Bin).is_some() && columns.position(Column::Bins).is_none() {
            return fault("there are bins and no column nbins".to_owned(), "add the number of bins as nbins");
        }
        let classes = columns.classes();
        if let Some(n) = (0..classes).find(|n| columns.position(Column::Probability(*n)).is_none()) {
            return fault(format!("there are {classes} probabilities and no column p{n}"), "name them p0, p1, ...");
        }
        if classes == 0 && columns.position(Column::Bin).is_none() && columns.position(Column::Phase).is_none() {
            return fault(
                "no column says anything of phases".to_owned(),
                "add phase_deg, bin and nbins, or p0, p1, ...",
            );
        }
        Ok(columns)
    }

    /// True when weights and probabilities stand side by side.
    pub fn weighs_probabilities(&self) -> bool {
        self.position(Column::Weight).is_some() && self.classes() > 0
    }

    fn position(&self, column: Column) -> Option<usize> {
        self.names.iter().position(|(_, c)| *c == column)
    }

    fn classes(&self) -> usize {
        self.names.iter().filter(|(_, c)| matches!(c, Column::Probability(_))).count()
    }

    /// Reads one row.
    pub fn row(&self, text: &str) -> Checked<Row> {
        let fields = fields(text, self.delimiter);
        if fields.len() != self.names.len() {
            return Err(Fault::new(
                format!("there are {} fields under a header of {}", fields.len(), self.names.len()),
                "give each column a field, empty where there is nothing to say",
            ));
        }
        let mut row = Row::default();
        let mut probabilities = vec![None; self.classes()];
        for (field, (name, column)) in fields.iter().zip(&self.names) {
            let value = number(field, name)?;
            let required = || value.ok_or_else(|| Fault::new(format!("{name} is empty"), "give a whole number"));
            match *column {
                Column::Index(i) => row.hkl[i] = required()?,
                Column::Set => row.set = set(required()?)?,
                Column::Phase => row.entry.phase_deg = value,
                Column::Weight => row.entry.weight = value,
                Column::Bin => row.entry.bin = value,
                Column::Bins => row.entry.bins = value,
                Column::Probability(n) => probabilities[n] = value,
            }
        }
        let given = probabilities.iter().flatten().count();
        if given > 0 && given < probabilities.len() {
            return Err(Fault::new("some probabilities are empty", "give all or none"));
        }
        row.entry.probabilities = probabilities.into_iter().flatten().collect();
        Ok(row)
    }
}

fn set(value: f64) -> Checked<i32> {
    if value.fract() == 0.0 && (0.0..=f64::from(i32::MAX)).contains(&value) {
        return Ok(value as i32);
    }
    Err(Fault::new(format!("the set is {value}"), "sets are numbered by whole numbers from 0"))
}

/// `None` for an empty field.
fn number(field: &str, name: &str) -> Checked<Option<f64>> {
    if field.is_empty() {
        return Ok(None);
    }
    let fault = || Fault::new(format!("{name} is {field:?}, not a number"), "correct it, or leave it empty");
    finite(field).map(Some).ok_or_else(fault)
}
