//! Density stages against their twins.

use super::probe::{Probe, close, noise};
use super::shared::{Recipe, State};
use crate::engine::{Denoiser, MessageRecipe, SeedUse};
use crate::twins::evaluate::{cut, square};
use crate::twins::flip::flip;
use crate::twins::pair::{self, PairPosterior, first, slope};
use crate::twins::posterior::{self, Logistic, logistic};
use crate::wgsl::stage::Density;

/// Pairs of densities, odd in number, with whatever is special; masks of both voxels, one, the other and none.
fn pairs(special: &[f32]) -> (Vec<[f32; 2]>, Vec<[f32; 2]>) {
    let value = |i: usize| special.get(i).copied().unwrap_or_else(|| 6.0 * noise(3, i));
    let pairs: Vec<[f32; 2]> = (0..333).map(|i| [value(2 * i), value(2 * i + 1)]).collect();
    let masks = (0..pairs.len()).map(|i| [[1.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]][i % 5]).collect();
    (pairs, masks)
}

/// What a stage leaves of values in voxels, one after the other, and of the others, which must be nothing.
fn in_voxels(values: &[[f32; 2]], masks: &[[f32; 2]]) -> (Vec<f32>, Vec<f32>) {
    let flat: Vec<(f32, f32)> = values.iter().flatten().copied().zip(masks.iter().flatten().copied()).collect();
    let of = |wanted: f32| flat.iter().filter(|v| v.1 == wanted).map(|v| v.0).collect();
    (of(1.0), of(0.0))
}

fn same(what: &str, found: &[f32], expected: &[f32], scale: f32, relative: f64) {
    assert_eq!(found.len(), expected.len());
    for (&a, &b) in found.iter().zip(expected) {
        close(what, a, f64::from(b) * f64::from(scale), relative, 1e-37);
    }
}

#[test]
fn flip_is_its_twin() {
    let (k, sigma, plane_scale) = (1.1f32, 2.5, 0.375);
    let Some(mut probe) =
        Probe::new(Recipe { k, plane_scale, ..Recipe::default() }, State { sigma, ..State::default() })
    else {
        return;
    };
    let delta = k * sigma;
    let (values, masks) = pairs(&[0.0, -0.0, delta, delta.next_down(), -1e20, 1e20, 1e-30]);
    let (found, sums) = probe.density(&Density::Flip.text(), &values, &masks);
    let (mut expected, _) = in_voxels(&values, &masks);
    let flipped = flip(&mut expected, delta);
    let (inside, outside) = in_voxels(&found, &masks);
    same("flip", &inside, &expected, plane_scale, 1e-7);
    assert!(outside.iter().all(|&v| v == 0.0));
    assert_eq!(sums[0], flipped as f32);
    assert!(flipped > 100 && (flipped as usize) < inside.len() - 50);
}

#[test]
fn posterior_is_its_twin() {
    let (sigma, cycles, anneal) = (2.5f32, 5, 10u32);
    let recipe = MessageRecipe {
        denoiser: Denoiser::Logistic,
        n_start: 0.5,
        n_end: 4.0,
        anneal,
        damping: 0.0,
        seeds: SeedUse::Fixed,
    };
    let (values, masks) = pairs(&[0.0, -0.0, 1e4, -1e4, 25.0, -25.0, 1e-20]);
    // Reshaped at heights inside its table, at both ends and beyond.
    let reshaped = [0.1, 0.5, 1.7, 3.0, 40.0].map(|height| (Denoiser::Reshaped, height));
    for (denoiser, height) in [(Denoiser::Logistic, 3.0f32), (Denoiser::Square, 3.0)].into_iter().chain(reshaped) {
        let numbers = Recipe {
            method: 1,
            denoiser: denoiser.code(),
            anneal: anneal as f32,
            n_start: recipe.n_start,
            n_log_ratio: (recipe.n_end / recipe.n_start).ln(),
            plane_scale: 0.375,
            ..Recipe::default()
        };
        let Some(mut probe) = Probe::new(numbers, State { sigma, height, cycles, ..State::default() }) else { return };
        let (found, sums) = probe.density(&Density::Posterior.text(), &values, &masks);
        let (mut expected, _) = in_voxels(&values, &masks);
        let derivative = if denoiser != Denoiser::Square {
            let n_factor = f64::from(recipe.n_factor(cycles));
            let height = f64::from(height) / n_factor.sqrt();
            let odds = probe.problem.sphere() as f64 / (f64::from(probe.problem.atoms()) * n_factor) - 1.0;
            let bias = (0.5 * height * height + odds.ln()) as f32;
            let plain = Logistic { inverse_sigma: sigma.recip(), height: height as f32, bias };
            let reshaped = || plain.reshaped(probe.problem.reshaping().at(plain.height));
            logistic(&mut expected, if denoiser == Denoiser::Reshaped { reshaped() } else { plain })
        } else {
            posterior::square(&mut expected, sigma.recip())
        };
        let (inside, outside) = in_voxels(&found, &masks);
        // Rounding of an exponent of up to 80.
        same("posterior", &inside, &expected, 0.375, 2e-5);
        assert!(outside.iter().all(|&v| v == 0.0));
        close("sum of f'", sums[0], f64::from(derivative), 1e-5, if denoiser == Denoiser::Square { 1e-3 } else { 0.0 });
    }
}

