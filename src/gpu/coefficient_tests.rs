//! Coefficient stages against their twins.

use super::probe::{Changed, Probe, close, noise};
use super::shared::{Params, Recipe, State};
use super::tables::{ORIGIN, OUTSIDE};
use crate::engine::{Amplitudes, Direction};
use crate::twins::amplitude::impose;
use crate::twins::evaluate::{tangent, weak_power};
use crate::twins::field::{shell_power, subtract_feedback};
use crate::twins::pair::filter;
use crate::twins::restrain::restrain;
use crate::twins::weights::{Cavity, cavity, hold, posterior_means, weigh_seeds};
use crate::wgsl::stage::Coefficients;
use num_complex::Complex32;

const WEIGHTS: &str = include_str!("../../shaders/weights.wgsl");
const BESSEL: &str = include_str!("../../shaders/bessel.wgsl");
const PRIOR: &str = include_str!("../../shaders/prior.wgsl");
const RESTRAIN: &str = include_str!("../../shaders/restrain.wgsl");

fn same(what: &str, found: &[Complex32], expected: &[Complex32], relative: f64) {
    assert_eq!(found.len(), expected.len());
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        close(&format!("{what} {i}"), (a - b).norm(), 0.0, 0.0, relative * f64::from(b.norm()) + 1e-30);
    }
}

fn unit(value: Complex32) -> Complex32 {
    if value.norm() > 0.0 { value / value.norm() } else { Complex32::new(1.0, 0.0) }
}

impl Probe {
    /// What a stage leaves of made-up coefficients.
    fn change(&mut self, stage: Coefficients, values: &[Complex32], params: Params) -> Changed {
        let values = self.spread(values);
        self.coefficients(&[RESTRAIN, BESSEL, WEIGHTS, PRIOR, stage.text()], &values, params)
    }
}

#[test]
fn amplitude_is_its_twin() {
    // With seeds held, released and without any.
    for (weak, amplitudes, hold) in [
        (0.0, Amplitudes::E, 0),
        (0.3, Amplitudes::SqrtEF, 9),
        (1.0, Amplitudes::E, 5),
        (0.0, Amplitudes::E, 5),
        (0.2, Amplitudes::E, 9),
    ] {
        let state = State { cycles: 5, ..State::default() };
        let column_scale = 0.25;
        let second = u32::from(amplitudes == Amplitudes::SqrtEF);
        let recipe = Recipe { amplitudes: second, column_scale, hold, ..Recipe::default() };
        // The threshold is the problem's, which the probe makes.
        let Some(Probe { problem, .. }) = Probe::new(recipe, state) else { return };
        let e_weak = problem.e_quantile(weak);
        let Some(mut probe) = Probe::new(Recipe { e_weak, ..recipe }, state) else { return };
        let mut values = probe.made_up(4);
        let mut everywhere = probe.spread(&values);
        let targets = probe.tables.targets(&problem);
        // What lies outside the sphere is set to 0, and F(000) stays.
        for (value, &target) in everywhere.iter_mut().zip(&targets) {
            if target == OUTSIDE || target == ORIGIN {
                *value = [3.0, 0.0];
            }
        }
        let changed = probe.coefficients(&[RESTRAIN, Coefficients::Amplitude.text()], &everywhere, Params::default());
        for (value, &target) in changed.values.iter().zip(&targets) {
            assert!(target != OUTSIDE || *value == [0.0; 2]);
            assert!(target != ORIGIN || *value == [3.0 * column_scale, 0.0]);
        }
        assert!(targets.contains(&OUTSIDE) && targets.contains(&ORIGIN));
        let (targets, e) = (problem.targets(amplitudes), problem.e());
        let mut sums = impose(&mut values, targets, e, column_scale, e_weak);
        if hold > state.cycles {
            sums.power += restrain(&mut values, targets, probe.seeds.means(), e, e_weak);
        }
        same("amplitude", &probe.gather(&changed.values), &values, 1e-6);
        assert_eq!(changed.none, [0.0; 2]);
        close("power", changed.sums[0], f64::from(sums.power), 1e-5, 0.0);
        close("misfit", changed.sums[1], f64::from(sums.misfit), 1e-5, 0.0);
        close("target", changed.sums[2], f64::from(sums.target), 1e-5, 0.0);
    }
}

