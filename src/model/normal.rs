//! Structure factors and normal equations, one block of the matrix an atom.

use super::atom::Atom;
use super::factors::Factors;
use super::measurements::Measurements;
use super::waves::{WaveSums, Waves};
use crate::crystal::SpaceGroup;
use crate::crystal::structure_factors::exp;
use multiversion::multiversion;
use rayon::prelude::*;
use rustfft::num_complex::Complex64;
use std::f64::consts::{PI, TAU};

/// Parameters of an atom: x, y, z (fractional), U (Å2), scattering power.
pub const PARAMETERS: usize = 5;
/// Numbers of the upper triangle of a block.
const TRIANGLE: usize = PARAMETERS * (PARAMETERS + 1) / 2;
/// Pieces that the reflections are cut into, whatever the number of threads, so that sums come out the same.
const PIECES: usize = 32;

/// The block of an atom, for the function Σ w (|Fo| − k|Fc|)². Gradients are kept apart so that k and the overall
/// displacement can be chosen afterwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Block {
    /// Σ w ∂|Fc|/∂p ∂|Fc|/∂q, upper triangle row by row.
    pub matrix: [f64; TRIANGLE],
    /// Σ w |Fo| ∂|Fc|/∂p.
    pub observed: [f64; PARAMETERS],
    /// Σ w |Fc| ∂|Fc|/∂p.
    pub calculated: [f64; PARAMETERS],
    /// Σ w s²|Fc| ∂|Fc|/∂p, with s = sin θ/λ.
    pub damped: [f64; PARAMETERS],
}

impl Block {
    const ZERO: Self = Self {
        matrix: [0.0; TRIANGLE],
        observed: [0.0; PARAMETERS],
        calculated: [0.0; PARAMETERS],
        damped: [0.0; PARAMETERS],
    };

    /// Adds one reflection of weight `w` with the derivatives `d`; `fo`, `fc` and s²·`fc` are its amplitudes.
    #[inline(always)]
    fn add(&mut self, d: [f64; PARAMETERS], w: f64, [fo, fc, damped]: [f64; 3]) {
        let mut at = 0;
        for p in 0..PARAMETERS {
            let wd = w * d[p];
            self.observed[p] += wd * fo;
            self.calculated[p] += wd * fc;
            self.damped[p] += wd * damped;
            for &other in &d[p..] {
                self.matrix[at] += wd * other;
                at += 1;
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        let pairs = [
            (&mut self.matrix[..], &other.matrix[..]),
            (&mut self.observed[..], &other.observed[..]),
            (&mut self.calculated[..], &other.calculated[..]),
            (&mut self.damped[..], &other.damped[..]),
        ];
        for (to, from) in pairs {
            to.iter_mut().zip(from).for_each(|(a, b)| *a += b);
        }
    }

    /// Element of the matrix.
    pub fn at(&self, p: usize, q: usize) -> f64 {
        let (p, q) = (p.min(q), p.max(q));
        self.matrix[p * PARAMETERS - p * (p + 1) / 2 + q]
    }
}

/// What the structure factors are made from.
#[derive(Clone, Copy)]
pub struct Calculator<'a> {
    /// The group.
    pub group: &'a SpaceGroup,
    /// The reflections.
    pub measurements: &'a Measurements,
    /// Scattering factors at them.
    pub factors: &'a Factors,
}

impl Calculator<'_> {
    /// Fc of all reflections, in electrons (X-rays).
    pub fn amplitudes(&self, atoms: &[Atom]) -> Vec<Complex64> {
        self.pass(atoms, None).0
    }

    /// Fc of all reflections, and the blocks for `weights`.
    pub fn equations(&self, atoms: &[Atom], weights: &[f64]) -> (Vec<Complex64>, Vec<Block>) {
        self.pass(atoms, Some(weights))
    }

