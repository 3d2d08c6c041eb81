//! Where a trial of the search stands, and what comes next.
//!
//! ```text
//! unseeded   search ──converged, or out of cycles──▶ polish (flipping) ─▶ end
//!            search ──converged──▶ settle (message passing) ─▶ end;  out of cycles ─▶ end
//! seeded     search ──converged, or promising at last──▶ proof ─▶ end;  out of cycles ─▶ end
//! ```
//!
//! Where the problem knows distances, message passing that is promising goes on by the pair prior, in the search and in the proof: it
//! believes the height that a trial claims, and freezes those that have none. From seeds at 1.5 to 2.0 Å, 11 cases of 12 draws, 118
//! end solved and 83 above a correlation of 0.9; by the pair prior from the first cycle on 105 and 76 (benches/results, 2026-11-27, pair prior).

use super::Told;
use super::search::STEP;
use crate::engine::{Merits, Method, Recipe};
use crate::phasing::{Arm, Closing, paired};
use num_complex::Complex32;

/// What promising trials go on by.
const PAIRED: Recipe = Recipe::Message(paired());

/// A trial that is being run.
#[derive(Debug, Clone)]
pub struct Running {
    /// Its arm.
    pub arm: Arm,
    /// The recipe that searches.
    pub recipe: Recipe,
    /// Where it stands.
    pub stage: Stage,
    /// Figures of merit at its looks so far, where somebody keeps them.
    pub looks: Vec<Merits>,
    /// How it went, where it has run before.
    pub told: Option<Box<Told>>,
    /// Whether the problem knows distances.
    distances: bool,
    /// Whether it goes on by the pair prior.
    paired: bool,
}

/// Where a trial stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// It looks for a solution.
    Search,
    /// It is polished by another recipe.
    Polish {
        /// Cycles left.
        left: u32,
    },
    /// It goes on after it has converged.
    Settle {
        /// Cycles left.
        left: u32,
    },
    /// It has to come back without its seeds.
    Proof {
        /// Cycles left.
        left: u32,
        /// What it found with them.
        before: Before,
    },
}

/// What a seeded trial found before its proof.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    /// Phases in layout order.
    pub phases: Vec<Complex32>,
    /// Figures of merit.
    pub merits: Merits,
}

/// What follows a look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Turn {
    /// The trial goes on.
    Stay,
    /// It goes on by this recipe.
    Polish(Recipe),
    /// Its phases have to be put to the proof: `stage` is for whoever does so.
    Prove,
    /// It has run its course.
    End,
}

impl Running {
    /// At the start of its search.
    pub fn new(arm: Arm, recipe: Recipe) -> Self {
        Self { arm, recipe, stage: Stage::Search, looks: Vec::new(), told: None, distances: false, paired: false }
    }

    /// The same in a problem that knows distances, or does not.
    #[must_use]
    pub fn with_distances(self, distances: bool) -> Self {
        Self { distances, ..self }
    }

    /// One that has run before.
    pub fn known(arm: Arm, told: Told) -> Self {
        let recipe = told.finished.recipe;
        Self { told: Some(Box::new(told)), ..Self::new(arm, recipe) }
    }

    /// Looks at a trial after a step; `cycles` are those since it was seated. Polish and settling are entered here.
    pub fn turn(&mut self, merits: &Merits, cycles: u32) -> Turn {
        let (turn, stage) = self.ahead(merits, cycles);
        match turn {
            Turn::Polish(recipe) if recipe == PAIRED => self.paired = true,
            // The proof begins without.
            Turn::Prove => self.paired = false,
            _ => {}
        }
        match (stage, &mut self.stage) {
            (Some(stage), _) => self.stage = stage,
            (None, Stage::Polish { left } | Stage::Settle { left } | Stage::Proof { left, .. }) => {
                *left = left.saturating_sub(STEP);
            }
            (None, Stage::Search) => {}
        }
        turn
    }

    /// What `turn` will say, and the stage that it will enter.
    pub fn ahead(&self, merits: &Merits, cycles: u32) -> (Turn, Option<Stage>) {
        match &self.stage {
            Stage::Proof { left, .. } if *left > STEP && self.pairs(self.proof_recipe(), merits) => {
                (Turn::Polish(PAIRED), None)
            }
            Stage::Search if cycles < self.arm.cycles && self.pairs(self.recipe, merits) => {
                (Turn::Polish(PAIRED), None)
            }
            Stage::Polish { left } | Stage::Settle { left } | Stage::Proof { left, .. } => {
                (if *left <= STEP { Turn::End } else { Turn::Stay }, None)
            }
            Stage::Search => self.searched(merits, cycles >= self.arm.cycles),
        }
    }

    fn searched(&self, merits: &Merits, out_of_cycles: bool) -> (Turn, Option<Stage>) {
        let protocol = self.recipe.method().protocol();
        let converged = protocol.converged.pass(merits);
        if self.arm.imposes() {
            let ready = converged || (out_of_cycles && protocol.promising.pass(merits));
            let turn = match (ready, out_of_cycles) {
                (true, _) => Turn::Prove,
                (false, true) => Turn::End,
                (false, false) => Turn::Stay,
            };
            return (turn, None);
        }
        match protocol.closing {
            Closing::Polish { recipe, cycles } if converged || out_of_cycles => {
                (Turn::Polish(recipe), Some(Stage::Polish { left: cycles }))
            }
            Closing::Settle { cycles } if converged => (Turn::Stay, Some(Stage::Settle { left: cycles })),
            Closing::Settle { .. } if out_of_cycles => (Turn::End, None),
            Closing::Polish { .. } | Closing::Settle { .. } => (Turn::Stay, None),
        }
    }

