// The posterior of the pair prior from q and the cavity map that was kept. CPU twin: src/twins/pair.rs, `posterior`.

fn begin_density(slot: u32) {
    begin_pair(slot, 1u);
}

// Sums: change of the posterior along the direction, times the direction.
fn change_density(q: vec2<f32>, mask: vec2<f32>, place: u32) -> vec2<f32> {
    let x = lines[kept_map(place)];
    let e = direction_at(place);
    let y = 1.0 / (1.0 + exponential(logistic_bias - logistic_slope * x - q));
    density_sums.x += dot(y * (1.0 - y) * (height * e + lines[kept_change(place)]) * e, mask);
    return y * (mask * scale);
}
