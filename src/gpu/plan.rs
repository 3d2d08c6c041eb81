//! How a grid is worked on by a device: threads, radices, two passes or four, and how many trials fit.

use super::tables::Tables;
use super::{AdapterLimits, AdapterReport};
use crate::engine::{EngineError, Problem};
use crate::wgsl::exchange::Cells;
use crate::wgsl::four_pass::RowShape;
use crate::wgsl::radices::radices;
use crate::wgsl::shape::{ColumnShape, PlaneShape, TILE};
use crate::wgsl::stage::{LINEAR_THREADS, Storage};
use serde::Serialize;

/// What can be turned without changing a result beyond rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tuning {
    /// Largest radix of a stage.
    pub largest_radix: usize,
    /// Complex values that a thread should hold at most.
    pub values_per_thread: usize,
    /// Threads of a workgroup come in multiples of this.
    pub granule: usize,
    /// Bytes of mixed space that one chunk of trials may take.
    pub chunk_bytes: u64,
    /// Take the four-pass way even where a plane fits.
    pub four_pass: bool,
    /// Number format of mixed space.
    pub storage: Storage,
}

/// Storage buffers in the bind group of every stage.
pub const STORAGE_BUFFERS: usize = 12;
/// Memory for trials that are evaluated at the same time, and for rows of the four-pass way, bytes: a few trials of any
/// grid up to 192³, all trials of a small one.
const SCRATCH_BYTES: u64 = 64 << 20;
/// Threads of the four-pass kernel along x that are aimed at.
const ROW_THREADS: usize = 128;
/// Entries for one workgroup of the stages over entries, and the most workgroups of a trial.
const ENTRIES_PER_GROUP: usize = 4096;
const MOST_GROUPS: usize = 64;

impl Tuning {
    /// Changes from a text such as `radix=8,values=16,granule=32,chunk-mb=25,four-pass=1`, for measuring.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn with(mut self, changes: &str) -> std::result::Result<Self, String> {
        for change in changes.split(',').map(str::trim).filter(|c| !c.is_empty()) {
            let (name, value) =
                change.split_once('=').ok_or_else(|| format!("{change:?} is not of the form name=number"))?;
            let number: usize = value.parse().map_err(|_| format!("{value:?} in {change:?} is not a whole number"))?;
            match name {
                "radix" => self.largest_radix = number.max(7),
                "values" => self.values_per_thread = number.max(1),
                "granule" => self.granule = number.max(1),
                "chunk-mb" => self.chunk_bytes = (number as u64).max(1) << 20,
                "four-pass" => self.four_pass = number != 0,
                _ => {
                    return Err(format!(
                        "{name:?} cannot be tuned; known are radix, values, granule, chunk-mb and four-pass"
                    ));
                }
            }
        }
        Ok(self)
    }

    /// What suits an adapter.
    pub fn of(report: &AdapterReport) -> Self {
        if report.software { Self::SOFTWARE } else { Self::GPU }
    }

    /// For graphics processors: short butterflies, many threads. Sixteen values are 32 registers.
    pub const GPU: Self = Self {
        largest_radix: 16,
        values_per_thread: 16,
        granule: 32,
        chunk_bytes: 2 << 30,
        four_pass: false,
        storage: Storage::F32,
    };
    /// For software adapters: a thread there is one lane of a vector register, loads and stores go lane by lane while
    /// spilled registers do not, so a whole line up to 64 points in one thread is fastest (64³ × 8 on two
    /// cores of lavapipe: see `benches/results`).
    pub const SOFTWARE: Self = Self { largest_radix: 64, values_per_thread: 64, granule: 8, ..Self::GPU };
}

/// The plane pass of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planes {
    /// Whole planes in workgroup memory.
    Whole(PlaneShape),
    /// Three kernels over planes in device memory.
    Rows(RowShape),
}

/// A grid's way through a device.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Grid points along x, y, z.
    pub dims: [usize; 3],
    /// The column pass.
    pub columns: ColumnShape,
    /// The plane pass.
    pub planes: Planes,
    /// Columns stored, filled up to whole tiles.
    pub stored: usize,
    /// Device entries.
    pub entries: usize,
    /// Number format of mixed space.
    pub storage: Storage,
    /// Trials in each chunk.
    pub chunks: Vec<usize>,
    /// Trials that can be evaluated at the same time.
    pub scratch: usize,
    /// Trials whose rows are held at the same time (four-pass way; else 0).
    pub rows: usize,
    /// Workgroups of the stages over entries, a trial.
    pub groups: usize,
}

