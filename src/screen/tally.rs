//! n of N with intervals, against the prediction.

use super::{Condition, Outcome};
use crate::seed::Merit;
use serde::Serialize;

/// 95 % of a normal distribution lie within this many deviations.
const Z_95: f64 = 1.96;

/// The trials of one condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tally {
    /// The condition.
    #[serde(flatten)]
    pub condition: Condition,
    /// Trials that ended at the structure.
    pub solved: usize,
    /// Trials.
    pub trials: usize,
    /// 95 % interval of the success rate.
    pub interval: [f64; 2],
    /// Median cycles of the solved ones; `None` without any.
    pub median_cycles: Option<u32>,
    /// Mean correlation of the solved ones with the truth.
    pub mean_cc: Option<f64>,
    /// Mean expected height of an atom in the seed map.
    pub s0: f64,
    /// Mean predicted success: atoms of one B, B spread widely.
    pub predicted: [f64; 2],
    /// What the seeds are worth in the mean.
    pub merit: Merit,
}

/// One tally for each condition that has outcomes, in the order of the grid.
pub fn tallies(conditions: &[Condition], outcomes: &[Outcome]) -> Vec<Tally> {
    let mut all = Vec::new();
    for (number, condition) in conditions.iter().enumerate() {
        let here: Vec<&Outcome> = outcomes.iter().filter(|o| o.condition == number).collect();
        if here.is_empty() {
            continue;
        }
        let n = here.len();
        let mean = |value: &dyn Fn(&Outcome) -> f64, of: &[&Outcome]| {
            of.iter().map(|o| value(o)).sum::<f64>() / of.len().max(1) as f64
        };
        let solved: Vec<&Outcome> = here.iter().copied().filter(|o| o.solved()).collect();
        let mut cycles: Vec<u32> = solved.iter().map(|o| o.cycles).collect();
        cycles.sort_unstable();
        all.push(Tally {
            condition: condition.clone(),
            solved: solved.len(),
            trials: n,
            interval: wilson(solved.len(), n),
            median_cycles: cycles.get(cycles.len() / 2).copied(),
            mean_cc: (!solved.is_empty()).then(|| mean(&|o| o.cc, &solved)),
            s0: mean(&|o| o.s0, &here),
            predicted: [mean(&|o| o.predicted[0], &here), mean(&|o| o.predicted[1], &here)],
            merit: Merit {
                accuracy: mean(&|o| o.merit.accuracy, &here),
                nll: mean(&|o| o.merit.nll, &here),
                error_deg: mean(&|o| o.merit.error_deg, &here),
                cosine: mean(&|o| o.merit.cosine, &here),
                said: mean(&|o| o.merit.said, &here),
            },
        });
    }
    all
}

/// 95 % interval of a rate (Wilson 1927, J. Am. Stat. Assoc. 22, 209).
pub fn wilson(successes: usize, n: usize) -> [f64; 2] {
    if n == 0 {
        return [0.0, 1.0];
    }
    let (n, z_sq) = (n as f64, Z_95 * Z_95);
    let p = successes as f64 / n;
    let middle = p + z_sq / (2.0 * n);
    let half = Z_95 * (p * (1.0 - p) / n + z_sq / (4.0 * n * n)).sqrt();
    [middle - half, middle + half].map(|x| (x / (1.0 + z_sq / n)).clamp(0.0, 1.0))
}

/// Predicted and found success, by bands of the prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Calibration {
    /// Lower and upper limit of the prediction.
    pub band: [f64; 2],
    /// Trials whose prediction lies there.
    pub trials: usize,
    /// Their mean prediction.
    pub predicted: f64,
    /// Those that were solved.
    pub solved: usize,
}

/// Limits of the bands.
const BANDS: [f64; 6] = [0.0, 0.1, 0.3, 0.7, 0.9, 1.0];

/// The prediction for one kind of structure (0: one B, 1: B spread) against what happened.
pub fn calibration(outcomes: &[&Outcome], kind: usize) -> Vec<Calibration> {
    BANDS
        .windows(2)
        .map(|band| {
            let last = band[1] >= 1.0;
            let here: Vec<&&Outcome> = outcomes
                .iter()
                .filter(|o| o.predicted[kind] >= band[0] && (o.predicted[kind] < band[1] || last))
                .collect();
            let n = here.len().max(1) as f64;
            Calibration {
                band: [band[0], band[1]],
                trials: here.len(),
                predicted: here.iter().map(|o| o.predicted[kind]).sum::<f64>() / n,
                solved: here.iter().filter(|o| o.solved()).count(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_wilsons() {
        // 8 of 10: 0.490 to 0.943 (tables).
        let [low, high] = wilson(8, 10);
        assert!((low - 0.490).abs() < 1e-3 && (high - 0.943).abs() < 1e-3, "{low} {high}");
        assert_eq!(wilson(0, 0), [0.0, 1.0]);
        assert_eq!(wilson(0, 20)[0], 0.0);
    }

    #[test]
    fn every_prediction_falls_into_one_band() {
        let outcome = |predicted: f64, cc: f64| Outcome {
            condition: 0,
            draw: 1,
            cc,
            cycles: 10,
            kappa: 0.0,
            r_weak: 0.0,
            s0: 1.0,
            predicted: [predicted, 1.0],
            merit: Merit::default(),
        };
        let all = [outcome(0.0, 0.1), outcome(0.1, 0.9), outcome(1.0, 0.9), outcome(0.95, 0.2)];
        let bands = calibration(&all.iter().collect::<Vec<_>>(), 0);
        assert_eq!(bands.iter().map(|b| b.trials).collect::<Vec<_>>(), [1, 1, 0, 0, 2]);
        assert_eq!(calibration(&all.iter().collect::<Vec<_>>(), 1)[4].trials, 4);
        assert_eq!(bands.iter().map(|b| b.solved).sum::<usize>(), 2);
    }
}
