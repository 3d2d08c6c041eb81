//! Structure factors and normal equations, one block of the matrix an atom.

use super::atom::Atom;
use super::factors::Factors;
use super::lanes::{
    Equation, Lanes, NO_SUMS, Row, Sums, TRIANGLE, accumulate, amplitude, amplitude_and_slopes, blocks,
};
use super::measurements::Measurements;
use super::waves::{LANES, Waves};
use rayon::prelude::*;
use rustfft::num_complex::Complex64;

/// Parameters of an atom: x, y, z (fractional), U (Å2), scattering power.
pub const PARAMETERS: usize = 5;
/// Pieces that the reflections are cut into, whatever the number of threads, so that sums come out the same.
const PIECES: usize = 32;
/// Reflections that are worked on together: the waves of crambin's 430 atoms at so many stay in the second cache.
const BATCH: usize = 8;

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
    /// Element of the matrix.
    pub fn at(&self, p: usize, q: usize) -> f64 {
        let (p, q) = (p.min(q), p.max(q));
        self.matrix[p * PARAMETERS - p * (p + 1) / 2 + q]
    }
}

/// What the structure factors are made from.
#[derive(Clone, Copy)]
pub struct Calculator<'a> {
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
        let all = self.measurements.list.len();
        let lanes = Lanes::new(atoms, self.factors, Waves::new(&self.measurements.turns, atoms));
        let piece = all.div_ceil(PIECES).max(1);
        let parts: Vec<(Vec<Complex64>, Vec<Sums>)> = (0..all.div_ceil(piece))
            .into_par_iter()
            .map(|n| self.piece(&lanes, n * piece..((n + 1) * piece).min(all), weights))
            .collect();
        let mut fc = Vec::with_capacity(all);
        let mut sums = vec![NO_SUMS; if weights.is_some() { lanes.len() } else { 0 }];
        for (part, more) in parts {
            fc.extend(part);
            for (to, from) in
                sums.as_flattened_mut().as_flattened_mut().iter_mut().zip(more.as_flattened().as_flattened())
            {
                *to += from;
            }
        }
        (fc, if weights.is_some() { blocks(&sums, atoms.len()) } else { Vec::new() })
    }

    fn piece(
        &self,
        lanes: &Lanes,
        range: std::ops::Range<usize>,
        weights: Option<&[f64]>,
    ) -> (Vec<Complex64>, Vec<Sums>) {
        let chunks = lanes.len();
        let used = if weights.is_some() { chunks } else { 0 };
        let mut sums = vec![NO_SUMS; used];
        let mut kept = vec![[[[0.0; LANES]; 2]; 4]; used * BATCH];
        let mut rows: Vec<Equation> = Vec::with_capacity(BATCH);
        let mut factors: Vec<f32> = Vec::new();
        let fc = range
            .map(|reflection| {
                let m = &self.measurements.list[reflection];
                let weight = weights.map_or(0.0, |w| w[reflection]);
                let mut row = Row { reflection, stol_sq: m.stol_sq, fo: m.f, weight, fc: [0.0; 2] };
                factors.clear();
                factors.extend(self.factors.row(reflection).iter().map(|f| *f as f32));
                if weight > 0.0 {
                    let space = &mut kept[rows.len() * chunks..(rows.len() + 1) * chunks];
                    amplitude_and_slopes(lanes, &factors, &mut row, space);
                    rows.push(Equation::new(&row));
                    if rows.len() == BATCH {
                        accumulate(lanes, &rows, &kept, &mut sums);
                        rows.clear();
                    }
                } else {
                    amplitude(lanes, &factors, &mut row);
                }
                Complex64::new(row.fc[0], row.fc[1])
            })
            .collect();
        accumulate(lanes, &rows, &kept, &mut sums);
        (fc, sums)
    }
}
