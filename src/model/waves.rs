//! Sums of waves over the operations for one reflection: what an atom of unit scattering power contributes at each site, and
//! how that changes with its coordinates.
//!
//! Exponentials come from one table per axis, eight atoms side by side in single precision: R1 and the equations need five
//! digits.

use super::atom::Atom;
use crate::crystal::{Hkl, SpaceGroup, SymOp};
use rustfft::num_complex::Complex64;
use std::f64::consts::TAU;

/// Atoms worked on side by side: a vector register of AVX2.
pub const LANES: usize = 8;
/// One number of so many atoms.
pub type Lane = [f32; LANES];

/// One step for eight atoms: written out, the compiler makes one vector instruction of it.
#[inline(always)]
pub fn lane(step: impl Fn(usize) -> f32) -> Lane {
    [step(0), step(1), step(2), step(3), step(4), step(5), step(6), step(7)]
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
    /// All operations on all of `hkls`; nothing is scattered where there is none, or one that the centring forbids.
    pub fn new(group: &SpaceGroup, hkls: impl Iterator<Item = Option<Hkl>>) -> Self {
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
        let allowed =
            |hkl: &Hkl| group.centring().iter().all(|&t| SymOp::IDENTITY.translated(t).phase_shift_24(*hkl) == 0);
        for hkl in hkls {
            let (hkl, times) = hkl.filter(allowed).map_or(([0; 3], 0.0), |hkl| (hkl, times));
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

/// exp 2πi n x of all atoms for n from −limit to limit along one axis, eight atoms after the other: those of one octet stay in the first
/// cache while it meets all reflections.
struct AxisTable {
    limit: i32,
    rows: Vec<[Lane; 2]>,
}

impl AxisTable {
    fn new(atoms: &[Atom], axis: usize, limit: i32) -> Self {
        let zero = limit as usize;
        let length = 2 * zero + 1;
        let mut rows = vec![[[0.0; LANES]; 2]; length * atoms.len().div_ceil(LANES)];
        for (j, atom) in atoms.iter().enumerate() {
            let (octet, lane) = (&mut rows[j / LANES * length..][..length], j % LANES);
            let step = Complex64::cis(TAU * atom.xyz[axis].fract());
            let mut wave = Complex64::new(1.0, 0.0);
            for n in 0..=zero {
                for (at, im) in [(zero + n, wave.im), (zero - n, -wave.im)] {
                    let [to_re, to_im] = &mut octet[at];
                    (to_re[lane], to_im[lane]) = (wave.re as f32, im as f32);
                }
                wave *= step;
            }
        }
        Self { limit, rows }
    }

    fn octet(&self, octet: usize) -> AxisRows<'_> {
        let length = 2 * self.limit as usize + 1;
        AxisRows { limit: self.limit, rows: &self.rows[octet * length..(octet + 1) * length] }
    }
}

/// The rows of one octet.
#[derive(Clone, Copy)]
struct AxisRows<'a> {
    limit: i32,
    rows: &'a [[Lane; 2]],
}

impl AxisRows<'_> {
    #[inline(always)]
    fn at(&self, index: i32) -> &[Lane; 2] {
        &self.rows[(index + self.limit) as usize]
    }
}

/// Tables for all atoms.
pub struct Waves<'a> {
    turns: &'a Turns,
    axes: [AxisTable; 3],
}

impl<'a> Waves<'a> {
    /// Tables for the reflections of `turns`.
    pub fn new(turns: &'a Turns, atoms: &[Atom]) -> Self {
        Self { turns, axes: std::array::from_fn(|axis| AxisTable::new(atoms, axis, turns.limits[axis])) }
    }

    /// The waves of eight atoms.
    pub fn octet(&self, octet: usize) -> OctetWaves<'_> {
        OctetWaves { turns: self.turns, axes: [0, 1, 2].map(|axis| self.axes[axis].octet(octet)) }
    }
}

/// Tables for eight atoms.
#[derive(Clone, Copy)]
pub struct OctetWaves<'a> {
    turns: &'a Turns,
    axes: [AxisRows<'a>; 3],
}

impl OctetWaves<'_> {
    #[inline(always)]
    fn turns(&self, reflection: usize) -> &[Turn] {
        &self.turns.list[reflection * self.turns.per..(reflection + 1) * self.turns.per]
    }

    #[inline(always)]
    fn wave(&self, turn: &Turn) -> [Lane; 2] {
        let ([h, k, l], [x, y, z]) = (turn.image, &self.axes);
        let [re, im] = product(&product(x.at(h), y.at(k)), z.at(l));
        let [cos, sin] = turn.phase;
        [lane(|j| cos * re[j] - sin * im[j]), lane(|j| cos * im[j] + sin * re[j])]
    }

    /// Σ exp 2πi(hR·x + h·t) over the operations.
    #[inline(always)]
    pub fn sum(&self, reflection: usize) -> [Lane; 2] {
        let mut sum = [[0.0; LANES]; 2];
        for turn in self.turns(reflection) {
            let wave = self.wave(turn);
            for part in 0..2 {
                sum[part] = lane(|j| sum[part][j] + wave[part][j]);
            }
        }
        if self.turns.centric {
            // The mate adds the conjugate wave.
            sum[1] = [0.0; LANES];
        }
        sum
    }

    /// The part of the sum along `direction`, and how that changes with each coordinate, divided by 2π.
    #[inline(always)]
    pub fn along(&self, reflection: usize, [a, b]: [f32; 2]) -> (Lane, [Lane; 3]) {
        let mut along = [0.0; LANES];
        let [mut x, mut y, mut z] = [[0.0; LANES]; 3];
        for turn in self.turns(reflection) {
            // With a centre at the origin Fc is real: b is 0, and the conjugate wave of the mate has been counted.
            let [re, im] = self.wave(turn);
            along = lane(|j| along[j] + (a * re[j] + b * im[j]));
            let across = lane(|j| b * re[j] - a * im[j]);
            let [h, k, l] = turn.slope;
            x = lane(|j| x[j] + h * across[j]);
            y = lane(|j| y[j] + k * across[j]);
            z = lane(|j| z[j] + l * across[j]);
        }
        (along, [x, y, z])
    }
}
