// Everything a stage can see. The structs have twins of the same name in src/gpu/shared.rs; tests/layout.rs
// compares their sizes and offsets.

// Intervals in the table of the reshaped posterior.
const SHAPES: u32 = 32u;
// Intervals of |h| in the filters of the pair prior.
const PAIR_LENGTHS: u32 = 128u;

// One dispatch.
struct Params {
    // First of its trials in `slots`, and the number of that trial among those that share a scratch buffer.
    first: u32,
    position: u32,
    // 1: `mixed` is a scratch buffer, filled from its start; 0: every slot has its own place.
    scratch: u32,
    // 1: the cavity stage leaves the posterior means in `field`.
    publish: u32,
    // What the fill stage fills with: FILL_START, FILL_STRONG or FILL_ALL.
    fill: u32,
    reserved_a: u32,
    reserved_b: u32,
    reserved_c: u32,
}

// The phasing problem, shared by all trials.
struct Problem {
    // Partial sums of a plane pass, columns and tiles of 16 columns, entries (padding included).
    planes: u32,
    columns: u32,
    tiles: u32,
    entries: u32,
    // Grid points, reflections of the full sphere, atoms in the cell, measured reflections of the half sphere.
    points: f32,
    sphere: f32,
    atoms: f32,
    measured: f32,
    // |E| from which a reflection counts as strong, |E| below which it counts as weak, σ of the maps of all and of the
    // strong E.
    e_strong: f32,
    e_weak: f32,
    sigma_all: f32,
    sigma_strong: f32,
    // Mean and variance of min(E², 9), workgroups of the stages that run over entries, number of weak reflections.
    e_sq_mean: f32,
    e_sq_variance: f32,
    groups: u32,
    weak_count: f32,
    // Scale of maps that are evaluated, places of partial sums per slot, place of the phase table in `twiddles`, and of the
    // tiles in `table`.
    evaluate_scale: f32,
    partials: u32,
    phase_table: u32,
    rows: u32,
    // Measured reflections by shell.
    shell_count: array<vec4<f32>, 2>,
    // Table of the reshaped posterior: first height, intervals per unit of height; slope and offset at the beginning of each
    // interval and what is added until its end.
    shape_from: f32,
    shape_density: f32,
    // For the pair prior: place of its tables in `twiddles` (two slopes and offsets for each height, then for each height the
    // filters), of the direction (coefficients by entry, then the map), and of the densities that are kept in `lines`; pairs of
    // voxels of a trial.
    pairs: u32,
    direction: u32,
    densities: u32,
    voxels: u32,
    reserved_a: u32,
    reserved_b: u32,
    shapes: array<vec4<f32>, SHAPES>,
}

// What a trial does: written by the host when it is seated.
struct Recipe {
    // 0 flipping, 1 message passing; 0 E, 1 √(EF); 0 logistic, 1 square, 2 reshaped, 3 pair; cycles over which N moves.
    method: u32,
    amplitudes: u32,
    denoiser: u32,
    anneal: f32,
    // Flipping threshold over σ; |E| of the weak; factor on N at the start and the logarithm of end over start.
    k: f32,
    e_weak: f32,
    n_start: f32,
    n_log_ratio: f32,
    // Share of the previous cavity kept; factors of the plane and the column pass, whose product is 1/(2·points);
    // factor on the amplitudes of the first map.
    damping: f32,
    plane_scale: f32,
    column_scale: f32,
    start_factor: f32,
    // Seed of the run and number of the trial; its set in `seeds` or NO_SEEDS; cycles for which that is held.
    seed: u32,
    trial: u32,
    seed_set: u32,
    hold: u32,
    // Over the measured reflections that are no seeds: mean and variance of min(E², 9), their number; then Σ m²E² of the
    // seeds, and the number of the others by shell.
    free_e_sq_mean: f32,
    free_e_sq_variance: f32,
    free_measured: f32,
    seed_power: f32,
    free_shell_count: array<vec4<f32>, 2>,
    // 0: seeds are fixed as long as they are held, 1: they take their posterior means.
    seed_use: u32,
    reserved_0: u32,
    reserved_1: u32,
    reserved_2: u32,
}

