//! Sums of waves over the operations for one reflection: what an atom of unit scattering power contributes at each site, and
//! how that changes with its coordinates.
//!
//! Exponentials come from one table per axis, eight atoms side by side in single precision: R1 and the equations need five
//! digits.

use super::atom::Atom;
use crate::crystal::{Hkl, SpaceGroup, SymOp};
use std::f64::consts::TAU;

/// Atoms worked on side by side: a vector register of AVX2.
pub const LANES: usize = 8;
/// One number of so many atoms.
pub type Lane = [f32; LANES];

/// One step for eight atoms: written step by step, the compiler makes one vector instruction of each.
#[inline(always)]
pub fn lane(step: impl Fn(usize) -> f32) -> Lane {
    std::array::from_fn(step)
}

/// Complex product.
#[inline(always)]
fn product(a: &[Lane; 2], b: &[Lane; 2]) -> [Lane; 2] {
    [lane(|j| a[0][j] * b[0][j] - a[1][j] * b[1][j]), lane(|j| a[0][j] * b[1][j] + a[1][j] * b[0][j])]
}

/// One operation at one reflection.
#[derive(Debug, Clone, Copy)]
struct Turn {
    /// hR.
    image: [i32; 3],
    /// The same.
    slope: [f32; 3],
    /// exp 2πi h·t, times the number of times that the wave is to be taken.
    phase: [f32; 2],
}

/// What the operations make of the reflections.
#[derive(Debug, Clone)]
pub struct Turns {
    /// Those of each reflection, one after the other.
    list: Vec<Turn>,
    /// Operations.
    per: usize,
    /// Largest indices.
    limits: [i32; 3],
    /// A centre at the origin: imaginary parts cancel.
    centric: bool,
}

impl Turns {
    /// All operations on all of `hkls`.
    pub fn new(group: &SpaceGroup, hkls: impl Iterator<Item = Hkl>) -> Self {
        let centric = group.primitive_operations().contains(&SymOp::INVERSION);
        let mut ops: Vec<SymOp> = Vec::new();
        for op in group.primitive_operations() {
            let mate = op.rot.map(|row| row.map(|x| -x));
            if !centric || !ops.iter().any(|kept| kept.rot == mate) {
                ops.push(*op);
            }
        }
        // Every sum is taken so many times: lattice points of a centred cell, and 2 for a centre at the origin.
        let times = group.centring().len() as f64 * if centric { 2.0 } else { 1.0 };
        let mut out = Self { list: Vec::new(), per: ops.len(), limits: [0; 3], centric };
        for hkl in hkls {
            for op in &ops {
                let image = op.rotate_hkl(hkl);
                out.limits = std::array::from_fn(|i| i32::max(out.limits[i], image[i].abs()));
                let (sin, cos) = op.phase_shift(hkl).sin_cos();
                let phase = [cos, sin].map(|x| (x * times) as f32);
                out.list.push(Turn { image, slope: image.map(|x| x as f32), phase });
            }
        }
        out
    }
}

/// exp 2πi n x of all atoms for n from −limit to limit along one axis; row n holds all atoms, real and imaginary parts of
/// eight atoms in turn.
struct AxisTable {
    limit: i32,
    chunks: usize,
    rows: Vec<[Lane; 2]>,
}

impl AxisTable {
    fn new(atoms: &[Atom], axis: usize, limit: i32) -> Self {
        let chunks = atoms.len().div_ceil(LANES);
        let zero = limit as usize;
        let mut rows = vec![[[0.0; LANES]; 2]; (2 * zero + 1) * chunks];
        for (j, atom) in atoms.iter().enumerate() {
            let (chunk, lane) = (j / LANES, j % LANES);
            for n in 0..=zero {
                let (sin, cos) = (TAU * (n as f64 * atom.xyz[axis]).fract()).sin_cos();
                for (at, sin) in [(zero + n, sin), (zero - n, -sin)] {
                    let [re, im] = &mut rows[at * chunks + chunk];
                    (re[lane], im[lane]) = (cos as f32, sin as f32);
                }
            }
        }
        Self { limit, chunks, rows }
    }

    #[inline(always)]
    fn at(&self, index: i32, chunk: usize) -> &[Lane; 2] {
        &self.rows[(index + self.limit) as usize * self.chunks + chunk]
    }
}

/// Tables for all atoms.
pub struct Waves<'a> {
    turns: &'a Turns,
    axes: [AxisTable; 3],
}

/// Sums of eight atoms at one reflection: Σ exp(2πi(hR·x + h·t)) and the same weighted with each component of hR; real and
/// imaginary parts.
pub type WaveSums = [[Lane; 2]; 4];

impl<'a> Waves<'a> {
    /// Tables for the reflections of `turns`.
    pub fn new(turns: &'a Turns, atoms: &[Atom]) -> Self {
        Self { turns, axes: std::array::from_fn(|axis| AxisTable::new(atoms, axis, turns.limits[axis])) }
    }

    /// The sums of a group of eight atoms for one reflection; the weighted ones only when `DERIVATIVES` are wanted.
    #[inline(always)]
    pub fn sum<const DERIVATIVES: bool>(&self, reflection: usize, chunk: usize) -> WaveSums {
        let mut sums = [[[0.0; LANES]; 2]; 4];
        for turn in &self.turns.list[reflection * self.turns.per..(reflection + 1) * self.turns.per] {
            let [x, y, z] = [0, 1, 2].map(|axis| self.axes[axis].at(turn.image[axis], chunk));
            let wave = product(&product(&product(x, y), z), &turn.phase.map(|part| [part; LANES]));
            for part in 0..2 {
                sums[0][part] = lane(|j| sums[0][part][j] + wave[part][j]);
                if DERIVATIVES {
                    for axis in 0..3 {
                        let slope = turn.slope[axis];
                        sums[axis + 1][part] = lane(|j| sums[axis + 1][part][j] + slope * wave[part][j]);
                    }
                }
            }
        }
        if self.turns.centric {
            // The mate adds the conjugate wave with −hR: plain sums become real, weighted ones imaginary.
            sums[0][1] = [0.0; LANES];
            for sum in &mut sums[1..] {
                sum[0] = [0.0; LANES];
            }
        }
        sums
    }
}
