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
use crate::formats::fragment::{Fragment, read_fragment};
use crate::formats::map_read::{is_map, read_map};
use crate::formats::seeds::read_seed_list;
use crate::formats::text::read_bytes;
use crate::reflections::{DataSet, NormalisedReflection};
use crate::seed::{Origin, SeedList, SeedSets, resolve};
use crate::{Error, Result};
use calculated::{Calculated, seeds_by_share, seeds_of};
use std::collections::HashSet;
use std::path::Path;

/// Share of the scattering from which on the agreement of a fragment with the data tells how good its phases are: twice the standard error of
/// a correlation over one shell.
const LEAST_SHARE: f64 = 0.14;
/// How far from its place a small fragment is tried too, Å, since that is known to some 0.2 Å: at 0.15 Å from a sulphur all trials of toxin II solve it, at 0.3 Å two of three, at
/// 0.45 Å one of 24 (frontier notes §1).
const NEARBY: [f64; 2] = [0.15, 0.3];

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
            if is_map(&bytes) {
                let file = read_map(path, &bytes)?;
                let factors = calculated.of_map(&file.map)?;
                way(path, Some(&file.map.cell), file.group.as_ref(), data)?;
                let sets = vec![seeds_of(&reflections, &factors)];
                SeedList { sets, warnings: file.warnings, ..SeedList::new(path, "density map") }
            } else {
                let fragment = read_fragment(path, &bytes)?;
                let way = way(path, Some(&fragment.cell), Some(&fragment.group), data)?;
                of_fragment(&calculated, fragment, &way)?
            }
        }
    };
    resolve_list(&list, data, &reflections.iter().map(|r| r.merged.hkl).collect())
}

/// Seeds of a fragment: by their agreement with the data, or, where the fragment is too small for that to be seen, by its share of the
/// scattering, at the place that is given and at some around it.
fn of_fragment(calculated: &Calculated<'_>, fragment: Fragment, way: &Reframing) -> Result<SeedList> {
    let share = calculated.share(&fragment);
    let mut list = SeedList::new(calculated.path, "model");
    if share >= LEAST_SHARE {
        list.sets = vec![seeds_of(calculated.reflections, &calculated.of_fragment(&fragment, way)?)];
    } else {
        list.kind = "small fragment";
        list.share = Some(share);
        for moved in around(&fragment) {
            list.sets.push(seeds_by_share(calculated.reflections, &calculated.of_fragment(&moved, way)?, share));
        }
    }
    list.warnings = fragment.warnings;
    Ok(list)
}

/// The fragment where it is, and moved as a whole along each edge of its cell, both ways.
fn around(fragment: &Fragment) -> Vec<Fragment> {
    let moved = |axis: usize, by: f64| {
        let mut moved = fragment.clone();
        moved.sites.iter_mut().for_each(|site| site.xyz[axis] += by / fragment.cell.lengths[axis]);
        moved
    };
    let ways = NEARBY.iter().flat_map(|by| (0..3).flat_map(move |axis| [(axis, *by), (axis, -by)]));
    std::iter::once(fragment.clone()).chain(ways.map(|(axis, by)| moved(axis, by))).collect()
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
