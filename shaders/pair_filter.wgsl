// Coefficients of q, W FT(f₀)/⟨f₀⟩ + V c/σ, or, in scratch space, of its change along the direction, W FT(f₀′e)/⟨f₀⟩ + V e.
// CPU twin: src/twins/pair.rs, `filter`.

var<private> scale: f32;
var<private> linear: f32;
var<private> filter_row: u32;
var<private> filter_part: f32;
var<private> column_sums: vec4<f32>;

fn begin_columns(slot: u32) {
    let state = states[slot];
    let place = clamp((state.height - problem.shape_from) * problem.shape_density, 0.0, f32(SHAPES));
    let whole = min(u32(place), SHAPES - 1u);
    filter_row = problem.pairs + 2u * (SHAPES + 1u) + whole * (PAIR_LENGTHS + 1u);
    filter_part = place - f32(whole);
    scale = recipes[slot].column_scale / state.pair_mean;
    linear = select(1.0 / state.sigma, 1.0, params.scratch == 1u);
    column_sums = vec4<f32>(0.0);
}

fn change_coefficient(g: vec2<f32>, slot: u32, entry: u32) -> vec2<f32> {
    let place = select(0u, entry, entry != NO_ENTRY);
    if entry == NO_ENTRY || targets[place] <= OUTSIDE {
        return vec2<f32>(0.0);
    }
    let length = targets[2u * problem.entries + place];
    let whole = min(u32(length), PAIR_LENGTHS - 1u);
    let part = length - f32(whole);
    let low = filter_row + whole;
    let high = low + PAIR_LENGTHS + 1u;
    let near = mix(twiddles[low], twiddles[high], filter_part);
    let far = mix(twiddles[low + 1u], twiddles[high + 1u], filter_part);
    let filters = mix(near, far, part);
    var c = vec2<f32>(0.0);
    if params.scratch == 1u {
        c = twiddles[problem.direction + place];
    } else {
        c = cavity[slot * problem.entries + place];
    }
    return g * (filters.x * scale) + c * (filters.y * linear);
}
