// Change of the first posterior along the direction, from the cavity map that was kept. CPU twin: src/twins/pair.rs, `slope`.

fn begin_density(slot: u32) {
    begin_pair(slot, 0u);
}

fn change_density(unused: vec2<f32>, mask: vec2<f32>, place: u32) -> vec2<f32> {
    let x = lines[kept_map(place)];
    let f = 1.0 / (1.0 + exponential(logistic_bias - logistic_slope * x));
    return height * f * (1.0 - f) * direction_at(place) * (mask * scale);
}
