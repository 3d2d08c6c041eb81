//! Phases of a model on the reflections of the data: the truth that seeds are made from and judged by.

use super::way;
use crate::crystal::Hkl;
use crate::formats::read_fragment;
use crate::formats::text::read_bytes;
use crate::reflections::{DataSet, NormalisedReflection};
use crate::seed::{TrueModel, TruePhase};
use crate::{Error, Result};
use num_complex::Complex64;
use std::path::Path;

/// Unique reflections of `data` with d ≥ `d_min` (Å) and their phases in the structure of the file `model`.
///
/// # Errors
/// Those of the reader, and a model of another crystal or setting.
pub fn true_phases(model: &Path, data: &DataSet, d_min: f64) -> Result<Vec<TruePhase>> {
    true_structure(model, data, d_min).map(|(_, truth)| truth)
}

/// The same with the structure itself.
///
/// # Errors
/// Those of the reader, and a model of another crystal or setting.
pub fn true_structure(model: &Path, data: &DataSet, d_min: f64) -> Result<(TrueModel, Vec<TruePhase>)> {
    let bytes = read_bytes(model, "give a model: a CIF with fractional coordinates, or a .res")?;
    let fragment = read_fragment(model, &bytes)?;
    let way = way(model, Some(&fragment.cell), Some(&fragment.group), data)?;
    let table = data.header.table();
    let structure = TrueModel::new(fragment.cell, fragment.group, fragment.sites, table, way);
    let reflections = super::within(data, d_min);
    let hkls: Vec<Hkl> = reflections.iter().map(|r| r.merged.hkl).collect();
    let factors = structure.factors(&hkls).map_err(|what| Error::file(model, what, "correct the model"))?;
    let phased = |(r, f): (&&NormalisedReflection, Complex64)| TruePhase { hkl: r.merged.hkl, e: r.e, phase: f.arg() };
    let truth = reflections.iter().zip(factors).map(phased).collect();
    Ok((structure, truth))
}
