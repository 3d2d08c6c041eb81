//! What the pair prior has learned, as tables for one problem: slopes and offsets by height, filters by height and |h|.

use super::pair_weights::{
    BLUR, FIRST_HIDDEN, FIRST_HIDDEN_OFFSET, FIRST_OUT, FIRST_OUT_OFFSET, HIDDEN, RADII, SECOND_HIDDEN,
    SECOND_HIDDEN_OFFSET, SECOND_OUT, SECOND_OUT_OFFSET,
};
use super::reshape::{Heights, INTERVALS};
use std::f64::consts::PI;

pub use super::pair_weights::LEAST;

/// Intervals of |h| from 0 to 1/d, `PAIR_LENGTHS` of bindings.wgsl: the widest shell, 5 Å, has 25 of them a wave at 1 Å, where
/// a straight line is off by less than 1 % of its height.
pub const LENGTHS: usize = 128;
/// Slope and offset of both logistics at a height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairShape {
    /// a₀ and b₀.
    pub first: [f32; 2],
    /// a and b.
    pub second: [f32; 2],
}

/// The tables of one problem, with straight lines between their nodes, which stand at the heights of `Reshaping`.
#[derive(Debug, Clone, PartialEq)]
pub struct PairTable {
    heights: Heights,
    /// a₀, b₀, a, b at each height.
    shapes: Vec<[f32; 4]>,
    /// W and V at each height, for each |h|.
    filters: Vec<[f32; 2]>,
}

impl PairTable {
    /// The tables for `sphere` reflections of the whole sphere to `d_min` Å, 0 0 0 left out, and `atoms` atoms in the cell.
    pub fn new(sphere: f64, atoms: f64, d_min: f64) -> Self {
        let ratio = sphere / atoms;
        let heights = Heights::new(ratio);
        let (mut shapes, mut filters) = (Vec::new(), Vec::new());
        for node in 0..=INTERVALS {
            let learned = Learned::at(heights.node(node), ratio);
            shapes.push(learned.shape.map(|x| x as f32));
            let length = |i: usize| i as f64 / (LENGTHS as f64 * d_min);
            filters.extend((0..=LENGTHS).map(|i| learned.filter(length(i), d_min).map(|x| x as f32)));
        }
        Self { heights, shapes, filters }
    }

    /// a₀, b₀, a, b at each height.
    pub fn shapes(&self) -> &[[f32; 4]] {
        &self.shapes
    }

    /// W and V at each height, for each |h|: `LENGTHS` + 1 at a time.
    pub fn filters(&self) -> &[[f32; 2]] {
        &self.filters
    }

    /// Slopes and offsets, and W and V for each |h|, at height s.
    pub fn at(&self, s: f32) -> (PairShape, Vec<[f32; 2]>) {
        let (whole, part) = self.heights.place(s);
        let between = |a: f32, b: f32| a + part * (b - a);
        let (low, high) = (self.shapes[whole], self.shapes[whole + 1]);
        let [a0, b0, a, b] = std::array::from_fn(|i| between(low[i], high[i]));
        let mut rows = self.filters[whole * (LENGTHS + 1)..].chunks_exact(LENGTHS + 1);
        let (low, high) = (rows.next().unwrap_or_default(), rows.next().unwrap_or_default());
        let filter = low.iter().zip(high).map(|(l, h)| [between(l[0], h[0]), between(l[1], h[1])]).collect();
        (PairShape { first: [a0, b0], second: [a, b] }, filter)
    }
}

/// What the nets say at one height.
struct Learned {
    /// a₀, b₀, a, b.
    shape: [f64; 4],
    /// Coefficients of the shells, W and V.
    shells: [[f64; RADII.len()]; 2],
}

impl Learned {
    /// At height s, M/N being `ratio`.
    fn at(s: f64, ratio: f64) -> Self {
        let inputs = [s.ln(), s / ratio.sqrt(), 0.25 * ratio.ln()];
        let first = net(&inputs, [&FIRST_HIDDEN, &FIRST_HIDDEN_OFFSET, &FIRST_OUT, &FIRST_OUT_OFFSET]);
        let second = net(&inputs, [&SECOND_HIDDEN, &SECOND_HIDDEN_OFFSET, &SECOND_OUT, &SECOND_OUT_OFFSET]);
        let shells = |from: usize| std::array::from_fn(|i| second[from + i]);
        Self {
            shape: [first[0].exp(), first[1], second[0].exp(), second[1]],
            shells: [shells(2), shells(2 + RADII.len())],
        }
    }

    /// W and V at |h| = `length` (1/Å).
    fn filter(&self, length: f64, d_min: f64) -> [f64; 2] {
        let blur = (-2.0 * (PI * BLUR * d_min * length).powi(2)).exp();
        let shell = |radius: f64| {
            let x = 2.0 * PI * length * radius;
            blur * if x > 0.0 { x.sin() / x } else { 1.0 }
        };
        self.shells.map(|of| of.iter().zip(RADII).map(|(w, radius)| w * shell(radius)).sum())
    }
}

/// A net of one hidden layer: its weights by unit and its offsets, those of the outputs and theirs.
fn net(inputs: &[f64; 3], [hidden, hidden_offset, out, out_offset]: [&[f64]; 4]) -> Vec<f64> {
    let layer = |weights: &[f64], offsets: &[f64], inputs: &[f64]| -> Vec<f64> {
        let sum = |row: &[f64]| row.iter().zip(inputs).map(|(w, x)| w * x).sum::<f64>();
        weights.chunks_exact(inputs.len()).zip(offsets).map(|(row, offset)| sum(row) + offset).collect()
    };
    let units: Vec<f64> = layer(hidden, hidden_offset, inputs).into_iter().map(f64::tanh).collect();
    debug_assert_eq!(units.len(), HIDDEN);
    layer(out, out_offset, &units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twins::reshape::LOWEST;

    #[test]
    fn the_tables_are_what_they_were_made_from() {
        // M/N of organic crystals at 2.0, 1.5 and 1.2 Å, and of a cell that is all atoms.
        for (ratio, d_min) in [(10.0, 2.0), (25.0, 1.5), (48.0, 1.2), (0.5, 1.0)] {
            let table = PairTable::new(1000.0 * ratio, 1000.0, d_min);
            let highest = ratio.sqrt().max(2.0 * LOWEST);
            for i in 0..=200 {
                let s = LOWEST + (highest - LOWEST) * f64::from(i) / 200.0;
                let ((shape, filter), learned) = (table.at(s as f32), Learned::at(s, ratio));
                let found = [shape.first, shape.second].concat();
                let limit = if s < 1.0 { 0.1 } else { 0.03 };
                assert!(found.iter().zip(learned.shape).all(|(a, b)| (f64::from(*a) - b).abs() < limit), "{ratio} {s}");
                let largest = filter.iter().map(|f| f[0].abs()).fold(0.0, f32::max);
                for (i, found) in filter.iter().enumerate() {
                    let expected = learned.filter(i as f64 / (LENGTHS as f64 * d_min), d_min);
                    let off = (f64::from(found[0]) - expected[0]).abs();
                    assert!(off < 0.03 * f64::from(largest) + 0.01, "{ratio} {s} {i}: {found:?} {expected:?}");
                }
            }
            assert_eq!(table.at(0.0), table.at(LOWEST as f32));
        }
    }
}
