//! How a grid is worked on by a device: threads, radices, two passes or four, and how many trials fit.

use super::AdapterLimits;
use super::cut::{column_shape, device, plane_shape};
use super::tables::Tables;
pub use super::tuning::Tuning;
use crate::engine::{EngineError, Problem};
use crate::wgsl::four_pass::RowShape;
use crate::wgsl::shape::{ColumnShape, PlaneShape, TILE};
use crate::wgsl::stage::{Coefficients, Storage};

/// Storage buffers in the bind group of every stage.
pub const STORAGE_BUFFERS: usize = 13;
/// Memory for trials that are evaluated at the same time, and for rows of the four-pass way, bytes: a few trials of any
/// grid up to 192³, all trials of a small one.
const SCRATCH_BYTES: u64 = 64 << 20;
/// The most workgroups of a trial in the stages over entries.
const MOST_GROUPS: usize = 256;

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
    /// The column pass of flipping's amplitude step, two transforms with little between them.
    pub amplitude_columns: ColumnShape,
    /// The other column passes, one transform and much else: shorter butterflies leave more threads to wait for memory.
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
    /// Trials whose densities the pair prior keeps at the same time; 0 where the problem knows no distances, or the device has
    /// no room for one.
    pub pairs: usize,
    /// Workgroups of the stages over entries, a trial.
    pub groups: usize,
}

type Result<T> = std::result::Result<T, EngineError>;

/// Pairs of voxels, rows y and y + ⌈ny/2⌉, of a grid.
fn voxels([nx, ny, nz]: [usize; 3]) -> usize {
    nx * ny.div_ceil(2) * nz
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
        let amplitude_columns = column_shape(dims, limits, tuning, tuning.largest_radix)?;
        let columns = column_shape(dims, limits, tuning, tuning.column_radix.min(tuning.largest_radix))?;
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
        let kept = (2 * 8 * voxels(dims)) as u64;
        let fit = limit / 2 / kept;
        let pairs = match problem.pairs() {
            Some(_) if fit > 0 => places(mixed).min(places(kept)).min(fit as usize).min(slots.div_ceil(count)),
            _ => 0,
        };
        let groups = (tables.entries / tuning.entries_per_group).clamp(1, MOST_GROUPS.min(tables.tiles.len().max(1)));
        let plan = Self {
            dims,
            amplitude_columns,
            columns,
            planes,
            stored: tables.columns,
            entries: tables.entries,
            storage: tuning.storage,
            chunks,
            scratch: places(mixed),
            rows,
            pairs,
            groups,
        };
        if plan.plane_groups().max(plan.stored / TILE) > limits.workgroups_per_dimension as usize {
            return Err(device("the grid needs more workgroups than a dispatch may have"));
        }
        Ok(plan)
    }

    /// The column pass of a stage.
    pub fn columns_of(&self, coefficients: Coefficients) -> &ColumnShape {
        match coefficients {
            Coefficients::Amplitude => &self.amplitude_columns,
            _ => &self.columns,
        }
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

    /// Pairs of voxels of one trial.
    pub fn voxels(&self) -> usize {
        voxels(self.dims)
    }

    /// Values in `lines` that the four-pass way takes; densities of the pair prior follow.
    pub fn row_values(&self) -> usize {
        match &self.planes {
            Planes::Whole(_) => 0,
            Planes::Rows(shape) => self.rows * shape.plane_values() * self.dims[2],
        }
    }

    /// Values in `lines`.
    pub fn line_values(&self) -> usize {
        self.row_values() + 2 * self.pairs * self.voxels()
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
        let lines = 8 * self.line_values() as u64;
        slots as u64 * self.slot_bytes() + self.scratch as u64 * self.mixed_bytes() + lines + (self.entries * 16) as u64
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
                    "two passes, {} + {}/{} threads, radices {:?} {:?}",
                    p.threads, self.amplitude_columns.threads, self.columns.threads, p.radices[0], p.radices[1]
                )
            }
            Planes::Rows(r) => {
                format!(
                    "four passes, {} + {} + {}/{} threads, radices {:?} {:?}",
                    r.y_threads,
                    r.x_threads,
                    self.amplitude_columns.threads,
                    self.columns.threads,
                    r.radices[0],
                    r.radices[1]
                )
            }
        };
        let slots: usize = self.chunks.iter().sum();
        let chunks = self.chunks.len();
        format!(
            "{x} x {y} x {z}: {way} {:?}/{:?}; {slots} trials in {chunks} chunks, {} MB",
            self.amplitude_columns.radices,
            self.columns.radices,
            self.bytes() >> 20
        )
    }
}
