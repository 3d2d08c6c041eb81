//! What one seed says of its phase.

use std::f64::consts::{PI, TAU};

/// Knowledge of one phase. Phases are in radians, in this crate's sign convention.
#[derive(Debug, Clone, PartialEq)]
pub enum Knowledge {
    /// A phase, and the mean cosine of its error where the source states one (a figure of merit, 0…1).
    Phase {
        /// Radians.
        phase: f64,
        /// Figure of merit.
        weight: Option<f64>,
    },
    /// One of `bins` equal bins; bin b is centred on 2πb/bins.
    Bin {
        /// Number of the bin, from 0.
        bin: u32,
        /// Their number, at least 2.
        bins: u32,
        /// Figure of merit, where the source states one: the mean cosine of the error of the bin's centre.
        weight: Option<f64>,
    },
    /// Probabilities of equal bins as a classifier gives them, summing to 1; bin b is centred on 2πb/n.
    Classes(Vec<f32>),
}

impl Knowledge {
    /// Centre of bin `bin` of `bins`, radians.
    pub fn centre(bin: u32, bins: u32) -> f64 {
        TAU * f64::from(bin) / f64::from(bins)
    }

    /// The bin of a phase (radians): that with the nearest centre.
    pub fn bin_of(phase: f64, bins: u32) -> u32 {
        let turns = (phase / TAU * f64::from(bins)).round() as i64;
        turns.rem_euclid(i64::from(bins)) as u32
    }

    /// The bin that is meant, or the likeliest class, and their number; `None` for a plain phase.
    pub fn likeliest_bin(&self) -> Option<(u32, u32)> {
        match self {
            Self::Bin { bin, bins, .. } => Some((*bin, *bins)),
            Self::Classes(p) => {
                let best = p.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?.0;
                Some((best as u32, p.len() as u32))
            }
            Self::Phase { .. } => None,
        }
    }

    /// Mean cosine of the distance from a bin's centre, the phase being anywhere in the bin: sin(π/n)/(π/n).
    pub fn bin_width_factor(bins: u32) -> f64 {
        let half = PI / f64::from(bins);
        half.sin() / half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_centred_on_multiples_and_wrap() {
        assert_eq!(Knowledge::bin_of(0.1, 4), 0);
        assert_eq!(Knowledge::bin_of(-0.1, 4), 0);
        assert_eq!(Knowledge::bin_of(PI, 2), 1);
        assert_eq!(Knowledge::bin_of(-PI / 2.0, 4), 3);
        assert_eq!(Knowledge::bin_of(TAU - 0.1, 8), 0);
        for bins in [2, 3, 4, 8] {
            for bin in 0..bins {
                assert_eq!(Knowledge::bin_of(Knowledge::centre(bin, bins), bins), bin);
            }
        }
        assert!((Knowledge::bin_width_factor(2) - 2.0 / PI).abs() < 1e-12);
    }
}