    fn pass(&self, atoms: &[Atom], weights: Option<&[f64]>) -> (Vec<Complex64>, Vec<Block>) {
        let list = &self.measurements.list;
        let limits = Waves::limits(self.group, list.iter().map(|m| m.hkl));
        let waves = Waves::new(self.group, atoms, limits);
        let columns: Vec<usize> = atoms.iter().map(|a| self.factors.column(a.z)).collect();
        let sofs: Vec<f64> = atoms.iter().map(|a| a.sof).collect();
        let exponents: Vec<f64> = atoms.iter().map(|a| 8.0 * PI * PI * a.u).collect();
        let piece = list.len().div_ceil(PIECES).max(1);
        let parts: Vec<(Vec<Complex64>, Vec<Block>)> = (0..list.len().div_ceil(piece))
            .into_par_iter()
            .map(|n| {
                let mut sums = WaveSums::default();
                let mut unit = vec![0.0; atoms.len()];
                let mut blocks = vec![Block::ZERO; if weights.is_some() { atoms.len() } else { 0 }];
                let range = n * piece..((n + 1) * piece).min(list.len());
                let fc = range
                    .map(|i| {
                        let m = &list[i];
                        let weight = weights.map(|w| w[i]).filter(|w| *w > 0.0);
                        waves.sum(m.hkl, weight.is_some(), &mut sums);
                        let row = self.factors.row(i);
                        for ((unit, sof), &column) in unit.iter_mut().zip(&sofs).zip(&columns) {
                            *unit = sof * row[column];
                        }
                        damp(&mut unit, &exponents, m.stol_sq);
                        let mut fc = Complex64::default();
                        for (j, atom) in atoms.iter().enumerate() {
                            fc += Complex64::new(sums.re[0][j], sums.im[0][j]) * (unit[j] * atom.power);
                        }
                        if let Some(w) = weight {
                            let size = fc.norm();
                            if size > 0.0 {
                                let both = [m.f, size, m.stol_sq * size];
                                add_all(&mut blocks, atoms, &unit, &sums, fc / size, m.stol_sq, w, both);
                            }
                        }
                        fc
                    })
                    .collect();
                (fc, blocks)
            })
            .collect();
        let mut fc = Vec::with_capacity(list.len());
        let mut blocks = vec![Block::ZERO; if weights.is_some() { atoms.len() } else { 0 }];
        for (part, more) in parts {
            fc.extend(part);
            blocks.iter_mut().zip(&more).for_each(|(a, b)| a.merge(b));
        }
        (fc, blocks)
    }
}

/// Multiplies with exp(−8π²U s²), `exponents` being 8π²U.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+avx512f", "aarch64+neon"))]
fn damp(unit: &mut [f64], exponents: &[f64], stol_sq: f64) {
    let n = unit.len().min(exponents.len());
    let (unit, exponents) = (&mut unit[..n], &exponents[..n]);
    for j in 0..n {
        unit[j] *= exp(-exponents[j] * stol_sq);
    }
}

/// Adds a reflection to the blocks of all atoms. `direction` is Fc/|Fc|.
#[expect(clippy::too_many_arguments, reason = "the inner loop of the refinement")]
fn add_all(
    blocks: &mut [Block],
    atoms: &[Atom],
    unit: &[f64],
    sums: &WaveSums,
    direction: Complex64,
    stol_sq: f64,
    w: f64,
    both: [f64; 3],
) {
    let (a, b) = (direction.re, direction.im);
    for (j, (block, atom)) in blocks.iter_mut().zip(atoms).enumerate() {
        let weight = unit[j] * atom.power;
        // ∂F/∂x = 2πi Σ hR exp…, of which the part along Fc counts.
        let slope = |axis: usize| TAU * weight * (b * sums.re[axis][j] - a * sums.im[axis][j]);
        let along = unit[j] * (a * sums.re[0][j] + b * sums.im[0][j]);
        let d = [slope(1), slope(2), slope(3), -8.0 * PI * PI * stol_sq * atom.power * along, along];
        block.add(d, w, both);
    }
}