// Where a trial stands: written by the finishing stages.
struct State {
    // Cycles done; σ of the next map; expected atom height over σ for N as given; ⟨f′⟩/σ.
    cycles: u32,
    sigma: f32,
    height: f32,
    feedback: f32,
    // Signal-to-noise of the field, judged by reflections that are no seeds held; Onsager factor of the phases; R and flipped share of the last flipping cycle.
    kappa: f32,
    beta: f32,
    r: f32,
    flipped: f32,
    // Figures of merit.
    r_weak: f32,
    e_kurtosis: f32,
    tan_cos: f32,
    // Signal-to-noise that the phase weights use.
    kappa_used: f32,
    // 1/⟨|z|²⟩ of the shells, then 1/τ.
    inverse_tau: array<vec4<f32>, 2>,
    // Mean of the density that the pair prior goes out from.
    pair_mean: f32,
    reserved_a: f32,
    reserved_b: f32,
    reserved_c: f32,
}

const FILL_START: u32 = 0u;
const FILL_STRONG: u32 = 1u;
const FILL_ALL: u32 = 2u;

// An entry number that stands for none.
const NO_ENTRY: u32 = 0xffffffffu;
// A set number that stands for no seeds.
const NO_SEEDS: u32 = 0xffffffffu;
// A column number that stands for none, and the mark of a column that is the conjugate of the one named.
const NO_COLUMN: u32 = 0xffffffffu;
const MATE: u32 = 0x80000000u;
// Columns of a tile.
const TILE: u32 = 16u;
// Values of `e` below 0: inside the sphere but not measured; not in the sphere; 0 0 0.
const OUTSIDE: f32 = -2.0;
const ORIGIN: f32 = -3.0;
// Bit of a shell code: carries no measurement.
const SILENT: u32 = 8u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<uniform> problem: Problem;
// Mixed space: (place·planes + z)·columns + column.
@group(0) @binding(2) var<storage, read_write> mixed: array<MIXED>;
// Cavity coefficients c of message passing: slot·entries + entry.
@group(0) @binding(3) var<storage, read_write> cavity: array<vec2<f32>>;
// Start phases; the field z of message passing; posterior means or phases when they are read.
@group(0) @binding(4) var<storage, read_write> field: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read_write> states: array<State>;
// Per slot: the sums of the plane pass, then two places for each tile.
@group(0) @binding(6) var<storage, read_write> partials: array<vec4<f32>>;
// Whole planes between the passes of the four-pass way; then densities that the pair prior keeps.
@group(0) @binding(7) var<storage, read_write> lines: array<vec2<f32>>;
@group(0) @binding(8) var<storage, read> recipes: array<Recipe>;
@group(0) @binding(9) var<storage, read> slots: array<u32>;
// |E| of every entry, then √(|E||F|), then, for the pair prior, the place of |h| in its filters.
@group(0) @binding(10) var<storage, read> targets: array<f32>;
// Shell code of every entry, then its random-number key.
@group(0) @binding(11) var<storage, read> codes: array<u32>;
// For every ky: number of its first column with kx > 0, that kx, the last kx, the column of kx = 0. Then for every
// tile: first entry, smallest and largest kz, 0.
@group(0) @binding(12) var<storage, read> table: array<vec4<u32>>;
// exp(−2πi m/n) for each edge, then the phase table, then what the pair prior has learned, and its direction.
@group(0) @binding(13) var<storage, read> twiddles: array<vec2<f32>>;

// Prior means of the seeds: set·entries + entry.
@group(0) @binding(14) var<storage, read> seeds: array<vec2<f32>>;

// w·a.
fn complex_product(w: vec2<f32>, a: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(a.x * w.x - a.y * w.y, a.x * w.y + a.y * w.x);
}

// conj(w)·a.
fn conjugate_product(w: vec2<f32>, a: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(a.x * w.x + a.y * w.y, a.y * w.x - a.x * w.y);
}

// Place in `mixed` of the trial that a dispatch takes at this turn.
fn place_of(slot: u32, turn: u32) -> u32 {
    return select(slot, params.position + turn, params.scratch == 1u);
}
