//! From the candidates of a run to structures: phases settled, space groups ranked, maps and atoms in each.

use super::settle::settled;
use crate::crystal::SpaceGroup;
use crate::crystal::elements::symbol;
use crate::engine::cpu::CpuEngine;
use crate::engine::{Engine, Merits, Recipe, Start};
use crate::grid::Sampling;
use crate::phasing::portfolio::{POLISH, POLISH_CYCLES};
use crate::phasing::{GriddedSphere, Sphere};
use crate::reflections::{DataSet, PhasedReflection};
use crate::structure::{Coefficients, Solution, fit_origin, solve_structure};
use crate::symmetry::{OperatorFits, Score, group_candidates};
use crate::trials::{Candidate, RunReport};
use rayon::prelude::*;
use std::sync::{Arc, OnceLock};

/// Structures that are kept, over all candidates and space groups: files `_a` to `_e`.
pub const MOST_STRUCTURES: usize = 5;
/// Space groups of the best candidate that are worked up.
const MOST_GROUPS: usize = 3;
/// Groups whose score lies this far below the best are not.
const CLOSE: f64 = 6.0;

/// Polish by flipping blurs what message passing found (recipe notes §3: 11–13° becomes 20°; conotoxin: recall 0.84
/// becomes 0.77), unless heavy atoms rule: there R_weak falls to less than three quarters and light atoms appear (LuAG, recall
/// 0.4 → 1.0; a hexafluorobenzene derivative in C2/c, 0.92 → 1.0). Ratios seen: 0.31–0.73 where it helped, 0.79–1.2 elsewhere.
const POLISH_GAIN: f32 = 0.75;

/// A candidate worked up in one space group.
pub struct Structure {
    /// Place of the candidate in the verdict.
    pub candidate: usize,
    /// The space group, on the axes of the data.
    pub group: SpaceGroup,
    /// What speaks for the group; `None` where it was given, not looked for.
    pub score: Option<Score>,
    /// Phases in the space group, map and sites.
    pub solution: Solution,
    /// True when flipping went on once more from the symmetrised phases: `solution.origin` is then that of phases which
    /// have seen the symmetry, and only the evidence of the candidate counts.
    pub polished_in_group: bool,
}

/// What all candidates share.
pub struct Bench<'a> {
    /// Data, merged in the Laue class or in the given group.
    pub data: &'a DataSet,
    /// The space group that the input names, where the group is to be found; `None` when that of the data is to be kept.
    pub hint: Option<&'a SpaceGroup>,
    /// Reflections in P1.
    pub sphere: &'a Sphere,
    /// The run.
    pub report: &'a RunReport,
    /// Threads.
    pub pool: &'a Arc<rayon::ThreadPool>,
    grids: [OnceLock<GriddedSphere>; 2],
}

impl<'a> Bench<'a> {
    /// Nothing is computed yet.
    pub fn new(
        data: &'a DataSet,
        hint: Option<&'a SpaceGroup>,
        sphere: &'a Sphere,
        report: &'a RunReport,
        pool: &'a Arc<rayon::ThreadPool>,
    ) -> Self {
        Self { data, hint, sphere, report, pool, grids: [OnceLock::new(), OnceLock::new()] }
    }

    /// The structures, the most believed first: those of the first candidate in up to three space groups, then the others.
    pub fn structures(&self) -> Vec<Structure> {
        let candidates = &self.report.verdict.candidates;
        let work: Vec<(usize, Phases)> = (0..candidates.len())
            .into_par_iter()
            .flat_map_iter(|i| self.phases(i).into_iter().map(move |phases| (i, phases)))
            .collect();
        let mut structures: Vec<Structure> =
            work.into_par_iter().map(|(i, phases)| self.structure(i, phases)).collect();
        structures.truncate(MOST_STRUCTURES);
        structures
    }

    /// The fine grid for settling, made when the first candidate needs it, or the plain one for polish.
    fn grid(&self, sampling: Sampling) -> &GriddedSphere {
        self.grids[usize::from(sampling == Sampling::Fine)].get_or_init(|| self.sphere.problem(sampling))
    }

