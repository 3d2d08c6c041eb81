//! Stages over entries and finishing stages against their twins.

use super::probe::{Probe, close, module, noise};
use super::shared::{Params, Recipe, State};
use crate::twins::bessel::i1_over_i0;
use crate::twins::field::{covariance, kappa, seed_correlation, shell_power};
use crate::twins::pair_table::LEAST;
use crate::twins::random::{phase_index, phase_table, trial_hash};
use crate::twins::weights::{posterior_means, weigh_seeds};
use crate::wgsl::stage::{LINEAR_THREADS, Linear, Storage};

impl Probe {
    fn linear(&mut self, stage: Linear, entry_point: &str) {
        let groups = if stage == Linear::Finish { 1 } else { self.plan.groups };
        self.run(&stage.module(Storage::F32, true), entry_point, groups, Params::default());
    }
}

#[test]
fn random_starts_are_those_of_the_processor_bit_for_bit() {
    let (seed, trial) = (3_000_000_001, 70_000);
    let Some(mut probe) = Probe::new(Recipe { seed, trial, ..Recipe::default() }, State::default()) else { return };
    probe.linear(Linear::Random, "main");
    let table = phase_table();
    for (found, &key) in probe.read_field().iter().zip(probe.problem.keys()) {
        assert_eq!([found.re, found.im], table[phase_index(trial_hash(seed, trial, key))]);
    }
}

#[test]
fn bessel_quotient_is_its_twin() {
    let Some(mut probe) = Probe::new(Recipe::default(), State::default()) else { return };
    let mut x: Vec<f32> = (0..1000).map(|i| 20.0 * (noise(13, i) + 1.0)).collect();
    x.extend([0.0, 1e-20, 1e-4, 3.75, 3.75f32.next_down(), 3.75f32.next_up(), 1e4, 1e20]);
    let n = x.len();
    let main = format!(
        "@compute @workgroup_size(THREADS) fn main(@builtin(local_invocation_index) t: u32) {{
             for (var i = t; i < {n}u; i += THREADS) {{ lines[i].y = i1_over_i0(lines[i].x); }}
         }}"
    );
    probe.write_lines(&x.iter().map(|&x| [x, -1.0]).collect::<Vec<_>>());
    probe.run(&module("f32", &[include_str!("../../shaders/bessel.wgsl"), &main]), "main", 1, Params::default());
    for [x, found] in probe.read_lines(n) {
        close(&format!("x = {x}"), found, f64::from(i1_over_i0(x)), 1e-6, 1e-30);
    }
}

#[test]
fn covariance_and_divergence_are_their_twins() {
    for (hold, seed_use) in [(0, 0), (1, 0), (1, 1)] {
        let recipe = Recipe { hold, seed_use, ..Recipe::default() };
        let Some(probe) = Probe::new(recipe, State::default()) else { return };
        let (all, shell, seeds) = (probe.problem.e().to_vec(), probe.problem.shell().to_vec(), probe.seeds.clone());
        // A field that knows something of E and of the seeds, with other powers in other shells and tails beyond the cut.
        let mut z = probe.made_up(14);
        for (i, z) in z.iter_mut().enumerate() {
            *z = *z / z.norm().max(1e-3) * all[i].max(0.1) + *z * 0.003 + seeds.means()[i] * all[i] * 0.8;
            *z *= 0.2 + f32::from(shell[i]);
        }
        let e = if hold > 0 { seeds.free_e() } else { &all };
        let power = shell_power(&z, e, &shell);
        let inverse = power.map(f32::recip);
        let Some(mut probe) = Probe::new(recipe, State { inverse_tau: inverse, ..State::default() }) else { return };
        probe.write_field(&z);
        probe.linear(Linear::Covariance, "main");
        probe.linear(Linear::Finish, "finish_covariance");
        let state = probe.state();
        let correlation = covariance(&z, e, &shell, &power).correlation();
        assert!((0.1..0.95).contains(&correlation), "{correlation}");
        close("kappa", state.kappa, f64::from(kappa(correlation)), 1e-4, 0.0);
        let seeded = seed_correlation(&z, &all, seeds.means(), &shell, &power, seeds.power());
        let fixed = hold > 0 && seed_use == 0;
        let used = kappa(if fixed { correlation.max(seeded) } else { correlation });
        assert_eq!(used > kappa(correlation), fixed, "{seeded} {correlation}");
        close("kappa as used", state.kappa_used, f64::from(used), 1e-4, 0.0);
        for (found, before) in state.inverse_tau.iter().zip(inverse) {
            close("1/tau", *found, f64::from(before * (1.0 + used)), 1e-4, 0.0);
        }
        probe.linear(Linear::Divergence, "main");
        probe.linear(Linear::Finish, "finish_divergence");
        let (tau, used, mut g) = (&state.inverse_tau, state.kappa_used, z.clone());
        let mut total = posterior_means(&z, e, &shell, tau, used, &mut g);
        if seed_use == 1 {
            total += weigh_seeds(&z, &all, &shell, tau, used, seeds.concentrations(), &mut g);
        }
        close("beta", probe.state().beta, total / probe.problem.measured_count() as f64, 1e-5, 0.0);
    }
}

