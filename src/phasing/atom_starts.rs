//! First phases from one atom, or a few, and their symmetry mates.

use super::{AtomList, GriddedSphere, Sphere};
use crate::crystal::miller::hash_key;
use crate::crystal::{Cell, Hkl};
use crate::engine::{Problem, Seeds};
use crate::seed::sim;
use crate::twins::random::{trial_hash, unit_interval};
use num_complex::Complex32;
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// Share of the scattering that the atoms are weighted as if they had (Sim 1959, Acta Cryst. 12, 813). A sulphur of a
/// protein has 0.4 %; by that the start would be as good as nothing (frontier notes §1: with this share 4 of 60 places
/// of toxin II solve it).
const SHARE: f64 = 0.05;
/// What places are expected to be off by, Å: fine details of a start are believed as much less (Luzzati 1952, Acta
/// Cryst. 5, 802). Of true single sulphurs of lysozyme 4AXT 4 of 10 solve it, 3 without this; with 0.3 Å 4, but not the
/// place of its list that does with 0.2 (one structure).
const ERROR: f64 = 0.2;

/// Share of the reflections that a start which is held says nothing of. While it is held its reflections are no evidence
/// for the field, whose power in each shell is then that of the others; where all are held it is unknown. Of true single
/// sulphurs of lysozyme 4AXT 4 of 10 solve it with this, none without, and 4 where 98 extinct reflections were all that
/// was left; of those of five simulated cells of about 1000 independent atoms 53 of 63, and 41 (benches/results,
/// 2026-11-27).
const FREE: f32 = 0.05;
/// Keeps the draw of these apart from others.
const FREE_KEY: u32 = 0xFFFF_0006;

/// Makes the starts of one grid's trials.
pub struct AtomStarts {
    list: AtomList,
    /// Index, entry and whether it is of the other half, trust in its phase.
    members: Vec<(Hkl, (usize, bool), f64)>,
}

impl AtomStarts {
    /// For the trials on one grid.
    pub fn new(list: AtomList, cell: &Cell, sphere: &Sphere, gridded: &GriddedSphere) -> Self {
        let trust = |hkl: Hkl| (-8.0 / 3.0 * PI * PI * ERROR * ERROR * cell.stol_sq(hkl)).exp();
        let free = |hkl: Hkl| list.hold > 0 && unit_interval(trial_hash(0, FREE_KEY, hash_key(hkl))) < FREE;
        let started = sphere.places(gridded).filter(|(hkl, _)| !free(*hkl));
        let members = started.map(|(hkl, place)| (hkl, place, trust(hkl))).collect();
        Self { list, members }
    }

    /// Makes sure that the list holds the starts below this number, where there are so many. Not for several threads at
    /// a time: it is made on all of the pool, and whoever waited for it might be taken up by the work that it waits for.
    pub fn prepare(&mut self, end: usize) {
        self.list.reach(end);
    }

    /// Cycles for which they are held.
    pub fn hold(&self) -> u32 {
        self.list.hold
    }

    /// Expected means of exp(iφ), on the grid of `problem`, with the atoms of this number in the list; `None` beyond
    /// its end, as far as it has been made.
    pub fn seeds(&self, problem: &Problem, number: usize) -> Option<Arc<Seeds>> {
        let set = self.list.sets().get(number)?;
        let ops = self.list.group.primitive_operations();
        let mates: Vec<[f64; 3]> = set.iter().flat_map(|&x| ops.iter().map(move |op| op.apply(x))).collect();
        let amplitude = |hkl: Hkl| -> Complex32 {
            let wave = |at: &[f64; 3]| {
                let turns: f64 = (0..3).map(|i| f64::from(hkl[i]) * at[i]).sum();
                Complex32::from_polar(1.0, ((turns - turns.floor()) * TAU) as f32)
            };
            mates.iter().map(wave).sum()
        };
        let e = problem.e();
        let measured = self.members.iter().filter(|(_, (entry, _), _)| e[*entry] > 0.0);
        let waves: Vec<(usize, f64, Complex32)> = measured
            .map(|&(hkl, (entry, conjugate), trust)| {
                let f = amplitude(hkl);
                (entry, trust, if conjugate { f.conj() } else { f })
            })
            .collect();
        let mean_sq = waves.iter().map(|(_, _, f)| f64::from(f.norm_sqr())).sum::<f64>() / waves.len().max(1) as f64;
        let slope = sim::slope(SHARE) / mean_sq.max(f64::MIN_POSITIVE).sqrt();
        let means = waves.into_iter().filter(|(_, _, f)| f.norm_sqr() > 0.0).map(|(entry, trust, f)| {
            let size = f.norm();
            (entry, f * (sim::weight(slope * trust * f64::from(e[entry] * size)) as f32 / size))
        });
        Some(Arc::new(Seeds::new(problem, means)))
    }
}
