//! The inner loops of the refinement: eight atoms side by side, sums of a few reflections in single precision, sums of these
//! in double precision.

use super::atom::Atom;
use super::factors::Factors;
use super::normal::{Block, PARAMETERS};
use super::scale::EIGHT_PI_SQ;
use super::waves::{LANES, Lane, WaveSums, Waves, lane};
use multiversion::multiversion;
use std::f32::consts::{LOG2_E, TAU};

/// Numbers of the upper triangle of a block.
pub const TRIANGLE: usize = PARAMETERS * (PARAMETERS + 1) / 2;
/// Numbers of a block: the triangle and three gradients.
const NUMBERS: usize = TRIANGLE + 3 * PARAMETERS;

/// What does not depend on the reflection, for eight atoms; unused places scatter nothing.
#[derive(Clone, Copy)]
struct Octet {
    sof: Lane,
    power: Lane,
    exponent: Lane,
    column: [usize; LANES],
}

/// All atoms, and the tables of their waves.
pub struct Lanes<'a> {
    octets: Vec<Octet>,
    waves: Waves<'a>,
}

/// A reflection as the loops need it.
#[derive(Clone, Copy)]
pub struct Row {
    /// Its number.
    pub reflection: usize,
    /// (sin θ/λ)².
    pub stol_sq: f64,
    /// |Fo|.
    pub fo: f64,
    /// Weight; 0 leaves the reflection out of the equations.
    pub weight: f64,
    /// Fc.
    pub fc: [f64; 2],
}

/// A reflection in the equations, everything times the root of its weight but `by_u`.
#[derive(Clone, Copy)]
pub struct Equation {
    /// Fc/|Fc|.
    direction: [f32; 2],
    /// |Fo|, |Fc|, s²|Fc|.
    right: [f32; 3],
    /// −8π²s².
    by_u: f32,
}

impl Equation {
    /// A reflection whose Fc is 0 has no direction: it adds nothing.
    pub fn new(row: &Row) -> Self {
        let size = (row.fc[0] * row.fc[0] + row.fc[1] * row.fc[1]).sqrt();
        let root = row.weight.sqrt();
        let inverse = if size > 0.0 { root / size } else { 0.0 };
        Self {
            direction: row.fc.map(|f| (f * inverse) as f32),
            right: [row.fo, size, row.stol_sq * size].map(|x| (root * x) as f32),
            by_u: (-EIGHT_PI_SQ * row.stol_sq) as f32,
        }
    }
}

/// The sums of the blocks of eight atoms.
pub type Sums = [[f64; LANES]; NUMBERS];
/// Nothing yet.
pub const NO_SUMS: Sums = [[0.0; LANES]; NUMBERS];

impl<'a> Lanes<'a> {
    /// Puts atoms side by side.
    pub fn new(atoms: &[Atom], factors: &Factors, waves: Waves<'a>) -> Self {
        let mut octets =
            vec![
                Octet { sof: [0.0; LANES], power: [0.0; LANES], exponent: [0.0; LANES], column: [0; LANES] };
                atoms.len().div_ceil(LANES)
            ];
        for (n, atom) in atoms.iter().enumerate() {
            let (octet, lane) = (&mut octets[n / LANES], n % LANES);
            octet.sof[lane] = atom.sof as f32;
            octet.power[lane] = atom.power as f32;
            octet.exponent[lane] = (EIGHT_PI_SQ * atom.u) as f32;
            octet.column[lane] = factors.column(atom.z);
        }
        Self { octets, waves }
    }

    /// Groups of eight atoms.
    pub fn len(&self) -> usize {
        self.octets.len()
    }
}

/// eˣ for x from −80 to 0 without a branch or a call, so that it becomes vector code; relative error below 3e-7.
#[inline(always)]
fn exp(x: &Lane) -> Lane {
    /// 1.5 · 2²³: adding it leaves the rounded number in the low bits of the mantissa.
    const ROUNDER: f32 = 12_582_912.0;
    /// ln 2 in two parts, the first with trailing zeros (Cephes, expf).
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    const MANTISSA_BITS: u32 = 23;
    const LOWEST: f32 = -80.0;
    let x = lane(|j| if x[j] > LOWEST { x[j] } else { LOWEST });
    let shifted = lane(|j| x[j] * LOG2_E + ROUNDER);
    let n = lane(|j| shifted[j] - ROUNDER);
    let r = lane(|j| x[j] - n[j] * LN2_HIGH);
    let r = lane(|j| r[j] - n[j] * LN2_LOW);
    // Taylor series: |r| ≤ ln 2 / 2, so that the first term left out is 1.2e-7.
    let mut p = [1.0 / 720.0; LANES];
    for factorial in [120.0, 24.0, 6.0, 2.0, 1.0, 1.0] {
        p = lane(|j| p[j] * r[j] + 1.0 / factorial);
    }
    lane(|j| f32::from_bits(p[j].to_bits().wrapping_add(shifted[j].to_bits() << MANTISSA_BITS)))
}

