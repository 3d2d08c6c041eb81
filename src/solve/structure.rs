//! A candidate worked up in one space group.

use super::absolute::Absolute;
use super::hopes::Prospect;
use super::kinship::Kinship;
use super::ranking::paid;
use crate::crystal::elements::CARBON;
use crate::crystal::{Site, SpaceGroup};
use crate::model::{Flack, Model};
use crate::reflections::{DataSet, bijvoet_pairs};
use crate::structure::Solution;
use crate::symmetry::Score;
use crate::trials::Finished;
use crate::trust::NO_MODEL_R1;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::OnceLock;

/// A candidate worked up in one space group.
pub struct Structure {
    /// The candidate that it was made of.
    pub found: Found,
    /// The space group, on the axes of the data.
    pub group: SpaceGroup,
    /// By what structures are ranked, highest first (see `solve::ranking`).
    pub standing: f64,
    /// What speaks for the group; `None` where it was given, not looked for.
    pub score: Option<Score>,
    /// The input names the group.
    pub named: bool,
    /// It is the subgroup of one that comes into question.
    pub below: bool,
    /// What the comparison with a subgroup or supergroup says; `None` where there was none.
    pub kinship: Option<Kinship>,
    /// A model in a subgroup says that this symmetry is too high, or one in a supergroup, of other phases, that it is too low.
    pub refuted: bool,
    /// Phases in the space group, map and sites.
    pub solution: Solution,
    /// What the phases of the solution went through.
    pub route: Route,
    /// R1 of the first atoms after a few cycles; `None` where the map has none.
    pub sketch: Option<f64>,
    /// Atoms with elements, refined; `None` where nothing sensible came out, where the sketch left no hope, and when the time was up.
    pub model: Option<Model>,
    /// Flack's parameter of the model as it stands, once somebody asked.
    pub(super) flack: OnceLock<Option<Flack>>,
    /// What anomalous scattering says of its hand; `None` until the run ends, with a centre, and where it says nothing.
    pub absolute: Option<Absolute>,
}

/// What a run found out about the phases of a candidate.
#[derive(Debug, Clone)]
pub struct Found {
    /// Which candidate of the run (`trials::Candidate::id`).
    pub candidate: u32,
    /// Its best trial.
    pub trial: Finished,
    /// Trials that found the same phases, this one included.
    pub agreeing: usize,
    /// Whether the P1 phases show the symmetry of the intensities; `None` where there is nothing to find.
    pub symmetry_found: Option<bool>,
    /// How well they do, 0…1 (`symmetry::OperatorFits::evidence`); `None` in Laue class −1.
    pub symmetry: Option<f64>,
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

    /// True where the model is that of a twin.
    pub fn is_twin(&self) -> bool {
        self.model.as_ref().is_some_and(|model| model.twin.is_some())
    }

    /// True where the model holds no carbon, and so hardly lacks hydrogen.
    pub fn holds_no_carbon(&self) -> bool {
        let is_carbon = |site: &Site| site.element == Some(CARBON);
        self.model.as_ref().is_some_and(|model| !model.sites[..model.atoms].iter().any(is_carbon))
    }

    /// Flack's parameter of the model, computed once; `None` with a centre, and where anomalous scattering says nothing.
    pub fn flack(&self, data: &DataSet) -> Option<Flack> {
        *self.flack.get_or_init(|| {
            let model = self.model.as_ref()?;
            let (cell, table) = (&data.header.cell, data.header.table_at_wavelength());
            let pairs = bijvoet_pairs(&data.rows, &self.group);
            Flack::new(cell, &self.group, &model.sites[..model.atoms], table, &pairs)
        })
    }

    /// R1 of the model; that of a wrong one where there is none.
    pub fn r1(&self) -> f64 {
        self.model.as_ref().map_or(NO_MODEL_R1, |model| model.r1)
    }

    /// What is compared before it has a model.
    pub fn prospect(&self) -> Prospect {
        Prospect {
            candidate: self.found.candidate,
            score: self.score.map_or(0.0, |score| score.total),
            operations: self.group.operations().len(),
            r1: self.best_r1(),
            sketched: self.sketch.is_some(),
            named: self.named,
            below: self.below,
        }
    }

    /// ln of that with the parameters of lower symmetry paid for.
    pub fn paid(&self) -> f64 {
        paid(self.best_r1(), self.group.operations().len())
    }

    /// The lower R1 of model and sketch. A model may be worse than its sketch, with fewer atoms or other elements, and must not lose by that
    /// to a sibling that has a sketch alone (uraninite from 25 reflections: sketches 0.011 in F 4 3 2 and F m -3 m, the model 0.015).
    pub fn best_r1(&self) -> f64 {
        let model = self.model.as_ref().map(|model| model.r1);
        model.into_iter().chain(self.sketch).min_by(f64::total_cmp).unwrap_or(NO_MODEL_R1)
    }
}
