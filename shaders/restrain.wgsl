// Seed restraint: phases known beforehand are put back after the amplitude step. CPU twin: src/twins/restrain.rs.

// Where the prior means of a trial's seeds begin in `seeds`, and whether they are held in this cycle.
var<private> seeds_first: u32;
var<private> seeds_held: bool;
// Whether message passing weighs them against the field.
var<private> seeds_weighed: bool;

// SEEDS is set by the host: false in kernels for trials of which none has any.
fn begin_seeds(slot: u32) {
    let recipe = recipes[slot];
    seeds_held = SEEDS && recipe.seed_set != NO_SEEDS && states[slot].cycles < recipe.hold;
    seeds_weighed = recipe.seed_use == 1u;
    seeds_first = select(0u, recipe.seed_set * problem.entries, recipe.seed_set != NO_SEEDS);
}

// Prior mean m·exp(iφ) of an entry, 0 where there is no seed or it is released.
fn held_seed(entry: u32) -> vec2<f32> {
    if SEEDS {
        return select(vec2<f32>(0.0), seeds[seeds_first + entry], seeds_held);
    }
    return vec2<f32>(0.0);
}

// The coefficient with its known phase, if there is one.
fn restrain(f: vec2<f32>, target_modulus: f32, seed: vec2<f32>) -> vec2<f32> {
    let norm_sq = dot(seed, seed);
    return select(f, seed * (target_modulus * inverseSqrt(max(norm_sq, 1e-30))), norm_sq > 0.0);
}
