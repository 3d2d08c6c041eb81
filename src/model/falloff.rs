//! The size of the cell by how scattering falls off with angle.
//!
//! An atom has a size of its own: f(s) of an element is known in Å, whatever the cell. Where all edges are too long by one factor, s = sin θ/λ comes out too
//! small by it, and f falls off too fast; displacements make up for a Gaussian part of that and for no more. So coordinates are kept, displacements and
//! scale are fitted anew with s times a factor, and the factor at which the amplitudes are met best is that by which distances are too long. That needs
//! no chemistry: it speaks where bonds of known length are few.

use super::Model;
use super::atom::Atom;
use super::given::Given;
use super::measurements::{Measurement, Measurements};
use super::refinement::U_RANGE;
use super::scale::EIGHT_PI_SQ;
use crate::crystal::{Curve, Radiation, Site, SymOp};
use nalgebra::{DMatrix, DVector};
use rustfft::num_complex::Complex64;
use std::f64::consts::TAU;

/// What is left out at low angles, as s = sin θ/λ in Å⁻¹: there hydrogen, which the model lacks, scatters (6 % of its electron at 0.45), and bonds do. Both are asked and
/// have to agree: without the second one two of 36 measured crystals with right cells look 1.10 to 1.15 times too small by what is left of that.
const LEAST_S: [f64; 2] = [0.30, 0.35];
/// Factors that are tried, as steps of ln; where the best is the first or last of three the next one is tried as well, …
const STEP: f64 = 0.06;
/// … so many steps away at most.
const REACH: i32 = 5;
/// Cycles for displacements and scale at most: five to six settle most, atoms that scatter alike in few reflections take more (tausonite with 28 reflections, after
/// six: a factor of 1.17; in the end 1.03) …
const CYCLES: usize = 40;
/// … and a cycle that lowers the misfit by less than this share is the last.
const SETTLED: f64 = 1e-4;
/// Reflections that are looked at, evenly over all angles.
const MOST: usize = 2000;
/// Reflections for each parameter at least.
const PER_PARAMETER: usize = 3;
/// Atoms at most: larger models have bonds that tell more, and every atom costs a column.
const MOST_ATOMS: usize = 64;
/// Uncertainty of an amplitude beside that of its measurement: this share of it, and of the mean one. What an isotropic model lacks is mostly more than errors of
/// measurement.
const SHARES: [f64; 2] = [0.02, 0.03];
/// Largest change of U in a cycle: as a share of it, and in Å2.
const LARGEST_CHANGE: [f64; 2] = [0.5, 0.002];
/// Share added to the diagonal of the normal matrix.
const DAMPING: f64 = 1e-3;

/// What scattering says of the size of the cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Falloff {
    /// The factor by which distances are too long, in all directions alike.
    pub factor: f64,
    /// ln of the sum of squared misfits in the cell as it is over that in the cell divided by the factor.
    pub gain: f64,
    /// Reflections that it rests on.
    pub reflections: usize,
}

impl Falloff {
    /// Of the atoms of a model of X-ray data. `None` for other radiation (electrons scattered twice fall off otherwise, neutrons do not), for twins and large
    /// models, with too few reflections, and where the two limits at low angles do not say the same.
    pub fn new(given: &Given, model: &Model) -> Option<Self> {
        let atom = |site: &Site| Some(Atom::new(given.cell, given.group, site.element?, site.xyz, site.u_iso));
        let atoms: Vec<Atom> = model.sites[..model.atoms].iter().filter_map(atom).collect();
        Self::of_atoms(given, &atoms)
    }

    fn of_atoms(given: &Given, atoms: &[Atom]) -> Option<Self> {
        let asked = given.table.radiation() == Radiation::Xray && !given.is_twin();
        if !asked || atoms.is_empty() || atoms.len() > MOST_ATOMS {
            return None;
        }
        let all = Measurements::new(given);
        let of = |least: f64| Fit::new(given, atoms, &all, least).and_then(|fit| Some((fit.best()?, fit.list.len())));
        let [first, second] = LEAST_S.map(of);
        let ((first, _), (second, reflections)) = (first?, second?);
        let agree = first.0 * second.0 > 0.0;
        let factor = (0.5 * (first.0 + second.0)).exp();
        agree.then(|| Self { factor, gain: first.1.min(second.1), reflections })
    }
}

