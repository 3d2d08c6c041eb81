// Charge flipping proper: densities below δ change sign. CPU twin: src/twins/flip.rs.

var<private> delta: f32;
var<private> scale: f32;
var<private> density_sums: vec2<f32>;

fn begin_density(slot: u32) {
    delta = recipes[slot].k * states[slot].sigma;
    scale = recipes[slot].plane_scale;
    density_sums = vec2<f32>(0.0);
}

// Two rows at once; `mask` is 0 where there is no voxel. Sums: voxels flipped.
fn change_density(rho: vec2<f32>, mask: vec2<f32>) -> vec2<f32> {
    let low = rho < vec2<f32>(delta);
    density_sums.x += dot(select(vec2<f32>(0.0), vec2<f32>(1.0), low), mask);
    return select(rho, -rho, low) * (mask * scale);
}
