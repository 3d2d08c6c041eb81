//! Factors for electrons as SHELX takes them: four Gaussians and a constant on a `SFAC` card.

use super::electron;
use crate::crystal::elements::SFAC_COEFFICIENTS;
use crate::crystal::properties::{covalent_radius, weight};
use nalgebra::{DMatrix, DVector, Vector4, Vector5};

/// sin θ/λ in Å⁻¹ up to which the card is fitted: 0.33 Å, more than any crystal gives …
const FINEST: f64 = 1.5;
/// … at so many points, evenly.
const POINTS: usize = 76;
/// Steps at most; about fifteen are needed.
const STEPS: usize = 60;
/// Step of ln b by which derivatives are taken.
const NUDGE: f64 = 1e-5;
/// No step changes ln b by more.
const LARGEST_STEP: f64 = 0.5;
/// Damping to begin with, its factor after a good and after a bad step, and where it is given up (Levenberg & Marquardt).
const DAMPING: f64 = 1e-3;
const EASED: f64 = 0.2;
const TIGHTENED: f64 = 5.0;
const HOPELESS: f64 = 1e8;
/// Smallest singular value that counts.
const SINGULAR: f64 = 1e-12;
/// Decimals of numbers on the card.
const DECIMALS: f64 = 1e4;

/// a1 b1 … a4 b4 c f′ f″ μ r mass for electrons, a and c in Å, fitted to the five Gaussians of the table within 1.5 %,
/// organic elements within 0.5 %; `None` outside H–Cf. f′, f″ and μ are 0.
pub fn electron_card(z: u8) -> Option<[f64; SFAC_COEFFICIENTS]> {
    electron(z, 0.0)?;
    let s_sq: Vec<f64> = (0..POINTS).map(|i| (FINEST * i as f64 / (POINTS - 1) as f64).powi(2)).collect();
    let factors = s_sq.iter().map(|&s| electron(z, s)).collect::<Option<Vec<f64>>>()?;
    let mut fit = Fit { s_sq, factors };
    // The sharpest Gaussian of the table is what becomes the constant.
    let mut widths = super::electron::ELECTRON.get(super::place(z))?.b;
    widths.sort_by(f64::total_cmp);
    let (logs, amplitudes) = fit.best(Vector4::from_fn(|i, _| widths[i + 1].ln()));
    let round = |x: f64| (x * DECIMALS).round() / DECIMALS;
    let mut card = [0.0; SFAC_COEFFICIENTS];
    for i in 0..4 {
        card[2 * i] = round(amplitudes[i]);
        card[2 * i + 1] = round(logs[i].exp());
    }
    card[8] = round(amplitudes[4]);
    card[12] = covalent_radius(z);
    card[13] = weight(z)?;
    Some(card)
}

/// A curve to be met by four Gaussians and a constant, in relative deviations.
struct Fit {
    s_sq: Vec<f64>,
    factors: Vec<f64>,
}

impl Fit {
    /// For given ln b: amplitudes and constant by linear least squares, and what is left.
    fn linear(&self, logs: &Vector4<f64>) -> (Vector5<f64>, DVector<f64>) {
        let matrix = DMatrix::from_fn(self.s_sq.len(), 5, |row, column| {
            let wave = if column < 4 { (-logs[column].exp() * self.s_sq[row]).exp() } else { 1.0 };
            wave / self.factors[row]
        });
        let ones = DVector::from_element(self.s_sq.len(), 1.0);
        let found = matrix.clone().svd(true, true).solve(&ones, SINGULAR);
        let x = found.map_or_else(|_| Vector5::zeros(), |x| Vector5::from_fn(|i, _| x[i]));
        let left = matrix * DVector::from_column_slice(x.as_slice()) - ones;
        (x, left)
    }

    /// ln b by damped least squares, the amplitudes always the best for them.
    fn best(&mut self, start: Vector4<f64>) -> (Vector4<f64>, Vector5<f64>) {
        let mut logs = start;
        let (mut amplitudes, mut left) = self.linear(&logs);
        let mut damping = DAMPING;
        for _ in 0..STEPS {
            let mut jacobian = DMatrix::zeros(left.len(), 4);
            for column in 0..4 {
                let mut nudged = logs;
                nudged[column] += NUDGE;
                jacobian.set_column(column, &((self.linear(&nudged).1 - &left) / NUDGE));
            }
            let mut normal = jacobian.transpose() * &jacobian;
            for i in 0..4 {
                normal[(i, i)] += damping * normal[(i, i)] + SINGULAR;
            }
            let Some(step) = normal.lu().solve(&(-(jacobian.transpose() * &left))) else { break };
            let next = logs + Vector4::from_fn(|i, _| step[i].clamp(-LARGEST_STEP, LARGEST_STEP));
            let (better, rest) = self.linear(&next);
            if rest.norm_squared() < left.norm_squared() {
                (logs, amplitudes, left) = (next, better, rest);
                damping *= EASED;
            } else {
                damping *= TIGHTENED;
            }
            if damping > HOPELESS {
                break;
            }
        }
        (logs, amplitudes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_the_table() {
        for z in 1..=98 {
            let c = electron_card(z).unwrap();
            let worst = (0..=150)
                .map(|i| (f64::from(i) * 0.01).powi(2))
                .map(|s| {
                    let f = c[..8].chunks_exact(2).map(|ab| ab[0] * (-ab[1] * s).exp()).sum::<f64>() + c[8];
                    (f / electron(z, s).unwrap() - 1.0).abs()
                })
                .fold(0.0, f64::max);
            let allowed = if [1, 6, 7, 8, 15, 16, 17].contains(&z) { 0.005 } else { 0.016 };
            assert!(worst < allowed, "Z = {z}: {worst:.4} {c:?}");
            assert!(c[9..12] == [0.0; 3] && c[12] > 0.2 && c[13] > 1.0, "{c:?}");
        }
        assert!(electron_card(99).is_none());
    }
}
