//! SHELX `.fcf`, LIST 6: measured F², calculated F and phases, from which ShelXle and Olex2 draw maps.

use crate::crystal::identity::identify;
use crate::crystal::{Cell, Hkl, SpaceGroup};
use crate::reflections::{CalculatedReflection, MergedReflection, PhasedReflection};
use crate::structure::lookup::Lookup;
use std::collections::HashMap;
use std::fmt::Write;

/// How the line begins that says who wrote the file; the version follows.
pub const FCF_MARK: &str = "_computing_structure_solution   'seedflip ";

/// One line of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FcfRow {
    /// Laue representative.
    pub hkl: Hkl,
    /// F² as measured, on the scale of `f_calc`.
    pub intensity: f64,
    /// Its standard uncertainty.
    pub sigma: f64,
    /// |F| that goes with the phase.
    pub f_calc: f64,
    /// Phase in degrees, 0…360.
    pub phase: f64,
}

/// Where the calculated amplitudes and the phases of a list come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The solution; there is no model of atoms.
    Solution,
    /// A model of atoms.
    Model,
}

impl Origin {
    /// The same in words, for the reader of the file.
    fn words(self) -> &'static str {
        match self {
            Self::Solution => {
                "No model of atoms: phases are those of the solution, and F_calc is F_meas, so that a difference map\n\
                 is empty. F_squared_meas is on the scale of the reflection file."
            }
            Self::Model => {
                "F_calc and phases of the model of atoms. F_squared_meas and its sigma are divided by the square of\n\
                 the scale of the model. The reflections are those that the model was fitted to and its R1 is said of."
            }
        }
    }
}

/// What goes into the file.
#[derive(Debug, Clone, Copy)]
pub struct Fcf<'a> {
    /// Becomes the name of the data block, its blanks replaced.
    pub name: &'a str,
    /// The cell.
    pub cell: &'a Cell,
    /// Space group, in the setting of the data.
    pub group: &'a SpaceGroup,
    /// Where F_calc and the phases of the rows come from.
    pub origin: Origin,
    /// One for each reflection.
    pub rows: &'a [FcfRow],
}

/// Unique reflections with the phases that a symmetrised half-sphere gives them; measured reflections without a
/// phase (beyond the resolution that was phased) are left out. As there is no model, the calculated amplitude
/// is the measured one: a difference map is empty, a map of Fo shows the solution.
pub fn fcf_rows(merged: &[MergedReflection], phased: &[PhasedReflection]) -> Vec<FcfRow> {
    let lookup = Lookup::new(phased);
    merged
        .iter()
        .filter_map(|m| {
            let (at, phase) = lookup.phase(m.hkl, phased)?;
            Some(FcfRow {
                hkl: m.hkl,
                intensity: m.intensity,
                sigma: m.sigma,
                f_calc: phased[at].f,
                phase: degrees_of(phase),
            })
        })
        .collect()
}

/// Unique reflections with what a model makes of them, on the scale of the model: measured |F| is `scale` times
/// calculated |F|. Reflections that were not calculated are left out. Of a twin the intensity is the part that the model gives to the first domain,
/// as SHELXL writes it; observations of a twin that the model took apart are each reflection's own.
pub fn fcf_rows_of_model(merged: &[MergedReflection], calculated: &[CalculatedReflection], scale: f64) -> Vec<FcfRow> {
    let found: HashMap<Hkl, &CalculatedReflection> = calculated.iter().map(|c| (c.hkl, c)).collect();
    merged
        .iter()
        .filter_map(|m| {
            let of_model = found.get(&m.hkl)?;
            let share = f64::from(of_model.share);
            let [intensity, sigma] = of_model.apart.unwrap_or([share * m.intensity, share * m.sigma]);
            let by = scale.powi(-2);
            let (size, phase) = of_model.f.to_polar();
            Some(FcfRow {
                hkl: m.hkl,
                intensity: by * intensity,
                sigma: by * sigma,
                f_calc: f64::from(size),
                phase: degrees_of(f64::from(phase)),
            })
        })
        .collect()
}

