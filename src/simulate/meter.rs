//! Measured intensities of exact ones: scale and noise.

use super::{SimulateOptions, gaussian};
use crate::crystal::Hkl;
use crate::error::{Error, Result};

/// Noise of a weak reflection: the floor of σ as a fraction of noise · ⟨I⟩, so that weak intensities
/// are uncertain and may come out negative, as measured ones do.
const FLOOR: f64 = 0.1;
/// σ/I written when no noise is asked for: the σ column must not be zero.
const NOISELESS_SIGMA: f64 = 0.01;
/// Largest intensity after scaling: fits `F8.2` with a blank in front.
const TOP_INTENSITY: f64 = 9999.0;
/// Smallest σ that `F8.2` can hold.
const SMALLEST_SIGMA: f64 = 0.01;

/// What makes measured intensities of exact ones.
pub struct Meter {
    /// Intensities are |F|² times this.
    scale: f64,
    /// Their mean.
    mean: f64,
    noise: f64,
}

impl Meter {
    /// For |F|² of all reflections.
    ///
    /// # Errors
    /// `Error::Unusable` where none scatters.
    pub fn new(options: &SimulateOptions, ideal: &[f64]) -> Result<Self> {
        let strongest = ideal.iter().copied().fold(0.0, f64::max);
        if strongest.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
            return Err(Error::unusable(
                "the model gives no reflection within the limits",
                "choose a smaller -d, or a larger completeness",
            ));
        }
        let scale = TOP_INTENSITY / strongest;
        let mean = ideal.iter().sum::<f64>() / ideal.len() as f64 * scale;
        Ok(Self { scale, mean, noise: options.noise })
    }

    /// Intensity and σ with the noise that `seed` and `hkl` have.
    pub fn reading(&self, f_sq: f64, seed: u64, hkl: Hkl) -> (f64, f64) {
        let exact = f_sq * self.scale;
        let spread = |r: f64| (r * exact).hypot(r * FLOOR * self.mean);
        let noise = spread(self.noise) * gaussian(seed, hkl);
        let sigma = spread(if self.noise > 0.0 { self.noise } else { NOISELESS_SIGMA });
        (exact + noise, sigma.max(SMALLEST_SIGMA))
    }
}
