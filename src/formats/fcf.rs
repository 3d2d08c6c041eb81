//! SHELX `.fcf`, LIST 6: measured F² and phases, from which ShelXle and Olex2 draw maps.

use crate::crystal::{Cell, Hkl, SpaceGroup};
use crate::reflections::{MergedReflection, PhasedReflection};
use crate::structure::lookup::Lookup;
use std::fmt::Write;

/// One line of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FcfRow {
    /// Laue representative.
    pub hkl: Hkl,
    /// F² as measured, on the file's scale.
    pub intensity: f64,
    /// Its standard uncertainty.
    pub sigma: f64,
    /// |F| that goes with the phase, on the file's scale.
    pub f_calc: f64,
    /// Phase in degrees, 0…360.
    pub phase: f64,
}

/// Unique reflections with the phases that a symmetrised half-sphere gives them; measured reflections without a
/// phase (beyond the resolution that was phased) are left out. As there is no model yet, the calculated amplitude
/// is the measured one: a difference map is empty, a map of Fo shows the solution.
pub fn fcf_rows(merged: &[MergedReflection], phased: &[PhasedReflection]) -> Vec<FcfRow> {
    let lookup = Lookup::new(phased);
    merged
        .iter()
        .filter_map(|m| {
            let (at, phase) = lookup.phase(m.hkl, phased)?;
            let phase = phase.to_degrees().rem_euclid(360.0);
            Some(FcfRow { hkl: m.hkl, intensity: m.intensity, sigma: m.sigma, f_calc: phased[at].f, phase })
        })
        .collect()
}

/// The file. `name` becomes the name of the data block, its blanks replaced.
pub fn fcf(name: &str, cell: &Cell, group: &SpaceGroup, rows: &[FcfRow]) -> String {
    let block: String = name.chars().map(|c| if c.is_ascii_graphic() { c } else { '_' }).collect();
    let mut out = String::with_capacity(64 * rows.len() + 2000);
    out.push_str("#\n# h,k,l, Fo-squared, sigma(Fo-squared), Fc and phi(calc)\n#\n");
    let _ = writeln!(out, "data_{block}\n_shelx_refln_list_code          6");
    let largest = rows.iter().map(|r| r.f_calc).fold(0.0, f64::max);
    let _ = writeln!(out, "_shelx_F_calc_maximum           {largest:.2}");
    let d_star_sq = rows.iter().map(|r| cell.d_star_sq(r.hkl)).fold(0.0, f64::max);
    if d_star_sq > 0.0 {
        let _ = writeln!(out, "_reflns_d_resolution_high       {:.4}", d_star_sq.sqrt().recip());
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
