//! Structure factors and normal equations, one block of the matrix an atom.

use super::atom::Atom;
use super::factors::Factors;
use super::lanes::{Equation, Lanes, NO_SUMS, Sums, TRIANGLE, amplitudes, blocks, equations};
use super::measurements::Measurements;
use rayon::prelude::*;
use rustfft::num_complex::Complex64;
use std::ops::Range;

/// Parameters of an atom: x, y, z (fractional), U (Å2), scattering power.
pub const PARAMETERS: usize = 5;
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
        let lanes = Lanes::new(atoms, self.factors, &self.measurements.turns);
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
        (fc, if weights.is_some() { blocks(&lanes, &sums) } else { Vec::new() })
    }

    fn piece(&self, lanes: &Lanes, range: Range<usize>, weights: Option<&[f64]>) -> (Vec<Complex64>, Vec<Sums>) {
        let list = &self.measurements.list[range.clone()];
        let fc = amplitudes(lanes, list, range.clone());
        let Some(weights) = weights else { return (fc, Vec::new()) };
        let weighted = list.iter().zip(&fc).zip(&weights[range.clone()]);
        let rows: Vec<Equation> = weighted.map(|((m, fc), weight)| Equation::new(m, *fc, *weight)).collect();
        let sums = equations(lanes, &rows, range.start);
        (fc, sums)
    }
}
