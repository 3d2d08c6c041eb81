//! From the candidates of a run to structures: phases settled, space groups ranked, maps and atoms in each.

use super::settle::settled;
use crate::crystal::{ScatteringTable, Site, SpaceGroup};
use crate::engine::cpu::CpuEngine;
use crate::engine::{Engine, Merits, Recipe, Start};
use crate::grid::Sampling;
use crate::phasing::portfolio::{POLISH, POLISH_CYCLES};
use crate::model::{Given, Model, build_model};
use crate::phasing::{GriddedSphere, Sphere, expected_atoms};
use crate::reflections::{DataSet, MergedReflection, PhasedReflection, regroup};
use crate::structure::{Coefficients, Solution, solve_structure};
use crate::symmetry::{GroupCandidate, OperatorFits, Score, group_candidates};
use crate::trials::{Candidate, RunReport};
use rayon::prelude::*;
use serde::Serialize;
use std::sync::{Arc, OnceLock};

/// Structures that are kept, over all candidates and space groups: files `_a` to `_e`.
pub const MOST_STRUCTURES: usize = 5;
/// Space groups of the best candidate that are worked up.
const MOST_GROUPS: usize = 8;
/// Atoms per cell up to which every candidate gets a model: beyond, that takes longer than a user cares to wait for what is
/// not believed.
const SMALL: f64 = 120.0;
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
    /// What the phases of the solution went through.
    pub route: Route,
    /// Atoms with elements, refined; `None` where nothing sensible came out, and for candidates behind the first of large
    /// structures.
    pub model: Option<Model>,
}

/// What phases went through between the trial and the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// Averaged over the space group.
    Averaged,
    /// Averaged, polished by flipping once more, and averaged again: `solution.origin` is then that of phases which have
    /// seen the symmetry, and only the evidence of the candidate counts.
    Polished,
    /// Settled by message passing before they were averaged.
    Settled,
}

impl Structure {
    /// Atoms and peaks of the model, or the peaks of the map where there is none.
    pub fn sites(&self) -> &[Site] {
        self.model.as_ref().map_or(&self.solution.sites, |model| &model.sites)
    }

    /// R1 of the model; that of a wrong one where there is none.
    pub fn r1(&self) -> f64 {
        self.model.as_ref().map_or(NO_MODEL_R1, |model| model.r1)
    }
}

