//! Rows of numbers without a header: `.phs`, the `.F` of PhAI's test code, and what is neither.
//!
//! - `.phs`: `h k l F FOM phase [sigF]`, separated by blanks, the phase in degrees. F and sigF are not used.
//! - `.F`: `h k l (A+Bj)`, a structure factor as Python prints complex numbers. Only its phase is used; as B is
//!   printed as 0 for centrosymmetric structures, that is mostly the sign of A.
//! - Four or five numbers a line could be anything: refused with what to do.

use super::checks;
use super::entry::{Checked, Fault, indices, weight};
use super::numbered;
use crate::crystal::Hkl;
use crate::error::{Error, Result};
use crate::formats::text::finite;
use crate::seed::{Knowledge, Seed, SeedList};
use std::path::Path;

/// Lines looked at to find out what a file is.
const FIRST: usize = 5;

/// Reader of one row.
type ReadRow = fn(&str) -> Checked<(Hkl, Knowledge)>;

/// What rows without a header can be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rows {
    /// `h k l F FOM phase [sigF]`.
    Phs,
    /// `h k l (A+Bj)`.
    Complex,
    /// Indices and one or two numbers that nothing names.
    Unnamed,
}

/// Rows that are neither blank nor comments.
fn rows(text: &str) -> impl Iterator<Item = (usize, &str)> {
    numbered(text).map(|(line, text)| (line, text.trim())).filter(|(_, t)| !t.is_empty() && !t.starts_with('#'))
}

impl Rows {
    /// What the first lines all are; `None` when they differ or are something else.
    pub fn of(text: &str) -> Option<Self> {
        let mut kinds = rows(text).take(FIRST).map(|(_, row)| Self::of_row(row));
        let first = kinds.next()??;
        kinds.all(|kind| kind == Some(first)).then_some(first)
    }

    fn of_row(row: &str) -> Option<Self> {
        let fields: Vec<&str> = row.split([' ', '\t', ',', ';']).filter(|field| !field.is_empty()).collect();
        let (hkl, rest) = fields.split_at_checked(3)?;
        hkl.iter().all(|x| x.parse::<i32>().is_ok()).then_some(())?;
        let numbers = rest.iter().all(|x| finite(x).is_some());
        match rest.len() {
            1.. if complex(&rest.concat()).is_some() => Some(Self::Complex),
            1 | 2 if numbers => Some(Self::Unnamed),
            3 | 4 if numbers && !row.contains([',', ';']) => Some(Self::Phs),
            _ => None,
        }
    }

    /// Reads the file as these rows.
    pub fn read(self, path: &Path, text: &str) -> Result<SeedList> {
        let (kind, read): (_, ReadRow) = match self {
            Self::Phs => ("phs", phs),
            Self::Complex => ("PhAI F", structure_factor),
            Self::Unnamed => {
                return Err(Error::file(
                    path,
                    "has indices and numbers, and no header that says what they are",
                    "if they are phases, put the line \"h k l phase_deg\" above them (or h,k,l,phase_deg,weight; \
                     h,k,l,bin,nbins), and name the file .csv",
                ));
            }
        };
        let mut set = Vec::new();
        for (line, row) in rows(text) {
            let (hkl, knowledge) = read(row).map_err(|fault| fault.at_line(path, line))?;
            set.push(Seed { hkl, knowledge, line: Some(line) });
        }
        let mut list = SeedList::new(path, kind);
        list.sets.push(set);
        checks::finish(list)
    }
}

fn phs(row: &str) -> Checked<(Hkl, Knowledge)> {
    const HINT: &str = "a line of a .phs file is h k l F FOM phase [sigF]";
    let fields: Option<Vec<f64>> = row.split_whitespace().map(finite).collect();
    let Some(fields) = fields else { return Err(Fault::new("there is something that is no number", HINT)) };
    match fields[..] {
        [h, k, l, _, fom, phase] | [h, k, l, _, fom, phase, _] => {
            let knowledge = Knowledge::Phase { phase: phase.to_radians(), weight: Some(weight(fom)?) };
            Ok((indices([h, k, l])?, knowledge))
        }
        _ => Err(Fault::new(format!("there are {} numbers, not 6 or 7", fields.len()), HINT)),
    }
}

