//! Finished trials of a search, kept in the journal of a run.

use super::folder::RunFolder;
use super::shard::Journal;
use crate::formats::checksum::checksum_text;
use crate::formats::{npy_phases, write_bytes};
use crate::trials::{Finished, Ledger, Merits, Told, TrialPhases};
use crate::{Error, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Phase sets that a shard keeps at most, those of its best promising trials. `seedflip merge` compares as many of all shards, which are among
/// them: a candidate that is right has agreeing trials among its best, and 64 sets of the largest cells (a hundred thousand reflections) are 51 MB.
pub const MOST_PHASES: usize = 64;
/// Bytes of the figures of one look: the cycles and six figures.
const LOOK: usize = 28;

/// A trial as the journal has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The trial.
    #[serde(flatten)]
    pub finished: Finished,
    /// Its looks, `LOOK` bytes each, little-endian, in base64; empty where nobody will ask for them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    looks: String,
    /// Checksum of the file of its phases, where they were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phases: Option<String>,
}

impl Entry {
    /// A trial with its looks and the bytes of the file of its phases.
    pub fn new(finished: &Finished, looks: &[Merits], phases: Option<&[u8]>) -> Self {
        let bytes: Vec<u8> = looks.iter().flat_map(written).collect();
        Self { finished: finished.clone(), looks: BASE64_STANDARD.encode(bytes), phases: phases.map(checksum_text) }
    }

    /// Its looks; `None` where they are damaged.
    fn looks(&self) -> Option<Vec<Merits>> {
        let bytes = BASE64_STANDARD.decode(&self.looks).ok().filter(|bytes| bytes.len().is_multiple_of(LOOK))?;
        bytes.chunks_exact(LOOK).map(read).collect()
    }

    /// Its phases from their folder; `None` where the file is not there, or is another.
    pub fn read_phases(&self, folder: &Path) -> Option<TrialPhases> {
        let bytes = std::fs::read(path(folder, self.finished.trial)).ok()?;
        (self.phases.as_ref() == Some(&checksum_text(&bytes))).then_some(())?;
        npy_phases::read(&bytes).map(TrialPhases)
    }
}

/// Where the phases of a trial are.
fn path(folder: &Path, trial: u32) -> PathBuf {
    folder.join(format!("{trial}.npy"))
}

