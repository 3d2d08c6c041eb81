//! From merged intensities to |F| and |E|.

use super::french_wilson::posterior;
use super::profile::{IntensityProfile, average};
use super::{MergedReflection, NormalisedReflection};
use crate::crystal::Cell;

/// Intensities below this many standard uncertainties are replaced by their posterior means: the rule for weak and
/// negative data. Above it the replacement would change less than the uncertainty itself.
pub const WEAK_SIGMAS: f64 = 3.0;

/// |F| and |E| of merged reflections, sorted by 1/d as `merge` leaves them.
///
/// Intensities below 3σ, negative ones among them, are replaced by the French & Wilson posterior means of I and |F|
/// under Wilson's prior (centric or acentric) with the local mean intensity. E² = I/(ε⟨I/ε⟩), the mean taken
/// in shells of about 150 reflections and interpolated between them; then ⟨E²⟩ is set to 1 in every shell.
pub fn normalise(merged: &[MergedReflection], cell: &Cell) -> Vec<NormalisedReflection> {
    let raw: Vec<f64> = merged.iter().map(|r| r.intensity).collect();
    let sigmas: Vec<f64> = merged.iter().map(|r| r.sigma / f64::from(r.epsilon)).collect();
    let prior = IntensityProfile::new(merged, &raw, &sigmas, cell);
    let mut intensities = Vec::with_capacity(merged.len());
    let mut amplitudes = Vec::with_capacity(merged.len());
    for r in merged {
        if r.intensity >= WEAK_SIGMAS * r.sigma {
            let f = r.intensity.sqrt();
            intensities.push(r.intensity);
            amplitudes.push((f, r.sigma / (2.0 * f)));
        } else {
            let expected = f64::from(r.epsilon) * prior.at(cell.d_star_sq(r.hkl));
            let p = posterior(r.intensity, r.sigma, expected, r.centric);
            intensities.push(p.intensity);
            amplitudes.push((p.amplitude, p.sigma_amplitude));
        }
    }
    let profile = IntensityProfile::new(merged, &intensities, &sigmas, cell);
    let e_sq = squared_e(merged, &intensities, &profile, cell);
    merged
        .iter()
        .zip(amplitudes)
        .zip(e_sq)
        .map(|((&merged, (f, sigma_f)), e_sq)| NormalisedReflection { merged, f, sigma_f, e: e_sq.sqrt() })
        .collect()
}

/// E² of values x under a profile, with ⟨E²⟩ = 1 exactly in each of its shells. Negative x give negative E².
pub(super) fn squared_e(
    merged: &[MergedReflection],
    values: &[f64],
    profile: &IntensityProfile,
    cell: &Cell,
) -> Vec<f64> {
    let mut e_sq: Vec<f64> = merged
        .iter()
        .zip(values)
        .map(|(r, x)| x / (f64::from(r.epsilon) * profile.at(cell.d_star_sq(r.hkl))))
        .collect();
    for range in profile.shells() {
        let Some(shell) = e_sq.get_mut(range) else { continue };
        let mean = average(shell);
        // A shell of noise may have no positive mean; its values then keep the profile's scale.
        if mean > 0.0 {
            shell.iter_mut().for_each(|e| *e /= mean);
        }
    }
    e_sq
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Acentric Wilson intensities with noise, by the quantiles of the exponential distribution in mixed order.
    pub fn wilson_list(n: i32, sigma: f64) -> (Cell, Vec<MergedReflection>) {
        let cell = Cell::new([40.0; 3], [90.0; 3]).unwrap();
        let list = (1..=n)
            .map(|h| {
                let quantile = (f64::from(h) * 0.618_033_988_75).fract();
                let noise = (f64::from(h) * 0.414_213_562_37).fract() * 3.4 - 1.7;
                let s_sq = cell.d_star_sq([h, 0, 0]);
                let intensity = -(1.0 - quantile).ln() * 1000.0 * (-s_sq / 2000.0).exp() + noise * sigma;
                MergedReflection { hkl: [h, 0, 0], intensity, sigma, redundancy: 1, epsilon: 1, centric: false }
            })
            .collect();
        (cell, list)
    }

    #[test]
    fn every_shell_has_unit_mean_and_amplitudes_are_never_negative() {
        let (cell, list) = wilson_list(1000, 100.0);
        assert!(list.iter().any(|r| r.intensity < 0.0));
        let normalised = normalise(&list, &cell);
        assert!(normalised.iter().all(|r| r.f > 0.0 && r.sigma_f > 0.0 && r.e.is_finite()));
        for shell in normalised.chunks(167) {
            let mean = shell.iter().map(|r| r.e * r.e).sum::<f64>() / shell.len() as f64;
            assert!((mean - 1.0).abs() < 0.05, "{mean}");
        }
        // ⟨|E²−1|⟩ of acentric Wilson data is 2/e.
        let (cell, clean) = wilson_list(1000, 0.1);
        let spread = normalise(&clean, &cell).iter().map(|r| (r.e * r.e - 1.0).abs()).sum::<f64>() / 1000.0;
        assert!((spread - 0.736).abs() < 0.02, "{spread}");
    }
}
