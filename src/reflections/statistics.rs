//! Intensity statistics that need no model: do the data look like what they were declared to be?

use super::MergedReflection;
use super::normalise::squared_e;
use super::profile::{IntensityProfile, average};
use crate::crystal::{Cell, SpaceGroup};

/// ⟨|E²−1|⟩ of acentric Wilson intensities, 2/e (International Tables B, 2.1).
pub const ACENTRIC_E2_MINUS_1: f64 = 0.736;
/// ⟨|E²−1|⟩ of centric Wilson intensities, 4/√(2πe).
pub const CENTRIC_E2_MINUS_1: f64 = 0.968;
/// ⟨I²⟩/⟨I⟩² of acentric Wilson intensities; a perfect twin has 1.5.
pub const ACENTRIC_SECOND_MOMENT: f64 = 2.0;
/// ⟨I²⟩/⟨I⟩² of centric Wilson intensities; a perfect twin has 2.
pub const CENTRIC_SECOND_MOMENT: f64 = 3.0;

/// Shells with ⟨I⟩/⟨σ⟩ below this say more of the noise than of the crystal and are left out.
const LEAST_SHELL_I_OVER_SIGMA: f64 = 3.0;
/// Fewest reflections for a statistic that a warning may rest on: ±0.04 on ⟨|E²−1|⟩.
pub const FEWEST_FOR_STATISTICS: usize = 200;

/// Statistics of the general reflections of the space group: the acentric ones without an inversion, the
/// centric ones with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntensityStatistics {
    /// ⟨|E²−1|⟩ of measured intensities.
    pub mean_e2_minus_1: f64,
    /// Its expected value for the space group, 0.736 or 0.968.
    pub expected_e2_minus_1: f64,
    /// ⟨I²⟩/⟨I⟩² in shells, the variance of the measurement taken off.
    pub second_moment: f64,
    /// Its expected value for the space group, 2 or 3.
    pub expected_second_moment: f64,
    /// The same moment if the file's numbers were amplitudes: of I².
    pub second_moment_of_squares: f64,
    /// The same moment if the file's numbers were squared intensities: of √I.
    pub second_moment_of_roots: f64,
    /// Reflections in these statistics.
    pub n_used: usize,
    /// Fraction of unique reflections with a negative mean intensity.
    pub fraction_negative: f64,
    /// Fraction of unique reflections below 3σ.
    pub fraction_weak: f64,
}

/// Statistics of merged reflections, sorted by 1/d as `merge` leaves them. Shells in which the mean intensity
/// is below three mean uncertainties are left out, unless all are.
pub fn statistics(merged: &[MergedReflection], cell: &Cell, group: &SpaceGroup) -> IntensityStatistics {
    let centro = group.is_centrosymmetric();
    let usable = usable_part(merged, cell);
    let kept: Vec<MergedReflection> = usable.into_iter().filter(|r| r.centric == centro).collect();
    let e_sq = normalised_powers(&kept, cell, |i| i);
    let noise: Vec<f64> = {
        let profile = profile_of(&kept, cell, |i| i);
        kept.iter().map(|r| r.sigma / (f64::from(r.epsilon) * profile.at(cell.d_star_sq(r.hkl)))).collect()
    };
    let second = |x: &[f64]| average(&x.iter().map(|x| x * x).collect::<Vec<_>>());
    let fraction = |condition: fn(&MergedReflection) -> bool| {
        merged.iter().filter(|r| condition(r)).count() as f64 / merged.len().max(1) as f64
    };
    IntensityStatistics {
        mean_e2_minus_1: average(&e_sq.iter().map(|e| (e - 1.0).abs()).collect::<Vec<_>>()),
        expected_e2_minus_1: if centro { CENTRIC_E2_MINUS_1 } else { ACENTRIC_E2_MINUS_1 },
        second_moment: second(&e_sq) - second(&noise),
        expected_second_moment: if centro { CENTRIC_SECOND_MOMENT } else { ACENTRIC_SECOND_MOMENT },
        second_moment_of_squares: second(&normalised_powers(&kept, cell, |i| i * i)),
        second_moment_of_roots: second(&normalised_powers(&kept, cell, f64::sqrt)),
        n_used: kept.len(),
        fraction_negative: fraction(|r| r.intensity < 0.0),
        fraction_weak: fraction(|r| r.intensity < 3.0 * r.sigma),
    }
}

