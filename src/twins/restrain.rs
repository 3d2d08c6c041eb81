//! Seed restraint: phases known beforehand are put back after the amplitude step.

use rustfft::num_complex::Complex32;

/// Replaces `f[i]` by `target[i]`·m/|m| where the prior mean m = `means[i]` is not 0, except for weak reflections (`e[i]` <
/// `e_weak`), which the +90° variant has turned. All slices have one length; seeds are measured reflections. Returns the
/// change of Σ|F|².
pub fn restrain(f: &mut [Complex32], target: &[f32], means: &[Complex32], e: &[f32], e_weak: f32) -> f32 {
    let mut change = 0.0;
    for (((f, &target), mean), &e) in f.iter_mut().zip(target).zip(means).zip(e) {
        let norm_sq = mean.norm_sqr();
        if norm_sq > 0.0 && e >= e_weak {
            change += target * target - f.norm_sqr();
            *f = *mean * (target / norm_sq.sqrt());
        }
    }
    change
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_keep_their_phase_and_get_the_measured_modulus() {
        let seed = Complex32::new(0.0, 0.5);
        let mut f = [Complex32::new(3.0, 4.0), Complex32::new(1.0, 0.0), Complex32::new(1.0, 0.0)];
        let change = restrain(&mut f, &[2.0, 7.0, 7.0], &[seed, Complex32::default(), seed], &[1.0, 1.0, 0.1], 0.5);
        assert_eq!(f, [Complex32::new(0.0, 2.0), Complex32::new(1.0, 0.0), Complex32::new(1.0, 0.0)]);
        assert_eq!(change, 4.0 - 25.0);
    }
}
