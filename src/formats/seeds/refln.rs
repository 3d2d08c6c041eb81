//! Phases in the reflection loop of a CIF, SHELXL's `.fcf` among them.
//!
//! Read are `_refln_phase_calc`, `_refln_phase_meas` or `_refln.pdbx_PHWT` (degrees; LIST 6 has the first), else
//! `_refln_A_calc` and `_refln_B_calc` (LIST 3), and `_refln_fom` as the weight. Cell and symmetry of the block go to
//! the frame. Rows with an unknown phase are passed over.

use super::checks;
use super::entry::{indices, weight};
use crate::error::{Error, Result};
use crate::formats::cif;
use crate::formats::cif::symmetry::space_group_if_named;
use crate::formats::cif::syntax::{Block, Column, Value, blocks, number};
use crate::seed::{Knowledge, Seed, SeedList};
use std::path::Path;

const INDICES: [&str; 3] = ["_refln_index_h", "_refln_index_k", "_refln_index_l"];
/// Best first.
const PHASES: [&str; 3] = ["_refln_phase_calc", "_refln_phase_meas", "_refln_pdbx_phwt"];

/// The columns that phases are taken from.
enum Phases<'a> {
    Degrees(&'static str, Column<'a>),
    Parts(Column<'a>, Column<'a>),
}

impl<'a> Phases<'a> {
    fn of(block: &'a Block<'a>) -> Option<Self> {
        let h = block.column(INDICES[0])?;
        let degrees = PHASES.iter().find_map(|tag| Some(Self::Degrees(tag, h.neighbour(tag)?)));
        degrees.or_else(|| Some(Self::Parts(h.neighbour("_refln_a_calc")?, h.neighbour("_refln_b_calc")?)))
    }

    /// Radians; `Ok(None)` where the file does not know.
    fn phase(&self, row: usize, path: &Path) -> Result<Option<f64>> {
        Ok(match self {
            Self::Degrees(_, column) => value(*column, row, path)?.map(f64::to_radians),
            Self::Parts(a, b) => match (value(*a, row, path)?, value(*b, row, path)?) {
                (Some(a), Some(b)) => Some(checks::phase_of_parts(a, b)),
                _ => None,
            },
        })
    }
}

/// Begins every loop.
const LOOP: &[u8] = b"loop_";

/// Reads the first block with phases. `None` when no block lists reflections, or when they come without phases beside
/// a structure: then the structure is what the file is for.
pub(super) fn read(path: &Path, text: &str) -> Result<Option<SeedList>> {
    // Lists without any loop need not be read as CIFs first.
    if !text.as_bytes().windows(LOOP.len()).any(|word| word.eq_ignore_ascii_case(LOOP)) {
        return Ok(None);
    }
    let blocks = blocks(text, path)?;
    let Some(listed) = blocks.iter().find(|b| b.column(INDICES[0]).is_some()) else { return Ok(None) };
    let Some((block, phases)) = blocks.iter().find_map(|b| Phases::of(b).map(|p| (b, p))) else {
        if blocks.iter().any(|b| b.column("_atom_site_fract_x").is_some()) {
            return Ok(None);
        }
        let code = list_code(listed).map_or_else(String::new, |code| format!(" (LIST {code})"));
        return Err(Error::file(
            path,
            format!("lists reflections without phases{code}"),
            "write it with LIST 6, or LIST 3, in SHELXL",
        ));
    };
    let kind = match (list_code(block), &phases) {
        (Some("3"), Phases::Parts(..)) => "fcf LIST 3",
        (Some("6"), Phases::Degrees(..)) => "fcf LIST 6",
        _ => "CIF reflections",
    };
    let mut list = SeedList::new(path, kind);
    if block.first("_cell_length_a").is_some() {
        list.frame.cell = Some(cif::cell(block, path)?);
    }
    list.frame.group = space_group_if_named(block, list.frame.cell.as_ref(), path)?;
    if let Phases::Degrees(taken, column) = &phases {
        let others: Vec<&str> =
            PHASES.into_iter().filter(|tag| tag != taken && column.neighbour(tag).is_some()).collect();
        if !others.is_empty() {
            list.warnings.push(format!("phases are those of {taken}, not of {}", others.join(", ")));
        }
    }
    let (set, unknown) = seeds(block, &phases, path)?;
    if unknown > 0 {
        list.warnings.push(format!("{unknown} reflections without a phase are passed over"));
    }
    list.sets.push(set);
    checks::finish(list).map(Some)
}

