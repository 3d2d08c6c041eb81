//! Readers of what is known of phases. The content decides which reader a file gets; its extension only where the
//! content leaves that open.
//!
//! - `csv`      the format that this project publishes; `csv_head` and `csv_columns` are its parts
//! - `refln`    reflection loops of CIF, `.fcf` among them
//! - `mtz`      CCP4 MTZ
//! - `arrays`   NumPy `.npy` and `.npz`; `npy` reads one array
//! - `rows`     rows of numbers without a header: `.phs`, the `.F` of PhAI's test code
//! - `entry`    one entry of a table, checked
//! - `checks`   what all readers do at their end

mod arrays;
mod checks;
mod csv;
mod csv_columns;
mod csv_head;
mod entry;
mod mtz;
mod npy;
mod refln;
mod rows;

use super::{mtz_header, text};
use crate::error::{Error, Result};
use crate::seed::SeedList;
pub(super) use npy::{MAGIC as NUMPY, split as split_array};
use rows::Rows;
use std::path::Path;

/// First bytes of an archive.
pub(super) const ZIP: &[u8] = b"PK";
/// Text has no zero byte; maps and other binary files have one this early.
const BINARY_WITHIN: usize = 1024;

/// Reads a list of seeds from the bytes of a file; `path` is for messages and its extension. `None` when the file is
/// none of the kinds that list phases, `Err` when it is one and cannot be used.
pub fn read_seed_list(path: &Path, bytes: &[u8]) -> Result<Option<SeedList>> {
    if bytes.starts_with(npy::MAGIC) {
        return arrays::read_npy(path, bytes).map(Some);
    }
    if bytes.starts_with(ZIP) {
        return arrays::read_npz(path, bytes);
    }
    if bytes.starts_with(mtz_header::MAGIC) {
        return mtz::read(path, bytes).map(Some);
    }
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let misnamed = |kind: &str| {
        Err(Error::file(path, format!("does not begin as an {kind} file does"), "write it again, or correct its name"))
    };
    if let kind @ ("npy" | "npz" | "mtz") = extension.as_str() {
        return misnamed(kind);
    }
    if bytes.iter().take(BINARY_WITHIN).any(|b| *b == 0) {
        return Ok(None);
    }
    let text = text::decode(bytes);
    if csv::is_csv(&text) {
        return csv::read(path, &text).map(Some);
    }
    if let Some(list) = refln::read(path, &text)? {
        return Ok(Some(list));
    }
    match (Rows::of(&text), extension.as_str()) {
        // Numbers under no header: the reader of CSV says where the header belongs.
        (Some(Rows::Unnamed) | None, "csv" | "tsv") => csv::read(path, &text).map(Some),
        (Some(rows), _) => rows.read(path, &text).map(Some),
        (None, "phs") => Rows::Phs.read(path, &text).map(Some),
        (None, "f") => Rows::Complex.read(path, &text).map(Some),
        (None, "fcf") => misnamed("fcf"),
        (None, _) => Ok(None),
    }
}

/// Lines and their numbers from 1, whatever the line ends.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    // The cuts are at ASCII characters, so that each piece is UTF-8 again.
    let lines = text::lines(text.as_bytes());
    lines.into_iter().enumerate().map(|(i, line)| (i + 1, std::str::from_utf8(line).unwrap_or("")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, bytes: &[u8]) -> Option<&'static str> {
        read_seed_list(Path::new(name), bytes).unwrap().map(|list| list.kind)
    }

    fn fault(name: &str, bytes: &[u8]) -> String {
        read_seed_list(Path::new(name), bytes).unwrap_err().to_string()
    }

    #[test]
    fn the_content_decides() {
        assert_eq!(kind("a.txt", b"\xef\xbb\xbfh,k,l,phase_deg\r\n1,0,0,180\r\n"), Some("CSV"));
        assert_eq!(kind("a.txt", b"#setting=P 1\nh,k,l,phase_deg\n1,0,0,180\n"), Some("CSV"));
        assert_eq!(kind("a.csv", b"1 0 0 5.0 0.5 180\n"), Some("phs"));
        assert_eq!(kind("a", b"1 0 0 (-3+0j)\n"), Some("PhAI F"));
        // SHELXL's own comment begins like a header of CSV.
        let cif = b"# h,k,l, Fc-squared, Fo-squared, sigma(Fo-squared) and status flag\ndata_x\nloop_\n_refln_index_h\n_refln_index_k\n_refln_index_l\n_refln_phase_calc\n1 0 0 90\n";
        assert_eq!(kind("a.txt", cif), Some("CIF reflections"));
        assert_eq!(kind("a.txt", &npy::tests::npy_f8("(1, 4)", &[1.0, 0.0, 0.0, 90.0])), Some("NPY"));
    }

    #[test]
    fn fragments_and_maps_are_left_to_others() {
        assert_eq!(kind("a.res", b"TITL x\nCELL 0.7 7 8 9 90 90 90\nC1 1 0.1 0.2 0.3 11 0.05\n"), None);
        assert_eq!(kind("a.cif", b"data_x\n_cell_length_a 7\nloop_\n_atom_site_fract_x\n0.5\n"), None);
        assert_eq!(kind("a.xyz", b"2\ncomment\nC 0.0 0.0 0.0\nO 1.0 0.0 0.0\n"), None);
        assert_eq!(kind("a.ccp4", &[1, 0, 0, 0]), None);
        assert_eq!(
            kind("a.pdb", b"ATOM      1  N   ALA A   1      11.104   6.134  -6.504  1.00  0.00           N\n"),
            None
        );
    }

    #[test]
    fn the_extension_decides_what_is_left() {
        assert!(fault("a.csv", b"1,0,0,180\n").contains("numbers where the header should be"));
        assert!(fault("a.csv", b"x,y\n").contains("column \"x\" is not known"));
        assert!(fault("a.dat", b"1 0 0 180\n").contains("put the line \"h k l phase_deg\" above"));
        assert!(fault("a.phs", b"1 0 0 180\n").contains("no header"));
        assert!(fault("a.phs", b"x\n").contains("a line of a .phs file is"));
        assert!(fault("a.F", b"x\n").contains("a line is h k l (A+Bj)"));
        for name in ["a.mtz", "a.npy", "a.npz", "a.fcf"] {
            assert!(fault(name, b"x\n").contains("does not begin as an"), "{name}");
        }
    }
}
