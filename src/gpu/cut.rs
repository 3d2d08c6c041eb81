//! Cutting transforms into kernels: radices, threads, and what fits workgroup memory.

use super::AdapterLimits;
use super::plan::Planes;
use super::tuning::Tuning;
use crate::engine::EngineError;
use crate::wgsl::exchange::Cells;
use crate::wgsl::four_pass::RowShape;
use crate::wgsl::radices::radices;
use crate::wgsl::shape::{ColumnShape, PlaneShape, TILE};

type Result<T> = std::result::Result<T, EngineError>;

/// Threads of the four-pass kernel along x that are aimed at.
const ROW_THREADS: usize = 128;

/// Tables of exp(−2πi m/n) in the order x, y, z: where each begins, and where the phase table follows.
pub fn twiddle_places(dims: [usize; 3]) -> [usize; 4] {
    [0, dims[0], dims[0] + dims[1], dims[0] + dims[1] + dims[2]]
}

/// The device refuses the work.
pub fn device(what: impl Into<String>) -> EngineError {
    EngineError::Refused(what.into())
}

fn split(n: usize, largest: usize) -> Result<Vec<usize>> {
    radices(n, largest).ok_or_else(|| device(format!("an edge of {n} points has a prime factor above 7")))
}

/// A tuning, and with more values a thread: fewer threads take less of the workgroup memory for their sums.
fn wider(tuning: &Tuning) -> impl Iterator<Item = Tuning> {
    let tuning = *tuning;
    [1, 2, 4].into_iter().map(move |by| Tuning { values_per_thread: by * tuning.values_per_thread, ..tuning })
}

/// How values are exchanged where `values` of them, and `reserved` bytes, must fit workgroup memory.
fn cells_kind(values: usize, reserved: usize, limits: &AdapterLimits) -> Option<Cells> {
    let fits = |&cells: &Cells| values * cell_bytes(cells) + reserved <= limits.workgroup_bytes as usize;
    [Cells::Complex, Cells::Real].into_iter().find(fits)
}

/// The column pass of a grid, with no radix above `largest`.
pub fn column_shape(dims: [usize; 3], limits: &AdapterLimits, tuning: &Tuning, largest: usize) -> Result<ColumnShape> {
    let list = split(dims[2], largest)?;
    let shape = |tuning: Tuning| {
        let threads = threads(&[(TILE * dims[2], list.as_slice())], limits, &tuning);
        let cells_kind = cells_kind(dims[2] * TILE, threads * 16, limits)?;
        let (radices, twiddle) = (list.clone(), twiddle_places(dims)[2]);
        Some(ColumnShape { nz: dims[2], radices, twiddle, threads, cells_kind })
    };
    wider(tuning)
        .find_map(shape)
        .ok_or_else(|| device(format!("an edge of {} points does not fit its workgroup memory", dims[2])))
}

/// The plane pass of a grid whose largest kx is `active` − 1.
pub fn plane_shape(dims: [usize; 3], active: usize, limits: &AdapterLimits, tuning: &Tuning) -> Result<Planes> {
    let lists = [split(dims[0], tuning.largest_radix)?, split(dims[1], tuning.largest_radix)?];
    let places = twiddle_places(dims);
    let pairs = dims[1].div_ceil(2);
    let whole = |tuning: Tuning| {
        let work = [(pairs * dims[0], lists[0].as_slice()), (active * dims[1], lists[1].as_slice())];
        let mut shape = PlaneShape {
            dims,
            active,
            radices: lists.clone(),
            twiddles: [places[0], places[1]],
            threads: threads(&work, limits, &tuning),
            cells_kind: Cells::Complex,
        };
        shape.cells_kind = cells_kind(shape.cells(), shape.threads * 8, limits)?;
        Some(Planes::Whole(shape))
    };
    let longest = lists[0].last().copied().unwrap_or(1);
    let x_count = (ROW_THREADS * longest / dims[0]).clamp(1, pairs);
    let rows = |tuning: Tuning| {
        let mut shape = RowShape {
            dims,
            active,
            y_threads: threads(&[(TILE * dims[1], lists[1].as_slice())], limits, &tuning),
            x_threads: threads(&[(x_count * dims[0], lists[0].as_slice())], limits, &tuning),
            radices: lists.clone(),
            twiddles: [places[0], places[1]],
            x_count,
            cells_kind: Cells::Complex,
        };
        let values = shape.y_cells().max(shape.x_cells());
        shape.cells_kind = cells_kind(values, shape.y_threads.max(shape.x_threads) * 8, limits)?;
        Some(Planes::Rows(shape))
    };
    let planes = if tuning.four_pass { None } else { wider(tuning).find_map(whole) };
    planes
        .or_else(|| wider(tuning).find_map(rows))
        .ok_or_else(|| device(format!("edges of {} and {} points do not fit its workgroup memory", dims[0], dims[1])))
}

fn cell_bytes(cells: Cells) -> usize {
    match cells {
        Cells::Complex => 8,
        Cells::Real => 4,
    }
}

/// The longest butterfly.
fn longest(lists: &[&[usize]]) -> usize {
    lists.iter().flat_map(|list| list.iter().copied()).max().unwrap_or(1)
}

/// Threads of a workgroup that transforms lines: values in all and the radices of each set. Least idle work first, then
/// the fewest threads that hold no more values than they should: two short butterflies beside a long one.
fn threads(sets: &[(usize, &[usize])], limits: &AdapterLimits, tuning: &Tuning) -> usize {
    let slots = |values: usize, radix: usize, threads: usize| (values / radix).div_ceil(threads);
    let stages = || sets.iter().flat_map(|&(values, list)| list.iter().map(move |&radix| (values, radix)));
    let held =
        |threads: usize| stages().map(|(values, radix)| slots(values, radix, threads) * radix).max().unwrap_or(1);
    let work = |threads: usize| stages().map(|(v, radix)| slots(v, radix, threads) * radix * threads).sum::<usize>();
    let granule = tuning.granule;
    let lists: Vec<&[usize]> = sets.iter().map(|&(_, list)| list).collect();
    let values = tuning.values_per_thread * if longest(&lists) > tuning.values_per_thread { 2 } else { 1 };
    (1..=limits.invocations as usize / granule)
        .map(|i| i * granule)
        .min_by_key(|&threads| (held(threads).max(values), work(threads), threads))
        .unwrap_or(granule)
}