    /// Phases and space groups of a candidate, best first.
    fn phases(&self, number: usize) -> Vec<Phases> {
        let candidate = &self.report.verdict.candidates[number];
        let header = &self.data.header;
        let Some(hint) = self.hint else {
            let origin = fit_origin(&header.cell, &header.space_group, &candidate.phased);
            return vec![Phases {
                group: header.space_group.clone(),
                score: None,
                phased: candidate.phased.clone(),
                held: origin.residual < 60.0,
            }];
        };
        let again = if self.looks_right(candidate) {
            settled(self.sphere, self.grid(Sampling::Fine), &candidate.phased, self.pool)
        } else {
            None
        };
        let laue = &header.space_group;
        let fits_again = again.as_ref().map(|phased| OperatorFits::new(&header.cell, laue, phased));
        // The version that shows the symmetry of the intensities better is right about the rest too.
        let evidence = |fits: &OperatorFits| fits.evidence().unwrap_or(0.0);
        let groups = |phased: &[PhasedReflection], fits: &OperatorFits| {
            let statistics = self.data.statistics.mean_e2_minus_1;
            group_candidates(&header.cell, laue, hint, phased, fits, statistics)
        };
        let mut ranked = match (&again, &fits_again) {
            (Some(phased), Some(fits)) if evidence(fits) >= evidence(&candidate.fits) => groups(phased, fits),
            _ => groups(&candidate.phased, &candidate.fits),
        };
        let top = ranked.first().map_or(0.0, |group| group.score.total);
        ranked.retain(|group| group.score.total > top - CLOSE);
        ranked.truncate(if number == 0 { MOST_GROUPS } else { 1 });
        ranked
            .into_iter()
            .map(|group| Phases {
                held: candidate.symmetry_found() != Some(false),
                phased: candidate.phased.clone(),
                group: group.group,
                score: Some(group.score),
            })
            .collect()
    }

    /// True for a candidate that is worth the time of settling.
    fn looks_right(&self, candidate: &Candidate) -> bool {
        self.report.finished[candidate.best].is_promising() && candidate.symmetry_found() != Some(false)
    }

    /// The structure of a candidate in one group.
    fn structure(&self, number: usize, phases: Phases) -> Structure {
        let candidate = &self.report.verdict.candidates[number];
        let first = self.solution(&phases.group, &phases.phased);
        let mut structure = Structure {
            candidate: number,
            group: phases.group,
            score: phases.score,
            solution: first,
            polished_in_group: false,
        };
        if !phases.held {
            return structure;
        }
        let symmetrised = &structure.solution.phases.reflections;
        let Some((polished, merits)) = self.polish_in_group(symmetrised) else { return structure };
        let best = &self.report.finished[candidate.best];
        let gained = merits.r_weak < POLISH_GAIN * best.merits.r_weak;
        if gained || matches!(best.recipe, Recipe::Flipping(_)) {
            structure.solution = self.solution(&structure.group, &polished);
            structure.polished_in_group = true;
        }
        structure
    }

    fn solution(&self, group: &SpaceGroup, phased: &[PhasedReflection]) -> Solution {
        let header = &self.data.header;
        let contents: Vec<(u8, f64)> = header.elements.iter().map(|e| (e.atomic_number, e.count)).collect();
        let name = |z| symbol(z).unwrap_or("X").to_owned();
        solve_structure(&header.cell, group, phased, &contents, Coefficients::default(), name)
    }

    /// Goes on from phases that obey the space group: polish of flipping in P1, once more, from a start that
    /// averaging has cleaned. One trial of few cycles, on the CPU whatever ran the search: candidates of all devices are
    /// worked up alike.
    fn polish_in_group(&self, phased: &[PhasedReflection]) -> Option<(Vec<PhasedReflection>, Merits)> {
        let gridded = self.grid(Sampling::Nyquist);
        let start = Start::Phases(self.sphere.start_phases(gridded, phased));
        let mut engine = CpuEngine::new(gridded.problem.clone(), 1, self.pool.clone());
        engine.seat(0, &start, Recipe::Flipping(POLISH)).ok()?;
        engine.advance(POLISH_CYCLES).ok()?;
        let merits = (*engine.merits().ok()?.first()?)?;
        Some((self.sphere.phased(gridded, &engine.phases(0).ok()??), merits))
    }
}

/// P1 phases with a space group that they allow.
struct Phases {
    group: SpaceGroup,
    score: Option<Score>,
    phased: Vec<PhasedReflection>,
    /// Whether the symmetry was found in them.
    held: bool,
}
