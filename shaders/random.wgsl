// Start phases from the integer counter hash. CPU twin: src/twins/random.rs.

fn pcg_hash(value: u32) -> u32 {
    let state = value * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

fn trial_hash(seed: u32, trial: u32, key: u32) -> u32 {
    return pcg_hash(key ^ pcg_hash(trial ^ pcg_hash(seed)));
}

// Bits of a hash that choose one of the 4096 directions of the phase table.
const PHASE_SHIFT: u32 = 20u;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let recipe = recipes[slot];
    for (var entry = group.x * THREADS + t; entry < problem.entries; entry += problem.groups * THREADS) {
        let hash = trial_hash(recipe.seed, recipe.trial, codes[problem.entries + entry]);
        field[slot * problem.entries + entry] = twiddles[problem.phase_table + (hash >> PHASE_SHIFT)];
    }
}
