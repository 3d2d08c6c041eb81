//! The inner loops of the refinement: eight atoms side by side meet one reflection after the other, sums of a few reflections in
//! single precision, sums of these in double precision.

use super::atom::Atom;
use super::factors::Factors;
use super::measurements::Measurement;
use super::normal::{Block, PARAMETERS};
use super::scale::EIGHT_PI_SQ;
use super::waves::{LANES, Lane, OctetWaves, Turns, Waves, lane};
use multiversion::multiversion;
use rustfft::num_complex::Complex64;
use std::f32::consts::{LOG2_E, TAU};
use std::ops::Range;

/// Numbers of the upper triangle of a block.
pub const TRIANGLE: usize = PARAMETERS * (PARAMETERS + 1) / 2;
/// Numbers of a block: the triangle and three gradients.
const NUMBERS: usize = TRIANGLE + 3 * PARAMETERS;
/// Reflections that are summed in single precision: their derivatives stay in the first cache.
const TOGETHER: usize = 32;

/// What does not depend on the reflection, for eight atoms; unused places scatter nothing.
#[derive(Clone, Copy)]
struct Octet {
    sof: Lane,
    power: Lane,
    exponent: Lane,
    /// The largest of the exponents.
    largest: f32,
    column: [usize; LANES],
    /// All eight atoms are of one element.
    alike: bool,
}

/// All atoms, and the tables of their waves.
pub struct Lanes<'a> {
    octets: Vec<Octet>,
    /// Place of each atom among the lanes: atoms of one element stand together.
    places: Vec<usize>,
    factors: &'a Factors,
    waves: Waves<'a>,
}

/// A reflection in the equations, everything times the root of its weight but `by_u`.
#[derive(Clone, Copy)]
pub struct Equation {
    /// Derivative of |Fc| by Fc: Fc/|Fc|, or Fc times a share over the size of both domains.
    direction: [f32; 2],
    /// |Fo|, |Fc|, s²|Fc|.
    right: [f32; 3],
    /// −8π²s².
    by_u: f32,
    stol_sq: f64,
}

impl Equation {
    /// `size` is the amplitude calculated, and `along` how it changes with Fc of one domain: Fc/|Fc| for a single crystal.
    pub fn new(measured: &Measurement, along: Complex64, size: f64, weight: f64) -> Self {
        let root = weight.sqrt();
        Self {
            direction: [along.re, along.im].map(|x| (x * root) as f32),
            right: [measured.f, size, measured.stol_sq * size].map(|x| (root * x) as f32),
            by_u: (-EIGHT_PI_SQ * measured.stol_sq) as f32,
            stol_sq: measured.stol_sq,
        }
    }
}

/// The sums of the blocks of eight atoms.
pub type Sums = [[f64; LANES]; NUMBERS];
/// Nothing yet.
pub const NO_SUMS: Sums = [[0.0; LANES]; NUMBERS];

impl<'a> Lanes<'a> {
    /// Puts atoms side by side, for the reflections of `turns`.
    pub fn new(atoms: &[Atom], factors: &'a Factors, turns: &'a Turns) -> Self {
        let mut order: Vec<usize> = (0..atoms.len()).collect();
        order.sort_by_key(|&n| factors.column(atoms[n].z));
        let mut places = vec![0; atoms.len()];
        order.iter().enumerate().for_each(|(place, &n)| places[n] = place);
        let sorted: Vec<Atom> = order.into_iter().map(|n| atoms[n].clone()).collect();
        let octets = sorted.chunks(LANES).map(|eight| Octet::new(eight, factors)).collect();
        Self { octets, places, factors, waves: Waves::new(turns, &sorted) }
    }

    /// Groups of eight atoms.
    pub fn len(&self) -> usize {
        self.octets.len()
    }
}

impl Octet {
    fn new(atoms: &[Atom], factors: &Factors) -> Self {
        let of = |value: fn(&Atom) -> f64| lane(|j| atoms.get(j).map_or(0.0, |atom| value(atom) as f32));
        let column = std::array::from_fn(|j| atoms.get(j).map_or(0, |atom| factors.column(atom.z)));
        let exponent = of(|atom| EIGHT_PI_SQ * atom.u);
        Self {
            sof: of(|atom| atom.sof),
            power: of(|atom| atom.power),
            exponent,
            largest: exponent.iter().copied().fold(f32::MIN_POSITIVE, f32::max),
            column,
            alike: column.iter().take(atoms.len()).all(|c| *c == column[0]),
        }
    }
}

