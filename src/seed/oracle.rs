//! Seeds made from phases that are known: what a network or a fragment of a given quality would supply.

use super::known::allowed_phase;
use super::network::{Network, TrueModel};
use super::{Knowledge, Seed};
use crate::crystal::miller::hash_key;
use crate::crystal::{Hkl, SpaceGroup};
use crate::twins::random::{trial_hash, unit_interval};
use serde::Serialize;
use std::f64::consts::{PI, TAU};

/// Which reflections are drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pool {
    /// The strongest third by E of the unique reflections; the fraction is that of the third, at random.
    StrongThird,
    /// As many as that, but the strongest of all.
    Top,
    /// All unique reflections; the fraction is that of all, at random.
    All,
}

/// How good the seeds are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Oracle {
    /// Fraction of the pool that is known, 0…1.
    pub fraction: f64,
    /// The pool.
    pub pool: Pool,
    /// Number of bins; `None` gives phases in place of bins.
    pub bins: Option<u32>,
    /// Fraction of seeds in a wrong bin (any other one alike), or with a random phase.
    pub wrong: f64,
    /// Standard deviation of an error added to each phase before it is binned, degrees.
    pub gaussian: f64,
    /// Seed of every random number.
    pub seed: u32,
}

/// One unique reflection with its true phase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TruePhase {
    /// Laue representative.
    pub hkl: Hkl,
    /// |E|.
    pub e: f64,
    /// Radians.
    pub phase: f64,
}

/// Keeps random numbers of different purposes apart.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Choice = 1,
    Wrong,
    OtherBin,
    Radius,
    Angle,
    /// Of the phase that a network gives.
    Error,
}

/// Classes of a network where no number of bins is said.
const LEAST_BINS: u32 = 2;

fn hash(seed: u32, hkl: Hkl, purpose: Purpose) -> u32 {
    trial_hash(seed, purpose as u32, hash_key(hkl))
}

/// A number in [0, 1) for a reflection.
pub(super) fn chance(seed: u32, hkl: Hkl, purpose: Purpose) -> f64 {
    f64::from(unit_interval(hash(seed, hkl, purpose)))
}

impl Oracle {
    /// The seeds that this oracle gives for `truth`, strongest first. Every choice depends on (seed, reflection) alone.
    pub fn seeds(&self, group: &SpaceGroup, truth: &[TruePhase]) -> Vec<Seed> {
        let seed = |t: &TruePhase| Seed { hkl: t.hkl, knowledge: self.knowledge(group, t), line: None };
        self.chosen(truth).into_iter().map(seed).collect()
    }

    /// The same as `network` would give them, in probabilities of the bins, of the structure `model` that `truth` is of.
    ///
    /// # Errors
    /// In words, where the structure cannot be calculated.
    pub fn seeds_of(
        &self,
        network: &Network,
        model: &TrueModel,
        group: &SpaceGroup,
        truth: &[TruePhase],
    ) -> Result<Vec<Seed>, String> {
        network.seeds(group, &self.chosen(truth), model, self.bins.unwrap_or(LEAST_BINS), self.wrong, self.seed)
    }