fn seeds(block: &Block<'_>, phases: &Phases<'_>, path: &Path) -> Result<(Vec<Seed>, usize)> {
    let columns = INDICES.map(|tag| block.column(INDICES[0]).and_then(|h| h.neighbour(tag)));
    let [Some(h), Some(k), Some(l)] = columns else {
        return Err(Error::file(path, "lists reflections without h, k or l", "correct the loop of _refln_index_h"));
    };
    let foms = h.neighbour("_refln_fom");
    let (mut set, mut unknown) = (Vec::with_capacity(h.len()), 0);
    for row in 0..h.len() {
        let line = h.get(row).map_or(0, |v| v.line);
        let mut hkl = [0.0; 3];
        for (slot, column) in hkl.iter_mut().zip([h, k, l]) {
            let known = value(column, row, path)?;
            *slot = known.ok_or_else(|| Error::line(path, line, "an index is missing", "complete the line"))?;
        }
        let hkl = indices(hkl).map_err(|fault| fault.at_line(path, line))?;
        let Some(phase) = phases.phase(row, path)? else {
            unknown += 1;
            continue;
        };
        let weight = match foms {
            Some(column) => value(column, row, path)?.map(weight).transpose(),
            None => Ok(None),
        };
        let weight = weight.map_err(|fault| fault.at_line(path, line))?;
        set.push(Seed { hkl, knowledge: Knowledge::Phase { phase, weight }, line: Some(line) });
    }
    Ok((set, unknown))
}

fn value(column: Column<'_>, row: usize, path: &Path) -> Result<Option<f64>> {
    let known = column.get(row).filter(|v| !matches!(v.text, "?" | "."));
    let read = |v: Value<'_>| {
        let fault = || Error::line(path, v.line, format!("{:?} is not a number", v.text), "correct the loop");
        number(v.text).ok_or_else(fault)
    };
    known.map(read).transpose()
}

