//! What a CIF block says of the crystal.

use super::facts::{Facts, formula};
use crate::crystal::elements::atomic_number;
use crate::crystal::{Cell, ElementCount};
use crate::error::Result;
use crate::formats::cif;
use crate::formats::cif::symmetry::space_group_if_named;
use crate::formats::cif::syntax::{Block, number};
use std::path::Path;

/// Tags of the wavelength in Å, of small molecules and of macromolecules.
const WAVELENGTHS: [&str; 4] = [
    "_diffrn_radiation_wavelength",
    "_diffrn_radiation_wavelength_wavelength",
    "_diffrn_source_pdbx_wavelength",
    "_diffrn_source_pdbx_wavelength_list",
];
const TITLES: [&str; 4] = ["_chemical_name_common", "_chemical_name_systematic", "_shelx_title", "_struct_title"];
/// Volume of a cell may differ from the one that the file gives by this share.
const VOLUME_TOLERANCE: f64 = 0.02;

/// What `block` says of the crystal, and what is odd in it. Symmetry that cannot be understood counts as none, with a
/// line: the intensities know it too.
///
/// # Errors
/// `Error::Input` naming `path` and the line: a cell that is none.
pub fn facts(block: &Block<'_>, path: &Path) -> Result<(Facts, Vec<String>)> {
    let mut warnings = Vec::new();
    let said = |tag: &str| block.first(tag).filter(|v| !matches!(v.text.trim(), "" | "?" | "."));
    let cell = if said("_cell_length_a").is_some() && said("_cell_length_c").is_some() {
        Some(cif::cell(block, path)?)
    } else {
        None
    };
    if let (Some(cell), Some(volume)) = (&cell, said("_cell_volume").and_then(|v| number(v.text)))
        && (cell.volume / volume - 1.0).abs() > VOLUME_TOLERANCE
    {
        warnings.push(format!("the cell has {:.1} Å³, _cell_volume says {volume:.1}: one is misprinted", cell.volume));
    }
    let group = match space_group_if_named(block, cell.as_ref(), path) {
        Ok(group) => group,
        Err(error) => {
            warnings.push(format!("the symmetry is not understood ({error})"));
            None
        }
    };
    let z = said("_cell_formula_units_z").and_then(|v| number(v.text)).filter(|z| *z > 0.0);
    let of_cell = z.or_else(|| group.as_ref().map(|g| g.operations().len() as f64)).unwrap_or(1.0);
    let by_formula = said("_chemical_formula_sum").map(|v| formula(v.text, of_cell)).unwrap_or_default();
    let title =
        TITLES.iter().find_map(|tag| said(tag)).map(|v| v.text.split_whitespace().collect::<Vec<_>>().join(" "));
    let facts = Facts {
        title: title.unwrap_or_else(|| block.name.clone()),
        wavelength: WAVELENGTHS.iter().find_map(|tag| said(tag)).and_then(|v| number(v.text)).filter(|w| *w > 0.0),
        neutrons: cif::says_neutrons(block),
        cell_sigma: if cell.is_some() { cell_sigma(block) } else { [0.0; 6] },
        cell,
        group,
        z,
        elements: if by_formula.is_empty() { atom_types(block) } else { by_formula },
        kept: Vec::new(),
    };
    Ok((facts, warnings))
}

/// Elements of `_atom_type_symbol` with the numbers of `_atom_type_number_in_cell`, 0 without.
fn atom_types(block: &Block<'_>) -> Vec<ElementCount> {
    let Some(symbols) = block.column("_atom_type_symbol") else { return Vec::new() };
    let numbers = symbols.neighbour("_atom_type_number_in_cell");
    let element = |row: usize| {
        let letters: String = symbols.get(row)?.text.chars().take_while(char::is_ascii_alphabetic).collect();
        let atomic_number = atomic_number(&letters)?;
        let symbol = crate::crystal::elements::symbol(atomic_number)?.to_owned();
        let count = numbers.and_then(|n| number(n.get(row)?.text)).unwrap_or(0.0).max(0.0);
        Some(ElementCount { symbol, atomic_number, count, coefficients: None })
    };
    (0..symbols.len()).filter_map(element).collect()
}

/// Standard uncertainties that stand behind the numbers of the cell: 7.123(4) is 7.123 with 0.004.
fn cell_sigma(block: &Block<'_>) -> [f64; 6] {
    let tags = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"];
    tags.map(|tag| {
        let text = block.first(&format!("_cell_{tag}")).map_or("", |v| v.text);
        let Some((value, sigma)) = text.strip_suffix(')').and_then(|t| t.split_once('(')) else { return 0.0 };
        let decimals = value.split_once('.').map_or(0, |(_, after)| after.len());
        // A digit of uncertainty far behind the point is a slip.
        i32::try_from(decimals).ok().zip(sigma.parse::<f64>().ok()).map_or(0.0, |(n, s)| s * 10f64.powi(-n))
    })
}

/// True where two cells differ by more than a hundredth of an edge or a degree.
pub fn differ(a: &Cell, b: &Cell) -> bool {
    let edges = a.lengths.iter().zip(b.lengths).any(|(x, y)| (x / y - 1.0).abs() > 0.01);
    edges || a.angles.iter().zip(b.angles).any(|(x, y)| (x - y).abs() > 1.0)
}
