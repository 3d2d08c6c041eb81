// I₁(x)/I₀(x) for x ≥ 0, absolute error below 2·10⁻⁶ (Abramowitz & Stegun 1964, 9.8.1–9.8.4). CPU twin:
// src/twins/bessel.rs.

const SPLIT: f32 = 3.75;

// Both sides are computed and one division made: threads that wait for one another would pay for both branches as well.
fn i1_over_i0(x: f32) -> f32 {
    let t = x * (1.0 / SPLIT);
    let t2 = t * t;
    let i0 = 1.0 + t2 * (3.5156229 + t2 * (3.0899424 + t2 * (1.2067492 + t2 * (0.2659732 + t2 * (0.0360768 + t2 * 0.0045813)))));
    let i1 = x * (0.5 + t2 * (0.87890594 + t2 * (0.5149887 + t2 * (0.15084934 + t2 * (0.02658733 + t2 * (0.00301532 + t2 * 0.00032411))))));
    let r = SPLIT / max(x, SPLIT);
    let k0 = 0.3989423 + r * (0.01328592 + r * (0.00225319 + r * (-0.00157565 + r * (0.00916281 + r * (-0.02057706 + r * (0.02635537 + r * (-0.01647633 + r * 0.00392377)))))));
    let k1 = 0.3989423 + r * (-0.03988024 + r * (-0.00362018 + r * (0.00163801 + r * (-0.01031555 + r * (0.02282967 + r * (-0.02895312 + r * (0.01787654 - r * 0.00420059)))))));
    let small = x < SPLIT;
    return select(k1, i1, small) / select(k0, i0, small);
}
