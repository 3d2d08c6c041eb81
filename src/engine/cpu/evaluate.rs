//! Figures of merit and phases of a trial.

use super::Shared;
use super::passes::{PlaneStep, Scratch, with_entries};
use super::trial::Trial;
use crate::engine::problem::{STRONG_SHARE, WEAK_SHARE};
use crate::engine::{Merits, Recipe};
use crate::twins::evaluate::{Moments, TangentSums, WeakSums, cut, square, tangent, weak_power};
use num_complex::Complex32;
use std::time::Instant;

struct Square(Moments);

impl PlaneStep for Square {
    fn apply(&mut self, rho: &mut [f32]) {
        let moments = square(rho);
        self.0.second += moments.second;
        self.0.fourth += moments.fourth;
    }
}

struct Cut(f32);

impl PlaneStep for Cut {
    fn apply(&mut self, rho: &mut [f32]) {
        cut(rho, self.0);
    }
}

/// Unit phases times their figure of merit, in layout order. Weak reflections that the +90° variant
/// has turned are turned back.
pub fn phases(shared: &Shared, trial: &Trial, scratch: &mut Scratch) -> Vec<Complex32> {
    let problem = &shared.problem;
    match trial.recipe {
        Recipe::Message(_) => trial
            .posterior
            .iter()
            .zip(problem.e())
            .map(|(&g, &e)| if e > 0.0 { g / e } else { unit(g) * 0.0 })
            .collect(),
        Recipe::Flipping(recipe) => {
            let mut coefficients = vec![Complex32::default(); problem.layout().len()];
            let mut mixed = trial.mixed.clone();
            shared.passes.columns::<true, false>(&mut mixed, scratch, |column, line| {
                with_entries(
                    column,
                    line,
                    |origin| origin,
                    |entries, line| coefficients[entries].copy_from_slice(line),
                );
            });
            let e_weak = problem.e_quantile(recipe.weak);
            for (value, &e) in coefficients.iter_mut().zip(problem.e()) {
                let phase = unit(*value);
                *value = if e >= 0.0 && e < e_weak { Complex32::new(phase.im, -phase.re) } else { phase };
            }
            coefficients
        }
    }
}

fn unit(value: Complex32) -> Complex32 {
    let norm = value.norm();
    if norm > 0.0 { value / norm } else { Complex32::new(1.0, 0.0) }
}

/// Figures of merit of the present phases, all taken with |E| as moduli.
pub fn merits(shared: &Shared, trial: &mut Trial, scratch: &mut Scratch) -> Merits {
    let begun = Instant::now();
    let problem = &shared.problem;
    let e = problem.e();
    let phase: Vec<Complex32> = phases(shared, trial, scratch).into_iter().map(unit).collect();
    let mut mixed = vec![Complex32::default(); trial.mixed.len()];

    let e_strong = problem.e_quantile(1.0 - STRONG_SHARE);
    fill(shared, &mut mixed, scratch, |i| if e[i] >= e_strong { phase[i] * e[i] } else { Complex32::default() });
    let mut squared = Square(Moments::default());
    shared.passes.planes(&mut mixed, scratch, &mut squared);
    let mut tangent_sums = TangentSums::default();
    read(shared, &mut mixed, scratch, |entries, line| {
        let sums = tangent(line, &phase[entries.clone()], &e[entries], e_strong);
        tangent_sums.agreement += sums.agreement;
        tangent_sums.weight += sums.weight;
    });

    fill(shared, &mut mixed, scratch, |i| phase[i] * e[i].max(0.0));
    let power: f64 = e.iter().map(|&e| f64::from(e.max(0.0)).powi(2)).sum();
    shared.passes.planes(&mut mixed, scratch, &mut Cut((2.0 * power).sqrt() as f32));
    let e_weak = problem.e_quantile(WEAK_SHARE);
    let mut weak = WeakSums::default();
    read(shared, &mut mixed, scratch, |entries, line| {
        let sums = weak_power(line, &e[entries], e_weak);
        weak.weak += sums.weak;
        weak.weak_count += sums.weak_count;
        weak.all += sums.all;
        weak.all_count += sums.all_count;
    });

    let points = problem.layout().points() as f64;
    let Moments { second, fourth } = squared.0;
    trial.seconds.merits += begun.elapsed().as_secs_f64();
    Merits {
        cycles: trial.cycles,
        r_weak: r_weak(&weak),
        e_kurtosis: quotient(points * fourth, second * second) as f32,
        tan_cos: quotient(tangent_sums.agreement, tangent_sums.weight) as f32,
        r: trial.r,
        flipped: trial.flipped,
        kappa: trial.kappa,
    }
}

/// ⟨G²⟩ of the weak over ⟨G²⟩ of all; 1, which no structure has, when there is nothing to tell from.
fn r_weak(sums: &WeakSums) -> f32 {
    if sums.weak_count == 0.0 || sums.all == 0.0 {
        return 1.0;
    }
    ((sums.weak / sums.weak_count) / (sums.all / sums.all_count)) as f32
}

fn quotient(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

/// Fills mixed space from coefficients by entry.
fn fill(shared: &Shared, mixed: &mut [Complex32], scratch: &mut Scratch, value: impl Fn(usize) -> Complex32) {
    shared.passes.columns::<false, true>(mixed, scratch, |column, line| {
        with_entries(
            column,
            line,
            |_| Complex32::default(),
            |entries, line| {
                for (target, entry) in line.iter_mut().zip(entries) {
                    *target = value(entry);
                }
            },
        );
    });
}

/// Transforms columns forward and hands out their coefficients.
fn read(
    shared: &Shared,
    mixed: &mut [Complex32],
    scratch: &mut Scratch,
    mut take: impl FnMut(std::ops::Range<usize>, &[Complex32]),
) {
    shared.passes.columns::<true, false>(mixed, scratch, |column, line| {
        with_entries(column, line, |_| Complex32::default(), |entries, line| take(entries, line));
    });
}
