// Unit phases of a flipping trial; weak reflections that the +90° variant has turned are turned back. CPU twin:
// src/engine/cpu/evaluate.rs, `phases`.

var<private> e_weak: f32;
var<private> column_sums: vec4<f32>;

fn begin_columns(slot: u32) {
    e_weak = recipes[slot].e_weak;
    column_sums = vec4<f32>(0.0);
}

fn change_coefficient(f: vec2<f32>, slot: u32, entry: u32) -> vec2<f32> {
    let known = entry != NO_ENTRY;
    let place = select(0u, entry, known);
    let e = targets[place];
    let norm_sq = dot(f, f);
    let unit = select(vec2<f32>(1.0, 0.0), f * inverseSqrt(max(norm_sq, 1e-36)), norm_sq > 0.0);
    if known {
        field[slot * problem.entries + place] = select(unit, vec2<f32>(unit.y, -unit.x), e >= 0.0 && e < e_weak);
    }
    return f;
}
