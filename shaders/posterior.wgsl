// Soft atom posterior of message passing and its mean derivative. CPU twin: src/twins/posterior.rs.

var<private> logistic_posterior: bool;
var<private> inverse_sigma: f32;
var<private> slope: f32;
var<private> bias: f32;
var<private> height: f32;
var<private> scale: f32;
var<private> density_sums: vec2<f32>;

// Numbers of denoisers (src/engine/recipe.rs).
const SQUARE: u32 = 1u;
const RESHAPED: u32 = 2u;
// Slope and offset of the reshaped posterior at an expected height: src/twins/reshape.rs.
fn shape_at(s: f32) -> vec2<f32> {
    let place = clamp((s - problem.shape_from) * problem.shape_density, 0.0, f32(SHAPES));
    let whole = min(u32(place), SHAPES - 1u);
    let interval = problem.shapes[whole];
    return interval.xy + (place - f32(whole)) * interval.zw;
}

fn begin_density(slot: u32) {
    let recipe = recipes[slot];
    let state = states[slot];
    // Factor on N in this cycle: geometric from start to end.
    let t = select(min(f32(state.cycles) / max(recipe.anneal, 1.0), 1.0), 1.0, recipe.anneal == 0.0);
    let n_factor = recipe.n_start * exponential(vec2<f32>(t * recipe.n_log_ratio)).x;
    logistic_posterior = recipe.denoiser != SQUARE;
    inverse_sigma = 1.0 / state.sigma;
    height = state.height / sqrt(n_factor);
    bias = 0.5 * height * height + log(max(problem.sphere / (problem.atoms * n_factor) - 1.0, MIN_ODDS));
    if recipe.denoiser == RESHAPED {
        let shape = shape_at(height);
        height *= shape.x;
        bias = bias * shape.x - shape.y;
    }
    slope = height * inverse_sigma;
    scale = recipe.plane_scale;
    density_sums = vec2<f32>(0.0);
}

// Two rows at once; `mask` is 0 where there is no voxel. Sums: f′.
fn change_density(x: vec2<f32>, mask: vec2<f32>) -> vec2<f32> {
    if logistic_posterior {
        let f = 1.0 / (1.0 + exponential(bias - slope * x));
        density_sums.x += dot(f * (1.0 - f), mask) * height;
        return f * (mask * scale);
    }
    let u = x * inverse_sigma;
    density_sums.x += 2.0 * dot(u, mask);
    return u * u * (mask * scale);
}
