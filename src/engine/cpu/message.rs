//! One cycle of message passing (recipe notes §3): soft atom posterior in real space, von Mises phase
//! posterior in reciprocal space, and in both the self-feedback (Onsager) term subtracted.
//!
//! ```text
//! c ─planes─▶ x, u = x/σ, f(u), Σf′ ─columns─▶ z = FT(f) − ⟨f′⟩ c/σ ─sums─▶ κ, τ
//!   ─▶ g = E w(κ, z) ─▶ β ─▶ c = g − β z/√τ ─columns─▶ mixed
//! ```
//!
//! Because the transform is linear, FT(f − ⟨f′⟩u) = FT(f) − ⟨f′⟩c/σ: the mean of f′ is needed only
//! after the plane pass, which therefore runs once.

use super::Shared;
use super::pair;
use super::passes::{PlaneStep, Scratch, with_entries};
use super::trial::Trial;
use crate::engine::{Denoiser, MessageRecipe, SeedUse};
use crate::twins::field::{covariance, kappa, seed_correlation, shell_power, subtract_feedback};
use crate::twins::posterior::{Logistic, logistic, square};
use crate::twins::weights::{Cavity, cavity, hold, posterior_means, weigh_seeds};
use std::time::Instant;

/// Odds M/N − 1 against an atom are kept above this: N may be annealed beyond M/2.
const MIN_ODDS: f64 = 1.0;

enum Posterior {
    Logistic(Logistic),
    Square(f32),
    /// The logistic posterior that the pair prior goes out from.
    Pair(Logistic),
}

struct Denoise {
    posterior: Posterior,
    derivative: f64,
}

impl PlaneStep for Denoise {
    fn apply(&mut self, rho: &mut [f32]) {
        self.derivative += f64::from(match self.posterior {
            Posterior::Logistic(parameters) | Posterior::Pair(parameters) => logistic(rho, parameters),
            Posterior::Square(inverse_sigma) => square(rho, inverse_sigma),
        });
    }
}

