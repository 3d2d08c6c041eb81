//! Figures of merit in plain f64.

use super::reference::{Reference, to64};
use num_complex::{Complex32, Complex64};
use seedflip::engine::Problem;

/// R_weak, E-kurtosis and tan_cos of phases, in f64: the strong are the 30 % of largest E, the weak the fifth of smallest.
pub fn merits_in_f64(problem: &Problem, phases: &[Complex32]) -> [f64; 3] {
    let (reference, e, phases) = (Reference::new(problem), problem.e(), to64(phases));
    let (strong, weak) = (problem.e_quantile(0.7), problem.e_quantile(0.2));
    let coefficients = |from: f32| -> Vec<Complex64> {
        e.iter()
            .zip(&phases)
            .map(|(&e, p)| if e >= from.max(0.0) { p * f64::from(e) } else { Complex64::default() })
            .collect()
    };
    let map = |coefficients: &[Complex64]| {
        let sigma = (2.0 * coefficients.iter().map(Complex64::norm_sqr).sum::<f64>()).sqrt();
        reference.map(coefficients, 0.0).into_iter().map(|rho| rho / sigma).collect::<Vec<f64>>()
    };
    let squared: Vec<f64> = map(&coefficients(strong)).into_iter().map(|u| u * u).collect();
    let (second, fourth) = (squared.iter().sum::<f64>(), squared.iter().map(|s| s * s).sum::<f64>());
    let (mut agreement, mut weight) = (0.0, 0.0);
    for ((t, p), &e) in reference.coefficients(&squared).iter().zip(&phases).zip(e).filter(|(_, e)| **e >= strong) {
        agreement += f64::from(e) * (t * p.conj()).re;
        weight += f64::from(e) * t.norm();
    }
    let cut: Vec<f64> = map(&coefficients(0.0)).into_iter().map(|u| if u < 1.0 { 0.0 } else { u }).collect();
    let power = |most: f32| {
        let powers = reference.coefficients(&cut).into_iter().zip(e).filter(|(_, e)| **e >= 0.0 && **e < most);
        let (sum, count) = powers.fold((0.0, 0), |(sum, count), (g, _)| (sum + g.norm_sqr(), count + 1));
        sum / f64::from(count)
    };
    [power(weak) / power(f32::MAX), squared.len() as f64 * fourth / (second * second), agreement / weight]
}
