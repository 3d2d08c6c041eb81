// The squared strong-E map against the phases that made it. CPU twin: src/twins/evaluate.rs, `tangent`.

var<private> column_sums: vec4<f32>;

fn begin_columns(slot: u32) {
    column_sums = vec4<f32>(0.0);
}

// Sums: E|T| cos(φ − arg T), E|T|.
fn change_coefficient(t: vec2<f32>, slot: u32, entry: u32) -> vec2<f32> {
    let known = entry != NO_ENTRY;
    let place = select(0u, entry, known);
    let e = targets[place];
    let phase = field[slot * problem.entries + place];
    let norm_sq = dot(phase, phase);
    let unit = select(vec2<f32>(1.0, 0.0), phase * inverseSqrt(max(norm_sq, 1e-36)), norm_sq > 0.0);
    let strong = known && e >= problem.e_strong;
    column_sums += select(vec4<f32>(0.0), e * vec4<f32>(dot(t, unit), length(t), 0.0, 0.0), strong);
    return t;
}
