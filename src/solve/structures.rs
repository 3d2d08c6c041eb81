//! From the candidates of a run to structures: phases settled, space groups ranked, maps and atoms in each.

use super::settle::settled;
use super::teller::Teller;
use crate::crystal::{ScatteringTable, Site, SpaceGroup};
use crate::engine::cpu::CpuEngine;
use crate::engine::{Engine, Merits, Recipe, Start};
use crate::grid::Sampling;
use crate::model::{Given, Model, build_model};
use crate::phasing::portfolio::{POLISH, POLISH_CYCLES};
use crate::phasing::{GriddedSphere, Sphere, expected_atoms};
use crate::reflections::{DataSet, MergedReflection, PhasedReflection, regroup};
use crate::structure::{Coefficients, Solution, solve_structure};
use crate::symmetry::{GroupCandidate, OperatorFits, Score, group_candidates};
use crate::trials::{Candidate, RunReport};
use crate::trust::NO_MODEL_R1;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::{Arc, OnceLock};

/// Structures that are kept, over all candidates and space groups: files `_a` to `_e`.
pub const MOST_STRUCTURES: usize = 5;
/// Space groups of the best candidate that are worked up.
const MOST_GROUPS: usize = 8;
/// Groups whose score lies this far below the best are not.
const CLOSE: f64 = 6.0;
/// Cells of so few atoms are mostly heavy atoms on special positions, whose phases obey several groups alike (sulphur dioxide: ten):
/// there only the model tells.
const TINY: f64 = 30.0;
const CLOSE_WHEN_TINY: f64 = 15.0;
const MOST_WHEN_TINY: usize = 24;
/// A model in a subgroup of index 2 has twice the parameters: R1 of 20 right structures fell to between 0.9 and 1.0 of its value in the
/// right group; in a supergroup that is wrong R1 was 1.2 to 5 times larger.
const HANDICAP: f64 = 0.12;
/// Weight of ln R1 beside the score of the phases …
const R1_WEIGHT: f64 = 100.0;
/// … and the most that it may count: disorder can make a model without symmetry fit much better (CF3 groups, 0.099 against 0.159).
const R1_REACH: f64 = 8.0;
/// Atoms per cell up to which every candidate gets a model: beyond, that takes longer than a user cares to wait for what is
/// not believed.
const SMALL: f64 = 120.0;

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
    /// By what the space groups of one candidate are ordered: the score of the phases less the misfit of the model.
    pub belief: f64,
    /// What speaks for the group; `None` where it was given, not looked for.
    pub score: Option<Score>,
    /// Phases in the space group, map and sites.
    pub solution: Solution,
    /// What the phases of the solution went through.
    pub route: Route,
    /// Atoms with elements, refined; `None` where nothing sensible came out, and in large structures for candidates behind the
    /// first and those that do not look right.
    pub model: Option<Model>,
}

