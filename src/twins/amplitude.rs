//! Amplitude step of charge flipping: measured moduli on calculated phases.

use super::LANES;
use multiversion::multiversion;
use rustfft::num_complex::Complex32;

/// Sums over the entries of one call, half sphere.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct AmplitudeSums {
    /// Σ|F|² of the coefficients that go into the next map.
    pub power: f32,
    /// Σ ||G| − F| over measured entries.
    pub misfit: f32,
    /// ΣF over measured entries.
    pub target: f32,
}

/// Guards the division by |G|; far below any |G|² that matters on data of mean square 1.
const TINY: f32 = 1e-30;

/// Replaces each calculated coefficient G = `scale`·`f[i]` by the coefficient of the next map:
/// - `target[i]` < 0 (not measured): G itself;
/// - `e[i]` < `e_weak` (weak and measured): iG, modulus kept, phase +90° (Oszlányi & Sütő 2005);
/// - otherwise `target[i]`·G/|G|.
///
/// `f`, `target` and `e` have one length; entries are of one half of reciprocal space, so that the
/// mates get −90° by conjugation.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn impose(f: &mut [Complex32], target: &[f32], e: &[f32], scale: f32, e_weak: f32) -> AmplitudeSums {
    let (mut power, mut misfit, mut total) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    let entries = f.len().min(target.len()).min(e.len());
    let whole = entries - entries % LANES;
    let mut start = 0;
    while start < entries {
        let len = if start < whole { LANES } else { entries - start };
        let (f, target, e) = (&mut f[start..start + len], &target[start..start + len], &e[start..start + len]);
        let mut one = |i: usize| {
            let (value, target) = (f[i] * scale, target[i]);
            let norm_sq = value.re * value.re + value.im * value.im;
            let inverse = norm_sq.max(TINY).sqrt().recip();
            let measured = target >= 0.0;
            let weak = measured & (e[i] < e_weak);
            let factor = if measured & !weak { target * inverse } else { 1.0 };
            let turned = if weak { Complex32::new(-value.im, value.re) } else { value };
            f[i] = turned * factor;
            power[i] += norm_sq * factor * factor;
            misfit[i] += if measured { (norm_sq * inverse - target).abs() } else { 0.0 };
            total[i] += target.max(0.0);
        };
        if len == LANES {
            (0..LANES).for_each(&mut one);
        } else {
            (0..len).for_each(&mut one);
        }
        start += len;
    }
    AmplitudeSums { power: power.iter().sum(), misfit: misfit.iter().sum(), target: total.iter().sum() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_classes_of_reflections() {
        let g = Complex32::new(3.0, 4.0);
        let mut f = [g * 2.0, g * 2.0, g * 2.0, Complex32::new(0.0, 0.0)];
        let sums = impose(&mut f, &[10.0, -1.0, 0.5, 7.0], &[2.0, -1.0, 0.1, 2.0], 0.5, 0.2);
        assert!((f[0] - g * 2.0).norm() < 1e-5, "measured: modulus 10, phase kept");
        assert_eq!(f[1], g, "not measured: calculated value kept");
        assert_eq!(f[2], Complex32::new(-4.0, 3.0), "weak: turned by +90 degrees");
        assert_eq!(f[3], Complex32::new(0.0, 0.0), "no phase to give the modulus to");
        assert!((sums.power - (100.0 + 25.0 + 25.0)).abs() < 1e-3);
        assert!((sums.misfit - (5.0 + 4.5 + 7.0)).abs() < 1e-4);
        assert!((sums.target - 17.5).abs() < 1e-5);
    }
}
