//! Writes CCP4 MTZ files (format: ccp4.ac.uk, "The MTZ library", V1.1): amplitudes, phases and the coefficients of the map.

use super::amplitude_row::AmplitudeRow;
use super::ccp4_group::operation;
use crate::crystal::identity::identify;
use crate::crystal::{Cell, Hkl, SpaceGroup};

/// Length of a record of the header.
const RECORD: usize = 80;
/// The data begin at the 21st word, a word having four bytes.
const DATA_WORDS: usize = 20;
/// Machine stamp of little-endian IEEE numbers.
const STAMP: [u8; 4] = [0x44, 0x41, 0, 0];
/// Labels, types, and the data set that each belongs to.
const COLUMNS: [(&str, char, u8); 10] = [
    ("H", 'H', 0),
    ("K", 'H', 0),
    ("L", 'H', 0),
    ("F", 'F', 1),
    ("SIGF", 'Q', 1),
    ("E", 'E', 1),
    ("PHIC", 'P', 1),
    ("FOM", 'W', 1),
    ("FWT", 'F', 1),
    ("PHWT", 'P', 1),
];

/// What goes into the file.
#[derive(Debug, Clone, Copy)]
pub struct Mtz<'a> {
    /// Title, cut at 70 characters.
    pub title: &'a str,
    /// Name of crystal and data set.
    pub name: &'a str,
    /// The cell.
    pub cell: &'a Cell,
    /// Space group in the setting of the data.
    pub group: &'a SpaceGroup,
    /// Å.
    pub wavelength: f64,
    /// The reflections.
    pub rows: &'a [AmplitudeRow],
}

/// The file: H K L, F and SIGF on the scale of the reflection file, E, PHIC of the model, FOM of the solution; FWT and PHWT are
/// the coefficients of the map. Missing numbers are NaN. Rows are sorted by index.
pub fn mtz(list: &Mtz) -> Vec<u8> {
    let mut rows: Vec<&AmplitudeRow> = list.rows.iter().collect();
    rows.sort_by_key(|row| row.hkl);
    let numbers: Vec<[f32; COLUMNS.len()]> = rows.iter().map(|row| numbers(row)).collect();
    let mut bytes = Vec::with_capacity(4 * (DATA_WORDS + COLUMNS.len() * rows.len()) + 40 * RECORD);
    bytes.extend(b"MTZ ");
    let header_at = 1 + DATA_WORDS + COLUMNS.len() * rows.len();
    bytes.extend((header_at as i32).to_le_bytes());
    bytes.extend(STAMP);
    bytes.resize(4 * DATA_WORDS, 0);
    bytes.extend(numbers.iter().flatten().flat_map(|x| x.to_le_bytes()));
    for record in records(list, &numbers) {
        let plain: String = record.chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' }).take(RECORD).collect();
        bytes.extend(format!("{plain:RECORD$}").bytes());
    }
    bytes
}

fn numbers(row: &AmplitudeRow) -> [f32; COLUMNS.len()] {
    let [h, k, l]: Hkl = row.hkl;
    let maybe = |x: Option<f64>| x.map_or(f32::NAN, |x| x as f32);
    let of_map = |part: usize| maybe(row.solution.map(|parts| parts[part]));
    [
        h as f32,
        k as f32,
        l as f32,
        row.f as f32,
        row.sigma as f32,
        maybe(row.e),
        maybe(row.phase),
        of_map(1),
        of_map(0),
        of_map(2),
    ]
}