    /// The reflections that become seeds, strongest first.
    fn chosen<'a>(&self, truth: &'a [TruePhase]) -> Vec<&'a TruePhase> {
        let mut order: Vec<&TruePhase> = truth.iter().collect();
        order.sort_by(|a, b| b.e.total_cmp(&a.e).then(a.hkl.cmp(&b.hkl)));
        let third = truth.len().div_ceil(3);
        let pool = if self.pool == Pool::All { truth.len() } else { third };
        let count = ((self.fraction * pool as f64).round() as usize).min(pool);
        order.truncate(pool);
        if self.pool != Pool::Top {
            order.sort_by_key(|t| (self.hash(t.hkl, Purpose::Choice), t.hkl));
        }
        order.truncate(count);
        order.sort_by(|a, b| b.e.total_cmp(&a.e).then(a.hkl.cmp(&b.hkl)));
        order
    }

    fn knowledge(&self, group: &SpaceGroup, truth: &TruePhase) -> Knowledge {
        let hkl = truth.hkl;
        let allowed = allowed_phase(group, hkl);
        let error = self.gaussian.to_radians() * self.gauss(hkl);
        let mut phase = truth.phase + error;
        if let Some(allowed) = allowed {
            // A centric phase is right or wrong, never a little off.
            phase = if (phase - allowed).cos() >= 0.0 { allowed } else { allowed + PI };
        }
        let wrong = self.chance(hkl, Purpose::Wrong) < self.wrong;
        let Some(bins) = self.bins else {
            if wrong {
                phase = match allowed {
                    Some(_) => phase + PI,
                    None => TAU * self.chance(hkl, Purpose::OtherBin),
                };
            }
            let known = (-0.5 * self.gaussian.to_radians().powi(2)).exp() * (1.0 - self.wrong);
            return Knowledge::Phase { phase: phase.rem_euclid(TAU), weight: Some(known) };
        };
        let right = Knowledge::bin_of(phase, bins);
        if !wrong {
            return Knowledge::Bin { bin: right, bins, weight: None };
        }
        let bin = match allowed {
            Some(_) => Knowledge::bin_of(phase + PI, bins),
            None => {
                let step = (self.chance(hkl, Purpose::OtherBin) * f64::from(bins - 1)) as u32;
                (right + 1 + step.min(bins - 2)) % bins
            }
        };
        Knowledge::Bin { bin, bins, weight: None }
    }

    fn hash(&self, hkl: Hkl, purpose: Purpose) -> u32 {
        hash(self.seed, hkl, purpose)
    }

    fn chance(&self, hkl: Hkl, purpose: Purpose) -> f64 {
        chance(self.seed, hkl, purpose)
    }

    /// A normally distributed number of unit variance (Box & Muller).
    fn gauss(&self, hkl: Hkl) -> f64 {
        let radius = (-2.0 * (1.0 - self.chance(hkl, Purpose::Radius)).ln()).sqrt();
        radius * (TAU * self.chance(hkl, Purpose::Angle)).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(n: i32) -> Vec<TruePhase> {
        (1..=n)
            .map(|i| TruePhase {
                hkl: [i % 23 + 1, i / 23, i % 7],
                e: 3.0 - 2.9 * f64::from(i) / f64::from(n),
                phase: f64::from(i) * 2.4,
            })
            .collect()
    }

    fn oracle(fraction: f64, wrong: f64) -> Oracle {
        Oracle { fraction, pool: Pool::StrongThird, bins: Some(4), wrong, gaussian: 0.0, seed: 1 }
    }

    #[test]
    fn numbers_pools_and_errors_are_as_asked_for() {
        let (truth, p1) = (truth(3000), SpaceGroup::p1());
        let by_hkl = |seed: &Seed| truth.iter().find(|t| t.hkl == seed.hkl).unwrap();
        let right = |seed: &Seed| match seed.knowledge {
            Knowledge::Bin { bin, bins, .. } => bin == Knowledge::bin_of(by_hkl(seed).phase, bins),
            _ => unreachable!(),
        };
        let seeds = oracle(0.5, 0.0).seeds(&p1, &truth);
        assert_eq!(seeds.len(), 500);
        assert!(seeds.iter().all(|s| right(s) && by_hkl(s).e >= truth[1000].e));
        let wrong = oracle(1.0, 0.25).seeds(&p1, &truth);
        let share = wrong.iter().filter(|s| !right(s)).count();
        assert!((200..300).contains(&share), "{share} of 1000 wrong");
        let top = Oracle { pool: Pool::Top, ..oracle(0.1, 0.0) }.seeds(&p1, &truth);
        assert!(top.len() == 100 && top.iter().all(|s| by_hkl(s).e >= truth[99].e));
        assert_eq!(Oracle { pool: Pool::All, ..oracle(0.1, 0.0) }.seeds(&p1, &truth).len(), 300);
        assert_ne!(Oracle { seed: 2, ..oracle(0.5, 0.0) }.seeds(&p1, &truth), seeds);
    }

    #[test]
    fn gaussian_errors_have_the_cosine_that_the_weight_says() {
        let (truth, p1) = (truth(3000), SpaceGroup::p1());
        let seeds = Oracle { bins: None, gaussian: 50.0, ..oracle(1.0, 0.2) }.seeds(&p1, &truth);
        let mut cosine = 0.0;
        for seed in &seeds {
            let Knowledge::Phase { phase, weight: Some(w) } = seed.knowledge else { panic!() };
            let t = truth.iter().find(|t| t.hkl == seed.hkl).unwrap();
            cosine += (phase - t.phase).cos() / seeds.len() as f64;
            assert!((w - (-0.5 * 50f64.to_radians().powi(2)).exp() * 0.8).abs() < 1e-12);
        }
        assert!((cosine - 0.547).abs() < 0.05, "{cosine}");
    }
}
