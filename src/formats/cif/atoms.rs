//! The atom sites of a CIF block.

use super::syntax::{Block, Column, Value, number};
use crate::crystal::elements::atomic_number;
use crate::crystal::{Cell, Site, SpaceGroup};
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::f64::consts::PI;
use std::path::Path;

/// Images of a site nearer than this, in Å, are the site itself: it lies on a symmetry element.
const COINCIDENCE: f64 = 0.05;
/// U in Å² where the file gives none: the value that SHELXL starts from.
const DEFAULT_U_ISO: f64 = 0.05;
const ANISOTROPIC: [&str; 6] = ["11", "22", "33", "23", "13", "12"];

/// Sites with coordinates; those whose coordinates are unknown (`?`, `.`) are left out.
pub(super) fn sites(block: &Block<'_>, cell: &Cell, group: &SpaceGroup, path: &Path) -> Result<Vec<Site>> {
    let Some(x) = block.column("_atom_site_fract_x") else { return Ok(Vec::new()) };
    let anisotropic = anisotropic(block);
    let mut sites = Vec::with_capacity(x.len());
    for row in 0..x.len() {
        let text = |tag: &str| known(x.neighbour(tag), row);
        let Some(xyz) = coordinates(&x, row, path)? else { continue };
        let label = text("_atom_site_label").or_else(|| text("_atom_site_type_symbol"));
        let (label, line) = label.map_or_else(|| (String::new(), 0), |v| (v.text.to_owned(), v.line));
        let element = text("_atom_site_type_symbol")
            .and_then(|v| element_of_type(v.text))
            .or_else(|| element_of_label(&label))
            .ok_or_else(|| {
                Error::line(path, line, format!("atom {label:?} has no known element"), "add _atom_site_type_symbol")
            })?;
        let value = |tag: &str| text(tag).and_then(|v| number(v.text));
        let order = value("_atom_site_site_symmetry_order")
            .filter(|&n| n >= 1.0)
            .unwrap_or_else(|| f64::from(site_symmetry_order(cell, group, xyz)));
        let u_aniso = anisotropic.get(label.as_str()).copied();
        let u_iso = value("_atom_site_u_iso_or_equiv")
            .or_else(|| value("_atom_site_b_iso_or_equiv").map(|b| b / (8.0 * PI * PI)))
            .or_else(|| u_aniso.map(|u| u_equivalent(cell, u)))
            .unwrap_or(DEFAULT_U_ISO);
        sites.push(Site {
            label,
            element: Some(element),
            xyz,
            sof: value("_atom_site_occupancy").unwrap_or(1.0) / order,
            u_iso,
            u_aniso,
            height: None,
        });
    }
    if sites.is_empty() {
        return Err(Error::file(path, "has no atom with coordinates", "give a CIF with atom coordinates"));
    }
    Ok(sites)
}

/// The value in a row unless it is unknown.
fn known(column: Option<Column<'_>>, row: usize) -> Option<Value<'_>> {
    column?.get(row).filter(|v| !matches!(v.text, "?" | "."))
}

fn coordinates(x: &Column<'_>, row: usize, path: &Path) -> Result<Option<[f64; 3]>> {
    let mut xyz = [0.0; 3];
    for (slot, tag) in xyz.iter_mut().zip(["_atom_site_fract_x", "_atom_site_fract_y", "_atom_site_fract_z"]) {
        let Some(value) = known(x.neighbour(tag), row) else { return Ok(None) };
        *slot = number(value.text).ok_or_else(|| {
            Error::line(path, value.line, format!("{tag} is {:?}, not a number", value.text), "correct the coordinate")
        })?;
    }
    Ok(Some(xyz))
}

/// U11 U22 U33 U23 U13 U12 in Å² by label, from U or B columns; incomplete rows are left out.
fn anisotropic<'a>(block: &'a Block<'a>) -> HashMap<&'a str, [f64; 6]> {
    let Some(labels) = block.column("_atom_site_aniso_label") else { return HashMap::new() };
    let mut found = HashMap::new();
    for row in 0..labels.len() {
        let component = |i: &str| {
            let read = |kind: &str| {
                known(labels.neighbour(&format!("_atom_site_aniso_{kind}_{i}")), row).and_then(|v| number(v.text))
            };
            read("u").or_else(|| read("b").map(|b| b / (8.0 * PI * PI)))
        };
        let values: Vec<f64> = ANISOTROPIC.iter().filter_map(|i| component(i)).collect();
        if let (Some(label), Ok(u)) = (labels.get(row), <[f64; 6]>::try_from(values)) {
            found.insert(label.text, u);
        }
    }
    found
}

/// Equivalent isotropic U in Å²: ⅓ Σ U_ij a*ᵢ a*ⱼ aᵢ·aⱼ (Fischer & Tillmanns, Acta Cryst. C44, 775, 1988).
fn u_equivalent(cell: &Cell, u: [f64; 6]) -> f64 {
    let full = [[u[0], u[5], u[4]], [u[5], u[1], u[3]], [u[4], u[3], u[2]]];
    let star: [f64; 3] = std::array::from_fn(|i| cell.reciprocal_metric[i][i].sqrt());
    let sum: f64 =
        (0..3).map(|i| (0..3).map(|j| full[i][j] * star[i] * star[j] * cell.metric[i][j]).sum::<f64>()).sum();
    sum / 3.0
}

/// How many operations leave the site where it is.
fn site_symmetry_order(cell: &Cell, group: &SpaceGroup, xyz: [f64; 3]) -> u32 {
    let here = |op: &&crate::crystal::SymOp| cell.distance_mod_lattice(op.apply(xyz), xyz) < COINCIDENCE;
    u32::try_from(group.operations().iter().filter(here).count()).unwrap_or(1).max(1)
}

/// Element of a type symbol such as `C`, `Fe3+`, `O1-`, `Cval`: one or two leading letters.
fn element_of_type(text: &str) -> Option<u8> {
    let letters: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    letters.get(..2).and_then(atomic_number).or_else(|| letters.get(..1).and_then(atomic_number))
}

/// Element of a label such as `C12`, `Cl1`, `CL1`, `O1W`. A capital second letter makes a two-letter
/// symbol only where the first letter is not C, H, N or O (`CA` is mostly an α carbon), except in `CL`.
fn element_of_label(text: &str) -> Option<u8> {
    let first = text.get(..1).filter(|s| s.chars().all(|c| c.is_ascii_alphabetic()))?;
    let two = text.get(..2).filter(|s| s.chars().all(|c| c.is_ascii_alphabetic()));
    let lower = text.chars().nth(1).is_some_and(|c| c.is_ascii_lowercase());
    let ambiguous = !lower && ["C", "H", "N", "O"].contains(&first) && two != Some("CL");
    two.filter(|_| !ambiguous).and_then(atomic_number).or_else(|| atomic_number(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_labels_and_types() {
        let by_label = ["C12", "Cl1", "CL2", "CA1", "O1W", "NA1", "SI3", "H12A", "D1", "Zz1", "", "é"];
        let expected =
            [Some(6), Some(17), Some(17), Some(6), Some(8), Some(7), Some(14), Some(1), Some(0), None, None, None];
        assert_eq!(by_label.map(element_of_label), expected);
        assert_eq!(
            ["Fe3+", "O1-", "Cval", "CL", "X"].map(element_of_type),
            [Some(26), Some(8), Some(6), Some(17), None]
        );
    }
}
