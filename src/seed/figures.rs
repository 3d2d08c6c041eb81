//! The figures of merit of a source of seeds, as those who train one count them, against phases that are known.

use super::Knowledge;
use serde::{Deserialize, Serialize};

/// The least probability that a class counts with, so that one that was called impossible and was true leaves a number: 13.8 nats.
const LEAST: f64 = 1e-6;

/// Sums over seeds whose true phases are known.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SeedFigures {
    seeds: usize,
    binned: usize,
    right: usize,
    nll: f64,
    error: f64,
    cosine: f64,
    said: f64,
}

/// What they come to, of seeds in bins or classes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Merit {
    /// Fraction of seeds whose bin, or likeliest class, holds the true phase.
    pub accuracy: f64,
    /// Mean negative logarithm of the probability of the true class, nats.
    pub nll: f64,
    /// Mean |Δφ| of the best phase, degrees.
    pub error_deg: f64,
    /// Mean cosine of that error …
    pub cosine: f64,
    /// … and what the seeds themselves say that it is.
    pub said: f64,
}

impl SeedFigures {
    /// Adds a seed whose phase is `truth` (radians); of a centric reflection `allowed` is one of its two phases. `wrong` is the fraction in a wrong
    /// bin, where the source does not say how good it is.
    pub fn add(&mut self, knowledge: &Knowledge, allowed: Option<f64>, truth: f64, wrong: f64) {
        let mean = |wrong: f64| match allowed {
            Some(allowed) => knowledge.centric_mean(allowed, wrong).unwrap_or_default(),
            None => knowledge.mean(wrong),
        };
        // Without a preference the phase is anywhere.
        let best = mean(0.0);
        let cosine = if best.norm() > 0.0 { (best.arg() - truth).cos().clamp(-1.0, 1.0) } else { 0.0 };
        self.seeds += 1;
        self.cosine += cosine;
        self.error += cosine.acos().to_degrees();
        self.said += mean(wrong).norm();
        let Some((likeliest, bins)) = knowledge.likeliest_bin() else { return };
        let true_bin = Knowledge::bin_of(truth, bins);
        self.binned += 1;
        self.right += usize::from(likeliest == true_bin);
        let p = match knowledge {
            Knowledge::Classes(p) => p.get(true_bin as usize).map_or(0.0, |p| f64::from(*p)),
            _ if likeliest == true_bin => 1.0 - wrong,
            _ => wrong / f64::from(bins.saturating_sub(1).max(1)),
        };
        self.nll -= p.max(LEAST).ln();
    }

    /// Fraction of bins, or likeliest classes, that hold the true phase; `None` for plain phases.
    pub fn accuracy(&self) -> Option<f64> {
        (self.binned > 0).then(|| self.right as f64 / self.binned as f64)
    }

    /// Mean negative logarithm of the probability of the true class, nats; `None` for plain phases.
    pub fn nll(&self) -> Option<f64> {
        (self.binned > 0).then(|| self.nll / self.binned as f64)
    }

    /// Mean |Δφ| of the best phase, degrees.
    pub fn mean_error_deg(&self) -> f64 {
        self.error / self.seeds.max(1) as f64
    }

    /// Mean cosine of that error.
    pub fn mean_cosine(&self) -> f64 {
        self.cosine / self.seeds.max(1) as f64
    }

    /// Mean cosine as the seeds themselves state it: equal to the true one where they are calibrated.
    pub fn said(&self) -> f64 {
        self.said / self.seeds.max(1) as f64
    }

    /// All of them; of plain phases those of classes are 0.
    pub fn merit(&self) -> Merit {
        Merit {
            accuracy: self.accuracy().unwrap_or_default(),
            nll: self.nll().unwrap_or_default(),
            error_deg: self.mean_error_deg(),
            cosine: self.mean_cosine(),
            said: self.said(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn figures_are_those_of_the_distribution() {
        let mut figures = SeedFigures::default();
        figures.add(&Knowledge::Classes(vec![0.5, 0.25, 0.25, 0.0]), None, 0.2, 0.0);
        figures.add(&Knowledge::Classes(vec![0.5, 0.5, 0.0, 0.0]), None, PI, 0.0);
        figures.add(&Knowledge::Bin { bin: 2, bins: 4, weight: None }, Some(0.0), PI, 0.25);
        assert_eq!(figures.accuracy(), Some(2.0 / 3.0));
        let expected = (2f64.ln() - LEAST.ln() - 0.75f64.ln()) / 3.0;
        assert!((figures.nll().unwrap() - expected).abs() < 1e-9);
        let mut phase = SeedFigures::default();
        phase.add(&Knowledge::Phase { phase: 1.0, weight: Some(0.4) }, None, 1.0 + PI / 3.0, 0.0);
        assert_eq!((phase.accuracy(), phase.nll()), (None, None));
        assert!((phase.mean_error_deg() - 60.0).abs() < 1e-9 && (phase.mean_cosine() - 0.5).abs() < 1e-9);
        assert!((phase.said() - 0.4).abs() < 1e-9);
    }
}