fn records(list: &Mtz, numbers: &[[f32; COLUMNS.len()]]) -> Vec<String> {
    let cell: String = list.cell.lengths.iter().chain(&list.cell.angles).map(|x| format!(" {x:9.4}")).collect();
    let identity = identify(list.group);
    let symbol = identity.as_ref().map_or("P 1", |i| i.hm.split(':').next().unwrap_or("P 1"));
    let number = identity.as_ref().map_or(1, |i| i.number);
    let lattice = symbol.chars().next().unwrap_or('P');
    let (all, primitive) = (list.group.operations(), list.group.primitive_operations().len());
    let name: String = list.name.chars().map(|c| if c.is_ascii_graphic() { c } else { '_' }).take(64).collect();
    let mut out = vec![
        "VERS MTZ:V1.1".to_owned(),
        format!("TITLE {:.70}", list.title),
        format!("NCOL {:8} {:12} {:8}", COLUMNS.len(), numbers.len(), 0),
        format!("CELL {cell}"),
        "SORT   1   2   3   0   0".to_owned(),
        format!(
            "SYMINF {:3} {primitive:2} {lattice} {number:5} {:>22} {:>5}",
            all.len(),
            format!("'{symbol}'"),
            format!("PG{}", point_group(symbol))
        ),
    ];
    out.extend(all.iter().map(|op| format!("SYMM {}", operation(op))));
    let d_star = |row: &[f32; COLUMNS.len()]| list.cell.d_star_sq([row[0] as i32, row[1] as i32, row[2] as i32]);
    let (low, high) = range(numbers.iter().map(|row| d_star(row) as f32));
    out.push(format!("RESO {low:<20.12} {high:<20.12}"));
    out.push("VALM NAN".to_owned());
    for (column, (label, kind, set)) in COLUMNS.iter().enumerate() {
        let (low, high) = range(numbers.iter().map(|row| row[column]));
        out.push(format!("COLUMN {label:30} {kind} {low:>17.9} {high:>17.9} {set:4}"));
    }
    out.push("NDIF        2".to_owned());
    for (set, crystal, wavelength) in [(0, "HKL_base", 0.0), (1, name.as_str(), list.wavelength)] {
        let (project, dataset) = if set == 0 { ("HKL_base", "HKL_base") } else { ("seedflip", name.as_str()) };
        out.push(format!("PROJECT {set:7} {project}"));
        out.push(format!("CRYSTAL {set:7} {crystal}"));
        out.push(format!("DATASET {set:7} {dataset}"));
        out.push(format!("DCELL   {set:7}{cell}"));
        out.push(format!("DWAVEL  {set:7} {wavelength:10.5}"));
    }
    out.push("END".to_owned());
    out.push("MTZHIST   1".to_owned());
    out.push(format!("seedflip {}: PHIC of the model, FWT and PHWT of the map", env!("CARGO_PKG_VERSION")));
    out.push("MTZENDOFHEADERS".to_owned());
    out
}

/// Least and largest number; 0 without any.
fn range(numbers: impl Iterator<Item = f32>) -> (f32, f32) {
    let found = numbers
        .filter(|x| x.is_finite())
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if found.0.is_finite() { found } else { (0.0, 0.0) }
}

/// Point group of a Hermann–Mauguin symbol: screws lose their second digit, glides are mirrors, and monoclinic groups lose the
/// axes that have nothing.
fn point_group(symbol: &str) -> String {
    let fields: Vec<&str> = symbol.split_whitespace().skip(1).collect();
    let monoclinic = fields.len() == 3 && fields.iter().filter(|f| **f == "1").count() == 2;
    let kept = fields.iter().filter(|field| !monoclinic || **field != "1");
    let plain = |field: &&str| -> String {
        let (axis, plane) = field.split_once('/').map_or((*field, None), |(axis, plane)| (axis, Some(plane)));
        let turned = |text: &str| -> String {
            let digits = text.trim_start_matches('-');
            match digits.chars().next() {
                Some(c) if c.is_ascii_digit() => format!("{}{c}", if text.starts_with('-') { "-" } else { "" }),
                _ => "m".to_owned(),
            }
        };
        plane.map_or_else(|| turned(axis), |_| format!("{}/m", turned(axis)))
    };
    kept.map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn point_groups_follow_from_symbols() {
        for (symbol, expected) in [
            ("P 1", "1"),
            ("P -1", "-1"),
            ("P 1 21/c 1", "2/m"),
            ("P 1 c 1", "m"),
            ("P 21 21 21", "222"),
            ("P n m a", "mmm"),
            ("P n a 21", "mm2"),
            ("I 41/a m d", "4/mmm"),
            ("I -4 3 d", "-43m"),
            ("F d -3 m", "m-3m"),
            ("R -3 c", "-3m"),
            ("P 3 1 c", "31m"),
        ] {
            assert_eq!(point_group(symbol), expected, "{symbol}");
        }
    }
}
