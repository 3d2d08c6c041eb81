//! Grid sizes: how many points a sphere of indices needs along each axis.
//!
//! Imports: `fourier`.

use crate::fourier::smooth_at_least;

/// Points per largest index along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// n ≥ 2·h_max + 1: the smallest grid without aliasing of the coefficients themselves.
    Nyquist,
    /// n ≥ 3·h_max + 1: squares and posteriors of the map alias less; helps hard cells (recipe notes §3).
    Fine,
}

/// Smallest 2·3·5·7-smooth grid on which the largest indices `max` stay below the Nyquist frequency,
/// at the given sampling. Edges are at least 4 points.
pub fn dims(max: [i32; 3], sampling: Sampling) -> [usize; 3] {
    let factor = match sampling {
        Sampling::Nyquist => 2,
        Sampling::Fine => 3,
    };
    max.map(|h| smooth_at_least((factor * h.unsigned_abs() as usize + 1).max(4)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_index_reaches_the_nyquist_frequency() {
        for h in 0..200 {
            let n = dims([h, h, h], Sampling::Nyquist)[0];
            assert!(2 * (h as usize) < n);
            assert!(dims([h, h, h], Sampling::Fine)[0] >= n);
        }
    }
}