/// Reflections of the shells that are more than noise; all when none is.
pub(super) fn usable_part(merged: &[MergedReflection], cell: &Cell) -> Vec<MergedReflection> {
    let profile = profile_of(merged, cell, |i| i);
    let mut usable = Vec::new();
    for range in profile.shells() {
        let shell = merged.get(range).unwrap_or(&[]);
        let intensity: f64 = shell.iter().map(|r| r.intensity).sum();
        let sigma: f64 = shell.iter().map(|r| r.sigma).sum();
        if intensity > LEAST_SHELL_I_OVER_SIGMA * sigma {
            usable.extend_from_slice(shell);
        }
    }
    if usable.is_empty() { merged.to_vec() } else { usable }
}

/// The profile of some power of the intensities; powers other than one see negative values as 0.
fn profile_of(merged: &[MergedReflection], cell: &Cell, power: impl Fn(f64) -> f64) -> IntensityProfile {
    let values: Vec<f64> = merged.iter().map(|r| apply(&power, r.intensity)).collect();
    IntensityProfile::new(merged, &values, &vec![0.0; values.len()], cell)
}

/// E² that these powers of the intensities would have if they were intensities.
fn normalised_powers(merged: &[MergedReflection], cell: &Cell, power: impl Fn(f64) -> f64) -> Vec<f64> {
    let values: Vec<f64> = merged.iter().map(|r| apply(&power, r.intensity)).collect();
    squared_e(merged, &values, &profile_of(merged, cell, power), cell)
}

fn apply(power: &impl Fn(f64) -> f64, intensity: f64) -> f64 {
    let x = power(intensity);
    if x.is_nan() { 0.0 } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Acentric Wilson intensities by golden-ratio quantiles, raised to a power.
    fn list(power: f64, twin: bool) -> (Cell, Vec<MergedReflection>) {
        let cell = Cell::new([40.0; 3], [90.0; 3]).unwrap();
        let wilson = |x: f64| -(1.0 - x.fract()).ln() * 1000.0;
        let list = (1..=2000)
            .map(|h| {
                let one = wilson(f64::from(h) * 0.618_033_988_75);
                let other = wilson(f64::from(h) * 0.414_213_562_37);
                let i: f64 = if twin { 0.5 * (one + other) } else { one };
                let intensity = i.powf(power);
                MergedReflection { hkl: [h, 0, 0], intensity, sigma: 1e-3, redundancy: 1, epsilon: 1, centric: false }
            })
            .collect();
        (cell, list)
    }

    #[test]
    fn moments_tell_what_was_done_to_the_data() {
        let of = |power, twin| {
            let (cell, list) = list(power, twin);
            statistics(&list, &cell, &SpaceGroup::p1())
        };
        let plain = of(1.0, false);
        assert!((plain.mean_e2_minus_1 - 0.736).abs() < 0.02 && (plain.second_moment - 2.0).abs() < 0.1, "{plain:?}");
        let twin = of(1.0, true);
        assert!((twin.mean_e2_minus_1 - 0.541).abs() < 0.03 && (twin.second_moment - 1.5).abs() < 0.1, "{twin:?}");
        let amplitudes = of(0.5, false);
        assert!((amplitudes.second_moment - 1.273).abs() < 0.05, "{amplitudes:?}");
        assert!((amplitudes.second_moment_of_squares - 2.0).abs() < 0.1, "{amplitudes:?}");
        let squares = of(2.0, false);
        assert!(squares.second_moment > 4.5 && (squares.second_moment_of_roots - 2.0).abs() < 0.1, "{squares:?}");
    }
}
