//! Phases of a CCP4 MTZ file: a column of type P, and the figure of merit in a column of type W if there is one. Cell
//! and symmetry go to the frame. Rows whose phase or weight is missing are passed over.

use super::checks;
use super::entry::{indices, weight};
use crate::error::{Error, Result};
use crate::formats::mtz_header::{Column, Mtz};
use crate::seed::{Knowledge, Seed, SeedList};
use std::path::Path;

/// Labels of phases, best first.
const PHASES: [&str; 5] = ["PHI", "PHIB", "PHIM", "PHWT", "PHIC"];
const WEIGHT: &str = "FOM";

/// Reads an MTZ file.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<SeedList> {
    let mtz = Mtz::parse(bytes, path)?;
    let mut list = SeedList::new(path, "MTZ");
    let (phase, others) = phase_column(&mtz, path)?;
    if !others.is_empty() {
        list.warnings.push(format!("phases are those of column {}, not of {}", phase.label, others.join(", ")));
    }
    let fom = weight_column(&mtz);
    let [Some(h), Some(k), Some(l)] =
        ["H", "K", "L"].map(|label| mtz.columns.iter().find(|c| c.kind == 'H' && c.label == label))
    else {
        return Err(Error::file(path, "has no columns H, K and L of type H", "write the file again with them"));
    };
    let (mut set, mut missing) = (Vec::new(), 0);
    for row in 0..mtz.rows() {
        let value = |column: &Column| mtz.value(row, column);
        let figure = fom.map(value);
        let (Some(degrees), None | Some(Some(_))) = (value(phase), figure) else {
            missing += 1;
            continue;
        };
        let seed = || {
            // A missing index is no Miller index.
            let hkl = indices([h, k, l].map(|column| value(column).unwrap_or(f64::NAN)))?;
            let weight = figure.flatten().map(weight).transpose()?;
            Ok(Seed { hkl, knowledge: Knowledge::Phase { phase: degrees.to_radians(), weight }, line: None })
        };
        set.push(seed().map_err(|fault: super::entry::Fault| fault.in_row(path, row))?);
    }
    if missing > 0 {
        list.warnings.push(format!("{missing} reflections without a phase are passed over"));
    }
    list.sets.push(set);
    (list.frame.cell, list.frame.group) = (mtz.cell, mtz.group);
    checks::finish(list)
}

/// The column of phases, and the labels of others that could have been meant.
fn phase_column<'m>(mtz: &'m Mtz<'_>, path: &Path) -> Result<(&'m Column, Vec<&'m str>)> {
    let candidates: Vec<&Column> = mtz.columns.iter().filter(|c| c.kind == 'P').collect();
    let preferred = PHASES.iter().find_map(|label| candidates.iter().find(|c| c.label.eq_ignore_ascii_case(label)));
    let labels = || candidates.iter().map(|c| c.label.as_str());
    let column = match (preferred, &candidates[..]) {
        (Some(column), _) => column,
        (None, [column]) => column,
        (None, []) => return Err(Error::file(path, "has no column of phases (type P)", "add one, such as PHIB")),
        (None, _) => {
            return Err(Error::file(
                path,
                format!("has several columns of phases: {}", labels().collect::<Vec<_>>().join(", ")),
                "keep one, or name the one to be read PHIB",
            ));
        }
    };
    Ok((column, labels().filter(|label| *label != column.label).collect()))
}

