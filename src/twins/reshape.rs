//! Slope and offset that reshape the logistic posterior, as functions of the expected height of an atom.
//!
//! f = 1/(1 + exp(−(a t + b))), t = s u − s²/2 − ln(M/N − 1). For equal atoms of one height on the points of the grid a = 1
//! and b = 0 would be right. Atoms differ, stand between points and have neighbours: a falls with s, so that the slope a s
//! stays near 2, and b rises, as if N grew.

use super::reshape_weights::{FEATURES, LN_SLOPE, OFFSET};

/// Intervals of the table, `SHAPES` of bindings.wgsl: between their ends a and b are off by 0.02 at most, but for heights below 1
/// of high resolution, by 0.1, where no map shows an atom.
pub const INTERVALS: usize = 32;
/// The smallest height that was trained on; below, a and b are those of it. The largest is √(M/N), which no field exceeds.
pub(super) const LOWEST: f64 = 0.45;

/// The heights at which tables have their nodes: equal intervals between the smallest that was trained on and √(M/N).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heights {
    step: f64,
    from: f32,
    density: f32,
}

impl Heights {
    /// Of a problem whose M/N is `ratio`.
    pub fn new(ratio: f64) -> Self {
        let highest = ratio.sqrt().max(2.0 * LOWEST);
        let step = (highest - LOWEST) / INTERVALS as f64;
        Self { step, from: LOWEST as f32, density: step.recip() as f32 }
    }

    /// That of node i, 0…INTERVALS.
    pub fn node(&self, i: usize) -> f64 {
        LOWEST + self.step * i as f64
    }

    /// The interval in which s lies, and how far into it, 0…1; the nearest for what lies beyond.
    pub fn place(&self, s: f32) -> (usize, f32) {
        let place = ((s - self.from) * self.density).clamp(0.0, INTERVALS as f32);
        let whole = (place as usize).min(INTERVALS - 1);
        (whole, place - whole as f32)
    }
}

/// a(s) and b(s) of one problem, as a table of equal intervals with straight lines between.
#[derive(Debug, Clone, PartialEq)]
pub struct Reshaping {
    heights: Heights,
    intervals: [[f32; 4]; INTERVALS],
}

impl Reshaping {
    /// The table for `sphere` reflections of the whole sphere, 0 0 0 left out, and `atoms` atoms in the cell.
    pub fn new(sphere: f64, atoms: f64) -> Self {
        let ratio = sphere / atoms;
        let heights = Heights::new(ratio);
        let node = |i: usize| shape(heights.node(i), ratio);
        let interval = |i: usize| {
            let ([a, b], [next_a, next_b]) = (node(i), node(i + 1));
            [a, b, next_a - a, next_b - b].map(|x| x as f32)
        };
        Self { heights, intervals: std::array::from_fn(interval) }
    }

    /// First height of the table.
    pub fn from(&self) -> f32 {
        self.heights.from
    }

    /// Intervals per unit of height.
    pub fn density(&self) -> f32 {
        self.heights.density
    }

    /// a and b at the beginning of each interval, and what is added until its end.
    pub fn intervals(&self) -> &[[f32; 4]; INTERVALS] {
        &self.intervals
    }

    /// a and b at height s.
    pub fn at(&self, s: f32) -> [f32; 2] {
        let (whole, part) = self.heights.place(s);
        let [a, b, more_a, more_b] = self.intervals[whole];
        [a + part * more_a, b + part * more_b]
    }
}

/// a and b at height s, M/N being `ratio`.
fn shape(s: f64, ratio: f64) -> [f64; 2] {
    let (x, y, z) = (s.ln(), s / ratio.sqrt(), 0.25 * ratio.ln());
    let features: [f64; FEATURES] = [1.0, x, y, z, x * x, x * y, x * z, y * y, y * z, z * z];
    let sum = |weights: &[f64; FEATURES]| features.iter().zip(weights).map(|(f, w)| f * w).sum::<f64>();
    [sum(&LN_SLOPE).exp(), sum(&OFFSET)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M/N of organic crystals at 2.0, 1.2 and 0.8 Å, and of a cell that is all atoms.
    const RATIOS: [f64; 4] = [10.0, 48.0, 165.0, 0.5];

    #[test]
    fn the_table_is_what_it_was_made_from() {
        for ratio in RATIOS {
            let table = Reshaping::new(1000.0 * ratio, 1000.0);
            let highest = ratio.sqrt().max(2.0 * LOWEST);
            for i in 0..=1000 {
                let s = LOWEST + (highest - LOWEST) * f64::from(i) / 1000.0;
                let (found, expected) = (table.at(s as f32), shape(s, ratio));
                let limit = if s < 1.0 { 0.1 } else { 0.02 };
                assert!(found.iter().zip(expected).all(|(a, b)| (f64::from(*a) - b).abs() < limit), "{ratio} {s}");
            }
            assert_eq!(table.at(0.0), table.at(LOWEST as f32));
            assert_eq!(table.at(1e9), table.at(highest as f32 * 1.01));
        }
    }

    #[test]
    fn slope_falls_and_offset_rises_with_height() {
        let table = Reshaping::new(48_000.0, 1000.0);
        let shapes = [1.0, 2.0, 4.0, 6.0].map(|s| table.at(s));
        assert!(shapes.windows(2).all(|w| w[1][0] < w[0][0] && w[1][1] > w[0][1]), "{shapes:?}");
        assert!(shapes.iter().all(|[a, b]| (0.2..1.5).contains(a) && (-2.5..5.0).contains(b)), "{shapes:?}");
    }
}
