// Amplitude step of charge flipping: measured moduli on calculated phases. CPU twin: src/twins/amplitude.rs.

var<private> scale: f32;
var<private> e_weak: f32;
// Where the moduli that are imposed begin in `targets`.
var<private> second_target: u32;
var<private> column_sums: vec4<f32>;

// Guards the division by |G|.
const TINY: f32 = 1e-30;

fn begin_columns(slot: u32) {
    let recipe = recipes[slot];
    scale = recipe.column_scale;
    e_weak = recipe.e_weak;
    second_target = select(0u, problem.entries, recipe.amplitudes == 1u);
    begin_seeds(slot);
    column_sums = vec4<f32>(0.0);
}

// Coefficient of the next map from the calculated one. Sums: |F|² of the next map,
// ||G| − F|, F.
fn change_coefficient(calculated: vec2<f32>, slot: u32, entry: u32) -> vec2<f32> {
    // No branches, so that the loads of a thread wait side by side: an entry that is none reads the first and counts as
    // outside.
    let known = entry != NO_ENTRY;
    let place = select(0u, entry, known);
    let e = targets[place];
    let target_modulus = select(OUTSIDE, targets[second_target + place], known);
    let g = calculated * scale;
    let norm_sq = dot(g, g);
    let inverse = inverseSqrt(max(norm_sq, TINY));
    // Not measured: the calculated value stays; so does F(000), which is no part of σ.
    let measured = target_modulus >= 0.0;
    let weak = measured && e < e_weak;
    let kept = select(1.0, 0.0, target_modulus == OUTSIDE);
    let factor = select(kept, select(target_modulus * inverse, 1.0, weak), measured);
    var f = select(g, vec2<f32>(-g.y, g.x), weak) * factor;
    if SEEDS {
        // Weak reflections keep their turn, known or not.
        f = select(f, restrain(f, target_modulus, held_seed(place)), measured && !weak);
    }
    let counted = target_modulus > OUTSIDE;
    column_sums += vec4<f32>(
        select(0.0, dot(f, f), counted),
        select(0.0, abs(norm_sq * inverse - target_modulus), measured),
        select(0.0, target_modulus, measured),
        0.0
    );
    return f;
}
