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
    let known = entry != NO_ENTRY;
    let place = select(0u, entry, known);
    let own = slot * problem.entries + place;
    let code = vec4<u32>(select(SILENT, codes[place], known));
    let z = g * scale - cavity[own] * feedback;
    if known {
        field[own] = z;
    }
    var power = vec4<f32>(dot(z, z));
    if SEEDS {
        // Seeds that are held are no evidence.
        let seed = held_seed(place);
        power = select(vec4<f32>(0.0), power, dot(seed, seed) == 0.0);
    }
    column_sums += select(vec4<f32>(0.0), power, code == vec4<u32>(0u, 1u, 2u, 3u));
    shell_sums += select(vec4<f32>(0.0), power, code == vec4<u32>(4u, 5u, 6u, 7u));
    return g;
}
