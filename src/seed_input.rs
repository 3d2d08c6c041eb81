//! From a path to the seeds of a data set: lists, models and maps.
//!
//! Imports: `formats`, `structure`, `seed`, `twins`, `reflections`, `crystal`, `error`.

#[cfg(feature = "formats")]
mod calculated;
#[cfg(feature = "formats")]
mod files;
mod limit;
mod obverse;
#[cfg(feature = "formats")]
mod truth;

#[cfg(feature = "formats")]
pub use files::read_seeds;
#[cfg(feature = "formats")]
pub use truth::{true_phases, true_structure};

use crate::crystal::reframe::{Reframing, reframe};
use crate::crystal::{Cell, Hkl, SpaceGroup};
use crate::reflections::{DataSet, NormalisedReflection};
use crate::seed::{KnownPhase, KnownSets, Origin, SeedArrays, SeedList, SeedSets, SetMaker, resolve};
use crate::{Error, Result};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

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

/// Brings sets from arrays to the reflections of `data` with d ≥ `d_min` (Å). Each is looked at once, and made anew when it is tried:
/// however many there are, they take the memory of their arrays.
///
/// # Errors
/// Those of [`resolve()`], for any of the sets.
pub fn take_arrays(arrays: &SeedArrays, data: &DataSet, d_min: f64) -> Result<SeedFile> {
    let measured = within(data, d_min).iter().map(|r| r.merged.hkl).collect();
    let maker = ArraySets { arrays: arrays.clone(), data: data.clone(), measured };
    let mut file = maker.resolved(0)?;
    for set in 1..arrays.sets() {
        let counts = maker.resolved(set)?.sets.counts;
        let all = &mut file.sets.counts;
        all.read += counts.read;
        all.outside += counts.outside;
        all.repeated += counts.repeated;
        all.snapped += counts.snapped;
        all.undecided += counts.undecided;
    }
    if arrays.sets() > 1 {
        file.sets.sets = KnownSets::Made(Arc::new(maker));
    }
    Ok(file)
}

/// Sets from arrays, for certain data.
struct ArraySets {
    arrays: SeedArrays,
    data: DataSet,
    measured: HashSet<Hkl>,
}

impl ArraySets {
    fn resolved(&self, set: usize) -> Result<SeedFile> {
        let list = SeedList { sets: vec![self.arrays.set(set)], ..self.arrays.list() };
        resolve_list(&list, &self.data, &self.measured)
    }
}

impl SetMaker for ArraySets {
    fn sets(&self) -> usize {
        self.arrays.sets()
    }

    fn set(&self, set: usize) -> Vec<KnownPhase> {
        // It was resolved before, and comes out the same.
        self.resolved(set).map_or_else(|_| Vec::new(), |file| file.sets.sets.get(0).into_owned())
    }
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
    // Seeds that are not held leave every reflection free.
    let held_back = if sets.share.is_some() { 0 } else { limit::limit(&mut sets, data, measured.len()) };
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