fn list_code<'a>(block: &'a Block<'_>) -> Option<&'a str> {
    block.first("_shelx_refln_list_code").map(|v| v.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::{group_by_name, identify};
    use crate::formats::seeds::checks::tests::phases;
    use std::f64::consts::PI;

    const HEAD: &str = "data_a\nloop_\n_symmetry_equiv_pos_as_xyz\n'x, y, z'\n'-x, y+1/2, -z+1/2'\n'-x, -y, -z'\n\
        'x, -y-1/2, z-1/2'\n_cell_length_a 7\n_cell_length_b 8\n_cell_length_c 9\n_cell_angle_alpha 90\n\
        _cell_angle_beta 100\n_cell_angle_gamma 90\nloop_\n_refln_index_h\n_refln_index_k\n_refln_index_l\n";

    fn parse(text: &str) -> Result<Option<SeedList>> {
        read(Path::new("a.fcf"), text)
    }

    #[test]
    fn list_3_is_read_with_the_signs_of_its_zeros() {
        let text = format!(
            "{}_refln_F_meas\n_refln_F_sigma\n_refln_A_calc\n_refln_B_calc\n\
             1 0 0 5 1 -0.00 0.00\n2 0 0 5 1 0.00 0.00\n3 0 0 5 1 -4.1 -0.00\n-1 2 1 5 1 0.00 3.00\n",
            HEAD.replace("data_a\n", "data_a\n_shelx_refln_list_code 3\n")
        );
        let list = parse(&text).unwrap().unwrap();
        assert_eq!(list.kind, "fcf LIST 3");
        assert_eq!(phases(&list), [PI, 0.0, PI, PI / 2.0]);
        assert_eq!(identify(&list.frame.group.unwrap()).unwrap().hm, "P 1 21/c 1");
        assert_eq!(list.frame.cell.unwrap().lengths, [7.0, 8.0, 9.0]);
        assert_eq!((list.sets[0][3].hkl, list.sets[0][3].line), ([-1, 2, 1], Some(26)));
    }

    #[test]
    fn what_this_program_writes_is_read() {
        use crate::crystal::Cell;
        use crate::formats::fcf::{Fcf, FcfRow, Origin, fcf};
        let cell = Cell::new([7.0, 8.0, 9.0], [90.0, 100.0, 90.0]).unwrap();
        let group = group_by_name("P 21", false).unwrap();
        let row = FcfRow { hkl: [1, 2, -3], intensity: 2000.0, sigma: 1.0, f_calc: 44.7, phase: 90.0 };
        let list = parse(&fcf(&Fcf { name: "x", cell: &cell, group: &group, origin: Origin::Model, rows: &[row] }))
            .unwrap()
            .unwrap();
        assert_eq!((list.kind, phases(&list)), ("fcf LIST 6", vec![PI / 2.0]));
        assert_eq!((list.frame.cell, list.frame.group), (Some(cell), Some(group)));
    }

    #[test]
    fn macromolecular_names_weights_and_unknown_phases() {
        let text = "data_r1xyzsf\n_symmetry.space_group_name_H-M 'P 21 21 21'\nloop_\n_refln.index_h\n_refln.index_k\n\
            _refln.index_l\n_refln.fom\n_refln.phase_meas\n_refln.pdbx_PHWT\n1 0 1 0.5 180.0 0\n2 0 1 ? ? 0\n3 0 1 . 0 0\n";
        let list = parse(text).unwrap().unwrap();
        let expected = [Some(0.5), None].map(|weight| Knowledge::Phase { phase: weight.map_or(0.0, |_| PI), weight });
        assert_eq!(list.sets[0].iter().map(|s| s.knowledge.clone()).collect::<Vec<_>>(), expected);
        assert_eq!(list.warnings.len(), 2, "{:?}", list.warnings);
        assert_eq!(list.frame.cell, None);
        assert_eq!(list.frame.group, group_by_name("P 21 21 21", false));
    }

    #[test]
    fn refusals() {
        let fault = |text: &str| parse(text).unwrap_err().to_string();
        let list_4 =
            HEAD.replace("data_a\n", "data_a\n_shelx_refln_list_code 4\n") + "_refln_F_squared_calc\n1 0 0 3.5\n";
        assert_eq!(
            fault(&list_4),
            "a.fcf: lists reflections without phases (LIST 4); write it with LIST 6, or LIST 3, in SHELXL"
        );
        let loops = |row: &str| fault(&format!("{HEAD}_refln_phase_calc\n_refln_fom\n{row}\n"));
        assert!(loops("1 0 0 x 1").starts_with("a.fcf:20: \"x\" is not a number"));
        assert!(loops("1 0 0 0 2").starts_with("a.fcf:20: the weight is 2"));
        assert!(loops("1 0.5 0 0 1").contains("k is 0.5"));
        assert!(loops("1 ? 0 0 1").contains("an index is missing"));
        assert!(loops("1 0 0 ? 1").contains("has no seeds"));
        assert!(
            fault(&format!("{HEAD}_refln_phase_calc\n1 0 0 9\n").replace("_index_l", "_x"))
                .contains("without h, k or l")
        );
        assert!(
            fault(&format!("{HEAD}_refln_phase_calc\n1 0 0 9\n").replace("'-x, -y, -z'", "'q'"))
                .starts_with("a.fcf:6:")
        );
        assert_eq!(parse("data_a\nloop_\n_atom_site_fract_x\n0.5\n").unwrap(), None);
        assert_eq!(parse(&format!("{list_4}loop_\n_atom_site_fract_x\n0.5\n")).unwrap(), None);
    }
}
