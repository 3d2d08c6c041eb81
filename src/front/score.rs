//! Figures of merit of phases that somebody has, without solving anything.

use super::Crystal;
use crate::crystal::{Hkl, friedel};
use crate::device::DeviceChoice;
use crate::engine::{EngineError, Merits, Start};
use crate::grid::Sampling;
use crate::phasing::{Methods, Sphere, expected_atoms, seeded_portfolio};
use crate::reflections::{NormalisedReflection, PhasedReflection};
use crate::seed::known::equivalents;
use crate::structure::fit_origin;
use crate::symmetry::OperatorFits;
use crate::{Error, Result};
use std::collections::HashMap;
use std::sync::Arc;

/// What phases are worth, as far as that can be said without the truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Figures of merit, as those of a trial; what only a cycle can give is 0.
    pub merits: Merits,
    /// How well the rotations of the Laue class hold in the phases, 0…1, whatever their origin; `None` in Laue class −1. Phases that were
    /// expanded by symmetry show it whether they are right or not.
    pub symmetry: Option<f64>,
    /// Mean residual of the operations of the space group in the phases, degrees.
    pub residual: f64,
    /// Measured reflections of the half sphere that have a phase.
    pub reflections: usize,
}

/// Scores phases in radians of reflections `hkl` (any equivalent, either Friedel mate): those of unique reflections at the origin of the space
/// group, or, where `expanded` is false, of the P1 sphere at any origin. The figures rest on the reflections that have a phase.
///
/// ```
/// use seedflip::{Crystal, Options, Solver, score};
/// let crystal = Crystal::read("tests/data/aspirin.ins".as_ref())?;
/// let outcome = Solver::new(&crystal).space_group("P21/c").run()?;
/// let phased = &outcome.structures()[0].solution.phases.reflections;
/// let hkl: Vec<[i32; 3]> = phased.iter().map(|r| r.hkl).collect();
/// let right: Vec<f64> = phased.iter().map(|r| r.phase).collect();
/// let wrong: Vec<f64> = right.iter().rev().copied().collect();
/// let [right, wrong] = [right, wrong].map(|phases| score(&crystal, &hkl, &phases, false).unwrap());
/// assert!(right.merits.r_weak < wrong.merits.r_weak);
/// # Ok::<(), seedflip::Error>(())
/// ```
///
/// # Errors
/// Other numbers of phases than of reflections; fewer than two reflections of the data among them.
pub fn score(crystal: &Crystal, hkl: &[Hkl], phases: &[f64], expanded: bool) -> Result<Score> {
    if hkl.len() != phases.len() {
        let what = format!("{} phases for {} reflections", phases.len(), hkl.len());
        return Err(Error::unusable(what, "give as many of one as of the other"));
    }
    let data = crystal.data();
    let (cell, group) = (&data.header.cell, &data.header.space_group);
    let mut known: HashMap<Hkl, f64> = HashMap::new();
    for (&hkl, &phase) in hkl.iter().zip(phases).filter(|(_, phase)| phase.is_finite()) {
        let mut learn = |hkl: Hkl, phase: f64| {
            known.insert(hkl, phase);
            known.insert(friedel(hkl), -phase);
        };
        if expanded {
            equivalents(group, hkl).for_each(|(image, offset)| learn(image, phase + offset));
        } else {
            learn(hkl, phase);
        }
    }
    let has = |r: &&NormalisedReflection| equivalents(group, r.merged.hkl).any(|(image, _)| known.contains_key(&image));
    let reflections: Vec<NormalisedReflection> = data.reflections.iter().filter(has).copied().collect();
    if reflections.len() < FEWEST {
        let what = format!("{} of the data's reflections have a phase", reflections.len());
        return Err(Error::unusable(what, "give phases of the crystal's own reflections"));
    }
    let d_min = reflections.iter().map(|r| cell.d_spacing(r.merged.hkl)).fold(f64::MAX, f64::min);
    let sphere = Sphere::new(cell, group, &reflections, expected_atoms(&data.header), d_min);
    let phased: Vec<PhasedReflection> = sphere
        .measured()
        .filter_map(|(hkl, f, e)| Some(PhasedReflection { hkl, f, e, phase: *known.get(&hkl)?, fom: 1.0 }))
        .collect();
    Ok(Score {
        merits: merits(&sphere, &phased)?,
        symmetry: OperatorFits::new(cell, group, &phased).evidence(),
        residual: fit_origin(cell, group, &phased).residual,
        reflections: phased.len(),
    })
}

/// Fewer reflections make no map.
const FEWEST: usize = 2;

/// Figures of merit of phases before any cycle.
fn merits(sphere: &Sphere, phased: &[PhasedReflection]) -> Result<Merits> {
    let gridded = sphere.problem(Sampling::Nyquist);
    let start = Start::Phases(sphere.start_phases(&gridded, phased));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.map_err(|error| Error::unusable(format!("no worker thread: {error}"), "end other programs"))?;
    let site = DeviceChoice::Cpu.site_of_search(&|_| {})?;
    let arm = seeded_portfolio(Methods::Flipping, false).into_iter().next();
    let arm = arm.ok_or_else(|| Error::Bug("no arm flips".into()))?;
    let looked = || {
        let mut engine = site.backend(&Arc::new(pool)).engine(gridded.problem, 1)?;
        engine.seat(0, &start, arm.recipe(0, 0))?;
        engine.merits()
    };
    let merits = looked().map_err(|error: EngineError| Error::Bug(error.to_string()))?;
    Ok(merits.into_iter().flatten().next().unwrap_or_default())
}