/// Advances a trial by one cycle.
pub fn cycle(shared: &Shared, trial: &mut Trial, scratch: &mut Scratch, recipe: &MessageRecipe) {
    let begun = Instant::now();
    let problem = &shared.problem;
    let points = problem.layout().points() as f64;
    let inverse_sigma = trial.sigma().recip();
    let n_factor = match recipe.denoiser {
        Denoiser::Pair => 1.0,
        _ => f64::from(recipe.n_factor(trial.cycles)),
    };
    let known = problem.pairs().zip(shared.direction.as_ref());
    let posterior = match recipe.denoiser {
        Denoiser::Square => Posterior::Square(inverse_sigma),
        Denoiser::Logistic | Denoiser::Reshaped | Denoiser::Pair => {
            let n = f64::from(problem.atoms()) * n_factor;
            let height = trial.height / n_factor.sqrt();
            let odds = (problem.sphere() as f64 / n - 1.0).max(MIN_ODDS);
            let bias = (0.5 * height * height + odds.ln()) as f32;
            let plain = Logistic { inverse_sigma, height: height as f32, bias };
            match recipe.denoiser {
                Denoiser::Pair if known.is_some() => Posterior::Pair(plain),
                Denoiser::Reshaped | Denoiser::Pair => {
                    Posterior::Logistic(plain.reshaped(problem.reshaping().at(plain.height)))
                }
                _ => Posterior::Logistic(plain),
            }
        }
    };
    let derivative = match (posterior, known) {
        (Posterior::Pair(plain), Some(known)) => pair::denoise(shared, trial, scratch, known, plain),
        (posterior, _) => {
            let mut step = Denoise { posterior, derivative: 0.0 };
            shared.passes.planes(&mut trial.mixed, scratch, &mut step);
            step.derivative
        }
    };
    let after_planes = Instant::now();
    trial.seconds.planes += (after_planes - begun).as_secs_f64();

    let feedback = (derivative / points) as f32 * inverse_sigma;
    let scale = (1.0 / points) as f32;
    let previous = (recipe.damping > 0.0).then(|| trial.cavity.clone());
    let field = &mut trial.cavity;
    shared.passes.columns::<true, false>(&mut trial.mixed, scratch, |column, line| {
        with_entries(
            column,
            line,
            |_| num_complex::Complex32::default(),
            |entries, line| subtract_feedback(line, &mut field[entries], scale, feedback),
        );
    });
    let after_forward = Instant::now();
    trial.seconds.columns += (after_forward - after_planes).as_secs_f64();

    let held = trial.held();
    let shell = problem.shell();
    // Seeds that are held are no evidence for the field, and have no response of their own.
    let e = held.as_ref().map_or(problem.e(), |seeds| seeds.free_e());
    let power = shell_power(&trial.cavity, e, shell);
    let correlation = covariance(&trial.cavity, e, shell, &power).correlation();
    trial.kappa = kappa(correlation);
    let (fixed, weighed) = match recipe.seeds {
        SeedUse::Fixed => (held.as_ref(), None),
        SeedUse::Posterior => (None, held.as_ref()),
    };
    // Few wrong seeds that stay fixed pull the field along and would raise κ; where seeds give way, the field is
    // believed for what it says of the others alone (4/12 against 0/12 draws of 1.75 % seeds, cell as in `SeedUse`).
    let kappa_used = fixed.map_or(trial.kappa, |seeds| {
        let (means, e) = (seeds.means(), problem.e());
        kappa(correlation.max(seed_correlation(&trial.cavity, e, means, shell, &power, seeds.power())))
    });
    let inverse_tau = power.map(|p| (1.0 + kappa_used) / p);
    let mut divergence = posterior_means(&trial.cavity, e, shell, &inverse_tau, kappa_used, &mut trial.posterior);
    let (z, g) = (&trial.cavity, &mut trial.posterior);
    if let Some(seeds) = weighed {
        divergence += weigh_seeds(z, problem.e(), shell, &inverse_tau, kappa_used, seeds.concentrations(), g);
    }
    let e = if weighed.is_some() { problem.e() } else { e };
    let beta = (divergence / problem.measured_count().max(1) as f64) as f32;
    let mut sums = cavity(&mut trial.cavity, &trial.posterior, e, shell, &Cavity { inverse_tau, beta });
    if let Some(seeds) = fixed {
        let power = hold(&mut trial.cavity, &mut trial.posterior, problem.e(), seeds.means());
        sums.power += power;
        sums.overlap += power;
    }
    if let Some(previous) = previous {
        sums = damp(&mut trial.cavity, &previous, &trial.posterior, recipe.damping);
    }
    trial.power = sums.power;
    // s = Σ Re(c ḡ)/√(Σ|c|² N) over the full sphere.
    trial.height = 2.0 * sums.overlap / (2.0 * sums.power * f64::from(problem.atoms())).sqrt().max(f64::MIN_POSITIVE);
    let after_weights = Instant::now();
    trial.seconds.weights += (after_weights - after_forward).as_secs_f64();

    let coefficients = &trial.cavity;
    shared.passes.columns::<false, true>(&mut trial.mixed, scratch, |column, line| {
        with_entries(
            column,
            line,
            |_| num_complex::Complex32::default(),
            |entries, line| line.copy_from_slice(&coefficients[entries]),
        );
    });
    trial.seconds.columns += after_weights.elapsed().as_secs_f64();
}

/// Mixes the previous cavity coefficients in and takes the sums anew.
fn damp(
    c: &mut [num_complex::Complex32],
    previous: &[num_complex::Complex32],
    g: &[num_complex::Complex32],
    share: f32,
) -> crate::twins::weights::CavitySums {
    let mut sums = crate::twins::weights::CavitySums::default();
    for ((c, previous), g) in c.iter_mut().zip(previous).zip(g) {
        *c = *c * (1.0 - share) + *previous * share;
        sums.power += f64::from(c.norm_sqr());
        sums.overlap += f64::from(c.re * g.re + c.im * g.im);
    }
    sums
}
