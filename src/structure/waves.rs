//! Sums of plane waves over an origin shift, and the shifts where they are largest.
//!
//! Both questions of this folder that ask for an unknown origin (does one phase set agree with another, where
//! do the symmetry elements stand) maximise V(s) = Σ Re(c_g exp(2πi g·s)), once for each hand. One transform
//! gives V on a grid for both hands; indices beyond the grid alias onto it, which is exact at its points. The
//! best few maxima are then climbed with Newton steps.

use super::Hand;
use crate::crystal::{Cell, Hkl};
use crate::fourier::{Fourier3, smooth_at_least};
use nalgebra::{Matrix3, Vector3};
use rayon::prelude::*;
use rustfft::num_complex::{Complex32, Complex64};
use std::f64::consts::TAU;

/// Grid maxima looked at before giving up on finding further distinct ones.
const MAX_SCANNED: usize = 20_000;
/// Fewest grid points along an axis on which the sum varies.
const MIN_POINTS: usize = 4;
/// Newton steps from a grid maximum; it takes 3–5 to settle.
const MAX_STEPS: usize = 15;
/// A step shorter than this, in Å, ends the climb.
const SETTLED: f64 = 1e-4;
/// A direction whose curvature is below this part of the largest is free (a polar axis): no step along it.
const FREE_CURVATURE: f64 = 1e-7;
/// Halvings of a step that leads downhill.
const MAX_HALVINGS: usize = 6;

/// One wave: its index and its complex coefficient for each hand.
#[derive(Debug, Clone, Copy)]
pub struct Wave {
    /// Index g of the wave.
    pub index: Hkl,
    /// Coefficients for `Hand::Same` and `Hand::Inverted`.
    pub coefficient: [Complex64; 2],
}

/// A shift where the sum is large.
#[derive(Debug, Clone, Copy)]
pub struct Maximum {
    /// Hand it belongs to.
    pub hand: Hand,
    /// Fractional shift.
    pub shift: [f64; 3],
    /// Value of the sum.
    pub value: f64,
}

/// Waves that are summed over a shift.
pub struct WaveSum {
    waves: Vec<Wave>,
    /// Lowest and highest index along each axis, or 0.
    reach: [[i32; 2]; 3],
}

impl WaveSum {
    /// Collects the waves, those of one index or opposite ones as one: of the many operations of a cubic group each ties
    /// together reflections that differ in what it leaves alone.
    pub fn new(mut waves: Vec<Wave>) -> Self {
        for wave in &mut waves {
            if wave.index < [0; 3] {
                // Re(c exp(2πi g·s)) is Re(c* exp(−2πi g·s)).
                wave.index = wave.index.map(|x| -x);
                wave.coefficient = wave.coefficient.map(|c| c.conj());
            }
        }
        // Stable, so that sums are rounded alike in every run.
        waves.sort_by_key(|wave| wave.index);
        waves.dedup_by(|next, kept| {
            let same = next.index == kept.index;
            if same {
                kept.coefficient = std::array::from_fn(|hand| kept.coefficient[hand] + next.coefficient[hand]);
            }
            same
        });
        let reach = std::array::from_fn(|axis| {
            let indices = waves.iter().map(|wave| wave.index[axis]);
            indices.fold([0; 2], |[low, high], k| [low.min(k), high.max(k)])
        });
        Self { waves, reach }
    }

