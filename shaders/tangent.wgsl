// The squared strong-E map against the phases that made it. CPU twin: src/twins/evaluate.rs, `tangent`.

var<private> column_sums: vec4<f32>;
var<private> shell_sums: vec4<f32>;

fn begin_columns(slot: u32) {
    column_sums = vec4<f32>(0.0);
    shell_sums = vec4<f32>(0.0);
}

// Sums: E|T| cos(φ − arg T), E|T|.
fn change_coefficient(t: vec2<f32>, slot: u32, entry: u32) -> vec2<f32> {
    if entry != NO_ENTRY {
        let e = targets[entry];
        if e >= problem.e_strong {
            let phase = field[slot * problem.entries + entry];
            let norm_sq = dot(phase, phase);
            let unit = select(vec2<f32>(1.0, 0.0), phase * inverseSqrt(max(norm_sq, 1e-36)), norm_sq > 0.0);
            column_sums += e * vec4<f32>(dot(t, unit), length(t), 0.0, 0.0);
        }
    }
    return t;
}