fn structure_factor(row: &str) -> Checked<(Hkl, Knowledge)> {
    const HINT: &str = "a line is h k l (A+Bj)";
    let fields: Vec<&str> = row.split_whitespace().collect();
    let read = |fields: &[&str]| -> Option<([f64; 3], (f64, f64))> {
        let (hkl, rest) = fields.split_at_checked(3)?;
        let [h, k, l] = hkl else { return None };
        Some(([finite(h)?, finite(k)?, finite(l)?], complex(&rest.concat())?))
    };
    let Some((hkl, (a, b))) = read(&fields) else {
        return Err(Fault::new(format!("{row:?} is no structure factor"), HINT));
    };
    Ok((indices(hkl)?, Knowledge::Phase { phase: checks::phase_of_parts(a, b), weight: None }))
}

/// Real and imaginary part of a complex number as Python prints it: `(3-0j)`, `(-1e-05+2j)`, `5j`.
fn complex(text: &str) -> Option<(f64, f64)> {
    let text = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text);
    let body = text.strip_suffix('j')?;
    // The sign between the parts is the last one that does not belong to an exponent.
    let bytes = body.as_bytes();
    let cut = (1..bytes.len()).rev().find(|&i| b"+-".contains(&bytes[i]) && !b"eE".contains(&bytes[i - 1]));
    match cut {
        Some(at) => Some((finite(body.get(..at)?)?, finite(body.get(at..)?)?)),
        None => Some((0.0, finite(body)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::seeds::checks::tests::phases;
    use std::f64::consts::PI;

    fn read(text: &str) -> Result<SeedList> {
        Rows::of(text).unwrap().read(Path::new("a.phs"), text)
    }

    #[test]
    fn phs_files_are_read() {
        let list = read("   0   0   2   12.50  0.8000   180.0    1.20\n   1  -2   3    7.10  0.2500   -90.0    0.90\n")
            .unwrap();
        assert_eq!((list.kind, list.sets[0][1].hkl, list.sets[0][1].line), ("phs", [1, -2, 3], Some(2)));
        assert_eq!(phases(&list), [PI, -PI / 2.0]);
        assert_eq!(list.sets[0][0].knowledge, Knowledge::Phase { phase: PI, weight: Some(0.8) });
        assert_eq!(Rows::of("0 0 2 12.5 0.8 180\n"), Some(Rows::Phs));
        let fault = |row: &str| read(&format!("{}{row}", "1 0 0 5 0.5 90\n".repeat(5))).unwrap_err().to_string();
        assert!(fault("1 0 0 5 1.5 90").starts_with("a.phs:6: the weight is 1.5"));
        assert!(fault("1 0 0 5 90").contains("5 numbers, not 6 or 7"));
        assert!(fault("1 0 0 5 x 90").contains("no number; a line of a .phs file is"));
        assert!(fault("1.5 0 0 5 1 90").contains("h is 1.5"));
    }

    #[test]
    fn signs_of_complex_numbers_are_read() {
        let text = "1 0 2 (-12.5+0j)\n1 0 4 (3-0j)\n0 2 0 (-0-0j)\n0 0 2 (1e-05-1e-05j)\n1 1 1 0j\n2 1 1 (-1.5e+01+0j)\n3 1 1 2j\n";
        let list = read(text).unwrap();
        assert_eq!(list.kind, "PhAI F");
        assert_eq!(phases(&list), [PI, 0.0, PI, -PI / 4.0, 0.0, PI, PI / 2.0]);
        let fault = read(&format!("{text}1 2 3 (4)\n")).unwrap_err().to_string();
        assert_eq!(fault, "a.phs:8: \"1 2 3 (4)\" is no structure factor; a line is h k l (A+Bj)");
        assert_eq!(complex("(nan+0j)"), None);
    }

    #[test]
    fn unnamed_numbers_are_refused() {
        for text in ["1 0 0 90\n2 0 0 0\n", "1,0,0,90,0.5\n"] {
            let fault = read(text).unwrap_err().to_string();
            assert!(fault.contains("no header") && fault.contains("\"h k l phase_deg\""), "{fault}");
        }
        for text in ["", "TITL x\n", "1 0 0\n", "C 0.1 0.2 0.3\n", "1 0 0 90\nx\n"] {
            assert_eq!(Rows::of(text), None, "{text:?}");
        }
    }
}