    /// The best `count` grid maxima of each hand, best first, no two of them `same` and none lower than the part `least` of the first. `spacing` is
    /// the grid step in Å.
    pub fn maxima(
        &self,
        cell: &Cell,
        spacing: f64,
        (count, least): (usize, f64),
        same: impl Fn([f64; 3], [f64; 3]) -> bool,
    ) -> Vec<Maximum> {
        let dims: [usize; 3] = std::array::from_fn(|axis| {
            if self.waves.iter().all(|w| w.index[axis] == 0) {
                1
            } else {
                smooth_at_least(((cell.lengths[axis] / spacing).ceil() as usize).max(MIN_POINTS))
            }
        });
        let plan = Fourier3::<f32>::new(dims);
        let mut grid = vec![Complex32::new(0.0, 0.0); plan.len()];
        for wave in &self.waves {
            let [plus, minus] = wave.coefficient;
            // Hermitian parts: the real part of the transform is the sum of one hand, the imaginary part of the other.
            for (index, p, m) in [(wave.index, plus, minus), (wave.index.map(|x| -x), plus.conj(), minus.conj())] {
                let packed = 0.5 * (p + Complex64::i() * m);
                grid[plan.index(index)] += Complex32::new(packed.re as f32, packed.im as f32);
            }
        }
        plan.inverse(&mut grid);
        let mut found = Vec::new();
        for hand in Hand::BOTH {
            let values: Vec<f32> = grid.iter().map(|c| if hand == Hand::Same { c.re } else { c.im }).collect();
            let mut kept: Vec<Maximum> = Vec::new();
            let all = local_maxima(&values, dims);
            let low = least * all.first().map_or(0.0, |(_, value)| f64::from(*value));
            let high = all.into_iter().take(MAX_SCANNED).take_while(|(_, value)| f64::from(*value) >= low);
            for (point, value) in high {
                let shift = std::array::from_fn(|axis| point[axis] as f64 / dims[axis] as f64);
                if kept.iter().all(|other| !same(shift, other.shift)) {
                    kept.push(Maximum { hand, shift, value: f64::from(value) });
                    if kept.len() == count {
                        break;
                    }
                }
            }
            found.extend(kept);
        }
        found
    }

    /// Follows the sum uphill from a maximum; steps are at most `reach` Å long.
    pub fn climb(&self, cell: &Cell, from: Maximum, reach: f64) -> Maximum {
        let hand = from.hand;
        let mut shift = from.shift;
        let (mut value, mut gradient, mut hessian) = self.derivatives(cell, hand, shift);
        for _ in 0..MAX_STEPS {
            let mut step = newton_step(&gradient, hessian);
            let length = step.norm();
            if length > reach {
                step *= reach / length;
            }
            let mut moved = false;
            for _ in 0..MAX_HALVINGS {
                let next = std::array::from_fn(|i| shift[i] + step[i] / cell.lengths[i]);
                let trial = self.derivatives(cell, hand, next);
                if trial.0 >= value {
                    shift = next;
                    (value, gradient, hessian) = trial;
                    moved = true;
                    break;
                }
                step *= 0.5;
            }
            if !moved || step.norm() < SETTLED {
                break;
            }
        }
        Maximum { hand, shift, value }
    }

    /// Value, gradient and second derivatives with respect to a shift in Å along the axes.
    fn derivatives(&self, cell: &Cell, hand: Hand, shift: [f64; 3]) -> (f64, Vector3<f64>, Matrix3<f64>) {
        let mut value = 0.0;
        let mut g = [0.0; 3];
        let mut m = [0.0; 6];
        // Products of the turns along the axes: a sine for each wave and shift took a quarter of a run in a cubic group.
        let [x, y, z] = std::array::from_fn(|axis| AxisTurns::new(self.reach[axis], shift[axis]));
        for wave in &self.waves {
            let k = wave.index.map(f64::from);
            let turn = x.by(wave.index[0]) * y.by(wave.index[1]) * z.by(wave.index[2]);
            let Complex64 { re, im } = wave.coefficient[hand as usize] * turn;
            value += re;
            for i in 0..3 {
                g[i] -= im * k[i];
                m[i] -= re * k[i] * k[i];
            }
            m[3] -= re * k[1] * k[2];
            m[4] -= re * k[0] * k[2];
            m[5] -= re * k[0] * k[1];
        }
        let scale = cell.lengths.map(|x| TAU / x);
        let gradient = Vector3::from_fn(|i, _| g[i] * scale[i]);
        let full = Matrix3::new(m[0], m[5], m[4], m[5], m[1], m[3], m[4], m[3], m[2]);
        (value, gradient, Matrix3::from_fn(|i, j| full[(i, j)] * scale[i] * scale[j]))
    }
}

/// exp(2πi k x) of all indices k of one axis.
struct AxisTurns {
    lowest: i32,
    values: Vec<Complex64>,
}

