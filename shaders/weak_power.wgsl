// |G|² of the cut map over weak and over all measured reflections. CPU twin: src/twins/evaluate.rs, `weak_power`.

var<private> column_sums: vec4<f32>;
var<private> shell_sums: vec4<f32>;

fn begin_columns(slot: u32) {
    column_sums = vec4<f32>(0.0);
    shell_sums = vec4<f32>(0.0);
}

// Sums: |G|² of the weak, |G|² of all.
fn change_coefficient(g: vec2<f32>, slot: u32, entry: u32) -> vec2<f32> {
    if entry != NO_ENTRY {
        let e = targets[entry];
        let power = dot(g, g);
        if e >= 0.0 {
            column_sums += vec4<f32>(select(0.0, power, e < problem.e_weak), power, 0.0, 0.0);
        }
    }
    return g;
}
