//! Sums of waves over the operations for one reflection: what an atom of unit scattering power contributes at each site, and
//! how that changes with its coordinates.
//!
//! Exponentials come from one table per axis, atoms side by side, as in `crystal::structure_factors`.

use super::atom::Atom;
use crate::crystal::{Hkl, SpaceGroup, SymOp};
use multiversion::multiversion;
use std::f64::consts::TAU;

/// exp 2πi n x of all atoms for n from −limit to limit along one axis; row n holds all atoms.
struct AxisTable {
    limit: i32,
    re: Vec<f64>,
    im: Vec<f64>,
}

impl AxisTable {
    fn new(atoms: &[Atom], axis: usize, limit: i32) -> Self {
        let len = (2 * limit as usize + 1) * atoms.len();
        let (mut re, mut im) = (Vec::with_capacity(len), Vec::with_capacity(len));
        for n in -limit..=limit {
            for atom in atoms {
                let (sin, cos) = (TAU * (f64::from(n) * atom.xyz[axis]).fract()).sin_cos();
                re.push(cos);
                im.push(sin);
            }
        }
        Self { limit, re, im }
    }

    fn row(&self, index: i32, atoms: usize) -> [&[f64]; 2] {
        let start = (index + self.limit) as usize * atoms;
        [&self.re[start..start + atoms], &self.im[start..start + atoms]]
    }
}

/// Sums of one reflection, one entry an atom: Σ exp(2πi(hR·x + h·t)) and the same weighted with each component of hR.
#[derive(Debug, Clone, Default)]
pub struct WaveSums {
    /// Real parts: plain, then weighted with h, k, l.
    pub re: [Vec<f64>; 4],
    /// Imaginary parts alike.
    pub im: [Vec<f64>; 4],
}

/// Tables for all atoms.
pub struct Waves {
    atoms: usize,
    axes: [AxisTable; 3],
    ops: Vec<SymOp>,
    /// Every sum is taken so many times: lattice points of a centred cell, and 2 for a centre at the origin.
    times: f64,
    /// A centre at the origin: imaginary parts cancel.
    centric: bool,
}

impl Waves {
    /// Tables for reflections whose indices, turned by any operation, stay within `limits`.
    pub fn new(group: &SpaceGroup, atoms: &[Atom], limits: [i32; 3]) -> Self {
        let centric = group.primitive_operations().contains(&SymOp::INVERSION);
        let mut ops: Vec<SymOp> = Vec::new();
        for op in group.primitive_operations() {
            let mate = op.rot.map(|row| row.map(|x| -x));
            if !centric || !ops.iter().any(|kept| kept.rot == mate) {
                ops.push(*op);
            }
        }
        let lattice = group.centring().len() as f64;
        Self {
            atoms: atoms.len(),
            axes: std::array::from_fn(|axis| AxisTable::new(atoms, axis, limits[axis])),
            ops,
            times: if centric { 2.0 * lattice } else { lattice },
            centric,
        }
    }

    /// Largest indices that the operations make of `hkls`.
    pub fn limits(group: &SpaceGroup, hkls: impl Iterator<Item = Hkl>) -> [i32; 3] {
        let mut limits = [0; 3];
        for hkl in hkls {
            for op in group.primitive_operations() {
                let image = op.rotate_hkl(hkl);
                limits = std::array::from_fn(|i| i32::max(limits[i], image[i].abs()));
            }
        }
        limits
    }

    /// Fills `sums` for one reflection; the weighted sums only when `derivatives` are wanted.
    pub fn sum(&self, hkl: Hkl, derivatives: bool, sums: &mut WaveSums) {
        let used = if derivatives { 4 } else { 1 };
        for part in sums.re[..used].iter_mut().chain(&mut sums.im[..used]) {
            part.clear();
            part.resize(self.atoms, 0.0);
        }
        for op in &self.ops {
            let image = op.rotate_hkl(hkl);
            let (sin, cos) = op.phase_shift(hkl).sin_cos();
            let rows = [0, 1, 2].map(|axis| self.axes[axis].row(image[axis], self.atoms));
            let turn = [cos * self.times, sin * self.times];
            add(rows, turn, image.map(f64::from), derivatives, sums);
        }
        if self.centric {
            // The mate adds the conjugate wave with −hR: plain sums become real, weighted ones imaginary.
            sums.im[0].iter_mut().for_each(|x| *x = 0.0);
            for part in &mut sums.re[1..used] {
                part.iter_mut().for_each(|x| *x = 0.0);
            }
        }
    }
}

#[multiversion(targets("x86_64+avx2+fma", "x86_64+avx512f", "aarch64+neon"))]
fn add(rows: [[&[f64]; 2]; 3], turn: [f64; 2], image: [f64; 3], derivatives: bool, sums: &mut WaveSums) {
    let n = rows[0][0].len();
    let [[xr, xi], [yr, yi], [zr, zi]] = rows.map(|row| row.map(|r| &r[..n]));
    let [re0, re1, re2, re3] = &mut sums.re;
    let [im0, im1, im2, im3] = &mut sums.im;
    let (re0, im0) = (&mut re0[..n], &mut im0[..n]);
    let wave = |j: usize| {
        let (re, im) = (xr[j] * yr[j] - xi[j] * yi[j], xr[j] * yi[j] + xi[j] * yr[j]);
        let (re, im) = (re * zr[j] - im * zi[j], re * zi[j] + im * zr[j]);
        (re * turn[0] - im * turn[1], re * turn[1] + im * turn[0])
    };
    if derivatives {
        let (re1, re2, re3) = (&mut re1[..n], &mut re2[..n], &mut re3[..n]);
        let (im1, im2, im3) = (&mut im1[..n], &mut im2[..n], &mut im3[..n]);
        for j in 0..n {
            let (re, im) = wave(j);
            re0[j] += re;
            im0[j] += im;
            re1[j] += image[0] * re;
            im1[j] += image[0] * im;
            re2[j] += image[1] * re;
            im2[j] += image[1] * im;
            re3[j] += image[2] * re;
            im3[j] += image[2] * im;
        }
    } else {
        for j in 0..n {
            let (re, im) = wave(j);
            re0[j] += re;
            im0[j] += im;
        }
    }
}
