//! I₁(x)/I₀(x), the expected cosine of a von Mises phase.

/// Where the two approximations meet (Abramowitz & Stegun 9.8).
const SPLIT: f32 = 3.75;

/// I₁(x)/I₀(x) for x ≥ 0, absolute error below 2·10⁻⁶ in f32 (Abramowitz & Stegun 1964, 9.8.1–9.8.4).
#[inline(always)]
pub fn i1_over_i0(x: f32) -> f32 {
    let t = x * (1.0 / SPLIT);
    let t2 = t * t;
    let i0 = 1.0
        + t2 * (3.515_622_9
            + t2 * (3.089_942_4 + t2 * (1.206_749_2 + t2 * (0.265_973_2 + t2 * (0.036_076_8 + t2 * 0.004_581_3)))));
    let i1 = x
        * (0.5
            + t2 * (0.878_905_94
                + t2 * (0.514_988_7
                    + t2 * (0.150_849_34 + t2 * (0.026_587_33 + t2 * (0.003_015_32 + t2 * 0.000_324_11))))));
    let r = SPLIT / x.max(SPLIT);
    let k0 = 0.398_942_3
        + r * (0.013_285_92
            + r * (0.002_253_19
                + r * (-0.001_575_65
                    + r * (0.009_162_81
                        + r * (-0.020_577_06 + r * (0.026_355_37 + r * (-0.016_476_33 + r * 0.003_923_77)))))));
    let k1 = 0.398_942_3
        + r * (-0.039_880_24
            + r * (-0.003_620_18
                + r * (0.001_638_01
                    + r * (-0.010_315_55
                        + r * (0.022_829_67 + r * (-0.028_953_12 + r * (0.017_876_54 - r * 0.004_200_59)))))));
    if x < SPLIT { i1 / i0 } else { k1 / k0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// I₁/I₀ by the continued fraction of the ratio, in f64.
    fn exact(x: f64) -> f64 {
        let mut ratio = 0.0;
        for n in (1..400).rev() {
            ratio = 1.0 / (2.0 * f64::from(n) / x + ratio);
        }
        ratio
    }

    #[test]
    fn within_the_stated_error() {
        for i in 1..4000 {
            let x = i as f32 * 0.02;
            assert!((f64::from(i1_over_i0(x)) - exact(f64::from(x))).abs() < 2e-6, "{x}");
        }
        assert_eq!(i1_over_i0(0.0), 0.0);
        assert!((i1_over_i0(1e4) - 1.0).abs() < 1e-4);
    }
}
