//! Writes a structure as CIF (core dictionary): crystal, symmetry, data, how it was solved, how it fits, atoms, what is left.

use super::structure_cif_text::{quoted, text_field};
use crate::crystal::elements::symbol;
use crate::crystal::identity::identify;
use crate::crystal::properties::weight;
use crate::crystal::{Cell, Radiation, Site, SpaceGroup};
use crate::structure::unique::special_position;
use std::fmt::Write;

/// How the line begins that says who solved the structure; the version follows.
pub const SOLVED_BY: &str = "seedflip";

/// Figures of a refinement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// R1 of the reflections above 2σ(I), and of all.
    pub r1: [f64; 2],
    /// wR2 and goodness of fit, weights 1/(σ² + (0.1 P)²).
    pub wr2: f64,
    /// See `wr2`.
    pub goodness: f64,
    /// All reflections, and those above 2σ(I).
    pub reflections: [usize; 2],
    /// Parameters.
    pub parameters: usize,
    /// Highest and lowest value and root mean square of the difference map.
    pub left: [f64; 3],
}

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Å.
    pub wavelength: f64,
    /// What was scattered.
    pub radiation: Radiation,
    /// Rows of the reflection file.
    pub rows: usize,
    /// R_int.
    pub r_int: Option<f64>,
    /// Highest resolution, Å.
    pub d_min: f64,
    /// Kelvin, where the input says it.
    pub temperature: Option<f64>,
}

/// What goes into the file.
#[derive(Debug, Clone, Copy)]
pub struct StructureCif<'a> {
    /// Becomes the name of the data block.
    pub name: &'a str,
    /// The cell.
    pub cell: &'a Cell,
    /// Standard uncertainties of edges (Å) and angles (degrees); 0 where unknown.
    pub cell_sigma: [f64; 6],
    /// Formula units per cell.
    pub z: f64,
    /// Symbols and atoms per cell, in the order of the formula.
    pub formula: &'a [(&'a str, f64)],
    /// Space group.
    pub group: &'a SpaceGroup,
    /// The data.
    pub measured: Measured,
    /// How it was solved, in words.
    pub how: &'a str,
    /// How the model fits; `None` without one.
    pub fit: Option<Fit>,
    /// Matrix of the law (r11 r12 … r33, acting on indices) and share of the second domain of a twin.
    pub twin: Option<(Option<[f64; 9]>, f64)>,
    /// Atoms, then peaks.
    pub sites: &'a [Site],
    /// Texts of the model and of the reflection file, where they are asked for.
    pub embedded: Option<[&'a str; 2]>,
}

