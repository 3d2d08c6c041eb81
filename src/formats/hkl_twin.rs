//! Batch numbers of HKLF 5: of which domains of a twin a row, and those that follow it, are one intensity.

use super::hkl_line::Row;
use super::hkl_tally::Tally;
use crate::error::{Error, Result};
use std::path::Path;

/// Domains that a model can have.
const MOST_DOMAINS: u32 = 2;
/// F² of the rows of one overlap are one number: they differ by no more than this, from rounding, …
const ROUNDING: f64 = 0.011;
/// … and this share.
const ALIKE: f64 = 1e-4;

/// A row with its line.
type Numbered = (usize, Row);

/// True where the rows are those of a twin: as the card says (`asked`), or as negative batch numbers do that join rows of different domains.
/// What is to be said of it goes to `warnings`.
///
/// # Errors
/// `Error::Input` with the line: a third domain, an overlap that does not end; and a list of overlaps alone.
pub fn is_twin(path: &Path, rows: &[Numbered], asked: bool, warnings: &mut Vec<String>) -> Result<bool> {
    if !asked && !joins_domains(rows) {
        return Ok(false);
    }
    if !asked {
        warnings.push("the batch numbers are those of HKLF 5 (a twin): the list is read so".to_owned());
    }
    if let Some((number, row)) = rows.iter().find(|(_, row)| domain(row) > MOST_DOMAINS) {
        return Err(Error::line(
            path,
            *number,
            format!("batch number {} is that of domain {}", row.batch.unwrap_or(0), domain(row)),
            "twins of two domains are refined, numbered 1 and 2: leave out the rows and overlaps of the others, or give a \
             detwinned list",
        ));
    }
    if let Some((number, row)) = rows.last().filter(|(_, row)| goes_on(row)) {
        return Err(Error::line(
            path,
            *number,
            format!("the list ends within an overlap: batch number {} and no row behind it", row.batch.unwrap_or(0)),
            "the last row of each overlap has a positive batch number: the list was cut, or the sign is missing",
        ));
    }
    let groups = || rows.split_inclusive(|(_, row)| !goes_on(row));
    let (mut twice, mut unlike) = (Tally::default(), Tally::default());
    for group in groups().filter(|group| group.len() > 1) {
        let Some(((number, last), others)) = group.split_last() else { continue };
        let differs =
            others.iter().any(|(_, row)| (row.value - last.value).abs() > ROUNDING + ALIKE * last.value.abs());
        let repeats = (1..=MOST_DOMAINS).any(|n| group.iter().filter(|(_, row)| domain(row) == n).count() > 1);
        if differs && repeats {
            let first = group.first().map_or(*number, |(number, _)| *number);
            return Err(Error::line(
                path,
                first,
                format!("an overlap begins here and goes on to line {number}, with one domain twice and different F²"),
                "the last row of each overlap has a positive batch number: one of these should have",
            ));
        }
        if repeats {
            twice.add(*number);
        } else if differs {
            unlike.add(*number);
        }
    }
    let second = rows.iter().any(|(_, row)| domain(row) == MOST_DOMAINS);
    if !second && !rows.iter().any(|(_, row)| goes_on(row)) {
        warnings.push("HKLF 5, and all rows are of one domain: read as HKLF 4".to_owned());
        return Ok(false);
    }
    if groups().all(|group| group.len() > 1) {
        return Err(Error::file(
            path,
            "holds overlaps alone: no reflection of one domain by itself",
            "give the list with those that do not overlap; a twin of which all do is an HKLF 4 list, whose law is found",
        ));
    }
    twice.warn(warnings, "ends an overlap with one domain twice: left out");
    unlike.warn(warnings, "ends an overlap whose rows differ in F²: this one counts, as in SHELXL");
    Ok(true)
}

/// Number of the domain; that of a row without one is 1.
fn domain(row: &Row) -> u32 {
    row.batch.map_or(1, i32::unsigned_abs).max(1)
}

fn goes_on(row: &Row) -> bool {
    row.batch.is_some_and(|batch| batch < 0)
}

/// True where every negative batch number joins rows of different domains. Batch −1 also marks the reflections of R_free: there some rows of one
/// domain follow each other.
fn joins_domains(rows: &[Numbered]) -> bool {
    let joined = |pair: &&[Numbered]| {
        goes_on(&pair[0].1) && pair[1].1.batch.is_some() && domain(&pair[0].1) != domain(&pair[1].1)
    };
    let overlaps = rows.windows(2).filter(joined).count();
    let others = rows.iter().filter(|(_, row)| goes_on(row)).count() - overlaps;
    overlaps > 0 && others == 0 && rows.iter().any(|(_, row)| row.batch.is_some() && domain(row) == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F² and batch numbers.
    fn said(rows: &[(f64, i32)], asked: bool) -> std::result::Result<(bool, Vec<String>), String> {
        let row = |(n, &(value, batch)): (usize, &(f64, i32))| {
            let hkl = [1, n as i32, 0];
            (n + 1, Row { hkl, satellite: false, value, sigma: Some(1.0), batch: Some(batch) })
        };
        let rows: Vec<Numbered> = rows.iter().enumerate().map(row).collect();
        let mut warnings = Vec::new();
        let twin = is_twin(Path::new("x.hkl"), &rows, asked, &mut warnings).map_err(|error| error.to_string())?;
        Ok((twin, warnings))
    }

    #[test]
    fn numbers_that_join_rows_are_those_of_a_twin_whatever_the_card() {
        let twin = [(5.0, 1), (7.0, -2), (7.0, 1), (3.0, 2)];
        assert_eq!(said(&twin, true).unwrap(), (true, Vec::new()));
        let (found, warnings) = said(&twin, false).unwrap();
        assert!(found && warnings[0].contains("HKLF 5"), "{warnings:?}");
        assert!(!said(&[(5.0, 1), (7.0, 2)], false).unwrap().0);
        assert!(!said(&[(5.0, -1), (7.0, -1), (3.0, 1)], false).unwrap().0);
        let (found, warnings) = said(&[(5.0, 1), (7.0, 1)], true).unwrap();
        assert!(!found && warnings[0].contains("one domain"), "{warnings:?}");
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_line() {
        for (rows, start) in [
            (&[(5.0, 1), (7.0, -3), (7.0, 1)][..], "x.hkl:2: batch number -3 is that of domain 3"),
            (&[(5.0, 1), (7.0, -2)], "x.hkl:2: the list ends within an overlap"),
            (&[(5.0, 1), (7.0, -2), (8.0, -2), (8.0, 1)], "x.hkl:2: an overlap begins here and goes on to line 4"),
            (&[(7.0, -2), (7.0, 1), (9.0, -2), (9.0, 1)], "x.hkl: holds overlaps alone"),
        ] {
            let error = said(rows, true).unwrap_err();
            assert!(error.starts_with(start), "{error}");
        }
        let (_, warnings) = said(&[(5.0, 1), (7.0, -2), (7.0, -2), (7.0, 1)], true).unwrap();
        assert!(warnings[0].contains("twice"), "{warnings:?}");
        let (_, warnings) = said(&[(5.0, 1), (7.0, -2), (8.0, 1)], true).unwrap();
        assert!(warnings[0].contains("differ"), "{warnings:?}");
    }
}
