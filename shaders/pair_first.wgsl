// The posterior that the pair prior goes out from; the cavity map is kept. CPU twin: src/twins/pair.rs, `first`.

fn begin_density(slot: u32) {
    begin_pair(slot, 0u);
}

// Sums: f₀.
fn change_density(x: vec2<f32>, mask: vec2<f32>, place: u32) -> vec2<f32> {
    let f = mask / (1.0 + exponential(logistic_bias - logistic_slope * x));
    density_sums.x += f.x + f.y;
    if mask.x + mask.y > 0.0 {
        lines[kept_map(place)] = x;
    }
    return f * scale;
}
