//! From a path to the seeds of a data set: lists, models and maps.
//!
//! Imports: `formats`, `structure`, `seed`, `twins`, `reflections`, `crystal`, `error`.

mod calculated;
mod limit;
mod obverse;
mod truth;

pub use truth::true_phases;

use crate::crystal::reframe::{Reframing, reframe};
use crate::crystal::{Cell, Hkl, SpaceGroup};
use crate::formats::fragment::read_fragment;
use crate::formats::map_read::{is_map, read_map};
use crate::formats::seeds::read_seed_list;
use crate::formats::text::read_bytes;
use crate::reflections::{DataSet, NormalisedReflection};
use crate::seed::{Origin, SeedList, SeedSets, resolve};
use crate::{Error, Result};
use calculated::{Calculated, seeds_of};
use std::collections::HashSet;
use std::path::Path;

/// Seeds ready for a run, and what is worth saying of them.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedFile {
    /// The seeds on the data's reflections.
    pub sets: SeedSets,
    /// What kind of file it was.
    pub kind: &'static str,
    /// Where the seeds come from, in the file's own words.
    pub source: Option<String>,
    /// What the user should know, one line each.
    pub warnings: Vec<String>,
}

/// Reads a seed file of any kind, found from its content, for the reflections of `data` with d ≥ `d_min` (Å).
///
/// # Errors
/// Those of the readers; another cell or setting than the data's; and those of [`resolve()`].
pub fn read_seeds(path: &Path, data: &DataSet, d_min: f64) -> Result<SeedFile> {
    let hint = "give a seed file: CSV, .fcf, MTZ, NPY or NPZ, a model (.res, .cif) or a map";
    let bytes = read_bytes(path, hint)?;
    let reflections = within(data, d_min);
    let list = match read_seed_list(path, &bytes)? {
        Some(list) => list,
        None => {
            let calculated = Calculated { path, data, reflections: &reflections };
            // The phases come out in the data's frame, so the list itself needs none.
            let (kind, factors, warnings) = if is_map(&bytes) {
                let file = read_map(path, &bytes)?;
                let factors = calculated.of_map(&file.map)?;
                way(path, Some(&file.map.cell), file.group.as_ref(), data)?;
                ("density map", factors, file.warnings)
            } else {
                let fragment = read_fragment(path, &bytes)?;
                let way = way(path, Some(&fragment.cell), Some(&fragment.group), data)?;
                ("model", calculated.of_fragment(&fragment, &way)?, fragment.warnings)
            };
            SeedList { sets: vec![seeds_of(&reflections, &factors)], warnings, ..SeedList::new(path, kind) }
        }
    };
    resolve_list(&list, data, &reflections.iter().map(|r| r.merged.hkl).collect())
}

fn resolve_list(list: &SeedList, data: &DataSet, measured: &HashSet<Hkl>) -> Result<SeedFile> {
    let frame = &list.frame;
    let way = way(&list.path, frame.cell.as_ref(), frame.group.as_ref(), data)?;
    let mut list = list.clone();
    list.warnings.extend(obverse::turn(&mut list.sets, frame.group.as_ref(), &data.header.space_group));
    if way.floating && frame.origin == Origin::AsIs {
        list.frame.origin = Origin::Floating;
        list.warnings.push("the seeds are in P1: their origin is taken as floating, only Friedel mates follow".into());
    }
    if !way.is_identity() {
        list.warnings.push("the seeds are in another setting or about another origin and were transformed".into());
    }
    let transform = |hkl: Hkl| way.seed(hkl, 0.0);
    let mut sets = resolve(&list, &data.header.space_group, measured, &transform)?;
    let held_back = limit::limit(&mut sets, data, measured.len());
    if held_back > 0 {
        let what = format!(
            "{held_back} of the seeds that say least are not used: some reflections must stay free to judge by"
        );
        list.warnings.push(what);
    }
    Ok(SeedFile { sets, kind: list.kind, source: list.source, warnings: list.warnings })
}

/// Reflections with d ≥ `d_min`, Å.
fn within(data: &DataSet, d_min: f64) -> Vec<&NormalisedReflection> {
    let cell = &data.header.cell;
    data.reflections.iter().filter(|r| cell.d_spacing(r.merged.hkl) >= d_min * (1.0 - 1e-9)).collect()
}

/// From the frame of a file to the data's, or why there is no way.
fn way(path: &Path, cell: Option<&Cell>, group: Option<&SpaceGroup>, data: &DataSet) -> Result<Reframing> {
    let header = &data.header;
    reframe(cell, group, &header.cell, &header.space_group)
        .map_err(|mismatch| Error::file(path, mismatch.to_string(), mismatch.hint()))
}
