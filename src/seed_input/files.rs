//! Seed files: lists, models and maps.

use super::calculated::{Calculated, seeds_by_share, seeds_of};
use super::{SeedFile, resolve_list, way, within};
use crate::Result;
use crate::crystal::reframe::Reframing;
use crate::formats::fragment::{Fragment, read_fragment};
use crate::formats::map_read::{is_map, read_map};
use crate::formats::seeds::read_seed_list;
use crate::formats::text::read_bytes;
use crate::reflections::DataSet;
use crate::seed::SeedList;
use std::path::Path;

/// Share of the scattering from which on the agreement of a fragment with the data tells how good its phases are: twice the standard error of
/// a correlation over one shell.
const LEAST_SHARE: f64 = 0.14;
/// How far from its place a small fragment is tried too, Å, since that is known to some 0.2 Å: at 0.15 Å from a sulphur all trials of toxin II solve it, at 0.3 Å two of three, at
/// 0.45 Å one of 24 (frontier notes §1).
const NEARBY: [f64; 2] = [0.15, 0.3];

/// Reads a seed file of any kind, found from its content, for the reflections of `data` with d ≥ `d_min` (Å).
///
/// # Errors
/// Those of the readers; another cell or setting than the data's; and those of [`crate::seed::resolve()`].
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
