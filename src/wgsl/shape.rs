//! What the generated kernels depend on: lengths, radices, threads, and how values are exchanged.

use super::exchange::Cells;

/// A plane kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaneShape {
    /// Grid points along x, y, z.
    pub dims: [usize; 3],
    /// Number of kx from 0 to the largest that carries columns.
    pub active: usize,
    /// Radices along x and y.
    pub radices: [Vec<usize>; 2],
    /// First entry of the tables of x and y in `twiddles`.
    pub twiddles: [usize; 2],
    /// Threads of a workgroup.
    pub threads: usize,
    /// How values are exchanged.
    pub cells_kind: Cells,
}

/// A column kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnShape {
    /// Grid points along z.
    pub nz: usize,
    /// Radices along z.
    pub radices: Vec<usize>,
    /// First entry of the table of z in `twiddles`.
    pub twiddle: usize,
    /// Threads of a workgroup.
    pub threads: usize,
    /// How values are exchanged.
    pub cells_kind: Cells,
}

/// Columns that one workgroup takes: 16 values of 8 bytes are a whole memory transaction.
pub const TILE: usize = 16;
