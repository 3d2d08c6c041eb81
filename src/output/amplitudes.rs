//! Amplitudes and phases of the unique reflections, of model and solution.

use crate::formats::amplitude_row::AmplitudeRow;
use crate::reflections::MergedReflection;
use crate::solve::Structure;
use crate::structure::lookup::Lookup;
use std::collections::HashMap;

/// A row for each unique reflection. The solution's part makes the map `_a.ccp4`; the phase is the model's where there is one.
pub fn amplitudes(merged: &[MergedReflection], structure: &Structure) -> Vec<AmplitudeRow> {
    let phased = &structure.solution.phases.reflections;
    let lookup = Lookup::new(phased);
    let calculated: HashMap<_, _> =
        structure.model.iter().flat_map(|model| &model.calculated).map(|c| (c.hkl, c.f.arg())).collect();
    let degrees = |radians: f64| radians.to_degrees().rem_euclid(360.0);
    let row = |m: &MergedReflection| {
        let f = m.intensity.max(0.0).sqrt();
        let found = lookup.phase(m.hkl, phased).filter(|(at, _)| phased[*at].f > 0.0);
        let solution = found.map(|(at, phase)| [phased[at].f * phased[at].fom, phased[at].fom, degrees(phase)]);
        let of_model = calculated.get(&m.hkl).map(|phase| degrees(f64::from(*phase)));
        AmplitudeRow {
            hkl: m.hkl,
            f,
            // Finite also where the intensity is not positive.
            sigma: (m.intensity.max(0.0) + m.sigma.max(0.0)).sqrt() - f,
            e: found.map(|(at, _)| phased[at].e),
            phase: of_model.or(solution.filter(|_| structure.model.is_none()).map(|[_, _, phase]| phase)),
            solution,
        }
    };
    merged.iter().map(row).collect()
}
