//! What kind of file bytes are: found from the content, never from the name.

use crate::formats::hkl_line::ascii;
use crate::formats::map_read::is_map;
use crate::formats::text::{lines, plain};
use crate::formats::{mtz_header, seeds};

/// Kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// SHELX instructions, `.ins` or `.res`.
    Instructions,
    /// CIF: `.cif`, `.fcf`, COD `.hkl`, sf-mmCIF.
    Cif,
    /// CCP4 MTZ.
    Mtz,
    /// XDS_ASCII of CORRECT or XSCALE.
    XdsAscii,
    /// List with named columns of Tonto.
    Keyed,
    /// XD `.hkl`: a line with the name, F or F^2 and NDAT in front.
    Xd,
    /// Cell and wavelength of Bruker's programs.
    P4p,
    /// h k l and data in text.
    List,
    /// A kind that has no use here: its name, and what to give.
    Unusable(&'static str, &'static str),
    /// None of these.
    Unknown,
}

/// Bytes that are looked at.
pub const HEAD: usize = 1 << 16;
/// Text has no zero byte; binary files have one this early.
const BINARY_WITHIN: usize = 1024;
/// What to give in place of files without a use.
const GIVE: &str = "give a .hkl, .cif, .fcf, .mtz or XDS_ASCII file of merged or scaled reflections";
/// Numbers of a CELL card.
const CELL_NUMBERS: usize = 7;

impl Kind {
    /// Kind of a file from its bytes, of which the first 64 kB are looked at.
    pub fn of(bytes: &[u8]) -> Self {
        let head = bytes.get(..HEAD).unwrap_or(bytes);
        if head.starts_with(mtz_header::MAGIC) {
            return Self::Mtz;
        }
        for (mark, name) in [
            (&b"\x89HDF"[..], "an HDF5 file (NeXus, DIALS)"),
            (seeds::ZIP, "a zip archive"),
            (b"BZh", "packed with bzip2: unpack it"),
            (b"\xfd7zXZ", "packed with xz: unpack it"),
            (b"\x28\xb5\x2f\xfd", "packed with zstd: unpack it"),
            (b"%PDF", "a PDF document"),
            (seeds::NUMPY, "a NumPy array"),
        ] {
            if head.starts_with(mark) {
                return Self::Unusable(name, GIVE);
            }
        }
        if is_map(bytes) {
            return Self::Unusable("a density map", "give the reflections; --seeds reads maps");
        }
        let text = plain(head);
        if text.iter().take(BINARY_WITHIN).any(|b| *b == 0) {
            return Self::Unusable("a binary file", GIVE);
        }
        if text.trim_ascii_start().starts_with(b"<") {
            return Self::Unusable("a web page or XML, as servers send for a file that they do not have", GIVE);
        }
        Self::of_text(&lines(&text))
    }

    fn of_text(lines: &[&[u8]]) -> Self {
        let written = || lines.iter().map(|line| line.trim_ascii()).filter(|line| !line.is_empty());
        let Some(first) = written().find(|line| !line.starts_with(b"#")) else { return Self::Unknown };
        let begins = |line: &[u8], word: &str| {
            line.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
        };
        let any = |word: &str| lines.iter().any(|line| begins(line, word));
        let words: Vec<&str> = ascii(first).split_ascii_whitespace().collect();
        let number = |word: &&str| word.parse::<f64>().is_ok();
        if begins(first, "!FORMAT=XDS_ASCII") {
            return Self::XdsAscii;
        }
        if begins(first, "!OUTPUT_FILE=INTEGRATE") || begins(first, "!FORMAT=") {
            let hint = "give XDS_ASCII.HKL of CORRECT, or the output of XSCALE";
            return Self::Unusable("an XDS file of frames without scales", hint);
        }
        if is_scalepack(&written().take(3).map(ascii).collect::<Vec<_>>()) {
            return Self::Unusable("a SCALEPACK file", "convert it to MTZ with scalepack2mtz, or give h k l I sigma");
        }
        if lines.iter().any(|line| line.trim_ascii() == b"nH") && lines.iter().any(|line| line.trim_ascii() == b"nK") {
            return Self::Unusable("a d*TREK reflection list", "export it as a SHELX .hkl, or give h k l I sigma");
        }
        // A piece of a CIF that has lost its beginning.
        if (begins(first, "_") || begins(first, "loop_")) && (any("loop_") || any(";")) {
            return Self::Cif;
        }
        if any("data_") && (begins(first, "data_") || begins(first, "_") || !words.first().is_some_and(number)) {
            return Self::Cif;
        }
        if written().any(|line| begins(line, "reflection_data=") || begins(line, "keys=")) {
            return Self::Keyed;
        }
        if words.iter().any(|w| w.eq_ignore_ascii_case("NDAT")) {
            return Self::Xd;
        }
        if any("FILEID") && any("CELL ") {
            return Self::P4p;
        }
        let is_cell = |line: &&[u8]| {
            let line = ascii(line);
            let fields = line.split_ascii_whitespace().skip(1);
            begins(line.as_bytes(), "CELL") && fields.filter(number).count() >= CELL_NUMBERS
        };
        if lines.iter().any(is_cell) || begins(first, "TITL") {
            return Self::Instructions;
        }
        if words.iter().take(3).filter(|w| number(w)).count() == 3 || first.iter().take(1).all(u8::is_ascii_digit) {
            return Self::List;
        }
        if begins(first, "INDE") || begins(first, "NREF") {
            return Self::Unusable("a CNS reflection file", GIVE);
        }
        if begins(first, "HEADER") || begins(first, "CRYST1") || begins(first, "ATOM  ") {
            return Self::Unusable("a PDB file of coordinates", GIVE);
        }
        Self::Unknown
    }
}

