//! Crystal structure models in CIF (small-molecule dictionary, `_atom_site_fract_*`).

mod atoms;
pub(super) mod symmetry;
pub(super) mod syntax;
mod table;

use super::text::{read_up_to, text_of};
use crate::crystal::{Cell, Site, SpaceGroup};
use crate::error::{Error, Result};
use std::path::Path;
use syntax::{Block, number};

/// A crystal structure: what it takes to compute structure factors.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Chemical name, or the name of the data block.
    pub title: String,
    /// Unit cell.
    pub cell: Cell,
    /// Space group in the setting of the file.
    pub space_group: SpaceGroup,
    /// Wavelength in Å, where the file names one.
    pub wavelength: Option<f64>,
    /// The file says that neutrons were scattered.
    pub neutrons: bool,
    /// Sites of the asymmetric unit, every one with an element.
    pub sites: Vec<Site>,
}

/// No file of a structure is larger, bytes, even with its reflections in it.
pub(super) const LARGEST_MODEL: u64 = 64 << 20;

/// Reads the model of a CIF: the first data block with an atom-site loop. `Err` names the file, the line
/// where there is one, and what to do.
pub fn read_model(path: &Path) -> Result<Model> {
    let bytes = read_up_to(path, "check the name of the model file", LARGEST_MODEL)?;
    parse_model(&text_of(&bytes), path)
}

/// Reads a model from the text of a CIF; `path` is for messages only.
pub fn parse_model(text: &str, path: &Path) -> Result<Model> {
    let blocks = syntax::blocks(text, path)?;
    let block = blocks.iter().find(|b| b.column("_atom_site_fract_x").is_some()).ok_or_else(|| {
        Error::file(path, "has no loop of _atom_site_fract_x", "give a CIF with fractional atom coordinates")
    })?;
    let cell = cell(block, path)?;
    let space_group = symmetry::space_group(block, &cell, path)?;
    let sites = atoms::sites(block, &cell, &space_group, path)?;
    let wavelength =
        block.first("_diffrn_radiation_wavelength").and_then(|v| number(v.text)).filter(|&w| w.is_finite() && w > 0.0);
    Ok(Model { title: title(block), cell, space_group, wavelength, neutrons: says_neutrons(block), sites })
}

/// True where a block says that neutrons were scattered.
pub(super) fn says_neutrons(block: &Block<'_>) -> bool {
    block.first("_diffrn_radiation_probe").is_some_and(|v| v.text.trim().eq_ignore_ascii_case("neutron"))
}

fn title(block: &Block<'_>) -> String {
    let named = ["_chemical_name_common", "_chemical_name_systematic"]
        .iter()
        .filter_map(|tag| block.first(tag))
        .map(|v| v.text.split_whitespace().collect::<Vec<_>>().join(" "))
        .find(|name| !matches!(name.as_str(), "" | "?" | "."));
    named.unwrap_or_else(|| block.name.clone())
}

