//! The map operations and sums behind the figures of merit.

use multiversion::multiversion;
use rustfft::num_complex::Complex32;

/// Power sums of a map.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    /// Σρ².
    pub second: f64,
    /// Σρ⁴.
    pub fourth: f64,
}

/// Replaces ρ by ρ², and returns Σρ² and Σρ⁴ of the map as it came.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn square(rho: &mut [f32]) -> Moments {
    let (mut second, mut fourth) = (0.0f32, 0.0f32);
    for value in rho {
        let squared = *value * *value;
        *value = squared;
        second += squared;
        fourth += squared * squared;
    }
    Moments { second: f64::from(second), fourth: f64::from(fourth) }
}

/// Sets densities below `threshold` to 0.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn cut(rho: &mut [f32], threshold: f32) {
    for value in rho {
        *value = if *value < threshold { 0.0 } else { *value };
    }
}

/// Sums for tan_cos: the squared strong-E map against the phases that made it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TangentSums {
    /// Σ E|T| cos(φ − arg T) over the strong entries.
    pub agreement: f64,
    /// Σ E|T| over the strong entries.
    pub weight: f64,
}

/// Compares the transform T of the squared map (`t`) with unit phase vectors (`phase`) over entries
/// with `e` ≥ `e_strong`. Weights are E|T|, the tangent formula's own.
pub fn tangent(t: &[Complex32], phase: &[Complex32], e: &[f32], e_strong: f32) -> TangentSums {
    let mut sums = TangentSums::default();
    for ((t, phase), &e) in t.iter().zip(phase).zip(e) {
        if e >= e_strong {
            sums.agreement += f64::from(e * (t.re * phase.re + t.im * phase.im));
            sums.weight += f64::from(e * t.norm());
        }
    }
    sums
}

/// Sums for R_weak: ⟨G²⟩ of weak and of all measured entries.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct WeakSums {
    /// Σ|G|² over the weak entries, and their number.
    pub weak: f64,
    /// Number of weak entries.
    pub weak_count: f64,
    /// Σ|G|² over all measured entries.
    pub all: f64,
    /// Number of measured entries.
    pub all_count: f64,
}

/// Adds up |G|² of the transform of the cut map over weak (`e` < `e_weak`) and all measured entries.
pub fn weak_power(g: &[Complex32], e: &[f32], e_weak: f32) -> WeakSums {
    let mut sums = WeakSums::default();
    for (g, &e) in g.iter().zip(e) {
        if e >= 0.0 {
            let power = f64::from(g.norm_sqr());
            sums.all += power;
            sums.all_count += 1.0;
            if e < e_weak {
                sums.weak += power;
                sums.weak_count += 1.0;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_cuts_and_sums() {
        let mut rho = [1.0, -2.0, 3.0];
        let moments = square(&mut rho);
        assert_eq!((rho, moments.second, moments.fourth), ([1.0, 4.0, 9.0], 14.0, 98.0));
        cut(&mut rho, 4.0);
        assert_eq!(rho, [0.0, 4.0, 9.0]);
        let g = [Complex32::new(1.0, 0.0), Complex32::new(0.0, 2.0), Complex32::new(5.0, 0.0)];
        let weak = weak_power(&g, &[0.1, 1.0, -1.0], 0.5);
        assert_eq!((weak.weak, weak.weak_count, weak.all, weak.all_count), (1.0, 1.0, 5.0, 2.0));
        let tangent = tangent(&g, &[Complex32::new(1.0, 0.0); 3], &[2.0, 2.0, 0.0], 1.0);
        assert_eq!((tangent.agreement, tangent.weight), (2.0, 6.0));
    }
}
