// Finishing stages: one workgroup a trial adds the partial sums of a stage and derives from them what the next stage
// needs. The same arithmetic stands in src/engine/cpu, in the file of each method.

// Smallest σ and height that are divided by.
const SMALLEST: f32 = 1e-30;
// Is added to the mean of f₀ (src/twins/pair_weights.rs).
const LEAST: f32 = 1e-4;
// Largest squared correlation believed, and the range of κ (src/twins/field.rs).
const MAX_CORRELATION: f32 = 0.98;
const KAPPA_LOW: f32 = 0.004;
const KAPPA_HIGH: f32 = 50.0;

// Sum of `count` places from `first` on, `step` apart, in thread 0.
fn total(slot: u32, first: u32, count: u32, step: u32, t: u32) -> vec4<f32> {
    var sum = vec4<f32>(0.0);
    for (var i = t; i < count; i += THREADS) {
        sum += partials[slot * problem.partials + first + step * i];
    }
    return reduce(sum, t);
}

fn of_planes(slot: u32, t: u32) -> vec4<f32> {
    return total(slot, 0u, problem.planes, 1u, t);
}

fn of_tiles(slot: u32, part: u32, t: u32) -> vec4<f32> {
    return total(slot, problem.planes + part, problem.tiles, 2u, t);
}

fn of_groups(slot: u32, t: u32) -> vec4<f32> {
    return total(slot, problem.planes, problem.groups, 2u, t);
}

// σ of the next map from its power over the half sphere (Parseval).
fn sigma_of(power: f32) -> f32 {
    return max(sqrt(2.0 * power), SMALLEST);
}

// κ = r/(1 − r) within its range.
fn kappa_of(correlation: f32) -> f32 {
    let r = clamp(correlation, 0.0, MAX_CORRELATION);
    return clamp(r / (1.0 - r), KAPPA_LOW, KAPPA_HIGH);
}

// After the first map of a trial is filled.
@compute @workgroup_size(THREADS)
fn finish_start(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let power = of_tiles(slot, 0u, t).x;
    if t == 0u {
        states[slot].cycles = 0u;
        states[slot].sigma = sigma_of(power);
        states[slot].height = sqrt(2.0 * power / problem.atoms);
        states[slot].feedback = 0.0;
        states[slot].kappa = 0.0;
        states[slot].r = 0.0;
        states[slot].flipped = 0.0;
    }
}

// After a flipping cycle: σ, R, flipped share.
@compute @workgroup_size(THREADS)
fn finish_amplitude(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let flipped = of_planes(slot, t).x;
    let sums = of_tiles(slot, 0u, t);
    if t == 0u {
        states[slot].cycles += 1u;
        states[slot].sigma = sigma_of(sums.x);
        states[slot].r = sums.y / max(sums.z, SMALLEST);
        states[slot].flipped = flipped / problem.points;
    }
}

// After the first plane pass of the pair prior: ⟨f₀⟩.
@compute @workgroup_size(THREADS)
fn finish_pair(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let sum = of_planes(slot, t).x;
    if t == 0u {
        states[slot].pair_mean = sum / problem.points + LEAST;
    }
}

// After the plane pass of message passing: ⟨f′⟩/σ.
@compute @workgroup_size(THREADS)
fn finish_posterior(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let derivative = of_planes(slot, t).x;
    if t == 0u {
        states[slot].feedback = derivative / (problem.points * states[slot].sigma);
    }
}

// After the field is known: 1/⟨|z|²⟩ of each shell, 1 where a shell has nothing.
@compute @workgroup_size(THREADS)
fn finish_field(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let low = of_tiles(slot, 0u, t);
    let high = of_tiles(slot, 1u, t);
    if t == 0u {
        begin_seeds(slot);
        var count = problem.shell_count;
        if seeds_held {
            count = recipes[slot].free_shell_count;
        }
        states[slot].inverse_tau[0] = select(vec4<f32>(1.0), count[0] / max(low, vec4<f32>(SMALLEST)), low > vec4<f32>(0.0));
        states[slot].inverse_tau[1] = select(vec4<f32>(1.0), count[1] / max(high, vec4<f32>(SMALLEST)), high > vec4<f32>(0.0));
    }
}

// After the covariance: κ and 1/τ.
@compute @workgroup_size(THREADS)
fn finish_covariance(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let sums = of_groups(slot, t);
    if t == 0u {
        begin_seeds(slot);
        let recipe = recipes[slot];
        let variance = select(problem.e_sq_variance, recipe.free_e_sq_variance, seeds_held);
        let measured = select(problem.measured, recipe.free_measured, seeds_held);
        var correlation = 0.0;
        if variance > 0.0 {
            correlation = sums.x / (measured * variance);
        }
        states[slot].kappa = kappa_of(correlation);
        if seeds_held && !seeds_weighed && recipe.seed_power > 0.0 {
            let along = max(sums.y, 0.0) / recipe.seed_power;
            correlation = max(correlation, along * along);
        }
        let kappa = kappa_of(correlation);
        states[slot].kappa_used = kappa;
        states[slot].inverse_tau[0] *= 1.0 + kappa;
        states[slot].inverse_tau[1] *= 1.0 + kappa;
    }
}

// After the divergence: β.
@compute @workgroup_size(THREADS)
fn finish_divergence(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let divergence = of_groups(slot, t).x;
    if t == 0u {
        states[slot].beta = divergence / max(problem.measured, 1.0);
    }
}

// After a message-passing cycle: σ and s = Σ Re(c ḡ)/√(Σ|c|² N), sums over the full sphere.
@compute @workgroup_size(THREADS)
fn finish_cavity(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let sums = of_tiles(slot, 0u, t);
    if t == 0u {
        let sigma = sigma_of(sums.x);
        states[slot].cycles += 1u;
        states[slot].sigma = sigma;
        states[slot].height = 2.0 * sums.y / (sigma * sqrt(problem.atoms));
    }
}

// After the squared map has met its phases: E-kurtosis and tan_cos.
@compute @workgroup_size(THREADS)
fn finish_tangent(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let moments = of_planes(slot, t);
    let sums = of_tiles(slot, 0u, t);
    if t == 0u {
        states[slot].e_kurtosis = select(0.0, problem.points * moments.y / (moments.x * moments.x), moments.x > 0.0);
        states[slot].tan_cos = select(0.0, sums.x / sums.y, sums.y > 0.0);
    }
}

// After the cut map is transformed: R_weak; 1 when there is nothing to tell from.
@compute @workgroup_size(THREADS)
fn finish_weak_power(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let sums = of_tiles(slot, 0u, t);
    if t == 0u {
        let known = problem.weak_count > 0.0 && sums.y > 0.0;
        states[slot].r_weak = select(1.0, sums.x * problem.measured / (sums.y * problem.weak_count), known);
    }
}