/// sof exp(−8π² u s²) of eight atoms at one resolution, from which a series leads to those near it: reflections come in order of resolution.
struct Damping {
    stol_sq: f64,
    base: Lane,
}

/// Largest exponent of the series of three terms: the first that is left out is 3e-7.
const NEAR: f64 = 0.05;

impl Damping {
    const NONE: Self = Self { stol_sq: f64::NEG_INFINITY, base: [0.0; LANES] };

    /// What atoms of scattering power 1 scatter at a reflection.
    #[inline(always)]
    fn unit(&mut self, octet: &Octet, factors: &[f32], stol_sq: f64) -> Lane {
        if (stol_sq - self.stol_sq).abs() * f64::from(octet.largest) > NEAR {
            let damping = exp(&lane(|j| -octet.exponent[j] * stol_sq as f32));
            *self = Self { stol_sq, base: lane(|j| octet.sof[j] * damping[j]) };
        }
        let beyond = (self.stol_sq - stol_sq) as f32;
        let x = lane(|j| octet.exponent[j] * beyond);
        let damping = lane(|j| self.base[j] * (1.0 + x[j] * (1.0 + x[j] * (0.5 + x[j] * (1.0 / 6.0)))));
        if octet.alike {
            let f = factors.get(octet.column[0]).copied().unwrap_or(0.0);
            lane(|j| damping[j] * f)
        } else {
            lane(|j| damping[j] * factors.get(octet.column[j]).copied().unwrap_or(0.0))
        }
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

/// Fc of the reflections `list`, the numbers of which among all are `range`.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+avx512f", "aarch64+neon"))]
pub fn amplitudes(lanes: &Lanes, list: &[Measurement], range: Range<usize>) -> Vec<Complex64> {
    let mut sums = vec![[[0.0f32; LANES]; 2]; list.len()];
    for (n, octet) in lanes.octets.iter().enumerate() {
        let waves = lanes.waves.octet(n);
        let mut damping = Damping::NONE;
        for ((reflection, m), sum) in range.clone().zip(list).zip(&mut sums) {
            let unit = damping.unit(octet, lanes.factors.row(reflection), m.stol_sq);
            let wave = waves.sum(reflection);
            let size = lane(|j| unit[j] * octet.power[j]);
            for part in 0..2 {
                sum[part] = lane(|j| sum[part][j] + size[j] * wave[part][j]);
            }
        }
    }
    let whole = |part: &Lane| part.iter().map(|x| f64::from(*x)).sum();
    sums.iter().map(|[re, im]| Complex64::new(whole(re), whole(im))).collect()
}

/// The sums of the blocks of all atoms over the reflections of `rows`, the numbers of which among all begin with `first`; `second` are the
/// waves and the rows of the other domain of a twin.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+avx512f", "aarch64+neon"))]
pub fn equations(lanes: &Lanes, rows: &[Equation], second: Option<(&Lanes, &[Equation])>, first: usize) -> Vec<Sums> {
    let mut all = vec![NO_SUMS; lanes.octets.len()];
    let mut slopes = [[[0.0f32; LANES]; PARAMETERS]; TOGETHER];
    let mut partial = [[0.0f32; LANES]; NUMBERS];
    for ((n, octet), sums) in lanes.octets.iter().enumerate().zip(&mut all) {
        let waves = lanes.waves.octet(n);
        let mut damping = Damping::NONE;
        // Atoms stand in one order for both domains.
        let other = second.map(|(lanes, rows)| (lanes.factors, lanes.waves.octet(n), rows));
        let mut damping_of_other = Damping::NONE;
        for (part, rows) in rows.chunks(TOGETHER).enumerate() {
            for ((n, row), slopes) in rows.iter().enumerate().zip(&mut slopes) {
                let reflection = first + part * TOGETHER + n;
                *slopes = derivatives(octet, &waves, &mut damping, row, lanes.factors.row(reflection), reflection);
            }
            if let Some((factors, waves, all)) = &other {
                let start = part * TOGETHER;
                for ((n, row), slopes) in all[start..start + rows.len()].iter().enumerate().zip(&mut slopes) {
                    let reflection = first + start + n;
                    let factors = factors.row(reflection);
                    let more = derivatives(octet, waves, &mut damping_of_other, row, factors, reflection);
                    for (sum, more) in slopes.iter_mut().zip(more) {
                        *sum = lane(|j| sum[j] + more[j]);
                    }
                }
            }
            let slopes = &slopes[..rows.len()];
            let (triangle, right) = partial.split_at_mut(TRIANGLE);
            products::<5>(slopes, &mut triangle[..5]);
            products::<4>(slopes, &mut triangle[5..9]);
            products::<3>(slopes, &mut triangle[9..12]);
            products::<2>(slopes, &mut triangle[12..14]);
            products::<1>(slopes, &mut triangle[14..]);
            for (which, partial) in right.chunks_exact_mut(PARAMETERS).enumerate() {
                gradient(slopes, rows, which, partial);
            }
            add(&partial, sums);
        }
    }
    all
}

/// Derivatives of |Fc| by the parameters of eight atoms, times the root of the weight.
#[inline(always)]
fn derivatives(
    octet: &Octet,
    waves: &OctetWaves,
    damping: &mut Damping,
    row: &Equation,
    factors: &[f32],
    reflection: usize,
) -> [Lane; PARAMETERS] {
    let unit = damping.unit(octet, factors, row.stol_sq);
    // ∂F/∂x = 2πi Σ hR exp…, of which the part along Fc counts.
    let (along, [x, y, z]) = waves.along(reflection, row.direction);
    let along = lane(|j| unit[j] * along[j]);
    let size = lane(|j| TAU * unit[j] * octet.power[j]);
    let u = lane(|j| row.by_u * octet.power[j] * along[j]);
    [lane(|j| size[j] * x[j]), lane(|j| size[j] * y[j]), lane(|j| size[j] * z[j]), u, along]
}

/// Adds the products of the Nth last derivative with itself and those behind it.
#[inline(always)]
fn products<const N: usize>(slopes: &[[Lane; PARAMETERS]], sums: &mut [Lane]) {
    let mut partial = [[0.0f32; LANES]; N];
    for own in slopes {
        for (n, partial) in partial.iter_mut().enumerate() {
            *partial = lane(|j| partial[j] + own[PARAMETERS - N][j] * own[PARAMETERS - N + n][j]);
        }
    }
    sums.copy_from_slice(&partial);
}

/// Adds the products of all derivatives with a right side of the equations.
#[inline(always)]
fn gradient(slopes: &[[Lane; PARAMETERS]], rows: &[Equation], which: usize, sums: &mut [Lane]) {
    let mut partial = [[0.0f32; LANES]; PARAMETERS];
    for (own, row) in slopes.iter().zip(rows) {
        let right = row.right[which];
        for (partial, own) in partial.iter_mut().zip(own) {
            *partial = lane(|j| partial[j] + own[j] * right);
        }
    }
    sums.copy_from_slice(&partial);
}

/// A call of its own, lest what is summed in single precision be cut into pieces of four.
#[inline(never)]
#[multiversion(targets("x86_64+avx2+fma", "x86_64+avx512f", "aarch64+neon"))]
fn add(partial: &[Lane; NUMBERS], sums: &mut Sums) {
    for (sum, partial) in sums.iter_mut().zip(partial) {
        for j in 0..LANES {
            sum[j] += f64::from(partial[j]);
        }
    }
}

/// The blocks of the atoms.
pub fn blocks(lanes: &Lanes, sums: &[Sums]) -> Vec<Block> {
    let block = |&n: &usize| {
        let part = |at: usize| sums[n / LANES][at][n % LANES];
        let gradient = |which: usize| std::array::from_fn(|p| part(TRIANGLE + which * PARAMETERS + p));
        Block { matrix: std::array::from_fn(part), observed: gradient(0), calculated: gradient(1), damped: gradient(2) }
    };
    lanes.places.iter().map(block).collect()
}
