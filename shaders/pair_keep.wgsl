// Keeps the change of q along the direction. CPU twin: src/engine/cpu/pair.rs.

fn begin_density(slot: u32) {
    begin_pair(slot, 1u);
}

fn change_density(change: vec2<f32>, mask: vec2<f32>, place: u32) -> vec2<f32> {
    if mask.x + mask.y > 0.0 {
        lines[kept_change(place)] = change;
    }
    return change;
}