/// `FOM`, else a label that begins so, else the only weight there is.
fn weight_column<'m>(mtz: &'m Mtz<'_>) -> Option<&'m Column> {
    let weights: Vec<&Column> = mtz.columns.iter().filter(|c| c.kind == 'W').collect();
    let label = |c: &Column| c.label.to_ascii_uppercase();
    let named = weights.iter().find(|c| label(c) == WEIGHT);
    let named = named.or_else(|| weights.iter().find(|c| label(c).starts_with(WEIGHT)));
    match (named, &weights[..]) {
        (Some(column), _) | (None, [column]) => Some(column),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::group_by_name;
    use std::f64::consts::PI;

    /// A file in memory: columns as `LABEL TYPE`, rows, and further header records.
    fn mtz(big: bool, columns: &[&str], rows: &[&[f32]], records: &[&str]) -> Vec<u8> {
        let word = |x: u32| if big { x.to_be_bytes() } else { x.to_le_bytes() };
        let count = u32::try_from(columns.len() * rows.len()).unwrap();
        let mut bytes = [&b"MTZ "[..], &word(21 + count), if big { b"\x11\x11\0\0" } else { b"\x44\x41\0\0" }].concat();
        bytes.resize(80, 0);
        bytes.extend(rows.iter().copied().flatten().flat_map(|x| word(x.to_bits())));
        let mut header = vec!["VERS MTZ:V1.1".to_owned(), format!("NCOL {} {} 0", columns.len(), rows.len())];
        header.extend(records.iter().map(|r| (*r).to_owned()));
        header.extend(columns.iter().map(|c| format!("COLUMN {c} 0.0 1.0 1")));
        header.push("END".to_owned());
        for record in header {
            bytes.extend(format!("{record:80}").bytes());
        }
        bytes
    }

    fn parse(bytes: &[u8]) -> Result<SeedList> {
        read(Path::new("a.mtz"), bytes)
    }

    const RECORDS: [&str; 7] = [
        "CELL    7.0000    8.0000    9.0000   90.0000  100.0000   90.0000",
        "SORT 1 2 3 0 0",
        "SYMINF   2  2 P     4               'P 1 21 1'   PG2",
        "SYMM X,  Y,  Z",
        "SYMM -X,  Y+1/2,  -Z",
        "VALM NAN",
        "DATASET        1 x",
    ];
    const COLUMNS: [&str; 6] = ["H H", "K H", "L H", "PHIB P", "FOM W", "PHIC P"];

    #[test]
    fn both_byte_orders_are_read() {
        let rows: [&[f32]; 3] =
            [&[1., 0., 2., 180., 0.5, 0.], &[-1., 3., 2., f32::NAN, 0.5, 9.], &[2., 0., 0., 0., 1., 9.]];
        for big in [false, true] {
            let list = parse(&mtz(big, &COLUMNS, &rows, &RECORDS)).unwrap();
            assert_eq!((list.kind, list.sets[0].len()), ("MTZ", 2));
            assert_eq!(list.sets[0][0].hkl, [1, 0, 2]);
            assert_eq!(list.sets[0][0].knowledge, Knowledge::Phase { phase: PI, weight: Some(0.5) });
            assert_eq!(list.frame.group, group_by_name("P 1 21 1", false));
            assert_eq!(list.frame.cell.unwrap().angles, [90.0, 100.0, 90.0]);
            assert_eq!(
                list.warnings,
                ["phases are those of column PHIB, not of PHIC", "1 reflections without a phase are passed over"]
            );
        }
    }

    #[test]
    fn a_missing_number_and_a_distant_header() {
        let rows: [&[f32]; 2] = [&[1., 0., 2., 90.], &[1., 0., 3., -999.]];
        let mut bytes = mtz(false, &["H H", "K H", "L H", "P1 P"], &rows, &["VALM -999"]);
        let start = bytes[4];
        bytes[4..8].copy_from_slice(&(-1i32).to_le_bytes());
        bytes[12] = start;
        let list = parse(&bytes).unwrap();
        assert_eq!(list.sets[0].len(), 1);
        assert_eq!((list.frame.cell, list.frame.group), (None, None));
        assert_eq!(list.sets[0][0].knowledge, Knowledge::Phase { phase: PI / 2.0, weight: None });
    }

    #[test]
    fn refusals() {
        let fault = |columns: &[&str], row: &[f32]| parse(&mtz(false, columns, &[row], &[])).unwrap_err().to_string();
        assert_eq!(
            fault(&["H H", "K H", "L H", "PA P", "PB P"], &[1.0; 5]),
            "a.mtz: has several columns of phases: PA, PB; keep one, or name the one to be read PHIB"
        );
        assert!(fault(&["H H", "K H", "L H"], &[1.0; 3]).contains("no column of phases (type P)"));
        assert!(fault(&["H H", "K H", "P P"], &[1.0; 3]).contains("no columns H, K and L"));
        assert!(fault(&COLUMNS, &[1., 0., 0., 0., 1.5, 0.]).contains("row 0 (from 0): the weight is 1.5"));
        assert!(fault(&COLUMNS, &[1., 0.5, 0., 0., 1., 0.]).contains("k is 0.5"));
        assert!(fault(&COLUMNS, &[1., f32::NAN, 0., 0., 1., 0.]).contains("k is NaN"));
        assert!(fault(&COLUMNS, &[1., 0., 0., f32::NAN, 1., 0.]).contains("has no seeds"));
        let broken = |bytes: &[u8]| parse(bytes).unwrap_err().to_string();
        let whole = mtz(false, &COLUMNS, &[&[0.0; 6]], &RECORDS);
        assert!(broken(&whole[..90]).contains("no MTZ header"));
        assert!(broken(&whole[..200]).contains("declares 6 columns and describes 0"));
        assert!(broken(b"MTZ ").contains("no MTZ header"));
        assert!(broken(&mtz(false, &COLUMNS, &[], &["SYMM q,y,z"])).starts_with("a.mtz: "));
        assert!(broken(&mtz(false, &COLUMNS, &[], &["CELL 1 2"])).contains("damaged record CELL"));
        assert!(broken(&mtz(false, &COLUMNS, &[], &["NCOL 6 99999 0"])).contains("cut short"));
    }
}
