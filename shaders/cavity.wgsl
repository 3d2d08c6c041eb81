// New cavity coefficients c = g − β z/√τ. CPU twin: src/twins/weights.rs, `posterior_means`, `weigh_seeds`, `cavity` and `hold`.

var<private> two_root_kappa: f32;
var<private> beta: f32;
var<private> damping: f32;
var<private> inverse_tau: array<vec4<f32>, 2>;
var<private> column_sums: vec4<f32>;
var<private> shell_sums: vec4<f32>;

fn begin_columns(slot: u32) {
    let state = states[slot];
    two_root_kappa = 2.0 * sqrt(state.kappa_used);
    begin_seeds(slot);
    beta = state.beta;
    damping = recipes[slot].damping;
    inverse_tau = state.inverse_tau;
    column_sums = vec4<f32>(0.0);
    shell_sums = vec4<f32>(0.0);
}

// Sums: |c|², Re(c ḡ).
fn change_coefficient(unused: vec2<f32>, slot: u32, entry: u32) -> vec2<f32> {
    if entry == NO_ENTRY {
        return vec2<f32>(0.0);
    }
    let code = codes[entry];
    let own = slot * problem.entries + entry;
    var c = vec2<f32>(0.0);
    var g = vec2<f32>(0.0);
    if (code & SILENT) == 0u {
        let z = field[own];
        let e = targets[entry];
        let tau = of_shell(inverse_tau, code & 7u);
        g = posterior_mean(z, e, phase_weight(z, e, tau, two_root_kappa).x);
        let seed = held_seed(entry);
        let seeded = dot(seed, seed) > 0.0;
        if seeded && seeds_weighed {
            g = posterior_of_seed(z, e, tau, two_root_kappa, concentration(seed)).mean;
        }
        c = g - z * (sqrt(tau) * beta);
        if seeded && !seeds_weighed {
            g = seed * e;
            c = g;
        }
        if damping > 0.0 {
            c = c * (1.0 - damping) + cavity[own] * damping;
        }
        column_sums += vec4<f32>(dot(c, c), dot(c, g), 0.0, 0.0);
    }
    cavity[own] = c;
    if params.publish == 1u {
        field[own] = g;
    }
    return c;
}