/// Radians to degrees, 0…360.
fn degrees_of(phase: f64) -> f64 {
    phase.to_degrees().rem_euclid(360.0)
}

/// The file.
pub fn fcf(list: &Fcf) -> String {
    let Fcf { name, cell, group, origin, rows } = *list;
    let block: String = name.chars().map(|c| if c.is_ascii_graphic() { c } else { '_' }).collect();
    let mut out = String::with_capacity(64 * rows.len() + 2000);
    out.push_str("#\n# h,k,l, Fo-squared, sigma(Fo-squared), Fc and phi(calc)\n#\n");
    let _ = writeln!(out, "data_{block}\n_shelx_refln_list_code          6");
    let _ = writeln!(out, "{FCF_MARK}{}'", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(out, "_reflns_special_details\n;\n{}\n;", origin.words());
    let largest = rows.iter().map(|r| r.f_calc).fold(0.0, f64::max);
    let _ = writeln!(out, "_shelx_F_calc_maximum           {largest:.2}");
    let d_star_sq = rows.iter().map(|r| cell.d_star_sq(r.hkl)).fold(0.0, f64::max);
    if d_star_sq > 0.0 {
        let _ = writeln!(out, "_reflns_d_resolution_high       {:.4}", d_star_sq.sqrt().recip());
    }
    // A symbol on other axes or another origin would contradict the operations.
    if let Some(identity) = identify(group).filter(|i| i.tabulated_axes && i.origin_shift.is_none()) {
        let _ = writeln!(out, "\n_space_group_IT_number          {}", identity.number);
        let _ = writeln!(out, "_space_group_name_H-M_alt       '{}'", identity.hm);
        // Some programs know the older name alone.
        let _ = writeln!(out, "_symmetry_space_group_name_H-M  '{}'", identity.hm);
        let _ = writeln!(out, "_space_group_name_Hall          '{}'", identity.hall);
    }
    out.push_str("\nloop_\n _space_group_symop_operation_xyz\n");
    for op in group.operations() {
        let _ = writeln!(out, " '{}'", op.to_string().to_lowercase());
    }
    out.push('\n');
    for (axis, length) in ["a", "b", "c"].iter().zip(cell.lengths) {
        let _ = writeln!(out, "_cell_length_{axis}     {length:.5}");
    }
    for (angle, degrees) in ["alpha", "beta", "gamma"].iter().zip(cell.angles) {
        let _ = writeln!(out, "_cell_angle_{angle:5}  {degrees:.4}");
    }
    let strongest = rows.iter().map(|r| r.intensity).fold(0.0, f64::max);
    let multiplier = multiplier(strongest);
    let _ = writeln!(out, "\n_shelx_F_squared_multiplier     {multiplier:.3}\n\nloop_");
    for column in ["index_h", "index_k", "index_l", "F_squared_meas", "F_squared_sigma", "F_calc", "phase_calc"] {
        let _ = writeln!(out, " _refln_{column}");
    }
    for r in rows {
        let [h, k, l] = r.hkl;
        let (intensity, sigma, f) = (r.intensity * multiplier, r.sigma * multiplier, r.f_calc * multiplier.sqrt());
        let _ = writeln!(out, "{h:4}{k:4}{l:4} {intensity:12.2} {sigma:10.2} {f:11.2} {:7.2}", r.phase);
    }
    out
}

/// Power of 100 that gives the strongest F² at least four digits before the point: two decimals would lose the weak
/// ones of a list on a small scale.
fn multiplier(strongest: f64) -> f64 {
    const LEAST: f64 = 1000.0;
    if strongest <= 0.0 || strongest >= LEAST { 1.0 } else { 100f64.powf(((LEAST / strongest).log10() / 2.0).ceil()) }
}