    /// Whether a trial that runs `recipe` goes on by the pair prior now.
    fn pairs(&self, recipe: Recipe, merits: &Merits) -> bool {
        let method = recipe.method();
        self.distances && !self.paired && method == Method::Message && method.protocol().promising.pass(merits)
    }

    /// The recipe that puts it to the proof.
    pub fn proof_recipe(&self) -> Recipe {
        self.recipe.method().protocol().proof_of(self.recipe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phasing::protocol::{POLISH, POLISH_CYCLES};
    use crate::phasing::{Methods, portfolio, seeded_portfolio};

    const BAD: Merits =
        Merits { cycles: 0, r_weak: 0.9, e_kurtosis: 3.0, tan_cos: 0.1, r: 0.5, flipped: 0.2, kappa: 0.1 };
    const GOOD: Merits = Merits { r_weak: 0.05, e_kurtosis: 50.0, tan_cos: 0.9, kappa: 9.0, ..BAD };

    fn running(method: Method, seeded: bool) -> Running {
        let methods = Methods::from(method);
        let arms = if seeded { seeded_portfolio(methods, false) } else { portfolio(methods, 50.0) };
        Running::new(arms[0], arms[0].recipe(1, 0))
    }

    /// Looks until something happens, from `merits`; the turn and the cycles.
    fn wait(running: &mut Running, merits: &Merits, mut cycles: u32) -> (Turn, u32) {
        loop {
            cycles += STEP;
            let turn = running.turn(merits, cycles);
            if turn != Turn::Stay {
                return (turn, cycles);
            }
        }
    }

    #[test]
    fn flipping_is_polished_whether_it_has_converged_or_not() {
        for (merits, after) in [(GOOD, STEP), (BAD, 400)] {
            let mut trial = running(Method::Flipping, false);
            assert_eq!(wait(&mut trial, &merits, 0), (Turn::Polish(POLISH), after));
            assert_eq!(trial.stage, Stage::Polish { left: POLISH_CYCLES });
            assert_eq!(wait(&mut trial, &merits, after), (Turn::End, after + POLISH_CYCLES));
        }
    }

    #[test]
    fn message_passing_settles_when_it_has_converged_and_ends_when_it_has_not() {
        let mut trial = running(Method::Message, false);
        assert_eq!(trial.turn(&BAD, STEP), Turn::Stay);
        assert_eq!(trial.turn(&GOOD, 2 * STEP), Turn::Stay);
        assert_eq!(trial.stage, Stage::Settle { left: 20 });
        assert_eq!(wait(&mut trial, &BAD, 2 * STEP), (Turn::End, 2 * STEP + 20));
        let mut trial = running(Method::Message, false);
        assert_eq!(wait(&mut trial, &BAD, 0), (Turn::End, 90));
    }

    #[test]
    fn promising_trials_go_on_by_the_pair_prior_where_distances_are_known() {
        let alive = Merits { kappa: 0.8, r_weak: 0.4, ..BAD };
        let mut trial = running(Method::Message, false).with_distances(true);
        let searched = trial.recipe;
        assert_eq!(trial.turn(&BAD, STEP), Turn::Stay);
        assert_eq!(trial.turn(&alive, 2 * STEP), Turn::Polish(PAIRED));
        assert_eq!((&trial.stage, trial.recipe), (&Stage::Search, searched));
        assert_eq!(trial.turn(&alive, 3 * STEP), Turn::Stay, "once");
        assert_eq!(trial.turn(&GOOD, 4 * STEP), Turn::Stay);
        assert_eq!(trial.stage, Stage::Settle { left: 20 });
        for mut other in [running(Method::Message, false), running(Method::Flipping, false).with_distances(true)] {
            assert_eq!(other.turn(&alive, STEP), Turn::Stay);
        }
        let mut seeded = running(Method::Message, true).with_distances(true);
        assert_eq!(seeded.turn(&GOOD, STEP), Turn::Polish(PAIRED));
        assert_eq!(seeded.turn(&GOOD, 2 * STEP), Turn::Prove);
        seeded.stage = Stage::Proof { left: 40, before: Before { phases: Vec::new(), merits: GOOD } };
        let turns: Vec<Turn> = [BAD, alive, GOOD, GOOD].iter().map(|merits| seeded.turn(merits, 0)).collect();
        assert_eq!(turns, [Turn::Stay, Turn::Polish(PAIRED), Turn::Stay, Turn::End]);
    }

    #[test]
    fn seeded_trials_are_put_to_the_proof_and_never_polished() {
        for method in Method::ALL {
            let mut trial = running(method, true);
            assert_eq!(wait(&mut trial, &GOOD, 0), (Turn::Prove, STEP));
            let before = Before { phases: Vec::new(), merits: GOOD };
            trial.stage = Stage::Proof { left: 40, before };
            assert_eq!(wait(&mut trial, &BAD, STEP), (Turn::End, STEP + 40));
            let cycles = trial.arm.cycles;
            assert_eq!(wait(&mut running(method, true), &BAD, 0), (Turn::End, cycles));
            // Promising at last is enough.
            let late = Merits { tan_cos: 0.1, kappa: 1.0, e_kurtosis: 8.0, r_weak: 0.4, ..BAD };
            assert_eq!(wait(&mut running(method, true), &late, 0), (Turn::Prove, cycles));
            assert_eq!(trial.proof_recipe().method(), Method::Message);
        }
    }
}