#[test]
fn filter_is_its_twin() {
    for (height, scratch) in [(0.2f32, 0), (2.3, 0), (2.3, 1), (7.0, 1)] {
        let (sigma, pair_mean, column_scale) = (2.5f32, 0.03, 0.25);
        let state = State { sigma, height, pair_mean, ..State::default() };
        let Some(mut probe) = Probe::new(Recipe { column_scale, ..Recipe::default() }, state) else { return };
        let (values, cavity) = (probe.made_up(11), probe.made_up(12));
        probe.write_cavity(&cavity);
        let changed = probe.change(Coefficients::PairFilter, &values, Params { scratch, ..Params::default() });
        let pairs = probe.problem.pairs().unwrap().clone();
        let (_, nodes) = pairs.table.at(height);
        let direction = Direction::of(&probe.problem).coefficients;
        let (linear, by) = if scratch == 1 { (&direction, 1.0) } else { (&cavity, sigma.recip()) };
        let mut expected = values.clone();
        filter(&mut expected, linear, &pairs.places, &nodes, [column_scale / pair_mean, by]);
        let found = probe.gather(&changed.values);
        // Both terms may cancel: errors are those of what is added.
        for ((a, b), g) in found.iter().zip(&expected).zip(&values) {
            close("filter", (a - b).norm(), 0.0, 0.0, 2e-5 * (f64::from(b.norm()) + f64::from(g.norm())) + 1e-6);
        }
        assert!(expected.iter().zip(&values).any(|(a, b)| (a - b * (column_scale / pair_mean)).norm() > 0.01));
        assert_eq!(changed.none, [0.0; 2]);
    }
}

#[test]
fn phases_are_units_and_turned_back() {
    let e_weak = 0.6;
    let Some(mut probe) = Probe::new(Recipe { e_weak, ..Recipe::default() }, State::default()) else { return };
    let values = probe.made_up(5);
    probe.change(Coefficients::Phases, &values, Params::default());
    let expected: Vec<Complex32> = values
        .iter()
        .zip(probe.problem.e())
        .map(|(&f, &e)| if (0.0..e_weak).contains(&e) { Complex32::new(unit(f).im, -unit(f).re) } else { unit(f) })
        .collect();
    same("phase", &probe.read_field(), &expected, 1e-6);
}

#[test]
fn fill_makes_each_kind_of_map() {
    let start_factor = 0.2;
    for (method, fill, hold) in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 2, 1), (0, 0, 1), (1, 0, 1)] {
        let recipe = Recipe { method, amplitudes: 1, start_factor, hold, ..Recipe::default() };
        let Some(mut probe) = Probe::new(recipe, State::default()) else { return };
        let field = probe.made_up(6);
        probe.write_field(&field);
        let changed = probe.change(Coefficients::Fill, &field, Params { fill, ..Params::default() });
        let (e, strong, means) = (probe.problem.e(), probe.problem.e_quantile(0.7), probe.seeds.means());
        let flipping = method == 0;
        let start = if flipping { Amplitudes::SqrtEF } else { Amplitudes::E };
        let targets = probe.problem.targets(if fill == 0 { start } else { Amplitudes::E });
        let expected: Vec<Complex32> = (0..field.len())
            .map(|i| match fill {
                0 if hold > 0 && flipping && means[i].norm() == 0.0 => Complex32::default(),
                0 if hold > 0 && flipping => unit(means[i]) * targets[i] * start_factor,
                0 if hold > 0 => means[i] * targets[i].max(0.0) * start_factor,
                0 => field[i] * targets[i].max(0.0) * start_factor,
                1 if e[i] < strong => Complex32::default(),
                _ => unit(field[i]) * targets[i].max(0.0),
            })
            .collect();
        same("fill", &probe.gather(&changed.values), &expected, 1e-6);
        assert_eq!(changed.none, [0.0; 2]);
        let power: f64 = expected.iter().map(|f| f64::from(f.norm_sqr())).sum();
        close("power", changed.sums[0], power, 1e-5, 0.0);
        // A start of message passing leaves c and g, everything else leaves the field as it was.
        let starts = fill == 0 && !flipping;
        same("g", &probe.read_field(), if starts { &expected } else { &field }, 1e-6);
        if starts {
            same("c", &probe.read_cavity(), &expected, 1e-6);
        }
    }
}

#[test]
fn field_is_its_twin() {
    let (column_scale, feedback) = (0.25, 0.7);
    for hold in [0, 1] {
        let recipe = Recipe { method: 1, column_scale, hold, ..Recipe::default() };
        let Some(mut probe) = Probe::new(recipe, State { feedback, ..State::default() }) else { return };
        let (g, mut z) = (probe.made_up(7), probe.made_up(8));
        probe.write_cavity(&z);
        let changed = probe.change(Coefficients::Field, &g, Params::default());
        subtract_feedback(&g, &mut z, column_scale, feedback);
        let largest = z.iter().map(|z| z.norm()).fold(0.0, f32::max);
        for (a, b) in probe.read_field().iter().zip(&z) {
            close("field", (a - b).norm(), 0.0, 0.0, 1e-6 * f64::from(b.norm()) + 1e-10 * f64::from(largest));
        }
        let e = if hold > 0 { probe.seeds.free_e() } else { probe.problem.e() };
        let shell = probe.problem.shell();
        for (s, mean) in shell_power(&z, e, shell).into_iter().enumerate() {
            let count = e.iter().zip(shell).filter(|&(&e, &of)| e >= 0.0 && usize::from(of) == s).count();
            assert!(count > 10);
            close("shell", changed.sums[s] / count as f32, f64::from(mean), 1e-5, 0.0);
        }
    }
}

