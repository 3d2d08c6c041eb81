//! Which seeds a trial starts from.

use super::Deal;
use crate::crystal::SpaceGroup;
use crate::engine::{Problem, Seeds};
use crate::phasing::{Draw, GriddedSphere, SeedPlaces, SeedStart, Sphere};
use crate::seed::SeedSets;
use std::collections::HashMap;
use std::sync::Arc;

/// Fractions of wrong seeds that trials assume in turn where nobody stated one: being told 10 % where 25 % are wrong
/// costs nothing (recipe notes §3), and the second serves seeds that are worse.
pub const WRONG_TRIED: [f64; 2] = [0.1, 0.3];

/// Seeds of a run as the user gave them.
#[derive(Debug, Clone, Copy)]
pub struct SeedInput<'a> {
    /// The sets.
    pub sets: &'a SeedSets,
    /// Fraction of wrong seeds, where it is known; takes the place of the file's.
    pub wrong: Option<f64>,
}

/// Makes the seeds of one grid's trials. Sets that trials share are made once.
pub struct SeedSource<'a> {
    input: SeedInput<'a>,
    group: &'a SpaceGroup,
    places: SeedPlaces,
    shared: HashMap<(usize, u64), Arc<Seeds>>,
}

impl<'a> SeedSource<'a> {
    /// For the trials on one grid.
    pub fn new(input: SeedInput<'a>, group: &'a SpaceGroup, sphere: &Sphere, gridded: &GriddedSphere) -> Self {
        Self { input, group, places: SeedPlaces::new(sphere, gridded), shared: HashMap::new() }
    }

    /// Seeds, on the grid of `problem`, of trial number `trial`, dealt by `deal`.
    pub fn seeds(&mut self, problem: &Problem, start: SeedStart, seed: u32, trial: u32, deal: &Deal) -> Arc<Seeds> {
        let sets = self.input.sets;
        let set = deal.set(trial, sets.sets.len());
        if deal.sets_apart() {
            // Sets come one after the other: what was made for those before is not asked for again.
            self.shared.retain(|(made, _), _| *made == set);
        }
        let trial = deal.number(trial);
        let round = trial as usize / deal.arms().max(1);
        let wrong =
            self.input.wrong.or(sets.wrong).unwrap_or(WRONG_TRIED[(trial as usize + round) % WRONG_TRIED.len()]);
        let make = |draw| self.places.seeds(problem, self.group, sets.origin, &sets.sets.get(set), wrong, draw);
        if start.drawn {
            return Arc::new(make(Draw::Trial { seed, trial }));
        }
        match self.shared.get(&(set, wrong.to_bits())) {
            Some(seeds) => seeds.clone(),
            None => {
                let seeds = Arc::new(make(Draw::Mean));
                self.shared.insert((set, wrong.to_bits()), seeds.clone());
                seeds
            }
        }
    }
}
