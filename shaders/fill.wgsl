// Coefficients of a map made from the phases in `field`: the first map of a trial, or a map to evaluate.

var<private> seeded: bool;
var<private> flipping: bool;
var<private> second_target: u32;
var<private> factor: f32;
var<private> column_sums: vec4<f32>;

fn begin_columns(slot: u32) {
    let recipe = recipes[slot];
    begin_seeds(slot);
    seeded = params.fill == FILL_START && recipe.seed_set != NO_SEEDS;
    flipping = recipe.method == 0u;
    second_target = select(0u, problem.entries, params.fill == FILL_START && flipping && recipe.amplitudes == 1u);
    factor = select(1.0, recipe.start_factor, params.fill == FILL_START);
    column_sums = vec4<f32>(0.0);
}

// Sums: |F|².
fn change_coefficient(unused: vec2<f32>, slot: u32, entry: u32) -> vec2<f32> {
    let known = entry != NO_ENTRY;
    let place = select(0u, entry, known);
    let e = targets[place];
    let target_modulus = targets[second_target + place];
    let own = slot * problem.entries + place;
    var phase = field[own];
    if SEEDS && seeded {
        // Flipping gives a seed its whole amplitude, message passing E times the prior mean.
        let mean = seeds[seeds_first + place];
        phase = select(mean, restrain(vec2<f32>(0.0), 1.0, mean), flipping);
    }
    if params.fill != FILL_START {
        // Posterior means have moduli of their own.
        let norm_sq = dot(phase, phase);
        phase = select(vec2<f32>(1.0, 0.0), phase * inverseSqrt(max(norm_sq, 1e-36)), norm_sq > 0.0);
    }
    let wanted = known && (params.fill != FILL_STRONG || e >= problem.e_strong);
    let f = select(vec2<f32>(0.0), phase * (max(target_modulus, 0.0) * factor), wanted);
    column_sums.x += dot(f, f);
    if known && params.fill == FILL_START && !flipping {
        cavity[own] = f;
        field[own] = f;
    }
    return f;
}
