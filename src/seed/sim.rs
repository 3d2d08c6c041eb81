//! What a known part of a structure says of phases: Sim's weights.

use crate::twins::bessel::i1_over_i0;

/// 2√k/(1 − k): X = this · Eo Ec for a part that has the share `k` of the scattering, its own amplitudes normalised as Ec (Sim 1959, Acta
/// Cryst. 12, 813).
pub fn slope(k: f64) -> f64 {
    2.0 * k.sqrt() / (1.0 - k)
}

/// Expected cosine of the error of a calculated phase, I₁(X)/I₀(X), in the acentric form.
pub fn weight(x: f64) -> f64 {
    f64::from(i1_over_i0(x as f32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_part_says_more_and_none_says_nothing() {
        assert_eq!(weight(slope(0.0)), 0.0);
        // Small X: half of it.
        assert!((weight(slope(1e-4)) / 0.01 - 1.0).abs() < 1e-3);
        // I₁(2√2)/I₀(2√2).
        assert!((weight(slope(0.5)) - 0.80).abs() < 0.02);
    }
}