/// The four stages in the order of a cycle, each on what the one before has kept.
#[test]
fn stages_of_the_pair_prior_are_their_twins() {
    for height in [0.3f32, 2.0, 4.0, 9.0] {
        let (sigma, plane_scale) = (2.5f32, 0.375);
        let numbers = Recipe { method: 1, denoiser: Denoiser::Pair.code(), plane_scale, ..Recipe::default() };
        let Some(mut probe) = Probe::new(numbers, State { sigma, height, ..State::default() }) else { return };
        let odds = probe.problem.sphere() as f64 / f64::from(probe.problem.atoms()) - 1.0;
        let bias = (0.5 * f64::from(height).powi(2) + odds.ln()) as f32;
        let plain = Logistic { inverse_sigma: sigma.recip(), height, bias };
        let p = PairPosterior::new(plain, probe.problem.pairs().unwrap().table.at(height).0);
        let (values, masks) = pairs(&[0.0, -0.0, 1e4, -1e4, 25.0, -25.0, 1e-20]);
        let (map, _) = in_voxels(&values, &masks);
        let along = probe.direction(values.len());
        let (direction, _) = in_voxels(&along, &masks);

        let (found, sums) = probe.density(&Density::PairFirst.text(), &values, &masks);
        let mut expected = map.clone();
        let sum = first(&mut expected, p.first);
        same("first", &in_voxels(&found, &masks).0, &expected, plane_scale, 3e-5);
        assert!(in_voxels(&found, &masks).1.iter().all(|&v| v == 0.0));
        close("sum of f0", sums[0], f64::from(sum), 1e-5, 0.0);

        let (found, _) = probe.density(&Density::PairSlope.text(), &values, &masks);
        slope(&mut expected, &map, &direction, p.first);
        // f (1 - f) of an f near 1 loses what f is rounded by.
        let (inside, outside) = in_voxels(&found, &masks);
        for (a, b) in inside.iter().zip(&expected) {
            close("slope", *a, f64::from(b * plane_scale), 3e-5, 1e-6);
        }
        assert!(outside.iter().all(|&v| v == 0.0));

        let (changes, _) = pairs(&[0.5, -0.5]);
        probe.density(&Density::PairKeep.text(), &changes, &masks);
        let q: Vec<[f32; 2]> = (0..values.len()).map(|i| [9.0 * noise(5, i), 9.0 * noise(6, i)]).collect();
        let (found, sums) = probe.density(&Density::PairLast.text(), &q, &masks);
        let (mut expected, _) = in_voxels(&q, &masks);
        let sum = pair::posterior(&mut expected, &map, &direction, &in_voxels(&changes, &masks).0, p.second);
        same("last", &in_voxels(&found, &masks).0, &expected, plane_scale, 3e-5);
        assert!(in_voxels(&found, &masks).1.iter().all(|&v| v == 0.0));
        close("sum along the direction", sums[0], f64::from(sum), 2e-5, 1e-3);
    }
}

#[test]
fn square_and_cut_are_their_twins() {
    let Some(mut probe) = Probe::new(Recipe::default(), State::default()) else { return };
    let [nx, ny, _] = probe.plan.dims;
    let evaluate_scale = 1.0 / (nx * ny) as f32;
    let (e, strong) = (probe.problem.e().to_vec(), probe.problem.e_quantile(0.7));
    let sigma = |from: f32| {
        let power: f64 = e.iter().filter(|&&e| e >= from.max(0.0)).map(|&e| f64::from(e * e)).sum();
        (2.0 * power).sqrt() as f32
    };
    let (all, strong) = (sigma(0.0), sigma(strong));
    assert!(strong < 0.95 * all);
    // In half σ: 1.99 and 2.01 lie on both sides of the threshold of the cut.
    let (mut values, masks) = pairs(&[0.0, -0.0, 10.0, -10.0, 1.99, 2.01]);
    values.iter_mut().flatten().for_each(|v| *v *= 0.5 * all);

    let (found, sums) = probe.density(&Density::Square.text(), &values, &masks);
    let (mut expected, _) = in_voxels(&values, &masks);
    expected.iter_mut().for_each(|v| *v /= strong);
    let moments = square(&mut expected);
    let (inside, outside) = in_voxels(&found, &masks);
    same("square", &inside, &expected, evaluate_scale, 1e-6);
    assert!(outside.iter().all(|&v| v == 0.0));
    close("second moment", sums[0], moments.second, 1e-5, 0.0);
    close("fourth moment", sums[1], moments.fourth, 1e-5, 0.0);

    // Too near the threshold to be told apart when σ is rounded another way.
    values.iter_mut().flatten().filter(|v| (**v / all - 1.0).abs() < 1e-5).for_each(|v| *v = 0.0);
    let (found, _) = probe.density(&Density::Cut.text(), &values, &masks);
    let (mut expected, _) = in_voxels(&values, &masks);
    cut(&mut expected, all);
    assert!(expected.iter().filter(|&&v| v > 0.0).count() > 50);
    let (inside, outside) = in_voxels(&found, &masks);
    same("cut", &inside, &expected, evaluate_scale, 1e-6);
    assert!(outside.iter().all(|&v| v == 0.0));
}