impl Plan {
    /// Plans `slots` trials of a problem.
    ///
    /// # Errors
    /// `EngineError::Refused` when the device is too small for a single trial of this grid, or for its longest edge.
    pub fn new(
        problem: &Problem,
        tables: &Tables,
        slots: usize,
        limits: &AdapterLimits,
        tuning: &Tuning,
    ) -> Result<Self> {
        let dims = problem.layout().dims();
        if (limits.storage_buffers as usize) < STORAGE_BUFFERS {
            let have = limits.storage_buffers;
            return Err(device(format!(
                "it offers {have} storage buffers to a kernel, and {STORAGE_BUFFERS} are needed"
            )));
        }
        let columns = column_shape(dims, limits, tuning)?;
        let planes = plane_shape(dims, tables.active, limits, tuning)?;
        let mixed = (dims[2] * tables.columns * tuning.storage.bytes()) as u64;
        let coefficients = (tables.entries * 8) as u64;
        let largest = mixed.max(coefficients);
        let limit = limits.binding_bytes.min(limits.buffer_bytes);
        if largest > limit {
            let [x, y, z] = dims;
            return Err(device(format!(
                "one trial of {x} x {y} x {z} takes {} MB, and its buffers end at {} MB",
                largest >> 20,
                limit >> 20
            )));
        }
        let most = (limit / largest)
            .min(tuning.chunk_bytes / largest)
            .clamp(1, u64::from(limits.workgroups_per_dimension)) as usize;
        let count = slots.div_ceil(most).max(1);
        // Chunks of equal size, the first ones larger by one.
        let chunks = (0..count).map(|i| slots / count + usize::from(i < slots % count)).filter(|&n| n > 0).collect();
        let places = |bytes: u64| (SCRATCH_BYTES.min(limit) / bytes).clamp(1, most as u64) as usize;
        let rows = match &planes {
            Planes::Whole(_) => 0,
            Planes::Rows(shape) => {
                let bytes = (shape.plane_values() * dims[2] * 8) as u64;
                if bytes > limit {
                    return Err(device(format!(
                        "the rows of one trial take {} MB, and its buffers end at {} MB",
                        bytes >> 20,
                        limit >> 20
                    )));
                }
                places(bytes)
            }
        };
        let groups = (tables.entries / ENTRIES_PER_GROUP).clamp(1, MOST_GROUPS.min(tables.tiles.len().max(1)));
        let plan = Self {
            dims,
            columns,
            planes,
            stored: tables.columns,
            entries: tables.entries,
            storage: tuning.storage,
            chunks,
            scratch: places(mixed),
            rows,
            groups,
        };
        if plan.plane_groups().max(plan.stored / TILE) > limits.workgroups_per_dimension as usize {
            return Err(device("the grid needs more workgroups than a dispatch may have"));
        }
        Ok(plan)
    }

    /// Workgroups of a plane pass for one trial: its partial sums.
    pub fn plane_groups(&self) -> usize {
        match &self.planes {
            Planes::Whole(shape) => shape.dims[2],
            Planes::Rows(shape) => shape.dims[2] * shape.x_tiles().max(shape.y_tiles()),
        }
    }

    /// Partial sums of a plane pass for one trial.
    pub fn plane_sums(&self) -> usize {
        match &self.planes {
            Planes::Whole(shape) => shape.dims[2],
            Planes::Rows(shape) => shape.dims[2] * shape.x_tiles(),
        }
    }

    /// Places of partial sums of one trial.
    pub fn partials(&self) -> usize {
        self.plane_sums() + 2 * (self.stored / TILE)
    }

    /// Bytes of mixed space of one trial.
    pub fn mixed_bytes(&self) -> u64 {
        (self.dims[2] * self.stored * self.storage.bytes()) as u64
    }

    /// Bytes of one trial: mixed space, cavity, field, sums.
    pub fn slot_bytes(&self) -> u64 {
        self.mixed_bytes() + (self.entries * 16 + self.partials() * 16) as u64
    }

    /// Bytes of everything.
    pub fn bytes(&self) -> u64 {
        let slots: usize = self.chunks.iter().sum();
        let rows = match &self.planes {
            Planes::Whole(_) => 0,
            Planes::Rows(shape) => (self.rows * shape.plane_values() * self.dims[2] * 8) as u64,
        };
        slots as u64 * self.slot_bytes() + self.scratch as u64 * self.mixed_bytes() + rows + (self.entries * 16) as u64
    }

    /// Bytes that one flipping cycle of one trial moves at least: each pass reads and writes mixed space once, the
    /// four-pass way its rows twice as well.
    pub fn cycle_bytes(&self) -> u64 {
        let rows = match &self.planes {
            Planes::Whole(_) => 0,
            Planes::Rows(shape) => 4 * (shape.plane_values() * self.dims[2] * 8) as u64,
        };
        4 * self.mixed_bytes() + rows
    }

    /// One line on what was chosen.
    pub fn describe(&self) -> String {
        let [x, y, z] = self.dims;
        let way = match &self.planes {
            Planes::Whole(p) => {
                format!(
                    "two passes, {} + {} threads, radices {:?} {:?}",
                    p.threads, self.columns.threads, p.radices[0], p.radices[1]
                )
            }
            Planes::Rows(r) => {
                format!(
                    "four passes, {} + {} + {} threads, radices {:?} {:?}",
                    r.y_threads, r.x_threads, self.columns.threads, r.radices[0], r.radices[1]
                )
            }
        };
        let slots: usize = self.chunks.iter().sum();
        let chunks = self.chunks.len();
        format!(
            "{x} x {y} x {z}: {way} {:?}; {slots} trials in {chunks} chunks, {} MB",
            self.columns.radices,
            self.bytes() >> 20
        )
    }
}

