//! Phases of a model on the reflections of the data: the truth that seeds are made from and judged by.

use super::calculated::Calculated;
use super::way;
use crate::Result;
use crate::formats::read_fragment;
use crate::formats::text::read_bytes;
use crate::reflections::DataSet;
use crate::seed::TruePhase;
use std::path::Path;

/// Unique reflections of `data` with d ≥ `d_min` (Å) and their phases in the structure of the file `model`.
///
/// # Errors
/// Those of the reader, and a model of another crystal or setting.
pub fn true_phases(model: &Path, data: &DataSet, d_min: f64) -> Result<Vec<TruePhase>> {
    let bytes = read_bytes(model, "give a model: a CIF with fractional coordinates, or a .res")?;
    let fragment = read_fragment(model, &bytes)?;
    let way = way(model, Some(&fragment.cell), Some(&fragment.group), data)?;
    let reflections = super::within(data, d_min);
    let factors = Calculated { path: model, data, reflections: &reflections }.of_fragment(&fragment, &way)?;
    let truth = |(r, f): (&&crate::reflections::NormalisedReflection, num_complex::Complex64)| TruePhase {
        hkl: r.merged.hkl,
        e: r.e,
        phase: f.arg(),
    };
    Ok(reflections.iter().zip(factors).map(truth).collect())
}
