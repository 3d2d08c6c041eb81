// A seed's prior as a von Mises distribution, and its posterior once the field has spoken. CPU twin: src/twins/prior.rs.

// Modulus of a prior mean that is believed at most.
const MOST_CERTAIN: f32 = 0.98;

// K·exp(iφ) with I₁(K)/I₀(K) = m, for a mean m·exp(iφ) ≠ 0 (Best & Fisher 1981).
fn concentration(mean: vec2<f32>) -> vec2<f32> {
    let norm = sqrt(dot(mean, mean));
    let m = min(norm, MOST_CERTAIN);
    let low = m * (2.0 + m * m * (1.0 + m * m * (5.0 / 6.0)));
    let middle = -0.4 + 1.39 * m + 0.43 / (1.0 - m);
    let high = 1.0 / (m * (3.0 + m * (m - 4.0)));
    return mean * (select(select(high, middle, m < 0.85), low, m < 0.53) / norm);
}

struct SeedPosterior {
    // Posterior mean of E·exp(iφ).
    mean: vec2<f32>,
    // Its divergence with respect to z/√τ.
    divergence: f32,
}

// X·exp(i arg z) + K·exp(iφ) is the concentration of the posterior.
fn posterior_of_seed(z: vec2<f32>, e: f32, inverse_tau: f32, two_root_kappa: f32, prior: vec2<f32>) -> SeedPosterior {
    let slope = two_root_kappa * e;
    let sum = z * (slope * sqrt(inverse_tau)) + prior;
    let x = sqrt(dot(sum, sum));
    let w = i1_over_i0(x);
    let w_over_x = select(w / max(x, SMALL_X), 0.5, x < SMALL_X);
    return SeedPosterior(sum * (e * w_over_x), 0.5 * e * slope * (1.0 - w * w));
}
