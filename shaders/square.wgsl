// Squaring of a map and its moments, for E-kurtosis and tan_cos. CPU twin: src/twins/evaluate.rs, `square`.

var<private> density_sums: vec2<f32>;

fn begin_density(slot: u32) {
    density_sums = vec2<f32>(0.0);
}

// Two rows at once, in units of σ; `mask` is 0 where there is no voxel. Sums: u², u⁴.
fn change_density(rho: vec2<f32>, mask: vec2<f32>) -> vec2<f32> {
    let u = rho * mask / problem.sigma_strong;
    let squared = u * u;
    density_sums += vec2<f32>(squared.x + squared.y, dot(squared, squared));
    return squared * problem.evaluate_scale;
}
