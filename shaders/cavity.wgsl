// New cavity coefficients c = g − β z/√τ. CPU twin: src/twins/weights.rs, `posterior_means`, `weigh_seeds`, `cavity` and `hold`.

var<private> two_root_kappa: f32;
var<private> beta: f32;
var<private> damping: f32;
var<private> inverse_tau: array<vec4<f32>, 2>;
var<private> column_sums: vec4<f32>;

fn begin_columns(slot: u32) {
    let state = states[slot];
    two_root_kappa = 2.0 * sqrt(state.kappa_used);
    begin_seeds(slot);
    beta = state.beta;
    damping = recipes[slot].damping;
    inverse_tau = state.inverse_tau;
    column_sums = vec4<f32>(0.0);
}

// Sums: |c|², Re(c ḡ).
fn change_coefficient(unused: vec2<f32>, slot: u32, entry: u32) -> vec2<f32> {
    let known = entry != NO_ENTRY;
    let place = select(0u, entry, known);
    let own = slot * problem.entries + place;
    let code = select(SILENT, codes[place], known);
    let z = field[own];
    let e = targets[place];
    // Without damping all threads read the one value that is not used: no memory moves.
    let before = cavity[select(0u, own, damping > 0.0)];
    let tau = of_shell(inverse_tau, code & 7u);
    let onsager = z * (sqrt(tau) * beta);
    var g = posterior_mean(z, e, phase_weight(z, e, tau, two_root_kappa).x);
    var c = g - onsager;
    if SEEDS {
        let seed = held_seed(place);
        if dot(seed, seed) > 0.0 {
            if seeds_weighed {
                g = posterior_of_seed(z, e, tau, two_root_kappa, concentration(seed)).mean;
                c = g - onsager;
            } else {
                g = seed * e;
                c = g;
            }
        }
    }
    c = select(c, c * (1.0 - damping) + before * damping, damping > 0.0);
    let heard = code < SILENT;
    g = select(vec2<f32>(0.0), g, heard);
    c = select(vec2<f32>(0.0), c, heard);
    column_sums += vec4<f32>(dot(c, c), dot(c, g), 0.0, 0.0);
    if known {
        cavity[own] = c;
        if params.publish == 1u {
            field[own] = g;
        }
    }
    return c;
}