/// Amplitudes of some reflections, with what the geometry of the atoms makes of them.
struct Fit<'a> {
    /// Scattering factor of each atom.
    curves: Vec<Option<Curve>>,
    atoms: &'a [Atom],
    list: Vec<Measurement>,
    /// Reflection by reflection, Σ exp(2πi h·x) over the images of each atom, times its occupancy.
    waves: Vec<Complex64>,
    weights: Vec<f64>,
}

impl<'a> Fit<'a> {
    fn new(given: &Given, atoms: &'a [Atom], all: &Measurements, least: f64) -> Option<Self> {
        let beyond = all.list.iter().filter(|m| m.observed && m.stol_sq > least * least);
        let beyond: Vec<Measurement> = beyond.copied().collect();
        let step = beyond.len().div_ceil(MOST).max(1);
        let list: Vec<Measurement> = beyond.into_iter().step_by(step).collect();
        if list.len() < PER_PARAMETER * (atoms.len() + 1) {
            return None;
        }
        let mean = list.iter().map(|m| m.f).sum::<f64>() / list.len() as f64;
        let weight = |m: &Measurement| {
            let lacks = (SHARES[0] * m.f).powi(2) + (SHARES[1] * mean).powi(2);
            (lacks + m.sigma.powi(2)).recip()
        };
        let operations = given.group.operations();
        let wave = |m: &Measurement, atom: &Atom| -> Complex64 {
            let hkl = m.hkls[0].unwrap_or_default().map(f64::from);
            let turned = |op: &SymOp| {
                let x = op.apply(atom.xyz);
                Complex64::from_polar(atom.sof, TAU * (0..3).map(|i| hkl[i] * x[i]).sum::<f64>())
            };
            operations.iter().map(turned).sum()
        };
        let waves = list.iter().flat_map(|m| atoms.iter().map(move |atom| (m, atom))).map(|(m, atom)| wave(m, atom));
        let waves = waves.collect();
        let weights = list.iter().map(weight).collect();
        let curves = atoms.iter().map(|atom| given.table.curve(atom.z)).collect();
        Some(Self { curves, atoms, waves, weights, list })
    }

    /// ln of the factor that meets the amplitudes best, and the gain in ln of the misfit.
    fn best(&self) -> Option<(f64, f64)> {
        let at = |step: i32| self.misfit(f64::from(step) * STEP).ln();
        let mut near = [at(-1), at(0), at(1)];
        let flat = near[1];
        let mut centre: i32 = 0;
        while centre.abs() < REACH && (near[0] < near[1] || near[2] < near[1]) {
            let [below, here, above] = near;
            if below < above {
                centre -= 1;
                near = [at(centre - 1), below, here];
            } else {
                centre += 1;
                near = [here, above, at(centre + 1)];
            }
        }
        let [below, here, above] = near;
        let curvature = below - 2.0 * here + above;
        // The vertex of the parabola through the three.
        let shift = if curvature > 0.0 { (0.5 * (below - above) / curvature).clamp(-1.0, 1.0) } else { 0.0 };
        let lowest = here - 0.25 * (below - above) * shift;
        let out = ((f64::from(centre) + shift) * STEP, flat - lowest.min(flat));
        (out.0.is_finite() && out.1.is_finite()).then_some(out)
    }

