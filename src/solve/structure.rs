//! A candidate worked up in one space group.

use crate::crystal::{Site, SpaceGroup};
use crate::model::Model;
use crate::structure::Solution;
use crate::symmetry::Score;
use crate::trust::NO_MODEL_R1;
use serde::Serialize;

/// A candidate worked up in one space group.
pub struct Structure {
    /// Which candidate of the run (`trials::Candidate::id`).
    pub candidate: u32,
    /// The space group, on the axes of the data.
    pub group: SpaceGroup,
    /// By what structures are ranked, highest first (see `solve::ranking`).
    pub standing: f64,
    /// What speaks for the group; `None` where it was given, not looked for.
    pub score: Option<Score>,
    /// Phases in the space group, map and sites.
    pub solution: Solution,
    /// What the phases of the solution went through.
    pub route: Route,
    /// R1 of the first atoms after a few cycles; `None` where the map has none.
    pub sketch: Option<f64>,
    /// Atoms with elements, refined; `None` where nothing sensible came out, where the sketch left no hope, and when the time was up.
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

    /// R1 of the model, or of the sketch where that is all there is.
    pub fn best_r1(&self) -> f64 {
        self.model.as_ref().map(|model| model.r1).or(self.sketch).unwrap_or(NO_MODEL_R1)
    }
}