type Result<T> = std::result::Result<T, EngineError>;

fn device(what: impl Into<String>) -> EngineError {
    EngineError::Refused(what.into())
}

/// Tables of exp(−2πi m/n) in the order x, y, z: where each begins, and where the phase table follows.
pub fn twiddle_places(dims: [usize; 3]) -> [usize; 4] {
    [0, dims[0], dims[0] + dims[1], dims[0] + dims[1] + dims[2]]
}

fn split(n: usize, tuning: &Tuning) -> Result<Vec<usize>> {
    radices(n, tuning.largest_radix).ok_or_else(|| device(format!("an edge of {n} points has a prime factor above 7")))
}

fn column_shape(dims: [usize; 3], limits: &AdapterLimits, tuning: &Tuning) -> Result<ColumnShape> {
    let list = split(dims[2], tuning)?;
    let threads = threads(&[(TILE * dims[2], list.as_slice())], limits, tuning);
    let shape = |cells_kind| ColumnShape {
        nz: dims[2],
        radices: list.clone(),
        twiddle: twiddle_places(dims)[2],
        threads,
        cells_kind,
    };
    let bytes = |cells: Cells| dims[2] * TILE * cell_bytes(cells) + threads * 16;
    [Cells::Complex, Cells::Real]
        .into_iter()
        .find(|&cells| bytes(cells) <= limits.workgroup_bytes as usize)
        .map(shape)
        .ok_or_else(|| device(format!("an edge of {} points does not fit its workgroup memory", dims[2])))
}

fn plane_shape(dims: [usize; 3], active: usize, limits: &AdapterLimits, tuning: &Tuning) -> Result<Planes> {
    let lists = [split(dims[0], tuning)?, split(dims[1], tuning)?];
    let places = twiddle_places(dims);
    let pairs = dims[1].div_ceil(2);
    let work = [(pairs * dims[0], lists[0].as_slice()), (active * dims[1], lists[1].as_slice())];
    let mut whole = PlaneShape {
        dims,
        active,
        radices: lists.clone(),
        twiddles: [places[0], places[1]],
        threads: threads(&work, limits, tuning),
        cells_kind: Cells::Complex,
    };
    for cells in [Cells::Complex, Cells::Real] {
        whole.cells_kind = cells;
        if !tuning.four_pass && whole.cells() * cell_bytes(cells) + whole.threads * 8 <= limits.workgroup_bytes as usize
        {
            return Ok(Planes::Whole(whole));
        }
    }
    let longest = lists[0].last().copied().unwrap_or(1);
    let x_count = (ROW_THREADS * longest / dims[0]).clamp(1, pairs);
    let mut rows = RowShape {
        dims,
        active,
        y_threads: threads(&[(TILE * dims[1], lists[1].as_slice())], limits, tuning),
        x_threads: threads(&[(x_count * dims[0], lists[0].as_slice())], limits, tuning),
        radices: lists,
        twiddles: [places[0], places[1]],
        x_count,
        cells_kind: Cells::Complex,
    };
    for cells in [Cells::Complex, Cells::Real] {
        rows.cells_kind = cells;
        let bytes = rows.y_cells().max(rows.x_cells()) * cell_bytes(cells) + rows.y_threads.max(rows.x_threads) * 8;
        if bytes <= limits.workgroup_bytes as usize {
            return Ok(Planes::Rows(rows));
        }
    }
    Err(device(format!("edges of {} and {} points do not fit its workgroup memory", dims[0], dims[1])))
}

fn cell_bytes(cells: Cells) -> usize {
    match cells {
        Cells::Complex => 8,
        Cells::Real => 4,
    }
}

/// Threads of a workgroup that transforms lines: values in all and the radices of each set. Least idle work first, then
/// the fewest threads that hold no more values than they should.
fn threads(sets: &[(usize, &[usize])], limits: &AdapterLimits, tuning: &Tuning) -> usize {
    let slots = |values: usize, radix: usize, threads: usize| (values / radix).div_ceil(threads);
    let stages = || sets.iter().flat_map(|&(values, list)| list.iter().map(move |&radix| (values, radix)));
    let held =
        |threads: usize| stages().map(|(values, radix)| slots(values, radix, threads) * radix).max().unwrap_or(1);
    let work = |threads: usize| stages().map(|(v, radix)| slots(v, radix, threads) * radix * threads).sum::<usize>();
    let granule = tuning.granule;
    (1..=limits.invocations as usize / granule)
        .map(|i| i * granule)
        .min_by_key(|&threads| (held(threads).max(tuning.values_per_thread), work(threads), threads))
        .unwrap_or(LINEAR_THREADS)
}
