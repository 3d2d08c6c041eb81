// What all stages of the pair prior share: its logistics and its densities. CPU twins: src/twins/pair.rs and
// src/twins/pair_table.rs.

var<private> logistic_slope: f32;
var<private> logistic_bias: f32;
var<private> height: f32;
var<private> scale: f32;
// Number of the trial among those whose densities are kept.
var<private> turn: u32;
var<private> density_sums: vec2<f32>;

// The first (0) or the second (1) logistic of a trial in this cycle.
fn begin_pair(slot: u32, which: u32) {
    let state = states[slot];
    height = state.height;
    logistic_bias = 0.5 * height * height + log(max(problem.sphere / problem.atoms - 1.0, MIN_ODDS));
    let place = clamp((height - problem.shape_from) * problem.shape_density, 0.0, f32(SHAPES));
    let whole = min(u32(place), SHAPES - 1u);
    let node = problem.pairs + 2u * whole + which;
    let shape = mix(twiddles[node], twiddles[node + 2u], place - f32(whole));
    height *= shape.x;
    logistic_bias = logistic_bias * shape.x - shape.y;
    logistic_slope = height / state.sigma;
    scale = recipes[slot].plane_scale;
    density_sums = vec2<f32>(0.0);
}

// Place of the cavity map of this trial in `lines`.
fn kept_map(place: u32) -> u32 {
    return problem.densities + 2u * turn * problem.voxels + place;
}

// Place of the change of q along the direction.
fn kept_change(place: u32) -> u32 {
    return kept_map(place) + problem.voxels;
}

// The direction.
fn direction_at(place: u32) -> vec2<f32> {
    return twiddles[problem.direction + problem.entries + place];
}
