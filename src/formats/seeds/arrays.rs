//! Seeds as NumPy arrays: N entries, or T sets of them.
//!
//! - `.npy`: (N, 4 or 5) or (T, N, 4 or 5), a row being h, k, l, phase in degrees and, if there is a fifth, weight.
//! - `.npz`: `hkl` (N, 3) and one of `phase_deg` (N) or (T, N); `bin` (N) or (T, N) with a single number `nbins`; `p`
//!   (N, n) or (T, N, n), probabilities of n classes. `weight` (N) or (T, N) and the single number `wrong` if known.
//!
//! An entry whose weight is 0, or whose phase is NaN, is absent from its set.

use super::checks;
use super::entry::{Checked, Entry, Fault, indices};
use super::npy::{self, Array};
use crate::error::{Error, Result};
use crate::seed::{Seed, SeedList};
use std::io::{Cursor, Read};
use std::path::Path;

const NAMES: [&str; 7] = ["hkl", "phase_deg", "bin", "nbins", "p", "weight", "wrong"];
const SHAPES: &str = "shapes are hkl (N, 3); phase_deg, bin and weight (N) or (T, N); p (N, n) or (T, N, n)";

/// An array of an archive is unpacked up to so many bytes, those of the most values that are read. A packed megabyte may else fill
/// the memory.
const LARGEST_ARRAY: u64 = 64 << 20;
/// Seeds of all sets at most, half a kilobyte for every ten: a hundred sets of 40 000.
pub(super) const MOST_SEEDS: usize = 4_000_000;

/// What an entry of an `.npz` may say, by row and set.
#[derive(Default)]
struct Arrays {
    phase_deg: Option<Array>,
    bin: Option<Array>,
    bins: Option<f64>,
    p: Option<Array>,
    weight: Option<Array>,
}

/// Reads an `.npy` file.
pub(super) fn read_npy(path: &Path, bytes: &[u8]) -> Result<SeedList> {
    let array = npy::parse(bytes, "the array", path)?;
    let (sets, rows, width) = match array.shape[..] {
        [rows, width @ (4 | 5)] => (1, rows, width),
        [sets, rows, width @ (4 | 5)] => (sets, rows, width),
        _ => {
            return Err(Error::file(
                path,
                format!("the array has shape {:?}", array.shape),
                "give (N, 4 or 5) or (T, N, 4 or 5): h, k, l, phase_deg, weight",
            ));
        }
    };
    few_enough(sets, rows, path)?;
    let mut list = SeedList::new(path, "NPY");
    let mut degrees = Vec::new();
    for set in array.values.chunks_exact(rows.saturating_mul(width).max(1)).take(sets) {
        let mut seeds = Vec::with_capacity(rows);
        for (row, fields) in set.chunks_exact(width).enumerate() {
            let &[h, k, l, phase, ref weight @ ..] = fields else { continue };
            let entry = Entry { phase_deg: Some(phase), weight: weight.first().copied(), ..Entry::default() };
            let seed = seed([h, k, l], &entry).map_err(|fault| fault.in_row(path, row))?;
            if let Some(seed) = seed {
                degrees.push(phase);
                seeds.push(seed);
            }
        }
        list.sets.push(seeds);
    }
    checks::degrees(&degrees, path)?;
    checks::finish(list)
}

