//! A part of the structure, or all of it, given as atoms: SHELX `.res` or `.ins`, or a CIF.

use super::cif::parse_model;
use super::ins::parse_ins;
use super::text::{lines, text_of};
use crate::crystal::{Cell, Site, SpaceGroup};
use crate::error::{Error, Result};
use std::path::Path;

/// The tag without which a CIF holds no atoms; tags are case-insensitive.
const CIF_ATOMS: &str = "_atom_site_fract_x";
/// Cards that every SHELX file has and no other format starts a line with.
const SHELX_CARDS: [&str; 2] = ["CELL", "SFAC"];
/// Warnings of `parse_ins` that concern what a fragment does without.
const IRRELEVANT: [&str; 4] = ["no HKLF", "no ZERR", "no SFAC", "UNIT "];
/// What to do about a file that is no fragment.
const HINT: &str = "give a SHELX .res with atoms of SFAC elements, or a CIF with fractional coordinates";

/// Atoms with the cell and the symmetry that they are given in.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment {
    /// TITL of a SHELX file; name of the compound or the data block of a CIF.
    pub title: String,
    /// Unit cell of the file.
    pub cell: Cell,
    /// Space group in the setting of the file.
    pub group: SpaceGroup,
    /// Sites with an element, at least one.
    pub sites: Vec<Site>,
    /// What the user should know about the reading, one line each.
    pub warnings: Vec<String>,
}

/// Whether `bytes` look like a file that [`read_fragment`] reads; reflection files, `.fcf` among them, do not.
pub fn is_fragment(bytes: &[u8]) -> bool {
    is_cif(bytes) || is_shelx(bytes)
}

/// Reads atoms from the bytes of a SHELX file or a CIF, told apart by their contents; `path` is for messages. Q peaks
/// have no element and are left out, with a warning that counts them.
///
/// # Errors
/// `Error::Input` naming `path`: as [`parse_ins`] and [`parse_model`], for a file that is neither, and for one without
/// an atom that has an element.
pub fn read_fragment(path: &Path, bytes: &[u8]) -> Result<Fragment> {
    let mut fragment = if is_cif(bytes) {
        let model = parse_model(&text_of(bytes), path)?;
        Fragment {
            title: model.title,
            cell: model.cell,
            group: model.space_group,
            sites: model.sites,
            warnings: Vec::new(),
        }
    } else if is_shelx(bytes) {
        let mut ins = parse_ins(path, bytes)?;
        ins.warnings.retain(|warning| !IRRELEVANT.iter().any(|start| warning.starts_with(start)));
        Fragment { title: ins.title, cell: ins.cell, group: ins.space_group, sites: ins.sites, warnings: ins.warnings }
    } else {
        return Err(Error::file(path, "holds no atoms: it is neither a SHELX file nor a CIF with coordinates", HINT));
    };
    let all = fragment.sites.len();
    fragment.sites.retain(|site| site.element.is_some());
    let (atoms, peaks) = (fragment.sites.len(), all - fragment.sites.len());
    if atoms == 0 {
        let what = match peaks {
            0 => "holds no atoms".to_owned(),
            n => format!("holds {n} peaks without an element and no atom"),
        };
        return Err(Error::file(path, what, HINT));
    }
    if peaks > 0 {
        fragment.warnings.push(format!("{peaks} peaks without an element are left out; {atoms} atoms are used"));
    }
    Ok(fragment)
}

/// A CIF with coordinates.
fn is_cif(bytes: &[u8]) -> bool {
    lines(bytes).iter().any(|line| {
        let line = line.trim_ascii_start();
        line.get(..CIF_ATOMS.len()).is_some_and(|start| start.eq_ignore_ascii_case(CIF_ATOMS.as_bytes()))
    })
}

/// Both cards, each at the start of a line.
fn is_shelx(bytes: &[u8]) -> bool {
    let lines = lines(bytes);
    SHELX_CARDS.iter().all(|card| {
        lines.iter().any(|line| {
            let first = line.trim_ascii_start().split(u8::is_ascii_whitespace).next();
            first.is_some_and(|word| word.eq_ignore_ascii_case(card.as_bytes()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RES: &str = "TITL part\nCELL 0.71073 7 8 9 90 100 90\nLATT 1\nSYMM -x, 1/2+y, 1/2-z\nSFAC C O\nUNIT 8 4\n\
        FVAR 1\nC1 1 .1 .2 .3 11 .04\nO1 2 .2 .3 .4 11 .05\nQ1 1 .5 .5 .5 11 .05 3.1\nEND\n";
    const CIF: &str = "data_x\n_cell_length_a 7\n_cell_length_b 8\n_cell_length_c 9\n_cell_angle_beta 100\n\
        _space_group_name_H-M_alt 'P 21/c'\nloop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n\
        _Atom_Site_Fract_Z\nC1 .1 .2 .3\nO1 .2 .3 .4\n";

    fn read(text: &str) -> Result<Fragment> {
        read_fragment(Path::new("part.res"), text.as_bytes())
    }

    #[test]
    fn both_formats_give_the_same_atoms() {
        let (res, cif) = (read(RES).unwrap(), read(CIF).unwrap());
        assert!(is_fragment(RES.as_bytes()) && is_fragment(CIF.as_bytes()));
        assert_eq!((&res.cell, res.group.operations().len()), (&cif.cell, cif.group.operations().len()));
        let atoms = |f: &Fragment| f.sites.iter().map(|s| (s.element, s.xyz)).collect::<Vec<_>>();
        assert_eq!(atoms(&res), atoms(&cif));
        assert_eq!(atoms(&res), [(Some(6), [0.1, 0.2, 0.3]), (Some(8), [0.2, 0.3, 0.4])]);
        assert_eq!(res.warnings, ["1 peaks without an element are left out; 2 atoms are used"]);
        assert!(cif.warnings.is_empty());
    }

    #[test]
    fn files_without_atoms_are_refused_in_one_line() {
        let message = |text: &str| read(text).unwrap_err().to_string();
        let peaks = RES.replace("\nC1 1", "\nQ2 1").replace("\nO1 2", "\nQ3 1");
        assert!(message(&peaks).starts_with("part.res: holds 3 peaks without an element and no atom; give"));
        let none: String = RES.lines().filter(|l| !l.contains(" .")).map(|l| format!("{l}\n")).collect();
        assert!(message(&none).starts_with("part.res: holds no atoms; give"), "{}", message(&none));
        for text in ["", "   1   0   0  100.00    1.00\n", "data_x\nloop_\n_refln_index_h\n1\n"] {
            assert!(!is_fragment(text.as_bytes()));
            assert!(message(text).contains("neither a SHELX file nor a CIF"));
        }
        assert!(message(&RES.replace("CELL 0.71073 7", "CELL 0.71073 x")).starts_with("part.res:2:"));
    }
}