#[test]
fn cavity_is_its_twin() {
    let (kappa, beta) = (0.8f32, 0.35f32);
    let inverse_tau: [f32; 8] = std::array::from_fn(|s| 0.5 + s as f32);
    for (damping, publish, held, seed_use) in
        [(0.0, 1, 0, 0), (0.3, 0, 0, 0), (0.0, 1, 1, 0), (0.3, 1, 1, 0), (0.0, 1, 1, 1)]
    {
        let recipe = Recipe { method: 1, damping, hold: held, seed_use, ..Recipe::default() };
        let Some(mut probe) = Probe::new(recipe, State { kappa_used: kappa, beta, inverse_tau, ..State::default() })
        else {
            return;
        };
        let (field, previous) = (probe.made_up(9), probe.made_up(10));
        probe.write_field(&field);
        probe.write_cavity(&previous);
        let changed = probe.change(Coefficients::Cavity, &field, Params { publish, ..Params::default() });
        let (all, shell) = (probe.problem.e(), probe.problem.shell());
        let fixed = held > 0 && seed_use == 0;
        let e = if held > 0 { probe.seeds.free_e() } else { all };
        let (mut c, mut g) = (field.clone(), field.clone());
        posterior_means(&field, e, shell, &inverse_tau, kappa, &mut g);
        if seed_use == 1 {
            weigh_seeds(&field, all, shell, &inverse_tau, kappa, probe.seeds.concentrations(), &mut g);
        }
        let mut sums = cavity(&mut c, &g, if fixed { e } else { all }, shell, &Cavity { inverse_tau, beta });
        if fixed {
            let power = hold(&mut c, &mut g, all, probe.seeds.means());
            sums.power += power;
            sums.overlap += power;
        }
        if damping > 0.0 {
            // Unmeasured coefficients are 0 in every cavity.
            let kept = |i: usize| if all[i] >= 0.0 { previous[i] * damping } else { Complex32::default() };
            c = c.iter().enumerate().map(|(i, c)| c * (1.0 - damping) + kept(i)).collect();
            sums.power = c.iter().map(|c| f64::from(c.norm_sqr())).sum();
            sums.overlap = c.iter().zip(&g).map(|(c, g)| f64::from((c * g.conj()).re)).sum();
        }
        for (i, (a, b)) in probe.gather(&changed.values).iter().zip(&c).enumerate() {
            let scale = f64::from(g[i].norm() + field[i].norm() + previous[i].norm());
            close("c", (a - b).norm(), 0.0, 0.0, 3e-6 * scale);
        }
        assert_eq!(changed.none, [0.0; 2]);
        same("c as kept", &probe.read_cavity(), &probe.gather(&changed.values), 0.0);
        close("power", changed.sums[0], sums.power, 1e-5, 0.0);
        close("overlap", changed.sums[1], sums.overlap, 1e-5, 1e-5 * sums.power);
        let left = probe.read_field();
        if publish == 1 { same("g", &left, &g, 3e-6) } else { same("z", &left, &field, 0.0) }
    }
}

#[test]
fn tangent_and_weak_power_are_their_twins() {
    let Some(mut probe) = Probe::new(Recipe::default(), State::default()) else { return };
    let values = probe.made_up(11);
    // Phases with moduli of their own, as message passing leaves them, and none.
    let field: Vec<Complex32> =
        (0..values.len()).map(|i| if i % 50 == 0 { Complex32::default() } else { values[i] * noise(12, i) }).collect();
    probe.write_field(&field);
    let (e, strong, weak) = (probe.problem.e().to_vec(), probe.problem.e_quantile(0.7), probe.problem.e_quantile(0.2));
    let changed = probe.change(Coefficients::Tangent, &values, Params::default());
    let units: Vec<Complex32> = field.iter().map(|&f| unit(f)).collect();
    let sums = tangent(&values, &units, &e, strong);
    close("agreement", changed.sums[0], sums.agreement, 1e-5, 1e-5 * sums.weight);
    close("weight", changed.sums[1], sums.weight, 1e-5, 0.0);
    let changed = probe.change(Coefficients::WeakPower, &values, Params::default());
    let sums = weak_power(&values, &e, weak);
    assert!(sums.weak > 0.0 && sums.weak < sums.all);
    close("weak", changed.sums[0], sums.weak, 1e-5, 0.0);
    close("all", changed.sums[1], sums.all, 1e-5, 0.0);
}