impl AxisTurns {
    /// For the indices between two, at the fraction x of an axis.
    fn new([lowest, highest]: [i32; 2], x: f64) -> Self {
        let value = |k: i32| {
            let turns = f64::from(k) * x;
            Complex64::cis(TAU * (turns - turns.round()))
        };
        Self { lowest, values: (lowest..=highest).map(value).collect() }
    }

    fn by(&self, k: i32) -> Complex64 {
        self.values[(k - self.lowest) as usize]
    }
}

/// Newton step that climbs along every curved direction and stays put along free ones.
fn newton_step(gradient: &Vector3<f64>, hessian: Matrix3<f64>) -> Vector3<f64> {
    let eigen = hessian.symmetric_eigen();
    let largest = eigen.eigenvalues.iter().fold(0.0f64, |a, &b| a.max(b.abs()));
    let mut step = Vector3::zeros();
    for (i, &curvature) in eigen.eigenvalues.iter().enumerate() {
        if curvature.abs() > FREE_CURVATURE * largest {
            let axis = eigen.eigenvectors.column(i);
            step += axis * (axis.dot(gradient) / curvature.abs());
        }
    }
    step
}

/// Points of a periodic grid that no neighbour along an axis exceeds, highest first, ties in grid order.
fn local_maxima(values: &[f32], dims: [usize; 3]) -> Vec<([usize; 3], f32)> {
    let [nx, ny, nz] = dims;
    let at = |x: usize, y: usize, z: usize| values[(x * ny + y) * nz + z];
    let in_plane = |x: usize| {
        let mut found = Vec::new();
        for y in 0..ny {
            for z in 0..nz {
                let v = at(x, y, z);
                let top = v > 0.0
                    && v >= at(x, y, (z + 1) % nz)
                    && v >= at(x, y, (z + nz - 1) % nz)
                    && v >= at(x, (y + 1) % ny, z)
                    && v >= at(x, (y + ny - 1) % ny, z)
                    && v >= at((x + 1) % nx, y, z)
                    && v >= at((x + nx - 1) % nx, y, z);
                if top {
                    found.push(([x, y, z], v));
                }
            }
        }
        found
    };
    let mut found: Vec<([usize; 3], f32)> = (0..nx).into_par_iter().flat_map_iter(in_plane).collect();
    found.par_sort_by(|a, b| b.1.total_cmp(&a.1));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_crest_of_many_waves_is_found_for_each_hand() {
        let cell = Cell::new([9.0, 11.0, 13.0], [80.0, 95.0, 105.0]).unwrap();
        let crests = [[0.123, 0.456, 0.789], [0.61, 0.07, 0.33]];
        let mut waves = Vec::new();
        for h in -5..=5 {
            for k in -6..=6 {
                for l in 1..=7 {
                    let index = [h, k, l];
                    let coefficient = crests.map(|x| {
                        let turns: f64 = (0..3).map(|i| f64::from(index[i]) * x[i]).sum();
                        Complex64::from_polar(1.0, -TAU * turns)
                    });
                    waves.push(Wave { index, coefficient });
                }
            }
        }
        let sum = WaveSum::new(waves);
        let apart = |a, b| cell.distance_mod_lattice(a, b) < 1.0;
        let maxima = sum.maxima(&cell, 0.6, (2, 0.0), apart);
        assert_eq!([maxima.len(), sum.maxima(&cell, 0.6, (2, 1.0), apart).len()], [4, 2]);
        for hand in Hand::BOTH {
            let first = maxima.iter().find(|m| m.hand == hand).unwrap();
            let top = sum.climb(&cell, *first, 0.3);
            assert!(cell.distance_mod_lattice(top.shift, crests[hand as usize]) < 1e-4);
            assert!((top.value - sum.waves.len() as f64).abs() < 1e-3);
            // Away from the crest too, the sum is what it says.
            let shift = [0.731, -0.218, 1.942];
            let term = |w: &Wave| {
                let turns: f64 = (0..3).map(|i| f64::from(w.index[i]) * shift[i]).sum();
                (w.coefficient[hand as usize] * Complex64::cis(TAU * turns)).re
            };
            let direct: f64 = sum.waves.iter().map(term).sum();
            assert!((sum.derivatives(&cell, hand, shift).0 - direct).abs() < 1e-9 * sum.waves.len() as f64);
        }
    }
}
