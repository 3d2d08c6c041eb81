//! What atoms scatter at the measurements, in one domain or two.

use super::measurements::{Measurement, Measurements};
use super::scale::{EIGHT_PI_SQ, Overall, scale, size, weights};
use crate::twinning::Fraction;
use rustfft::num_complex::Complex64;

/// Structure factors at the measurements, and what of them is compared with the amplitudes observed.
#[derive(Debug, Clone)]
pub struct Amplitudes {
    /// Fc.
    pub fc: Vec<Complex64>,
    /// Fc of the second domain of a twin; empty for a single crystal.
    pub second: Vec<Complex64>,
    /// Share of the second domain, the one with which these structure factors agree best with the data.
    pub fraction: Fraction,
    /// |Fc|, or √((1 − α)|Fc|² + α|Fc′|²).
    pub sizes: Vec<f64>,
}

impl Amplitudes {
    /// Of one domain, or of two where `second` is not empty.
    pub fn new(measurements: &Measurements, fc: Vec<Complex64>, second: Vec<Complex64>) -> Self {
        let mut out = Self { sizes: fc.iter().map(size).collect(), fc, second, fraction: Fraction::NONE };
        if !out.second.is_empty() {
            let observed: Vec<f64> = measurements.list.iter().map(|m| m.f).collect();
            let squares = |of: &[Complex64]| -> Vec<f64> { of.iter().map(Complex64::norm_sqr).collect() };
            let (own, second) = (squares(&out.fc), squares(&out.second));
            let mut by = vec![1.0; out.fc.len()];
            for again in [true, false] {
                out.fraction = Fraction::fitted(&observed, &own, &second, &by);
                let [first, other] = out.fraction.shares();
                out.sizes = own.iter().zip(&second).map(|(a, b)| (first * a + other * b).sqrt()).collect();
                if again {
                    by = weights(measurements, &out.sizes, scale(measurements, &out.sizes, &by));
                }
            }
        }
        out
    }

    /// The same with an overall displacement.
    pub fn damped(&self, measurements: &Measurements, by: Overall) -> Self {
        let damped = |of: &[Complex64], list: &[Measurement]| -> Vec<Complex64> {
            of.iter().zip(list).map(|(f, m)| f * (-EIGHT_PI_SQ * by.u * m.stol_sq).exp()).collect()
        };
        let second = measurements.second.as_ref().map_or(Vec::new(), |second| damped(&self.second, &second.list));
        Self::new(measurements, damped(&self.fc, &measurements.list), second)
    }

    /// Those of these atoms and more.
    pub fn with(&self, measurements: &Measurements, more: &Self) -> Self {
        let sum = |of: &[Complex64], more: &[Complex64]| of.iter().zip(more).map(|(a, b)| a + b).collect();
        Self::new(measurements, sum(&self.fc, &more.fc), sum(&self.second, &more.second))
    }

    /// By what Fc of each domain is multiplied, at measurement `n`, to give its part of the derivative of the size.
    pub fn directions(&self, n: usize) -> [f64; 2] {
        let inverse = if self.sizes[n] > 0.0 { self.sizes[n].recip() } else { 0.0 };
        self.fraction.shares().map(|share| share * inverse)
    }

    /// Share of the intensity of measurement `n` that is of the first domain, as if it alone were there: |Fc|²/((1 − α)|Fc|² + α|Fc′|²).
    pub fn apportioned(&self, n: usize) -> f64 {
        let size = self.sizes[n];
        if self.second.is_empty() || size <= 0.0 { 1.0 } else { self.fc[n].norm_sqr() / (size * size) }
    }

    /// How high what the model lacks stands in a map of apportioned amplitudes, as a share of its height in that of a single crystal: what an
    /// intensity has more goes to the first domain with its share.
    pub fn shown(&self) -> f64 {
        let all = self.sizes.len();
        let sum: f64 = (0..all).map(|n| self.apportioned(n)).sum();
        if self.second.is_empty() || all == 0 { 1.0 } else { self.fraction.shares()[0] * sum / all as f64 }
    }
}
