// |G|² of the cut map over weak and over all measured reflections. CPU twin: src/twins/evaluate.rs, `weak_power`.

var<private> column_sums: vec4<f32>;

fn begin_columns(slot: u32) {
    column_sums = vec4<f32>(0.0);
}

// Sums: |G|² of the weak, |G|² of all.
fn change_coefficient(g: vec2<f32>, slot: u32, entry: u32) -> vec2<f32> {
    let known = entry != NO_ENTRY;
    let e = targets[select(0u, entry, known)];
    let power = select(0.0, dot(g, g), known && e >= 0.0);
    column_sums += vec4<f32>(select(0.0, power, e < problem.e_weak), power, 0.0, 0.0);
    return g;
}
