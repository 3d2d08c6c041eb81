// Sum of the divergences of the phase weights. CPU twin: src/twins/weights.rs, `posterior_means` and
// `weigh_seeds`.

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let slot = slots[params.first + group.y];
    let state = states[slot];
    let two_root_kappa = 2.0 * sqrt(state.kappa_used);
    begin_seeds(slot);
    var total = 0.0;
    for (var entry = group.x * THREADS + t; entry < problem.entries; entry += problem.groups * THREADS) {
        let code = codes[entry];
        if code < SILENT {
            let z = field[slot * problem.entries + entry];
            let seed = held_seed(entry);
            let tau = of_shell(state.inverse_tau, code);
            if dot(seed, seed) == 0.0 {
                total += phase_weight(z, targets[entry], tau, two_root_kappa).y;
            } else if seeds_weighed {
                total += posterior_of_seed(z, targets[entry], tau, two_root_kappa, concentration(seed)).divergence;
            }
        }
    }
    total = reduce(total, t);
    if t == 0u {
        partials[slot * problem.partials + problem.planes + 2u * group.x] = vec4<f32>(total, 0.0, 0.0, 0.0);
    }
}
