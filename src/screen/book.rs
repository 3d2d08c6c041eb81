//! The outcomes of a screen, kept in the journal of its run.

use super::{Outcome, table};
use crate::Result;
use crate::journal::{Journal, RunFolder};
use std::collections::BTreeMap;

/// Outcomes by condition and draw: those of earlier calls, and those that come.
pub struct Book {
    journal: Journal,
    outcomes: BTreeMap<(usize, u32), Outcome>,
    /// Lines of the journal that were damaged.
    pub damaged: usize,
}

impl Book {
    /// The book of a run of so many `conditions` and `draws`. What is beyond them is not taken, nor an outcome for the second time.
    ///
    /// # Errors
    /// Those of `RunFolder::journal`.
    pub fn open(run: &RunFolder, device: &str, conditions: usize, draws: u32) -> Result<Self> {
        let mut outcomes: BTreeMap<(usize, u32), Outcome> = BTreeMap::new();
        let (journal, damaged) = run.journal(device, |outcome: Outcome| {
            if outcome.condition < conditions && (1..=draws).contains(&outcome.draw) {
                outcomes.entry((outcome.condition, outcome.draw)).or_insert(outcome);
            }
        })?;
        Ok(Self { journal, outcomes, damaged })
    }

    /// Conditions and draws that are known.
    pub fn known(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.outcomes.keys().copied()
    }

    /// Takes an outcome down.
    ///
    /// # Errors
    /// `Error::Output`.
    pub fn take(&mut self, outcome: Outcome) -> Result<()> {
        // As the table has it, so that sums are the same to the last bit before and after a break.
        let outcome = table::as_written(outcome);
        self.journal.add(&outcome)?;
        self.outcomes.insert((outcome.condition, outcome.draw), outcome);
        Ok(())
    }

    /// All of them in the order of the table.
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.outcomes.values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Call, Plan};
    use crate::seed::Merit;
    use crate::trials::Part;

    #[test]
    fn an_outcome_counts_once_and_only_where_it_was_asked_for() {
        let home = tempfile::tempdir().unwrap();
        let plan = Plan::new("screen", Call::default());
        let open = |draws: u32| {
            let run = RunFolder::open(home.path(), &plan, Part::WHOLE, false).unwrap();
            Book::open(&run, "cpu", 2, draws).unwrap()
        };
        let outcome = |condition: usize, draw: u32| Outcome {
            condition,
            draw,
            cc: 2.0 / 3.0,
            cycles: 20,
            kappa: 1.0 / 3.0,
            r_weak: 0.1,
            s0: 1.0 / 7.0,
            predicted: [1.0 / 9.0, 1.0],
            merit: Merit::default(),
        };
        let mut book = open(3);
        for (condition, draw) in [(1, 2), (0, 3), (1, 2), (0, 0), (7, 1)] {
            book.take(outcome(condition, draw)).unwrap();
        }
        drop(book);
        let book = open(3);
        assert_eq!(book.known().collect::<Vec<_>>(), [(0, 3), (1, 2)]);
        assert_eq!(book.outcomes(), [outcome(0, 3), outcome(1, 2)].map(table::as_written));
        drop(book);
        assert_eq!(open(2).known().collect::<Vec<_>>(), [(1, 2)]);
    }
}
