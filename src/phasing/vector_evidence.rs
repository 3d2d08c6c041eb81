//! What a Patterson map says for atoms at certain places: the logarithm of a likelihood ratio, summed over their
//! vectors.
//!
//! Values of the map are distributed by some density h, which the map itself shows; where two heavy atoms of a cell
//! have a vector they are higher by the height μ of that vector, and so is one value the likelier by h(v − μ)/h(v). For
//! a normal h the logarithm is μv − μ²/2, a sum; with the long tail of light atoms' vectors it stops to grow, as a
//! minimum function does, so that no one peak can speak for a place.

use super::VectorMap;
use super::cheshire::of_lattice;
use super::harker::{vector, vectors};
use crate::crystal::symop::product;
use crate::crystal::{Cell, SpaceGroup, SymOp};

/// Range and bins of the density h, in σ.
const LOWEST: f32 = -8.0;
const BIN: f32 = 0.05;
const BINS: usize = 800;
/// Width, in bins, of the normal function that it is smoothed by.
const SMOOTH: f64 = 5.0;
/// Values below which a bin says too little: beyond, ln h goes on as it went over the last `TAIL` bins.
const FEWEST: f64 = 250.0;
const TAIL: usize = 10;
/// Every so manieth value of the map is counted.
const COUNTED: usize = 7;
/// Values nearer to a lattice point than this, Å, are the origin peak's.
const ORIGIN: f64 = 1.0;

/// A map, and how its values are judged for vectors between mates and between others.
pub struct VectorEvidence<'a> {
    map: &'a VectorMap,
    cell: Cell,
    operations: Vec<SymOp>,
    /// Vectors between mates, and how many of them fall together.
    mates: Vec<(SymOp, usize)>,
    /// For vectors that stand once, twice …
    tables: Vec<Vec<f32>>,
}

impl<'a> VectorEvidence<'a> {
    /// For atoms in `group` whose vectors stand `height` σ high in `map`.
    pub fn new(cell: &Cell, group: &SpaceGroup, map: &'a VectorMap, height: f32) -> Self {
        let mates: Vec<(SymOp, usize)> = vectors(group).into_iter().map(|op| (op, together(group, &op))).collect();
        let most = mates.iter().map(|(_, n)| *n).max().unwrap_or(1);
        let density = logarithm_of_density(map, cell);
        let tables = (1..=most).map(|n| ratios(&density, height * n as f32)).collect();
        Self { map, cell: cell.clone(), operations: group.primitive_operations().to_vec(), mates, tables }
    }

    /// For an atom at `x` and its mates; −∞ where they come too near to each other.
    pub fn alone(&self, x: [f64; 3]) -> f32 {
        self.mates.iter().map(|(op, n)| self.of(op.apply(x), x, *n)).sum()
    }

    /// For the vectors between atoms at `x` and `y` and their mates; −∞ where those come too near to each other.
    pub fn between(&self, x: [f64; 3], y: [f64; 3]) -> f32 {
        self.operations.iter().map(|op| self.of(op.apply(y), x, 1)).sum()
    }

    /// Whether an atom has vectors to mates of its own.
    pub fn says_of_one(&self) -> bool {
        !self.mates.is_empty()
    }

    /// Vectors between two atoms and their mates.
    pub fn vectors(&self) -> usize {
        self.operations.len()
    }

    fn of(&self, y: [f64; 3], x: [f64; 3], times: usize) -> f32 {
        let Some(u) = vector(&self.cell, y, x) else { return f32::NEG_INFINITY };
        let bin = ((self.map.at(u) - LOWEST) / BIN).max(0.0) as usize;
        self.tables[times - 1][bin.min(BINS - 1)]
    }
}

/// How many vectors between mates fall together where `op` has one: operations of the Laue class that leave (R − I)x +
/// t as it is, halved where the vector and its reverse are of one orbit.
fn together(group: &SpaceGroup, op: &SymOp) -> usize {
    let one = SymOp::IDENTITY.rot;
    let less: [[i32; 3]; 3] = std::array::from_fn(|i| std::array::from_fn(|j| op.rot[i][j] - one[i][j]));
    let stays = |q: &[[i32; 3]; 3]| {
        let moved = |i: usize| (0..3).map(|j| q[i][j] * op.trans[j]).sum::<i32>() - op.trans[i];
        product(q, &less) == less && of_lattice(group, std::array::from_fn(moved))
    };
    let stabiliser = group.laue_rotations().iter().filter(|q| stays(q)).count();
    if product(&op.rot, &op.rot) == one { stabiliser.div_ceil(2) } else { stabiliser }
}

/// ln h, but for a constant.
fn logarithm_of_density(map: &VectorMap, cell: &Cell) -> Vec<f64> {
    let mut counts = vec![0.0; BINS];
    for (u, value) in map.values().step_by(COUNTED) {
        if cell.length_sq(u.map(|x| x - x.round())) >= ORIGIN * ORIGIN {
            let bin = ((value - LOWEST) / BIN).max(0.0) as usize;
            if let Some(count) = counts.get_mut(bin) {
                *count += 1.0;
            }
        }
    }
    let reach = (3.0 * SMOOTH) as usize;
    let smooth = |i: usize| -> f64 {
        let around = i.saturating_sub(reach)..(i + reach + 1).min(BINS);
        around.map(|j| counts[j] * (-0.5 * ((j as f64 - i as f64) / SMOOTH).powi(2)).exp()).sum()
    };
    let density: Vec<f64> = (0..BINS).map(smooth).collect();
    let mut out: Vec<f64> = density.iter().map(|n| n.max(f64::MIN_POSITIVE).ln()).collect();
    let said = |n: &f64| *n > FEWEST;
    if let (Some(first), Some(last)) = (density.iter().position(said), density.iter().rposition(said))
        && last - first > 2 * TAIL
    {
        let rise = (out[first + TAIL] - out[first]) / TAIL as f64;
        let fall = (out[last] - out[last - TAIL]) / TAIL as f64;
        (0..first).for_each(|i| out[i] = out[first] - rise * (first - i) as f64);
        (last + 1..BINS).for_each(|i| out[i] = out[last] + fall * (i - last) as f64);
    }
    out
}

/// ln h(v − μ) − ln h(v) for all bins.
fn ratios(density: &[f64], height: f32) -> Vec<f32> {
    let shift = (height / BIN).round() as usize;
    density.iter().enumerate().map(|(i, own)| (density[i.saturating_sub(shift)] - own) as f32).collect()
}