/// Merged: three header lines: 1, a negative whole number, cell and space group. Unmerged: how many operations and the
/// space group, then nine whole numbers and three for each.
fn is_scalepack(lines: &[&str]) -> bool {
    let [one, code, cell] = lines else { return false };
    let whole = |line: &str, n: usize| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        words.len() == n && words.iter().all(|w| w.parse::<i32>().is_ok())
    };
    let named = |line: &str| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        matches!(&words[..], [n, name] if n.parse::<u32>().is_ok() && name.starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    if named(one) && whole(code, 9) && whole(cell, 3) {
        return true;
    }
    let numbers = cell.split_ascii_whitespace().take(6).filter(|w| w.parse::<f64>().is_ok()).count();
    *one == "1" && code.parse::<i32>().is_ok_and(|code| code < 0) && numbers == 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides() {
        for (text, kind) in [
            ("TITL x\nCELL 0.7 7 8 9 90 90 90\n", Kind::Instructions),
            ("cell 0.7 7 8 9 90 90 90\n", Kind::Instructions),
            ("#\\#CIF_1.1\ndata_x\n_a 1\n", Kind::Cif),
            ("junk\nDATA_x\n", Kind::Cif),
            ("loop_\n_refln_index_h\n", Kind::Cif),
            ("_shelx_hkl_file\n;\n   1   0   0\n;\n", Kind::Cif),
            ("   1   0   0   10.00    1.00\ndata_x\n", Kind::List),
            ("   1   0   0118476.0    1.00\n", Kind::List),
            ("-10-10-10118476.0    1.00\n", Kind::Unknown),
            ("!FORMAT=XDS_ASCII    MERGE=FALSE\n", Kind::XdsAscii),
            ("\n reflection_data= {\n keys= {", Kind::Keyed),
            ("urea  F^2  NDAT 6\n 1 0 0 1 2.0 0.1\n", Kind::Xd),
            ("FILEID SAINT\nCELL 7 8 9 90 90 90 504\n", Kind::P4p),
            ("", Kind::Unknown),
            ("words\n", Kind::Unknown),
        ] {
            assert_eq!(Kind::of(text.as_bytes()), kind, "{text:?}");
        }
        for text in [
            "!OUTPUT_FILE=INTEGRATE.HKL    DATE\n",
            "    1\n -987\n  7.0 8.0 9.0 90.0 90.0 90.0 p212121\n",
            "    4 p212121\n  1  0  0  0  1  0  0  0  1\n  0  0  0\n -1  0  0  0 -1  0  0  0  1\n",
            "3 2 1\nnH\nnK\nnL\nfIntensity\nfSigmaI\n",
            "NREF= 100\n",
            "CRYST1  7.0\n",
            "%PDF-1.4\n",
            "BZh91AY",
            "\n<!DOCTYPE html><html><body>404</body></html>\n",
            "x\0y",
        ] {
            assert!(matches!(Kind::of(text.as_bytes()), Kind::Unusable(..)), "{text:?}");
        }
        assert_eq!(Kind::of(b"MTZ \x15\0\0\0"), Kind::Mtz);
    }
}
