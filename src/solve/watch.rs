//! Who follows a job beyond its trials, and what is told.

use super::Structure;
use super::note::Note;
use crate::crystal::SpaceGroup;
use crate::trials::Observer;

/// Where the work-up stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Phases of candidates are settled, and their space groups ranked.
    Settling {
        /// How many.
        candidates: usize,
    },
    /// Maps and models are made in the space groups.
    Modelling {
        /// Space groups, over all candidates, that are through.
        done: usize,
        /// All of them.
        all: usize,
        /// The last, with the R1 of its model if it has one.
        latest: Option<(SpaceGroup, Option<f64>)>,
        /// The lowest R1 so far.
        best_r1: Option<f64>,
        /// Space groups whose models are being built now.
        under_way: Vec<SpaceGroup>,
    },
}

/// Follows a whole job: the trials as any `Observer`, then what is made of them.
pub trait Watch: Observer {
    /// The work-up has got somewhere.
    fn stage(&mut self, _: &Stage) {}

    /// The best structure so far, as soon as it stands; called again for each that is better. Nothing is claimed of it
    /// yet.
    fn structure(&mut self, _: &Structure) {}

    /// A decision has fallen.
    fn note(&mut self, _: &Note<'_>) {}
}