/// Unit cell of a block.
pub(super) fn cell(block: &Block<'_>, path: &Path) -> Result<Cell> {
    let hint = "correct the cell in the CIF";
    let value = |tag: &str, default: Option<f64>| match block.first(tag) {
        Some(v) => number(v.text)
            .or(default)
            .ok_or_else(|| Error::line(path, v.line, format!("{tag} is {:?}, not a number", v.text), hint)),
        None => default.ok_or_else(|| Error::file(path, format!("has no {tag}"), hint)),
    };
    let mut lengths = [0.0; 3];
    let mut angles = [0.0; 3];
    for (i, axis) in ["a", "b", "c"].iter().enumerate() {
        lengths[i] = value(&format!("_cell_length_{axis}"), None)?;
    }
    // Angles of 90° are often left out.
    for (i, angle) in ["alpha", "beta", "gamma"].iter().enumerate() {
        angles[i] = value(&format!("_cell_angle_{angle}"), Some(90.0))?;
    }
    Cell::new(lengths, angles).map_err(|what| Error::file(path, what, hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::elements::symbol;

    const SMALL: &str = "\
# a comment\ndata_first\n_x 'it''s'\ndata_salt\n_chemical_name_common 'rock salt'\n_cell_length_a 5.640(1)\n\
_cell_length_b 5.640(1)\n_cell_length_c 5.640(1)\n_diffrn_radiation_wavelength 0.71073\n\
_space_group_name_H-M_alt 'F m -3 m'\nloop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n\
_atom_site_fract_z\n_atom_site_B_iso_or_equiv\n_atom_site_occupancy\nNa1 0 0 0 1.579(2) 1\nCl1 .5 1/2 0.5000(3) . 0.9\n";

    fn parse(text: &str) -> Result<Model> {
        parse_model(text, Path::new("model.cif"))
    }

    #[test]
    fn a_small_model_is_read_whole() {
        let model = parse(&SMALL.replace("1/2", "0.5")).unwrap();
        assert_eq!((model.title.as_str(), model.wavelength, model.neutrons), ("rock salt", Some(0.71073), false));
        let neutrons = SMALL.replace("1/2", "0.5").replace("data_salt", "data_salt\n_diffrn_radiation_probe neutron");
        assert!(parse(&neutrons).unwrap().neutrons);
        assert_eq!(model.cell.lengths, [5.64; 3]);
        assert_eq!(model.space_group.operations().len(), 192);
        let [na, cl] = &model.sites[..] else { panic!() };
        assert_eq!((symbol(na.element.unwrap()), symbol(cl.element.unwrap())), (Some("Na"), Some("Cl")));
        assert!((na.sof - 1.0 / 48.0).abs() < 1e-12 && (cl.sof - 0.9 / 48.0).abs() < 1e-12);
        assert!((na.u_iso - 0.02).abs() < 1e-4);
    }

    #[test]
    fn faults_name_the_line() {
        let fault = |text: &str| parse(text).unwrap_err().to_string();
        assert!(fault(SMALL).starts_with("model.cif:19:"), "{}", fault(SMALL));
        assert!(fault(&SMALL.replace("5.640(1)", "x")).starts_with("model.cif:6:"));
        assert!(fault(&SMALL.replace("F m -3 m", "F q -3 m")).contains("F q -3 m"));
        assert!(fault(&SMALL.replace("_space_group", "_other")).contains("symmetry operations"));
        assert!(fault(&SMALL.replace("Na1", "Zz1")).contains("Zz1"));
        assert!(fault("").contains("_atom_site_fract_x"));
    }

    #[test]
    fn operations_and_displacements_are_read() {
        let text = "data_t\n_cell_length_a 7\n_cell_length_b 8\n_cell_length_c 9\n_cell_angle_beta 100.5(2)\nloop_\n\
            _symmetry_equiv_pos_site_id\n_symmetry_equiv_pos_as_xyz\n1 x,y,z\n2 '-x, 1/2+y, 1/2-z'\n3 -x,-y,-z\n\
            4 'x, 1/2-y, 1/2+z'\nloop_\n_atom_site_type_symbol\n_atom_site_label\n_atom_site_fract_x\n\
            _atom_site_fract_y\n_atom_site_fract_z\n_atom_site_U_iso_or_equiv\nFe3+ M1 0 0 0 0.01(1)\n\
            C C1 .1 .2 .3 ?\nH H1 ? ? ? 0.05\nloop_\n_atom_site_aniso_label\n_atom_site_aniso_U_11\n\
            _atom_site_aniso_U_22\n_atom_site_aniso_U_33\n_atom_site_aniso_U_23\n_atom_site_aniso_U_13\n\
            _atom_site_aniso_U_12\nC1 0.01 0.02(1) 0.03 0 .001 -.002\n_text\n;\nnever closed\n";
        let model = parse(text).unwrap();
        assert_eq!(model.space_group.operations().len(), 4);
        assert_eq!(model.sites.len(), 2);
        assert_eq!((model.sites[0].element, model.sites[0].sof), (Some(26), 0.5));
        assert_eq!(model.sites[1].u_aniso, Some([0.01, 0.02, 0.03, 0.0, 0.001, -0.002]));
        assert!((model.sites[1].u_iso - 0.02).abs() < 0.002);
    }
}
