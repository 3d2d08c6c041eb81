// Covariance sums of the clipped field with E², and the sum along the seeds. CPU twin: src/twins/field.rs, `covariance` and
// `seed_correlation`.

// Cuts of |z|² in units of its shell mean, and of E².
const CLIP_FIELD: f32 = 12.0;
const CLIP_E_SQ: f32 = 9.0;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let inverse = states[slot].inverse_tau;
    begin_seeds(slot);
    let recipe = recipes[slot];
    let mean = select(problem.e_sq_mean, recipe.free_e_sq_mean, seeds_held);
    var total = vec2<f32>(0.0);
    for (var entry = group.x * THREADS + t; entry < problem.entries; entry += problem.groups * THREADS) {
        let code = codes[entry];
        if code < SILENT {
            let z = field[slot * problem.entries + entry];
            let e = targets[entry];
            let scale = of_shell(inverse, code);
            let seed = held_seed(entry);
            if dot(seed, seed) > 0.0 {
                total.y += e * dot(z, seed) * sqrt(scale);
            } else {
                let q = min(dot(z, z) * scale, CLIP_FIELD);
                // E² less its mean, so that the sum is the covariance itself.
                total.x += q * (min(e * e, CLIP_E_SQ) - mean);
            }
        }
    }
    total = reduce(total, t);
    if t == 0u {
        partials[slot * problem.partials + problem.planes + 2u * group.x] = vec4<f32>(total, 0.0, 0.0);
    }
}
