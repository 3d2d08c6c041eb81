// Amplitude step of charge flipping: measured moduli on calculated phases. CPU twin: src/twins/amplitude.rs.

var<private> scale: f32;
var<private> e_weak: f32;
var<private> mixed_amplitudes: bool;
var<private> column_sums: vec4<f32>;
var<private> shell_sums: vec4<f32>;

// Guards the division by |G|.
const TINY: f32 = 1e-30;

fn begin_columns(slot: u32) {
    let recipe = recipes[slot];
    scale = recipe.column_scale;
    e_weak = recipe.e_weak;
    mixed_amplitudes = recipe.amplitudes == 1u;
    begin_seeds(slot);
    column_sums = vec4<f32>(0.0);
    shell_sums = vec4<f32>(0.0);
}

// Coefficient of the next map from the calculated one. Sums: |F|² of the next map,
// ||G| − F|, F.
fn change_coefficient(calculated: vec2<f32>, slot: u32, entry: u32) -> vec2<f32> {
    if entry == NO_ENTRY {
        return vec2<f32>(0.0);
    }
    let g = calculated * scale;
    let e = targets[entry];
    var target_modulus = e;
    if mixed_amplitudes {
        target_modulus = targets[problem.entries + entry];
    }
    if target_modulus < 0.0 {
        // Not measured: the calculated value stays; so does F(000), which is no part of σ.
        column_sums.x += select(0.0, dot(g, g), target_modulus > OUTSIDE);
        return select(vec2<f32>(0.0), g, target_modulus != OUTSIDE);
    }
    let norm_sq = dot(g, g);
    let inverse = inverseSqrt(max(norm_sq, TINY));
    let weak = e < e_weak;
    let factor = select(target_modulus * inverse, 1.0, weak);
    let imposed = select(g, vec2<f32>(-g.y, g.x), weak) * factor;
    // Weak reflections keep their turn, known or not.
    let f = select(restrain(imposed, target_modulus, held_seed(entry)), imposed, weak);
    column_sums += vec4<f32>(dot(f, f), abs(norm_sq * inverse - target_modulus), target_modulus, 0.0);
    return f;
}