fn written(merits: &Merits) -> [u8; LOOK] {
    let Merits { cycles, r_weak, e_kurtosis, tan_cos, r, flipped, kappa } = *merits;
    let figures = [r_weak, e_kurtosis, tan_cos, r, flipped, kappa].map(f32::to_bits);
    let mut bytes = [0; LOOK];
    for (place, word) in bytes.chunks_exact_mut(4).zip([cycles].into_iter().chain(figures)) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn read(bytes: &[u8]) -> Option<Merits> {
    let word = |i: usize| Some(u32::from_le_bytes(bytes.get(4 * i..4 * i + 4)?.try_into().ok()?));
    let figure = |i: usize| word(i).map(f32::from_bits);
    let [r_weak, e_kurtosis, tan_cos] = [figure(1)?, figure(2)?, figure(3)?];
    let [r, flipped, kappa] = [figure(4)?, figure(5)?, figure(6)?];
    Some(Merits { cycles: word(0)?, r_weak, e_kurtosis, tan_cos, r, flipped, kappa })
}

/// The trials whose phases a shard keeps: the best promising ones, or the best of all as long as none is promising.
#[derive(Debug, Default)]
pub struct BestPhases {
    /// In the order of the ranking.
    ranked: Vec<Finished>,
}

impl BestPhases {
    /// Whether a trial would be among them.
    pub fn would_take(&self, trial: &Finished) -> bool {
        let beats = |other: Option<&Finished>| other.is_none_or(|other| trial.compare(other).is_lt());
        if !trial.is_promising() || self.ranked.len() >= MOST_PHASES {
            return beats(self.ranked.last());
        }
        true
    }

    /// Takes a trial that `would_take` has let in; those that are no longer among them.
    pub fn take(&mut self, trial: &Finished) -> Vec<Finished> {
        let at = self.ranked.partition_point(|other| other.compare(trial).is_lt());
        self.ranked.insert(at, trial.clone());
        let promising = self.ranked.iter().take_while(|trial| trial.is_promising()).count();
        self.ranked.split_off(self.ranked.len().min(promising.clamp(1, MOST_PHASES)))
    }
}

/// What is kept of each trial.
#[derive(Debug)]
enum Kept {
    /// Its course, and phases where the search wants them: the search goes on exactly as it would have.
    Course,
    /// What a ranking needs, and phases of the best.
    Best(BestPhases),
}

/// The trials of a run that have finished, before and now.
pub struct TrialLedger {
    phases: PathBuf,
    /// Trials that were known when it was opened.
    pub known: usize,
    /// Lines that were damaged.
    pub damaged: usize,
    state: RefCell<State>,
}

struct State {
    /// Open as long as it takes lines.
    journal: Option<Journal>,
    fault: Option<Error>,
    entries: HashMap<u32, Entry>,
    kept: Kept,
}

impl TrialLedger {
    /// For a run that goes on exactly as it would have.
    ///
    /// # Errors
    /// Those of `RunFolder::journal`.
    pub fn of_run(run: &RunFolder, device: &str) -> Result<Self> {
        Self::open(run, device, Kept::Course)
    }

    /// For a part of the trials of a run, which are ranked at the end.
    ///
    /// # Errors
    /// Those of `RunFolder::journal`.
    pub fn of_shard(run: &RunFolder, device: &str) -> Result<Self> {
        Self::open(run, device, Kept::Best(BestPhases::default()))
    }

    fn open(run: &RunFolder, device: &str, mut kept: Kept) -> Result<Self> {
        let mut entries: HashMap<u32, Entry> = HashMap::new();
        let phases = run.phases();
        let mut outdone = Vec::new();
        let (journal, damaged) = run.journal(device, |entry: Entry| {
            if let Kept::Best(best) = &mut kept
                && entry.phases.is_some()
                && !entries.contains_key(&entry.finished.trial)
                && best.would_take(&entry.finished)
            {
                outdone.extend(best.take(&entry.finished));
            }
            entries.entry(entry.finished.trial).or_insert(entry);
        })?;
        // Where a kill came between a line and the end of a file that it outdoes.
        outdone.iter().for_each(|trial| drop(std::fs::remove_file(path(&phases, trial.trial))));
        let known = entries.len();
        let state = RefCell::new(State { journal: Some(journal), fault: None, entries, kept });
        Ok(Self { phases, known, damaged, state })
    }

    /// Closes it.
    ///
    /// # Errors
    /// Why it has taken no more trials from some moment on.
    pub fn close(self) -> Result<()> {
        self.state.into_inner().fault.map_or(Ok(()), Err)
    }

    fn write(&self, state: &mut State, trial: &Finished, looks: &[Merits], phases: Option<&TrialPhases>) -> Result<()> {
        let Some(journal) = &mut state.journal else { return Ok(()) };
        let bytes = phases.map(|phases| npy_phases::write(&phases.0));
        if let Some(bytes) = &bytes {
            let lost = |source| Error::Output { path: self.phases.clone(), source };
            std::fs::create_dir_all(&self.phases).map_err(lost)?;
            write_bytes(&path(&self.phases, trial.trial), bytes)?;
        }
        match &mut state.kept {
            Kept::Course => journal.add(&Entry::new(trial, looks, bytes.as_deref())),
            Kept::Best(best) => {
                journal.add(&Entry::new(trial, &[], bytes.as_deref()))?;
                let outdone = if bytes.is_some() { best.take(trial) } else { Vec::new() };
                outdone.iter().for_each(|trial| drop(std::fs::remove_file(path(&self.phases, trial.trial))));
                Ok(())
            }
        }
    }
}

impl Ledger for TrialLedger {
    fn knows(&self, trial: u32) -> bool {
        self.state.borrow().entries.contains_key(&trial)
    }

    fn told(&self, trial: u32) -> Option<Told> {
        let mut state = self.state.borrow_mut();
        let entry = state.entries.remove(&trial)?;
        let phases = entry.read_phases(&self.phases);
        if matches!(state.kept, Kept::Best(_)) {
            return Some(Told { finished: entry.finished, looks: Vec::new(), phases });
        }
        // Without them it has to be run again.
        let looks = entry.looks().filter(|looks| !looks.is_empty())?;
        (phases.is_some() == entry.phases.is_some()).then_some(Told { finished: entry.finished, looks, phases })
    }

    fn wants(&self, trial: &Finished) -> bool {
        match &self.state.borrow().kept {
            Kept::Course => false,
            Kept::Best(best) => best.would_take(trial),
        }
    }

    fn keep(&self, trial: &Finished, looks: &[Merits], phases: Option<&TrialPhases>) {
        // What JSON has no numbers for is run again.
        if !trial.merits.are_finite() {
            return;
        }
        let mut state = self.state.borrow_mut();
        // In a shard the ledger alone says whose phases are kept.
        let phases = match &state.kept {
            Kept::Course => phases,
            Kept::Best(best) => phases.filter(|_| best.would_take(trial)),
        };
        if let Err(error) = self.write(&mut state, trial, looks, phases) {
            (state.journal, state.fault) = (None, Some(error));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Call, Plan};
    use crate::phasing::{Methods, portfolio};
    use crate::trials::Part;
    use num_complex::Complex32;

    /// A trial with this R_weak, promising or not.
    fn finished(trial: u32, r_weak: f32, promising: bool) -> Finished {
        let arm = portfolio(Methods::Both, 50.0)[0];
        let good = if promising { 100.0 } else { 0.0 };
        let merits = Merits { r_weak, e_kurtosis: good, kappa: good, tan_cos: 0.9, ..Merits::default() };
        Finished { trial, arm: arm.name, recipe: arm.recipe(1, trial), merits, cycles: 20, proven: None }
    }

    #[test]
    fn looks_come_back_to_the_last_bit() {
        let looks = [Merits { cycles: 10, r_weak: 0.1, e_kurtosis: f32::NAN, ..Merits::default() }, Merits::default()];
        let entry = Entry::new(&finished(0, 0.5, false), &looks, None);
        let back = entry.looks().unwrap();
        assert_eq!((back.len(), back[0].cycles, back[0].r_weak), (2, 10, 0.1));
        assert_eq!((back[0].e_kurtosis.to_bits(), back[1]), (f32::NAN.to_bits(), looks[1]));
    }

    /// Whatever the order in which trials end, the phases of the same ones are kept.
    #[test]
    fn the_best_are_the_best_in_any_order() {
        let kept = |order: &[u32], promising_from: u32| {
            let mut best = BestPhases::default();
            for &trial in order {
                let trial = finished(trial, 0.9 - 0.004 * trial as f32, trial >= promising_from);
                if best.would_take(&trial) {
                    best.take(&trial);
                }
            }
            best.ranked.iter().map(|trial| trial.trial).collect::<Vec<_>>()
        };
        let up: Vec<u32> = (0..200).collect();
        let down: Vec<u32> = up.iter().rev().copied().collect();
        let mixed: Vec<u32> = up.iter().map(|i| i * 77 % 200).collect();
        for (from, count) in [(0, MOST_PHASES), (190, 10), (200, 1)] {
            assert_eq!(kept(&up, from).len(), count);
            assert!(kept(&up, from) == kept(&down, from) && kept(&up, from) == kept(&mixed, from));
        }
    }

    #[test]
    fn a_shard_keeps_the_phases_of_its_best_and_goes_on_with_them() {
        let home = tempfile::tempdir().unwrap();
        let plan = Plan::new("solve", Call::default());
        let phases = TrialPhases(vec![Complex32::new(0.5, 0.25); 3]);
        let of = Part::new(1, 2).unwrap();
        let open = || {
            let run = RunFolder::open(home.path(), &plan, of, false).unwrap();
            (TrialLedger::of_shard(&run, "cpu").unwrap(), run)
        };
        let files = || {
            let mut names: Vec<String> = std::fs::read_dir(home.path().join("shard-1"))
                .unwrap()
                .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
                .collect();
            names.sort();
            names
        };
        let (ledger, run) = open();
        for (trial, promising) in [(1, false), (3, false), (5, true), (7, false), (9, true)] {
            let trial = finished(trial, 0.3 - 0.01 * trial as f32, promising);
            let wanted = ledger.wants(&trial).then_some(&phases);
            ledger.keep(&trial, &[Merits::default()], wanted);
        }
        ledger.close().unwrap();
        drop(run);
        assert_eq!(files(), ["5.npy", "9.npy"]);
        let (ledger, _run) = open();
        assert_eq!((ledger.known, ledger.damaged), (5, 0));
        assert!(ledger.knows(7) && !ledger.knows(2));
        let told = ledger.told(9).unwrap();
        assert_eq!((told.finished.trial, told.looks.len(), told.phases), (9, 0, Some(phases)));
        assert!(!ledger.wants(&finished(11, 0.01, false)) && ledger.wants(&finished(11, 0.29, true)));
    }
}