/// Stands for R1 where no model came out: random atoms without a centre have 0.59 (Wilson 1950).
const NO_MODEL_R1: f64 = 0.59;

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
        for s in structures.iter().filter(|s| s.candidate == 0) {
            eprintln!("STR {} score {:?} route {:?} r1 {:.3} atoms {}", crate::crystal::identity::identify(&s.group).map_or("?".into(), |i| i.hm), s.score.map(|s| s.total), s.route, s.r1(), s.model.as_ref().map_or(0, |m| m.atoms));
        }
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
        let again = self
            .looks_right(candidate)
            .then(|| settled(self.sphere, self.grid(Sampling::Fine), &candidate.phased, self.pool))
            .flatten()
            .map(Arc::new);
        let Some(hint) = self.hint else {
            return vec![Phases { group: header.space_group.clone(), score: None, settled: again }];
        };
        let laue = &header.space_group;
        let fits_again = again.as_ref().map(|phased| OperatorFits::new(&header.cell, laue, phased));
        // The version that shows the symmetry of the intensities better is right about the rest too.
        let evidence = |fits: &OperatorFits| fits.evidence().unwrap_or(0.0);
        let groups = |phased: &[PhasedReflection], fits: &OperatorFits| {
            let statistics = self.data.statistics.mean_e2_minus_1;
            group_candidates(&header.cell, laue, hint, phased, fits, statistics)
        };
        let own = groups(&candidate.phased, &candidate.fits);
        let mut ranked = match (&again, &fits_again) {
            (Some(phased), Some(fits)) => {
                let of_settled = groups(phased, fits);
                if evidence(fits) >= evidence(&candidate.fits) { joined(of_settled, own) } else { joined(own, of_settled) }
            }
            _ => own,
        };
        ranked.truncate(if number == 0 { MOST_GROUPS } else { 1 });
        ranked
            .into_iter()
            .map(|group| Phases { group: group.group, score: Some(group.score), settled: again.clone() })
            .collect()
    }

    /// True for a candidate that is worth the time of settling.
    fn looks_right(&self, candidate: &Candidate) -> bool {
        self.report.finished[candidate.best].is_promising() && candidate.symmetry_found() != Some(false)
    }

    /// The structure of a candidate in one group: of the routes that its phases can take the one with the lowest R1.
    fn structure(&self, number: usize, phases: Phases) -> Structure {
        let candidate = &self.report.verdict.candidates[number];
        let Phases { group, score, settled } = phases;
        let own = self.own_route(candidate, &group);
        let again = settled.map(|phased| (self.solution(&group, &phased), Route::Settled));
        let with_model = number == 0 || expected_atoms(&self.data.header) <= SMALL;
        let reflections = if with_model { regroup(self.data, &group).ok() } else { None };
        let structures = std::iter::once(own).chain(again).map(|(solution, route)| {
            let model = reflections.as_ref().and_then(|reflections| self.model(&group, reflections, &solution));
            Structure { candidate: number, group: group.clone(), score, solution, route, model }
        });
        let mut best: Option<Structure> = None;
        for structure in structures {
            eprintln!("VAR {number} {} {:?} {:.4} {}", crate::crystal::identity::identify(&structure.group).map_or("?".into(), |i| i.hm), structure.route, structure.r1(), structure.model.as_ref().map_or(0, |m| m.atoms));
            if best.as_ref().is_none_or(|b| structure.r1() < b.r1()) {
                best = Some(structure);
            }
        }
        best.unwrap_or_else(|| unreachable!())
    }

    /// The map from the candidate's own phases, polished where that pays.
    fn own_route(&self, candidate: &Candidate, group: &SpaceGroup) -> (Solution, Route) {
        let first = self.solution(group, &candidate.phased);
        if candidate.symmetry_found() != Some(true) {
            return (first, Route::Averaged);
        }
        let Some((polished, merits)) = self.polish_in_group(&first.phases.reflections) else {
            return (first, Route::Averaged);
        };
        let best = &self.report.finished[candidate.best];
        let gained = merits.r_weak < POLISH_GAIN * best.merits.r_weak;
        if gained || matches!(best.recipe, Recipe::Flipping(_)) {
            (self.solution(group, &polished), Route::Polished)
        } else {
            (first, Route::Averaged)
        }
    }

    fn model(&self, group: &SpaceGroup, reflections: &[MergedReflection], solution: &Solution) -> Option<Model> {
        let header = &self.data.header;
        build_model(&Given {
            cell: &header.cell,
            group,
            table: ScatteringTable::new(header.radiation),
            contents: &self.contents(),
            reflections,
            solution,
        })
    }

    /// Atomic numbers and atoms per cell.
    fn contents(&self) -> Vec<(u8, f64)> {
        self.data.header.elements.iter().map(|e| (e.atomic_number, e.count)).collect()
    }

    fn solution(&self, group: &SpaceGroup, phased: &[PhasedReflection]) -> Solution {
        solve_structure(&self.data.header.cell, group, phased, &self.contents(), Coefficients::default())
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

/// Groups of the first list that are close to its best, then the best few of the second that are not among them.
fn joined(first: Vec<GroupCandidate>, second: Vec<GroupCandidate>) -> Vec<GroupCandidate> {
    let top = first.first().map_or(0.0, |group| group.score.total);
    let mut all: Vec<GroupCandidate> = first.into_iter().filter(|group| group.score.total > top - CLOSE).collect();
    for group in second {
        if !all.iter().any(|other| other.group == group.group) {
            all.push(group);
        }
    }
    all
}

/// A space group that a candidate's phases allow.
struct Phases {
    group: SpaceGroup,
    score: Option<Score>,
    /// The candidate's phases after settling, where they were.
    settled: Option<Arc<Vec<PhasedReflection>>>,
}
