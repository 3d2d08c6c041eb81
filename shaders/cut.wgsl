// Low-density cut of the E map, for R_weak. CPU twin: src/twins/evaluate.rs, `cut`.

var<private> density_sums: vec2<f32>;

fn begin_density(slot: u32) {
    density_sums = vec2<f32>(0.0);
}

// Two rows at once; densities below 1σ become 0.
fn change_density(rho: vec2<f32>, mask: vec2<f32>) -> vec2<f32> {
    return select(rho * problem.evaluate_scale, vec2<f32>(0.0), rho < vec2<f32>(problem.sigma_all)) * mask;
}
