//! Structure factors and normal equations, one block of the matrix an atom.

use super::amplitudes::Amplitudes;
use super::atom::Atom;
use super::factors::Factors;
use super::lanes::{Equation, Lanes, NO_SUMS, Sums, TRIANGLE, amplitudes, blocks, equations};
use super::measurements::{Measurement, Measurements, Second};
use super::waves::Turns;
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

impl<'a> Calculator<'a> {
    /// Fc of all reflections, in electrons (X-rays).
    pub fn amplitudes(&self, atoms: &[Atom]) -> Vec<Complex64> {
        self.turned(atoms, &self.measurements.turns)
    }

    /// The same for any other `turns` of as many reflections that stand at the same resolutions.
    pub fn turned(&self, atoms: &[Atom], turns: &Turns) -> Vec<Complex64> {
        self.summed(&Lanes::new(atoms, self.factors, turns), &self.measurements.list)
    }

    fn summed(&self, lanes: &Lanes, list: &[Measurement]) -> Vec<Complex64> {
        let piece = |range: Range<usize>| amplitudes(lanes, &list[range.clone()], range);
        self.pieces().into_par_iter().flat_map_iter(piece).collect()
    }

    /// Fc of all reflections in both domains of a twin, or in the one that there is.
    pub fn of(&self, atoms: &[Atom]) -> Amplitudes {
        let of =
            |second: &Second| self.summed(&Lanes::new(atoms, self.factors.of_second(), &second.turns), &second.list);
        let second = self.measurements.second.as_ref().map_or(Vec::new(), of);
        Amplitudes::new(self.measurements, self.amplitudes(atoms), second)
    }

    /// The blocks for `weights` of atoms whose structure factors are known: of Σ w (|Fo| − k √((1 − α)|Fc|² + α|Fc′|²))² for a twin.
    pub fn blocks(&self, atoms: &[Atom], amplitudes: &Amplitudes, weights: &[f64]) -> Vec<Block> {
        let lanes = Lanes::new(atoms, self.factors, &self.measurements.turns);
        let of = |second: &'a Second| (Lanes::new(atoms, self.factors.of_second(), &second.turns), &second.list[..]);
        let second = self.measurements.second.as_ref().map(of);
        let piece = |range: Range<usize>| {
            let of_domain = |domain: usize, list: &[Measurement], fc: &[Complex64]| -> Vec<Equation> {
                let equation = |n: usize| {
                    let along = fc[n] * amplitudes.directions(n)[domain];
                    Equation::new(&list[n], along, amplitudes.sizes[n], weights[n])
                };
                range.clone().map(equation).collect()
            };
            let second = second.as_ref().map(|(lanes, list)| (lanes, of_domain(1, list, &amplitudes.second)));
            let own = of_domain(0, &self.measurements.list, &amplitudes.fc);
            equations(&lanes, &own, second.as_ref().map(|(l, e)| (*l, &e[..])), range.start)
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