/// The file.
pub fn structure_cif(s: &StructureCif) -> String {
    let mut out = String::from("#\n");
    let block: String = s.name.chars().map(|c| if c.is_ascii_graphic() { c } else { '_' }).take(64).collect();
    let program = format!("{SOLVED_BY} {}", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(out, "data_{block}\n_audit_creation_method           {}", quoted(&program));
    chemistry(&mut out, s);
    crystal(&mut out, s);
    data(&mut out, s);
    let _ = writeln!(out, "\n_computing_structure_solution    {}", quoted(&program));
    let _ = writeln!(out, "_atom_sites_solution_primary     iterative");
    out.push_str(&text_field("_refine_special_details", s.how));
    if let Some(fit) = &s.fit {
        refinement(&mut out, fit);
    }
    if let Some((law, share)) = s.twin {
        domains(&mut out, law.as_ref(), share);
    }
    atoms(&mut out, s);
    peaks(&mut out, s.sites);
    if let Some([res, hkl]) = s.embedded {
        out.push_str(&text_field("_shelx_res_file", res));
        out.push_str(&text_field("_shelx_hkl_file", hkl));
    }
    out
}

fn chemistry(out: &mut String, s: &StructureCif) {
    if s.formula.is_empty() || s.z <= 0.0 {
        return;
    }
    let parts: Vec<String> = s.formula.iter().map(|(name, n)| format!("{name}{}", count(n / s.z))).collect();
    let _ = writeln!(out, "_chemical_formula_sum            {}", quoted(&parts.join(" ")));
    let mass: Option<f64> = s
        .formula
        .iter()
        .try_fold(0.0, |sum, (name, n)| Some(sum + n * weight(crate::crystal::elements::atomic_number(name)?)?));
    if let Some(mass) = mass {
        /// g/cm³ of one atomic mass unit in one Å³.
        const DENSITY: f64 = 1.660_539;
        let _ = writeln!(out, "_chemical_formula_weight         {:.2}", mass / s.z);
        let _ = writeln!(out, "_exptl_crystal_density_diffrn    {:.3}", DENSITY * mass / s.cell.volume);
    }
}

/// 1 is left out, as in every formula.
fn count(n: f64) -> String {
    let text = format!("{n:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "1" { String::new() } else { text.to_owned() }
}

fn crystal(out: &mut String, s: &StructureCif) {
    out.push('\n');
    for (i, axis) in ["a", "b", "c"].iter().enumerate() {
        let _ = writeln!(out, "_cell_length_{axis:19} {}", uncertain(s.cell.lengths[i], s.cell_sigma[i], 4));
    }
    for (i, angle) in ["alpha", "beta", "gamma"].iter().enumerate() {
        let _ = writeln!(out, "_cell_angle_{angle:20} {}", uncertain(s.cell.angles[i], s.cell_sigma[3 + i], 3));
    }
    let _ = writeln!(out, "_cell_volume                     {:.2}", s.cell.volume);
    let _ = writeln!(out, "_cell_formula_units_Z            {}", s.z);
    // A symbol on other axes or another origin would contradict the operations.
    if let Some(identity) = identify(s.group).filter(|i| i.tabulated_axes && i.origin_shift.is_none()) {
        let hm = quoted(&identity.hm);
        let _ = writeln!(out, "_space_group_IT_number           {}", identity.number);
        let _ = writeln!(out, "_space_group_name_H-M_alt        {hm}");
        let _ = writeln!(out, "_space_group_name_Hall           {}", quoted(&identity.hall));
        // Some programs know the older name alone.
        let _ = writeln!(out, "_symmetry_space_group_name_H-M   {hm}");
    }
    out.push_str("loop_\n _space_group_symop_id\n _space_group_symop_operation_xyz\n");
    for (n, op) in s.group.operations().iter().enumerate() {
        let _ = writeln!(out, " {:3} {}", n + 1, quoted(&op.to_string().to_lowercase().replace(' ', "")));
    }
}

/// `12.345(6)`; without an uncertainty `decimals` digits.
fn uncertain(x: f64, sigma: f64, decimals: usize) -> String {
    // Two digits where the first is 1, as SHELXL rounds.
    const LARGEST: f64 = 19.5;
    if sigma <= 0.0 || !sigma.is_finite() {
        return format!("{x:.decimals$}");
    }
    let places = (0..=6).find(|&n| sigma * 10f64.powi(n) >= LARGEST / 10.0).unwrap_or(6) as usize;
    let digits = (sigma * 10f64.powi(places as i32)).round();
    if digits < 1.0 { format!("{x:.decimals$}") } else { format!("{x:.places$}({digits})") }
}

fn data(out: &mut String, s: &StructureCif) {
    let m = &s.measured;
    let (probe, kind) = match m.radiation {
        Radiation::Xray => ("x-ray", "x-ray"),
        _ => (m.radiation.name(), m.radiation.name()),
    };
    let _ = writeln!(out, "\n_diffrn_radiation_probe          {probe}");
    let _ = writeln!(out, "_diffrn_radiation_wavelength     {:.5}", m.wavelength);
    if kind != "x-ray" {
        let _ = writeln!(out, "_diffrn_radiation_type           {}", quoted(kind));
    }
    if let Some(kelvin) = m.temperature {
        let _ = writeln!(out, "_diffrn_ambient_temperature      {kelvin:.1}");
    }
    let _ = writeln!(out, "_diffrn_reflns_number            {}", m.rows);
    if let Some(r) = m.r_int {
        let _ = writeln!(out, "_diffrn_reflns_av_R_equivalents  {r:.4}");
    }
    let _ = writeln!(out, "_reflns_d_resolution_high        {:.4}", m.d_min);
    // Bragg's law; wavelengths are checked by no reader against the resolution.
    let sine = 0.5 * m.wavelength / m.d_min;
    if sine > 0.0 && sine < 1.0 {
        let _ = writeln!(out, "_diffrn_reflns_theta_max         {:.3}", sine.asin().to_degrees());
    }
}

fn refinement(out: &mut String, fit: &Fit) {
    let [all, strong] = fit.reflections;
    let _ = writeln!(out, "_reflns_number_total             {all}");
    let _ = writeln!(out, "_reflns_number_gt                {strong}");
    out.push_str("_reflns_threshold_expression     'I > 2\\s(I)'\n");
    out.push_str("_refine_ls_structure_factor_coef F\n");
    out.push_str("_refine_ls_matrix_type           atomblock\n");
    let _ = writeln!(out, "_refine_ls_number_reflns         {all}");
    let _ = writeln!(out, "_refine_ls_number_parameters     {}", fit.parameters);
    out.push_str("_refine_ls_number_restraints     0\n");
    let _ = writeln!(out, "_refine_ls_R_factor_gt           {:.4}", fit.r1[0]);
    let _ = writeln!(out, "_refine_ls_R_factor_all          {:.4}", fit.r1[1]);
    let _ = writeln!(out, "_refine_ls_wR_factor_ref         {:.4}", fit.wr2);
    let _ = writeln!(out, "_refine_ls_goodness_of_fit_ref   {:.3}", fit.goodness);
    let [high, low, sigma] = fit.left;
    let _ = writeln!(out, "_refine_diff_density_max         {high:.3}");
    let _ = writeln!(out, "_refine_diff_density_min         {low:.3}");
    let _ = writeln!(out, "_refine_diff_density_rms         {sigma:.3}");
}

/// Both domains, by the items of the twinning dictionary.
fn domains(out: &mut String, law: Option<&[f64; 9]>, share: f64) {
    const UNTURNED: [f64; 9] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
    out.push_str("\nloop_\n _twin_individual_id\n _twin_individual_mass_fraction_refined\n");
    let Some(law) = law else {
        let _ = writeln!(out, " 1 {:.4}\n 2 {share:.4}", 1.0 - share);
        return;
    };
    for n in 0..UNTURNED.len() {
        let _ = writeln!(out, " _twin_individual_twin_matrix_{}{}", n / 3 + 1, n % 3 + 1);
    }
    for (id, (matrix, share)) in [(&UNTURNED, 1.0 - share), (law, share)].into_iter().enumerate() {
        let numbers: Vec<String> = matrix.iter().map(|x| x.to_string()).collect();
        let _ = writeln!(out, " {} {share:.4} {}", id + 1, numbers.join(" "));
    }
}

fn atoms(out: &mut String, s: &StructureCif) {
    let atoms: Vec<(&Site, &str)> = s.sites.iter().filter_map(|site| Some((site, symbol(site.element?)?))).collect();
    if atoms.is_empty() {
        return;
    }
    out.push_str("\nloop_\n");
    for item in [
        "label",
        "type_symbol",
        "fract_x",
        "fract_y",
        "fract_z",
        "U_iso_or_equiv",
        "adp_type",
        "occupancy",
        "site_symmetry_order",
    ] {
        let _ = writeln!(out, " _atom_site_{item}");
    }
    for (site, name) in atoms {
        let [x, y, z] = site.xyz;
        let order = special_position(s.cell, s.group, site.xyz).1;
        let occupancy = site.sof * order as f64;
        let _ = writeln!(
            out,
            " {:5} {name:2} {x:9.5} {y:9.5} {z:9.5} {:8.4} Uiso {occupancy:.4} {order}",
            site.label, site.u_iso
        );
    }
}

/// The core dictionary has no items for peaks: these are the program's own.
fn peaks(out: &mut String, sites: &[Site]) {
    let peaks: Vec<&Site> = sites.iter().filter(|site| site.element.is_none()).collect();
    if peaks.is_empty() {
        return;
    }
    out.push_str("\nloop_\n");
    for item in ["label", "fract_x", "fract_y", "fract_z", "height"] {
        let _ = writeln!(out, " _{SOLVED_BY}_peak_{item}");
    }
    for site in peaks {
        let [x, y, z] = site.xyz;
        let height = site.height.map_or_else(|| "?".to_owned(), |h| format!("{h:.2}"));
        let _ = writeln!(out, " {:5} {x:9.5} {y:9.5} {z:9.5} {height}", site.label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_usual() {
        for (x, sigma, text) in [
            (10.1234, 0.0006, "10.1234(6)"),
            (5.8755, 0.0012, "5.8755(12)"),
            (95.12, 0.02, "95.12(2)"),
            (90.0, 0.0, "90.0000"),
            (12.0, 3.0, "12(3)"),
        ] {
            assert_eq!(uncertain(x, sigma, 4), text);
        }
        assert_eq!([1.0, 11.0, 0.5, 2.25].map(count), ["", "11", "0.5", "2.25"]);
    }
}
