//! Maps that are sketched, and models for those with hope.

use super::contender::Contender;
use super::note::{Models, Note, Routes};
use super::structure::{Route, Structure};
use super::teller::Teller;
use super::work_up::{Depth, Draft, WorkUp};
use crate::crystal::SpaceGroup;
use crate::model::{Falloff, Given, Model, build_model, sketch};
use crate::reflections::{MergedReflection, PhasedReflection};
use crate::structure::{Aligned, Coefficients, Solution, map_solution};
use rayon::prelude::*;
use std::sync::{Arc, OnceLock};

/// A sketch with such an R1 is of phases that every route brings to the same model: of 160 pairs of routes in 52 measured sets, 126 had
/// one like it or differed by more than `ROUTES_DIFFER`, and in 5 of these, all of tiny cells, the other route's model was better by 5 %.
const GOOD_SKETCH: f64 = 0.30;
/// Otherwise the models of two routes are compared unless R1 of their sketches differs by more than this factor.
const ROUTES_DIFFER: f64 = 1.25;
impl Routes {
    /// True when R1 of the two sketches leaves open which route leads to the better model.
    pub fn are_open(&self) -> bool {
        self.better >= GOOD_SKETCH && self.worse <= ROUTES_DIFFER * self.better
    }
}

impl WorkUp<'_> {
    /// The maps of a draft that may lead to its model: of the routes of its phases the one with the better sketch, or both where
    /// sketches leave it open.
    pub(super) fn drawn(
        &self,
        contender: &Contender<'_>,
        draft: Draft,
        depth: Depth,
        settled: Option<&Arc<Vec<PhasedReflection>>>,
        teller: &Teller<'_>,
    ) -> Vec<Structure> {
        let Draft { group, own, route, elsewhere, .. } = draft;
        let cell = &self.data.header.cell;
        let reflections = self.merges.of(&group.group).ok();
        let sketched = |aligned: Aligned, route: Route| {
            let solution = map_solution(cell, &group.group, aligned, self.peaks, Coefficients::default());
            let sketch = match &reflections {
                Some(reflections) if depth == Depth::Modelled && self.deserves_sketch(contender) => {
                    sketch(&self.given(&group.group, reflections, &solution))
                }
                _ => None,
            };
            Structure {
                found: contender.found(),
                group: group.group.clone(),
                standing: 0.0,
                score: group.score,
                named: group.named,
                below: group.below,
                kinship: None,
                refuted: false,
                solution,
                route,
                sketch,
                model: None,
                flack: OnceLock::new(),
                absolute: None,
            }
        };
        let own = sketched(own, route);
        // Settled phases have found their own place.
        let settled = settled.filter(|_| !elsewhere && !self.clock.over());
        let Some(phased) = settled else { return vec![own] };
        let again = sketched(group.settled(cell, phased), Route::Settled);
        let (better, worse) = if again.best_r1() < own.best_r1() { (again, own) } else { (own, again) };
        let routes = Routes { candidate: contender.id(), better: better.best_r1(), worse: worse.best_r1() };
        teller.note(&Note::Routes(routes));
        if routes.are_open() { vec![better, worse] } else { vec![better] }
    }

    /// True for a candidate whose maps are worth a sketch, while there is time.
    fn deserves_sketch(&self, contender: &Contender<'_>) -> bool {
        (contender.looks_right() || !self.is_large()) && !self.clock.over()
    }

    /// Gives the structures that may be the right ones their models, and keeps the better route of each.
    pub(super) fn modelled(
        &self,
        part: &[Contender<'_>],
        drawn: Vec<Vec<Structure>>,
        teller: &Teller<'_>,
    ) -> Vec<Structure> {
        let lowest =
            self.structures.iter().chain(drawn.iter().flatten()).map(Structure::best_r1).fold(f64::INFINITY, f64::min);
        let models = Models {
            prospects: drawn.iter().flatten().map(Structure::prospect).collect(),
            first: part.first().map(Contender::id).filter(|_| self.structures.is_empty()),
            lowest,
            small: !self.is_large(),
        };
        teller.note(&Note::Models(&models));
        let mut hopeful = models.hopeful().into_iter();
        let drawn = drawn.into_iter().map(|routes| routes.into_iter().zip(hopeful.by_ref()).collect()).collect();
        self.built(drawn, teller)
    }

    /// Models of all that have a sketch: groups of another Laue class are told by their models alone.
    pub(super) fn all_modelled(&self, drawn: Vec<Vec<Structure>>, teller: &Teller<'_>) -> Vec<Structure> {
        let sketched = |structure: Structure| {
            let hopeful = structure.sketch.is_some();
            (structure, hopeful)
        };
        let drawn = drawn.into_iter().map(|routes| routes.into_iter().map(sketched).collect()).collect();
        self.built(drawn, teller)
    }

    /// Models of the hopeful; of each draft the better route is kept.
    fn built(&self, drawn: Vec<Vec<(Structure, bool)>>, teller: &Teller<'_>) -> Vec<Structure> {
        drawn
            .into_par_iter()
            .filter_map(|routes| {
                // Both routes of a draft lead to the same group.
                if let Some((structure, _)) = routes.iter().find(|(_, hopeful)| *hopeful) {
                    teller.builds(&structure.group);
                }
                let models = routes.into_par_iter().map(|(mut structure, hopeful)| {
                    if hopeful && !self.clock.over() {
                        let reflections = self.merges.of(&structure.group).ok();
                        structure.model = reflections.and_then(|reflections| self.model(&structure, &reflections));
                    }
                    structure
                });
                let better = models.min_by(|a, b| a.r1().total_cmp(&b.r1()));
                better.inspect(|structure| teller.modelled(structure, structure.paid()))
            })
            .collect()
    }

    pub(super) fn model(&self, structure: &Structure, reflections: &[MergedReflection]) -> Option<Model> {
        build_model(&self.given(&structure.group, reflections, &structure.solution))
    }

    /// What the fall of scattering with angle says of the size of the cell. Elements that nobody named may be others, and fall off otherwise; what is
    /// measured of two domains is not asked.
    pub(super) fn falloff(&self, structure: &Structure) -> Option<Falloff> {
        let model =
            structure.model.as_ref().filter(|model| model.contents.proposed.is_empty() && model.twin.is_none())?;
        let reflections = self.merges.of(&structure.group).ok()?;
        Falloff::new(&self.given(&structure.group, &reflections, &structure.solution), model)
    }

    fn given<'b>(
        &'b self,
        group: &'b SpaceGroup,
        reflections: &'b [MergedReflection],
        solution: &'b Solution,
    ) -> Given<'b> {
        let header = &self.data.header;
        Given {
            cell: &header.cell,
            group,
            table: header.table_at_wavelength(),
            contents: &self.contents,
            reflections,
            solution,
            twin: None,
            domains: self.data.domains.as_deref(),
            clock: self.clock,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_poor_sketches_that_are_alike_leave_a_route_open() {
        let open = |better, worse| Routes { candidate: 0, better, worse }.are_open();
        assert!(open(0.33, 0.38) && open(0.30, 0.37));
        assert!(!open(0.29, 0.30) && !open(0.33, 0.42));
    }
}
