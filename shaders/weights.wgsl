// Phase weight w = I₁(X)/I₀(X), X = 2√κ E |z|/√τ, and its divergence. CPU twin: src/twins/weights.rs.

// Below this X the limits w/X → ½ and w′ → ½ stand in for the quotients.
const SMALL_X: f32 = 1e-3;
const TINY_FIELD: f32 = 1e-30;

// w, and (E/2)(w′X/q + w/q) with q = |z|/√τ.
fn phase_weight(z: vec2<f32>, e: f32, inverse_tau: f32, two_root_kappa: f32) -> vec2<f32> {
    let q = sqrt(dot(z, z) * inverse_tau);
    let slope = two_root_kappa * e;
    let x = slope * q;
    let w = i1_over_i0(x);
    let w_over_x = select(w / max(x, SMALL_X), 0.5, x < SMALL_X);
    let derivative = 1.0 - w * w - w_over_x;
    return vec2<f32>(w, 0.5 * e * slope * (derivative + w_over_x));
}

// g = E w exp(i arg z).
fn posterior_mean(z: vec2<f32>, e: f32, w: f32) -> vec2<f32> {
    return z * (e * w * inverseSqrt(max(dot(z, z), TINY_FIELD)));
}

// One value of eight.
fn of_shell(values: array<vec4<f32>, 2>, shell: u32) -> f32 {
    let half = select(values[0], values[1], shell >= 4u);
    let pair = select(half.xy, half.zw, (shell & 2u) != 0u);
    return select(pair.x, pair.y, (shell & 1u) != 0u);
}