/// What phases went through between the trial and the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
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
    teller: Teller<'a>,
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
        teller: Teller<'a>,
    ) -> Self {
        Self { data, hint, sphere, report, pool, teller, grids: [OnceLock::new(), OnceLock::new()] }
    }

    /// The structures, the most believed first: those of the first candidate by belief in its space groups, then the others.
    pub fn structures(&self) -> Vec<Structure> {
        let candidates = &self.report.verdict.candidates;
        self.teller.settling(candidates.len());
        let of_candidate = |i: usize| {
            let phases = self.phases(i);
            self.teller.settled();
            phases.into_iter().map(move |phases| (i, phases))
        };
        let work: Vec<(usize, Phases)> = (0..candidates.len()).into_par_iter().flat_map_iter(of_candidate).collect();
        self.teller.modelling(work.len());
        let mut structures: Vec<Structure> =
            work.into_par_iter().filter_map(|(i, phases)| self.structure(i, phases)).collect();
        rank(&mut structures);
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
        // Phases that show no symmetry and that one trial alone found say nothing of groups: the input's is as good as any.
        if candidate.symmetry_found() == Some(false) && candidate.members.len() == 1 {
            return vec![Phases { group: hint.clone(), score: None, settled: None }];
        }
        let laue = &header.space_group;
        let fits_again = again.as_ref().map(|phased| OperatorFits::new(&header.cell, laue, phased));
        let groups = |phased: &[PhasedReflection], fits: &OperatorFits| {
            let statistics = self.data.statistics.mean_e2_minus_1;
            group_candidates(&header.cell, laue, hint, phased, fits, statistics)
        };
        let own = groups(&candidate.phased, &candidate.fits);
        let ranked = match (&again, &fits_again) {
            (Some(phased), Some(fits)) => both_versions((own, &candidate.fits), (groups(phased, fits), fits)),
            _ => own,
        };
        let top = ranked.first().map_or(0.0, |group| group.score.total);
        let tiny = expected_atoms(header) <= TINY;
        let (close, most) = if tiny { (CLOSE_WHEN_TINY, MOST_WHEN_TINY) } else { (CLOSE, MOST_GROUPS) };
        ranked
            .into_iter()
            .filter(|group| group.score.total > top - close)
            .take(if number == 0 { most } else { 1 })
            .map(|group| Phases { group: group.group, score: Some(group.score), settled: again.clone() })
            .collect()
    }

    /// True for a candidate that is worth the time of settling.
    fn looks_right(&self, candidate: &Candidate) -> bool {
        self.report.finished[candidate.best].is_promising() && candidate.symmetry_found() != Some(false)
    }

    /// The structure of a candidate in one group: of the routes that its phases can take the one with the lowest R1.
    fn structure(&self, number: usize, phases: Phases) -> Option<Structure> {
        let candidate = &self.report.verdict.candidates[number];
        let Phases { group, score, settled } = phases;
        let own = self.own_route(candidate, &group);
        let again = settled.map(|phased| (self.solution(&group, &phased), Route::Settled));
        let looks_right = number == 0 && self.looks_right(candidate);
        let with_model = looks_right || expected_atoms(&self.data.header) <= SMALL;
        let reflections = if with_model { regroup(self.data, &group).ok() } else { None };
        let structures = std::iter::once(own).chain(again).map(|(solution, route)| {
            let model = reflections.as_ref().and_then(|reflections| self.model(&group, reflections, &solution));
            Structure { candidate: number, group: group.clone(), belief: 0.0, score, solution, route, model }
        });
        let structure = structures.min_by(|a, b| a.r1().total_cmp(&b.r1()))?;
        self.teller.modelled(&structure, handicapped(&structure));
        Some(structure)
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

/// The groups that a candidate's own phases and its settled ones allow, best first. In a Laue class with rotations the
/// version that shows them better is right about the rest too, and the other only adds groups that it does not name; in
/// Laue class −1, where the one operation to be found is the inversion, the mean of both counts.
fn both_versions(
    (own, own_fits): (Vec<GroupCandidate>, &OperatorFits),
    (settled, settled_fits): (Vec<GroupCandidate>, &OperatorFits),
) -> Vec<GroupCandidate> {
    let (mut first, second) = match (own_fits.evidence(), settled_fits.evidence()) {
        (Some(own_shows), Some(settled_shows)) if own_shows > settled_shows => (own, settled),
        _ => (settled, own),
    };
    for group in second {
        match first.iter_mut().find(|other| other.group == group.group) {
            Some(other) if own_fits.evidence().is_none() => {
                other.score.total = 0.5 * (other.score.total + group.score.total);
            }
            Some(_) => {}
            None => first.push(group),
        }
    }
    first.sort_by(|a, b| b.score.total.total_cmp(&a.score.total));
    first
}

/// By what the structures of one candidate are compared: the misfit, in which symmetry makes up for parameters.
fn handicapped(structure: &Structure) -> f64 {
    structure.r1().ln() - HANDICAP * (structure.group.operations().len() as f64).log2()
}

/// Orders structures: those of the first candidate by belief, then the others as they come.
fn rank(structures: &mut [Structure]) {
    let first = |s: &&mut Structure| s.candidate == 0;
    let best = structures.iter().filter(|s| s.candidate == 0).map(handicapped).fold(f64::INFINITY, f64::min);
    for structure in structures.iter_mut().filter(first) {
        let misfit = (R1_WEIGHT * (handicapped(structure) - best)).min(R1_REACH);
        structure.belief = structure.score.map_or(0.0, |score| score.total) - misfit;
    }
    structures.sort_by(|a, b| a.candidate.cmp(&b.candidate).then(b.belief.total_cmp(&a.belief)));
}

/// A space group that a candidate's phases allow.
struct Phases {
    group: SpaceGroup,
    score: Option<Score>,
    /// The candidate's phases after settling, where they were.
    settled: Option<Arc<Vec<PhasedReflection>>>,
}
