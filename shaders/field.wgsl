// The message-passing field z = FT(f) − ⟨f′⟩ c/σ and its power by shell. CPU twin: src/twins/field.rs,
// `subtract_feedback` and `shell_power`.

var<private> scale: f32;
var<private> feedback: f32;
var<private> column_sums: vec4<f32>;
var<private> shell_sums: vec4<f32>;

fn begin_columns(slot: u32) {
    scale = recipes[slot].column_scale;
    feedback = states[slot].feedback;
    begin_seeds(slot);
    column_sums = vec4<f32>(0.0);
    shell_sums = vec4<f32>(0.0);
}

// Sums: |z|² over the measured reflections of shells 0–3 and 4–7.
fn change_coefficient(g: vec2<f32>, slot: u32, entry: u32) -> vec2<f32> {
    if entry != NO_ENTRY {
        let own = slot * problem.entries + entry;
        let z = g * scale - cavity[own] * feedback;
        field[own] = z;
        let code = vec4<u32>(codes[entry]);
        // Seeds that are held are no evidence.
        let seed = held_seed(entry);
        let power = vec4<f32>(select(0.0, dot(z, z), dot(seed, seed) == 0.0));
        column_sums += select(vec4<f32>(0.0), power, code == vec4<u32>(0u, 1u, 2u, 3u));
        shell_sums += select(vec4<f32>(0.0), power, code == vec4<u32>(4u, 5u, 6u, 7u));
    }
    return g;
}