    /// Σ w (|Fo| − k|Fc|)² with displacements and k fitted while s is exp `ln` times what the cell says.
    fn misfit(&self, ln: f64) -> f64 {
        let (atoms, stretch) = (self.atoms.len(), (2.0 * ln).exp());
        let factor = |m: &Measurement, curve: &Option<Curve>| curve.map_or(0.0, |curve| curve.at(stretch * m.stol_sq));
        let parts = self.list.iter().flat_map(|m| self.curves.iter().map(move |curve| factor(m, curve)));
        let parts: Vec<Complex64> = parts.zip(&self.waves).map(|(f, wave)| wave * f).collect();
        let mut us: Vec<f64> = self.atoms.iter().map(|a| a.u / stretch).collect();
        let off = |(scale, fc): &(f64, Vec<Complex64>)| -> f64 {
            let off = |((m, fc), w): ((&Measurement, &Complex64), &f64)| w * (m.f - scale * fc.norm()).powi(2);
            self.list.iter().zip(fc).zip(&self.weights).map(off).sum()
        };
        let mut before = f64::INFINITY;
        for _ in 0..CYCLES {
            let now = self.calculated(&parts, &us, stretch);
            let misfit = off(&now);
            if (before - misfit).abs() < SETTLED * misfit {
                return misfit;
            }
            before = misfit;
            let (scale, fc) = now;
            let mut matrix = DMatrix::<f64>::zeros(atoms + 1, atoms + 1);
            let mut right = DVector::<f64>::zeros(atoms + 1);
            let mut row = vec![0.0; atoms + 1];
            for (n, (m, weight)) in self.list.iter().zip(&self.weights).enumerate() {
                let s_sq = stretch * m.stol_sq;
                let size = fc[n].norm().max(f64::MIN_POSITIVE);
                let along = fc[n].conj() / size;
                for (j, u) in us.iter().enumerate() {
                    let part = parts[n * atoms + j] * (-EIGHT_PI_SQ * u * s_sq).exp();
                    row[j] = -scale * EIGHT_PI_SQ * s_sq * (part * along).re;
                }
                row[atoms] = size;
                let misfit = m.f - scale * size;
                for (p, of_p) in row.iter().enumerate() {
                    right[p] += weight * of_p * misfit;
                    for (q, of_q) in row[..=p].iter().enumerate() {
                        matrix[(p, q)] += weight * of_p * of_q;
                    }
                }
            }
            for p in 0..=atoms {
                matrix[(p, p)] *= 1.0 + DAMPING;
            }
            let Some(solver) = matrix.cholesky() else { break };
            let step = solver.solve(&right);
            for (u, change) in us.iter_mut().zip(step.iter()) {
                let most = LARGEST_CHANGE[0] * *u + LARGEST_CHANGE[1];
                *u = (*u + change.clamp(-most, most)).clamp(0.1 * U_RANGE[0], U_RANGE[1]);
            }
        }
        off(&self.calculated(&parts, &us, stretch))
    }

    /// k and Fc with these displacements.
    fn calculated(&self, parts: &[Complex64], us: &[f64], stretch: f64) -> (f64, Vec<Complex64>) {
        let of = |(m, parts): (&Measurement, &[Complex64])| -> Complex64 {
            let damped = |(part, u): (&Complex64, &f64)| part * (-EIGHT_PI_SQ * u * stretch * m.stol_sq).exp();
            parts.iter().zip(us).map(damped).sum()
        };
        let fc: Vec<Complex64> = self.list.iter().zip(parts.chunks(us.len())).map(of).collect();
        let (mut cross, mut own) = (0.0, 0.0);
        for ((m, fc), w) in self.list.iter().zip(&fc).zip(&self.weights) {
            cross += w * m.f * fc.norm();
            own += w * fc.norm_sqr();
        }
        (if own > 0.0 { cross / own } else { 1.0 }, fc)
    }
}

#[cfg(test)]
mod tests {
    use super::super::simulated::amide;
    use super::*;
    use crate::crystal::Cell;

    #[test]
    fn a_cell_too_large_or_too_small_in_all_directions_shows_in_the_fall_of_scattering() {
        let truth = amide(true, &[]);
        let own = Falloff::of_atoms(&truth.given(), &truth.atoms);
        assert!(own.is_none_or(|own| own.factor.ln().abs() < 0.02 && own.gain < 0.01), "{own:?}");
        for factor in [0.9, 1.08, 1.15] {
            let cell = Cell::new(truth.cell.lengths.map(|edge| edge * factor), truth.cell.angles).unwrap();
            let atoms: Vec<Atom> = truth.atoms.iter().map(|a| Atom { u: a.u * factor * factor, ..a.clone() }).collect();
            let given = Given { cell: &cell, ..truth.given() };
            let found = Falloff::of_atoms(&given, &atoms).unwrap();
            assert!((found.factor / factor - 1.0).abs() < 0.02 && found.gain > 0.1, "{factor}: {found:?}");
        }
    }
}