#[inline(always)]
fn unit(octet: &Octet, factors: &[f32], stol_sq: f32) -> Lane {
    let f = lane(|j| factors.get(octet.column[j]).copied().unwrap_or(0.0));
    let damping = exp(&lane(|j| -octet.exponent[j] * stol_sq));
    lane(|j| octet.sof[j] * f[j] * damping[j])
}

/// Fc of a reflection.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+avx512f", "aarch64+neon"))]
pub fn amplitude(lanes: &Lanes, factors: &[f32], row: &mut Row) {
    let mut fc = [[0.0f32; LANES]; 2];
    for (chunk, octet) in lanes.octets.iter().enumerate() {
        let unit = unit(octet, factors, row.stol_sq as f32);
        let sums = lanes.waves.sum::<false>(row.reflection, chunk);
        let size = lane(|j| unit[j] * octet.power[j]);
        for part in 0..2 {
            fc[part] = lane(|j| fc[part][j] + size[j] * sums[0][part][j]);
        }
    }
    row.fc = fc.map(|part| part.iter().map(|x| f64::from(*x)).sum());
}

/// The same, and what the derivatives are made from: waves times size, the weighted ones times scattering power and 2π too.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+avx512f", "aarch64+neon"))]
pub fn amplitude_and_slopes(lanes: &Lanes, factors: &[f32], row: &mut Row, kept: &mut [WaveSums]) {
    let mut fc = [[0.0f32; LANES]; 2];
    for ((chunk, octet), kept) in lanes.octets.iter().enumerate().zip(kept) {
        let unit = unit(octet, factors, row.stol_sq as f32);
        let mut sums = lanes.waves.sum::<true>(row.reflection, chunk);
        let size = lane(|j| TAU * unit[j] * octet.power[j]);
        for part in 0..2 {
            sums[0][part] = lane(|j| unit[j] * sums[0][part][j]);
            fc[part] = lane(|j| fc[part][j] + octet.power[j] * sums[0][part][j]);
            for sum in &mut sums[1..] {
                sum[part] = lane(|j| size[j] * sum[part][j]);
            }
        }
        *kept = sums;
    }
    row.fc = fc.map(|part| part.iter().map(|x| f64::from(*x)).sum());
}

/// Adds reflections to the blocks of all atoms; `kept` holds the waves of the first reflection, then those of the second …
#[multiversion(targets("x86_64+avx2+fma", "x86_64+avx512f", "aarch64+neon"))]
pub fn accumulate(lanes: &Lanes, rows: &[Equation], kept: &[WaveSums], sums: &mut [Sums]) {
    let chunks = lanes.octets.len();
    for ((chunk, octet), sums) in lanes.octets.iter().enumerate().zip(sums) {
        let mut partial = [[0.0f32; LANES]; NUMBERS];
        for (row, kept) in rows.iter().zip(kept.chunks_exact(chunks)) {
            let ([a, b], right, by_u) = (row.direction, row.right, row.by_u);
            let waves = &kept[chunk];
            // ∂F/∂x = 2πi Σ hR exp…, of which the part along Fc counts.
            let slope = |axis: usize| -> Lane { lane(|j| b * waves[axis][0][j] - a * waves[axis][1][j]) };
            let along: Lane = lane(|j| a * waves[0][0][j] + b * waves[0][1][j]);
            let u: Lane = lane(|j| by_u * octet.power[j] * along[j]);
            let d = [slope(1), slope(2), slope(3), u, along];
            let mut at = 0;
            for p in 0..PARAMETERS {
                for q in p..PARAMETERS {
                    partial[at] = lane(|j| partial[at][j] + d[p][j] * d[q][j]);
                    at += 1;
                }
            }
            for right in right {
                for own in &d {
                    partial[at] = lane(|j| partial[at][j] + own[j] * right);
                    at += 1;
                }
            }
        }
        for (sum, partial) in sums.iter_mut().zip(&partial) {
            for j in 0..LANES {
                sum[j] += f64::from(partial[j]);
            }
        }
    }
}

/// The blocks of the atoms.
pub fn blocks(sums: &[Sums], atoms: usize) -> Vec<Block> {
    (0..atoms)
        .map(|n| {
            let part = |at: usize| sums[n / LANES][at][n % LANES];
            let gradient = |which: usize| std::array::from_fn(|p| part(TRIANGLE + which * PARAMETERS + p));
            Block {
                matrix: std::array::from_fn(part),
                observed: gradient(0),
                calculated: gradient(1),
                damped: gradient(2),
            }
        })
        .collect()
}