/// Sums that all add up to something, more of them than a workgroup has threads; and their totals: of the planes, and of
/// both places of the tiles.
fn sums(probe: &Probe) -> (Vec<[f32; 4]>, [[f64; 4]; 3]) {
    let (planes, all) = (probe.plan.plane_sums(), probe.plan.partials());
    let values: Vec<[f32; 4]> =
        (0..all).map(|i| std::array::from_fn(|j| (1.5 + noise(15, 4 * i + j)) * (j + 1) as f32)).collect();
    let total = |places: &mut dyn Iterator<Item = usize>| {
        places.fold([0.0; 4], |sum, i| std::array::from_fn(|j| sum[j] + f64::from(values[i][j])))
    };
    let of_tiles = |part: usize| total(&mut (planes + part..all).step_by(2));
    let totals = [total(&mut (0..planes)), of_tiles(0), of_tiles(1)];
    (values, totals)
}

#[test]
fn finishing_stages_add_up_and_derive() {
    let before = State { cycles: 7, sigma: 2.0, ..State::default() };
    let Some(mut probe) = Probe::new(Recipe::default(), before) else { return };
    let (values, [planes, tiles, second]) = sums(&probe);
    assert!(probe.plan.stored / 16 > 4 && LINEAR_THREADS == 64);
    probe.write_partials(&values);
    let (points, atoms) = (probe.problem.layout().points() as f64, f64::from(probe.problem.atoms()));
    let near = |what: &str, a: f32, b: f64| close(what, a, b, 2e-6, 0.0);

    probe.linear(Linear::Finish, "finish_posterior");
    near("feedback", probe.state().feedback, planes[0] / (points * 2.0));
    probe.linear(Linear::Finish, "finish_pair");
    near("mean of f0", probe.state().pair_mean, planes[0] / points + LEAST);
    probe.linear(Linear::Finish, "finish_amplitude");
    let state = probe.state();
    assert_eq!(state.cycles, 8);
    near("sigma", state.sigma, (2.0 * tiles[0]).sqrt());
    near("r", state.r, tiles[1] / tiles[2]);
    near("flipped", state.flipped, planes[0] / points);
    probe.linear(Linear::Finish, "finish_field");
    let state = probe.state();
    let shells: Vec<f64> = tiles.iter().chain(&second).copied().collect();
    let (e, shell) = (probe.problem.e(), probe.problem.shell());
    for (s, (found, power)) in state.inverse_tau.iter().zip(shells).enumerate() {
        let count = e.iter().zip(shell).filter(|&(&e, &of)| e >= 0.0 && usize::from(of) == s).count();
        near("1/tau", *found, count as f64 / power);
    }
    probe.linear(Linear::Finish, "finish_cavity");
    let state = probe.state();
    assert_eq!(state.cycles, 9);
    near("sigma", state.sigma, (2.0 * tiles[0]).sqrt());
    near("height", state.height, 2.0 * tiles[1] / (2.0 * tiles[0] * atoms).sqrt());
    probe.linear(Linear::Finish, "finish_tangent");
    let state = probe.state();
    near("kurtosis", state.e_kurtosis, points * planes[1] / planes[0].powi(2));
    near("tan_cos", state.tan_cos, tiles[0] / tiles[1]);
    probe.linear(Linear::Finish, "finish_weak_power");
    let (measured, weak) = (probe.problem.measured_count() as f64, probe.problem.e_quantile(0.2));
    let weak = probe.problem.e().iter().filter(|&&e| e >= 0.0 && e < weak).count() as f64;
    near("r_weak", probe.state().r_weak, (tiles[0] / weak) / (tiles[1] / measured));
    probe.linear(Linear::Finish, "finish_start");
    let state = probe.state();
    assert_eq!((state.cycles, state.feedback, state.kappa, state.r, state.flipped), (0, 0.0, 0.0, 0.0, 0.0));
    near("sigma", state.sigma, (2.0 * tiles[0]).sqrt());
    near("height", state.height, (2.0 * tiles[0] / atoms).sqrt());
}

#[test]
fn finishing_stages_stand_nothing_at_all() {
    let Some(mut probe) = Probe::new(Recipe::default(), State { sigma: 1.0, ..State::default() }) else { return };
    probe.write_partials(&vec![[0.0; 4]; probe.plan.partials()]);
    for stage in
        ["start", "amplitude", "posterior", "field", "covariance", "divergence", "cavity", "tangent", "weak_power"]
    {
        probe.linear(Linear::Finish, &format!("finish_{stage}"));
    }
    let state = probe.state();
    assert_eq!((state.r, state.tan_cos, state.e_kurtosis, state.r_weak), (0.0, 0.0, 0.0, 1.0));
    assert!(state.sigma > 0.0 && state.kappa > 0.0 && state.beta == 0.0 && state.height == 0.0);
    assert!(state.inverse_tau.iter().all(|&t| t >= 1.0 && t.is_finite()));
}
