//! The trials of all shards together.

use super::folder::Shards;
use super::ledger::{BestPhases, Entry};
use crate::Result;
use crate::trials::{Part, Told};
use std::collections::HashSet;

/// What the shards of a run have finished.
#[derive(Debug, Default)]
pub struct Merged {
    /// Trials by their numbers, each once; phases of those that a ranking of all puts first. It does not matter how many shards there were.
    pub told: Vec<Told>,
    /// Shards that have not finished all their trials.
    pub missing: Vec<Missing>,
    /// Lines that were damaged.
    pub damaged: usize,
}

/// A shard that has not finished all its trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// The shard.
    pub part: Part,
    /// Trials that it has finished.
    pub finished: u32,
    /// All of its trials.
    pub of: u32,
}

/// Reads all `of` shards of a run of so many `trials`.
///
/// # Errors
/// Files that cannot be read, or are of another plan.
pub fn merge(shards: &Shards, of: u32, trials: u32) -> Result<Merged> {
    let mut merged = Merged::default();
    let mut best = BestPhases::default();
    let mut with_phases: Vec<(Part, Entry)> = Vec::new();
    for part in (0..of).filter_map(|index| Part::new(index, of)) {
        let mut seen = HashSet::new();
        let told = &mut merged.told;
        let scan = shards.scan(part, |entry: Entry| {
            let trial = entry.finished.trial;
            // Trials that are none of its are not taken, nor one for the second time.
            if trial >= trials || !part.has(trial) || !seen.insert(trial) {
                return;
            }
            told.push(Told { finished: entry.finished.clone(), looks: Vec::new(), phases: None });
            if entry.phases.is_some() && best.would_take(&entry.finished) {
                let outdone = best.take(&entry.finished);
                with_phases.push((part, entry));
                with_phases.retain(|(_, entry)| outdone.iter().all(|o| o.trial != entry.finished.trial));
            }
        })?;
        merged.damaged += scan.map_or(0, |scan| scan.damaged);
        let finished = seen.len() as u32;
        if finished < part.share(trials) {
            merged.missing.push(Missing { part, finished, of: part.share(trials) });
        }
    }
    merged.told.sort_unstable_by_key(|told| told.finished.trial);
    for (part, entry) in with_phases {
        let phases = entry.read_phases(&shards.phases(part));
        let place = merged.told.binary_search_by_key(&entry.finished.trial, |told| told.finished.trial);
        if let Some(told) = place.ok().and_then(|place| merged.told.get_mut(place)) {
            told.phases = phases;
        }
    }
    Ok(merged)
}