/// Reads an `.npz` file. `None` for an archive without arrays.
pub(super) fn read_npz(path: &Path, bytes: &[u8]) -> Result<Option<SeedList>> {
    let broken = |e: &dyn std::error::Error| {
        Error::file(
            path,
            format!("cannot be unpacked ({e})"),
            "save it again with numpy.savez or numpy.savez_compressed",
        )
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    let array = |name: &str| name.strip_suffix(".npy").map(str::to_owned);
    let names: Vec<String> = archive.file_names().flatten().filter_map(|name| array(&name)).collect();
    if names.is_empty() {
        return Ok(None);
    }
    let mut get = |name: &str| -> Result<Option<Array>> {
        if !names.iter().any(|n| n == name) {
            return Ok(None);
        }
        let mut unpacked = Vec::new();
        let file = archive.by_name(&format!("{name}.npy")).map_err(|e| broken(&e))?;
        // What the archive says of the size may be a lie: it saves the work, and the limit holds all the same.
        let said = file.size();
        if said <= LARGEST_ARRAY {
            unpacked.reserve_exact(said as usize);
            file.take(LARGEST_ARRAY + 1).read_to_end(&mut unpacked).map_err(|e| broken(&e))?;
        }
        if said.max(unpacked.len() as u64) > LARGEST_ARRAY {
            let what = format!("the array {name} takes more than {} MB unpacked", LARGEST_ARRAY >> 20);
            return Err(Error::file(path, what, "give fewer sets in a file, or reflections of the data alone"));
        }
        npy::parse(&unpacked, name, path).map(Some)
    };
    let hkl = get("hkl")?.ok_or_else(|| Error::file(path, "has no array hkl", SHAPES))?;
    let arrays = Arrays {
        phase_deg: get("phase_deg")?,
        bin: get("bin")?,
        bins: get("nbins")?.map(|a| single(&a, "nbins", path)).transpose()?,
        p: get("p")?,
        weight: get("weight")?,
    };
    let wrong = get("wrong")?.map(|a| single(&a, "wrong", path)).transpose()?;
    let mut list = SeedList::new(path, "NPZ");
    list.wrong = wrong
        .map(|w| {
            checks::fraction(w).ok_or_else(|| Error::file(path, format!("wrong is {w}"), "give a fraction, 0 to 1"))
        })
        .transpose()?;
    let mut others: Vec<&str> = names.iter().map(String::as_str).filter(|name| !NAMES.contains(name)).collect();
    others.sort_unstable();
    if !others.is_empty() {
        list.warnings.push(format!("arrays {} are not used; known are {}", others.join(", "), NAMES.join(", ")));
    }
    list.sets = arrays.sets(&hkl, path)?;
    checks::finish(list).map(Some)
}

/// Refuses more seeds than the memory should hold, before there are any.
fn few_enough(sets: usize, rows: usize, path: &Path) -> Result<()> {
    if sets.saturating_mul(rows) <= MOST_SEEDS {
        return Ok(());
    }
    let what = format!("holds {sets} sets of {rows} seeds, more than {} million in all", MOST_SEEDS / 1_000_000);
    Err(Error::file(path, what, "give fewer sets in a file, or reflections of the data alone"))
}

fn single(array: &Array, name: &str, path: &Path) -> Result<f64> {
    match array.values[..] {
        [value] => Ok(value),
        _ => Err(Error::file(path, format!("{name} has shape {:?}", array.shape), "give a single number")),
    }
}

impl Arrays {
    fn sets(&self, hkl: &Array, path: &Path) -> Result<Vec<Vec<Seed>>> {
        let &[rows, 3] = &hkl.shape[..] else {
            return Err(Error::file(path, format!("hkl has shape {:?}", hkl.shape), SHAPES));
        };
        if rows == 0 {
            return Err(Error::file(path, "hkl has no rows", SHAPES));
        }
        let what = [("phase_deg", &self.phase_deg), ("bin", &self.bin), ("p", &self.p)];
        let given: Vec<&str> = what.iter().filter(|(_, array)| array.is_some()).map(|(name, _)| *name).collect();
        if given.len() != 1 {
            let found = if given.is_empty() { "none".to_owned() } else { given.join(" and ") };
            return Err(Error::file(path, format!("of phase_deg, bin and p it has {found}"), "give one of them"));
        }
        let mut sets = 1;
        for (name, array) in what.into_iter().chain([("weight", &self.weight)]) {
            let Some(array) = array else { continue };
            let (leading, width) = if name == "p" {
                let classes = array.shape.last().copied().unwrap_or(0);
                (array.shape.get(..array.shape.len().saturating_sub(1)).unwrap_or(&[]), classes)
            } else {
                (&array.shape[..], 1)
            };
            match *leading {
                [n] if n == rows => {}
                [t, n] if n == rows && width > 0 && (sets == 1 || t == sets || t == 1) => sets = sets.max(t),
                _ => {
                    let what = format!("{name} has shape {:?} beside hkl {:?}", array.shape, hkl.shape);
                    return Err(Error::file(path, what, SHAPES));
                }
            }
        }
        few_enough(sets, rows, path)?;
        let mut degrees = Vec::new();
        let mut out = Vec::with_capacity(sets);
        for set in 0..sets {
            let mut seeds = Vec::with_capacity(rows);
            for (row, hkl) in hkl.values.chunks_exact(3).enumerate() {
                let &[h, k, l] = hkl else { continue };
                let entry = self.entry(set * rows + row, rows);
                let seed = seed([h, k, l], &entry).map_err(|fault| fault.in_row(path, row))?;
                degrees.extend(seed.is_some().then_some(entry.phase_deg).flatten());
                seeds.extend(seed);
            }
            out.push(seeds);
        }
        checks::degrees(&degrees, path)?;
        Ok(out)
    }

    /// Entry `at` of all sets; an array of a single set counts for every set.
    fn entry(&self, at: usize, rows: usize) -> Entry {
        let value = |array: &Option<Array>| {
            let values = &array.as_ref()?.values;
            values.get(at).or_else(|| values.get(at % rows)).copied()
        };
        let probabilities = self.p.as_ref().and_then(|p| {
            let classes = p.shape.last().copied()?;
            let start = if (at + 1) * classes <= p.values.len() { at } else { at % rows } * classes;
            p.values.get(start..start + classes)
        });
        Entry {
            phase_deg: value(&self.phase_deg),
            weight: value(&self.weight),
            bin: value(&self.bin),
            bins: self.bins,
            probabilities: probabilities.unwrap_or(&[]).to_vec(),
        }
    }
}

/// A seed; `None` when the entry is marked as absent.
fn seed(hkl: [f64; 3], entry: &Entry) -> Checked<Option<Seed>> {
    let nan = entry.phase_deg.into_iter().chain(entry.bin).chain(entry.probabilities.first().copied());
    if entry.weight == Some(0.0) || nan.into_iter().any(f64::is_nan) {
        return Ok(None);
    }
    if let Some(phase) = entry.phase_deg.filter(|phase| phase.is_infinite()) {
        return Err(Fault::new(format!("the phase is {phase}"), "give degrees, or NaN where there is none"));
    }
    Ok(Some(Seed { hkl: indices(hkl)?, knowledge: entry.knowledge()?, line: None }))
}

#[cfg(test)]
#[path = "arrays_tests.rs"]
mod tests;
