//! Phases gone over once more: settling and polish, many at a time.

use super::Crew;
use super::queue::{Course, Job, Look, Next, Queue};
use super::slots::Slots;
use crate::engine::{EngineError, Merits, Recipe, Start};
use num_complex::Complex32;

/// One pass: phases, and what is to become of them.
pub struct Pass {
    /// From where.
    pub start: Start,
    /// By what.
    pub recipe: Recipe,
}

/// What became of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Passed {
    /// Phases in layout order.
    pub phases: Vec<Complex32>,
    /// Their figures of merit.
    pub merits: Merits,
}

/// Runs every pass for `cycles` cycles in the slots of `crew`, as many at a time as there are slots. What became of
/// them, in the order of the passes.
///
/// # Errors
/// Those of the engines.
pub fn run_passes(crew: Crew, passes: Vec<Pass>, cycles: u32) -> Result<Vec<Passed>, EngineError> {
    let mut crews = [crew];
    run_passes_on(&mut crews, 0, passes, cycles)
}

/// The same in the slots of crew number `number` of a search that has none of them taken (`Search::crews`).
///
/// # Errors
/// Those of the engines.
pub fn run_passes_on(
    crews: &mut [Crew],
    number: usize,
    passes: Vec<Pass>,
    cycles: u32,
) -> Result<Vec<Passed>, EngineError> {
    let mut list = Passes { number, passes: passes.into_iter().enumerate(), passed: Vec::new() };
    Slots::new(crews, cycles).run(crews, &mut list)?;
    list.passed.sort_by_key(|(place, _)| *place);
    Ok(list.passed.into_iter().map(|(_, passed)| passed).collect())
}

struct Passes {
    number: usize,
    passes: std::iter::Enumerate<std::vec::IntoIter<Pass>>,
    passed: Vec<(u32, Passed)>,
}

impl Queue for Passes {
    type Trial = ();
    type Error = EngineError;

    fn next(&mut self, crew: usize) -> Result<Option<Job<()>>, EngineError> {
        if crew != self.number {
            return Ok(None);
        }
        let job = |(place, Pass { start, recipe })| Job {
            number: place as u32,
            course: Course::Run(start, recipe),
            trial: (),
        };
        Ok(self.passes.next().map(job))
    }

    fn look(&mut self, look: &mut Look<'_, ()>) -> Result<Next, EngineError> {
        let passed = Passed { phases: look.phases()?, merits: look.merits };
        self.passed.push((look.number, passed));
        Ok(Next::Leave)
    }
}
