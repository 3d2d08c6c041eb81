//! Do seeds agree among themselves? A quality estimate without the truth.

use super::GriddedSphere;
use crate::engine::Seeds;
use crate::fourier::Fourier3;
use crate::twins::random::{phase_index, phase_table, trial_hash};
use num_complex::Complex32;
use serde::Serialize;

/// Times that the phases are shuffled to see what chance gives: a standard deviation good to 20 %.
const SHUFFLES: u32 = 12;
/// Seed of the shuffles.
const SHUFFLE_SEED: u32 = 0x7A16;

/// Agreement of seeds with the tangent relations among them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TangentAgreement {
    /// Σ Re(E m e^{−iφ} T)/Σ |E m T| over the seeds, T the transform of the squared map of the seeds (Sayre 1952, Acta
    /// Cryst. 5, 60).
    pub agreement: f64,
    /// The same for random phases in place of the seeds', mean of a number of draws.
    pub by_chance: f64,
    /// How far the agreement stands above chance, in standard deviations of the draws.
    pub sigmas: f64,
}

/// Measures it on the grid of `gridded`.
pub fn tangent_agreement(gridded: &GriddedSphere, seeds: &Seeds) -> TangentAgreement {
    let problem = &gridded.problem;
    let plan = Fourier3::new(problem.layout().dims());
    let value = |i: usize, mean: Complex32| mean * problem.e()[i].max(0.0);
    let true_ones: Vec<Complex32> = seeds.means().iter().enumerate().map(|(i, &m)| value(i, m)).collect();
    let agreement = of(&plan, gridded, &true_ones);
    let table = phase_table();
    let draws: Vec<f64> = (0..SHUFFLES)
        .map(|draw| {
            let random = |(i, mean): (usize, &Complex32)| {
                let [cos, sin] = table[phase_index(trial_hash(SHUFFLE_SEED, draw, problem.keys()[i]))];
                value(i, Complex32::new(cos, sin) * mean.norm())
            };
            of(&plan, gridded, &seeds.means().iter().enumerate().map(random).collect::<Vec<_>>())
        })
        .collect();
    let n = f64::from(SHUFFLES);
    let by_chance = draws.iter().sum::<f64>() / n;
    let deviation = (draws.iter().map(|d| (d - by_chance).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    TangentAgreement { agreement, by_chance, sigmas: (agreement - by_chance) / deviation.max(f64::MIN_POSITIVE) }
}

fn of(plan: &Fourier3<f32>, gridded: &GriddedSphere, coefficients: &[Complex32]) -> f64 {
    let layout = gridded.problem.layout();
    let mut grid = vec![Complex32::default(); plan.len()];
    for (k, &c) in layout.indices().zip(coefficients) {
        grid[plan.index(k)] = c;
        grid[plan.index(k.map(|x| -x))] = c.conj();
    }
    plan.inverse(&mut grid);
    grid.iter_mut().for_each(|c| *c = Complex32::new(c.re * c.re, 0.0));
    plan.forward(&mut grid);
    let (mut along, mut total) = (0.0, 0.0);
    for (k, c) in layout.indices().zip(coefficients).filter(|(_, c)| c.norm_sqr() > 0.0) {
        let t = grid[plan.index(k)];
        along += f64::from((c.conj() * t).re);
        total += f64::from(c.norm() * t.norm());
    }
    if total > 0.0 { along / total } else { 0.0 }
}
