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
        let lanes = Lanes::new(atoms, self.factors, &self.measurements.turns);
        let piece = |range: Range<usize>| amplitudes(&lanes, &self.measurements.list[range.clone()], range);
        self.pieces().into_par_iter().flat_map_iter(piece).collect()
    }

    /// The blocks for `weights` of atoms whose Fc are known.
    pub fn blocks(&self, atoms: &[Atom], fc: &[Complex64], weights: &[f64]) -> Vec<Block> {
        let lanes = Lanes::new(atoms, self.factors, &self.measurements.turns);
        let piece = |range: Range<usize>| {
            let weighted = range.clone().map(|n| Equation::new(&self.measurements.list[n], fc[n], weights[n]));
            equations(&lanes, &weighted.collect::<Vec<_>>(), range.start)
        };
        let parts: Vec<Vec<Sums>> = self.pieces().into_par_iter().map(piece).collect();
        let mut sums = vec![NO_SUMS; lanes.len()];
        for part in parts {
            for (to, from) in
                sums.as_flattened_mut().as_flattened_mut().iter_mut().zip(part.as_flattened().as_flattened())
            {
                *to += from;
            }
        }
        blocks(&lanes, &sums)
    }

    fn pieces(&self) -> Vec<Range<usize>> {
        let all = self.measurements.list.len();
        let piece = all.div_ceil(PIECES).max(1);
        (0..all.div_ceil(piece)).map(|n| n * piece..((n + 1) * piece).min(all)).collect()
    }
}
