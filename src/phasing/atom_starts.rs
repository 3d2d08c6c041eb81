//! First phases from one atom and its symmetry mates.

use super::{AtomList, GriddedSphere, Sphere};
use crate::crystal::Hkl;
use crate::engine::{Problem, Seeds};
use crate::seed::sim;
use num_complex::Complex32;
use std::f64::consts::TAU;
use std::sync::Arc;

/// Share of the scattering that the atom is weighted as if it had (Sim 1959, Acta Cryst. 12, 813). A sulphur of a protein has 0.4 %; by that
/// the start would be as good as nothing (frontier notes §1: with this share 4 of 60 places of toxin II solve it).
const SHARE: f64 = 0.05;

/// Makes the starts of one grid's trials.
pub struct AtomStarts<'a> {
    list: &'a AtomList,
    members: Vec<(Hkl, (usize, bool))>,
}

impl<'a> AtomStarts<'a> {
    /// For the trials on one grid.
    pub fn new(list: &'a AtomList, sphere: &Sphere, gridded: &GriddedSphere) -> Self {
        Self { list, members: sphere.places(gridded).collect() }
    }

    /// Expected means of exp(iφ), on the grid of `problem`, with an atom at the place of this number in the list; `None` beyond its end.
    pub fn seeds(&self, problem: &Problem, number: usize) -> Option<Arc<Seeds>> {
        let x = *self.list.places.get(number)?;
        let mates: Vec<[f64; 3]> = self.list.group.primitive_operations().iter().map(|op| op.apply(x)).collect();
        let amplitude = |hkl: Hkl| -> Complex32 {
            let wave = |at: &[f64; 3]| {
                let turns: f64 = (0..3).map(|i| f64::from(hkl[i]) * at[i]).sum();
                Complex32::from_polar(1.0, ((turns - turns.floor()) * TAU) as f32)
            };
            mates.iter().map(wave).sum()
        };
        let e = problem.e();
        let measured = self.members.iter().filter(|(_, (entry, _))| e[*entry] > 0.0);
        let waves: Vec<(usize, Complex32)> = measured
            .map(|&(hkl, (entry, conjugate))| {
                let f = amplitude(hkl);
                (entry, if conjugate { f.conj() } else { f })
            })
            .collect();
        let mean_sq = waves.iter().map(|(_, f)| f64::from(f.norm_sqr())).sum::<f64>() / waves.len().max(1) as f64;
        let slope = sim::slope(SHARE) / mean_sq.max(f64::MIN_POSITIVE).sqrt();
        let means = waves.into_iter().filter(|(_, f)| f.norm_sqr() > 0.0).map(|(entry, f)| {
            let size = f.norm();
            (entry, f * (sim::weight(slope * f64::from(e[entry] * size)) as f32 / size))
        });
        Some(Arc::new(Seeds::new(problem, means)))
    }
}
