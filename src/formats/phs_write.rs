//! Writes `.phs` (XtalView, SHELXE): `h k l F FOM phase sigF`, a line for each reflection that has a phase.

use super::amplitude_row::AmplitudeRow;
use std::fmt::Write;

/// The list: 3I4, F9.2, F8.4, F8.1, F8.2. The phase and its figure of merit are those of the solution, or of the model where
/// that has none. Amplitudes are multiplied by a power of ten that fits them to their columns.
pub fn phs(rows: &[AmplitudeRow]) -> String {
    const LARGEST: f64 = 9999.99;
    let strongest = rows.iter().map(|r| r.f).fold(0.0, f64::max);
    let by = if strongest > 0.0 { 10f64.powf((LARGEST / strongest).log10().floor()) } else { 1.0 };
    let mut out = String::with_capacity(46 * rows.len());
    for row in rows {
        let found = row.solution.map(|[_, fom, phase]| (fom, phase)).or(row.phase.map(|phase| (1.0, phase)));
        let Some((fom, phase)) = found else { continue };
        let [h, k, l] = row.hkl;
        let _ = writeln!(out, "{h:4}{k:4}{l:4}{:9.2}{fom:8.4}{phase:8.1}{:8.2}", by * row.f, by * row.sigma);
    }
    out
}
