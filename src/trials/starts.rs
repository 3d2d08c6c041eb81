//! What the trials of one grid may start from.

use super::{Deal, SeedSource};
use crate::engine::Start;
use crate::grid::Sampling;
use crate::phasing::{Arm, AtomStarts, GriddedSphere, Patterson, StartKind};
use rayon::prelude::*;
use std::collections::{HashMap, VecDeque};

/// A grid of the search, with what is made once for all its trials.
pub(super) struct Starts<'a> {
    /// Sampling that its arms ask for.
    pub sampling: Sampling,
    /// Places of the reflections on the grid.
    pub gridded: GriddedSphere,
    /// Where an arm asks for it.
    pub patterson: Option<Patterson>,
    /// Where an arm asks for them.
    pub atoms: Option<AtomStarts>,
    /// For a run from seeds.
    pub seeds: Option<SeedSource<'a>>,
    /// Starts that were made ahead, by the number of the trial.
    pub ready: HashMap<u32, Start>,
    /// Trials that a lost device left unfinished.
    pub again: VecDeque<u32>,
    /// Next trial that may be one of this grid: each grid has its own queue, of the trials whose arm asks for its
    /// sampling.
    pub next: u32,
}

impl Starts<'_> {
    /// The next trial of this grid below number `end`, dealt by `deal`.
    pub fn next_of(&mut self, end: u32, deal: &Deal) -> Option<u32> {
        let trial = self.coming(end, deal).next();
        self.next = trial.map_or(self.next.max(end), |trial| trial + 1);
        trial
    }

    /// Trials of this grid that come next, below number `end`, dealt by `deal`.
    pub fn coming<'d>(&self, end: u32, deal: &'d Deal) -> impl Iterator<Item = u32> + use<'d> {
        let sampling = self.sampling;
        (self.next..end).filter(move |&trial| deal.takes(trial) && deal.turn(trial).sampling == sampling)
    }

    /// Makes the starts of trials that come next and cost something, side by side.
    pub fn prepare(&mut self, coming: &[(u32, Arm)], seed: u32, deal: &Deal) {
        let problem = &self.gridded.problem;
        if let Some(patterson) = &mut self.patterson {
            let superposed = coming.iter().filter(|(_, arm)| arm.start == StartKind::Patterson);
            patterson.prepare(problem, seed, superposed.map(|(trial, _)| *trial));
        }
        if let Some(atoms) = &mut self.atoms
            && let Some((trial, _)) = coming.iter().rfind(|(_, arm)| arm.start == StartKind::Atom)
        {
            atoms.prepare(deal.atoms_before(*trial) + 1);
        }
        let make = |&(trial, arm): &(u32, Arm)| {
            let start = match (arm.start, &self.patterson, &self.atoms) {
                (StartKind::Patterson, Some(patterson), _) => Start::Phases(patterson.phases(problem, seed, trial)),
                (StartKind::Atom, _, Some(atoms)) => {
                    Start::Seeded { seeds: atoms.seeds(problem, deal.atoms_before(trial))?, hold: atoms.hold() }
                }
                _ => return None,
            };
            Some((trial, start))
        };
        let made: Vec<(u32, Start)> = coming.par_iter().filter_map(make).collect();
        self.ready.extend(made);
    }

    /// The start of trial number `trial` of `arm`, dealt by `deal`. Beyond the end of the list of atoms phases are random.
    pub fn start(&mut self, arm: &Arm, seed: u32, trial: u32, deal: &Deal) -> Start {
        if let Some(start) = self.ready.remove(&trial) {
            return start;
        }
        let problem = &self.gridded.problem;
        if let (StartKind::Atom, Some(atoms)) = (arm.start, &self.atoms)
            && let Some(seeds) = atoms.seeds(problem, deal.atoms_before(trial))
        {
            return Start::Seeded { seeds, hold: atoms.hold() };
        }
        match (arm.start, &self.patterson, &mut self.seeds) {
            (StartKind::Patterson, Some(patterson), _) => Start::Phases(patterson.phases(problem, seed, trial)),
            (StartKind::Seeded(start), _, Some(source)) => {
                Start::Seeded { seeds: source.seeds(problem, start, seed, trial, deal), hold: start.hold }
            }
            _ => Start::Random { seed, trial: deal.number(trial) },
        }
    }
}
