//! Data sets that have ended, in the journal of a run of several.

use super::args::Args;
use super::case::{Outcome, with_options};
use super::inputs::{Entry, List};
use crate::cli::planned;
use crate::clock::Clock;
use crate::formats::checksum::{checksum_of, checksum_text};
use crate::formats::write_bytes;
use crate::journal::{Contents, Journal, Plan, RunFolder};
use crate::output::say;
use crate::report::batch::Batch;
use crate::report::row::Row;
use crate::trials::Part;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Ending of a page.
const PAGE: &str = "html";

/// A data set that has ended, as the journal has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ended {
    /// What it is called.
    set: String,
    /// Checksum of what was read.
    data: String,
    /// Seconds that it was given, where they were used up.
    #[serde(skip_serializing_if = "Option::is_none")]
    time_limit_s: Option<f64>,
    /// Names of its result files.
    files: Vec<String>,
    /// Checksum of the record among them.
    record: String,
    row: Row,
}

/// The journal of a run of several data sets.
pub struct Book {
    run: RunFolder,
    members: BTreeMap<String, Contents>,
    known: HashMap<String, Row>,
    state: Mutex<State>,
}

struct State {
    /// Open as long as it takes lines.
    journal: Option<Journal>,
    fault: Option<Error>,
}

impl Book {
    /// The journal in `folder` of a run of these data sets on `device`. Data sets may have joined since it was begun.
    ///
    /// # Errors
    /// Those of `RunFolder`: another plan, another process.
    pub fn open(args: &Args, folder: &Path, list: &List, device: &str) -> Result<Self> {
        let members: BTreeMap<String, Contents> =
            list.entries.iter().map(|entry| (entry.label.clone(), contents(entry))).collect();
        let mut plan = with_options(Plan::new("solve", planned::call("solve")), args).with("the device", device);
        plan.members = members;
        let run = RunFolder::open(folder, &plan, Part::WHOLE, args.restart)?;
        let members = run.plan().members.clone();
        let mut ended: HashMap<String, Ended> = HashMap::new();
        let (journal, damaged) = run.journal(device, |line: Ended| drop(ended.insert(line.set.clone(), line)))?;
        planned::damage(damaged).iter().for_each(|line| say::line(line));
        let known = list.entries.iter().filter_map(|entry| {
            let line = ended.remove(&entry.label)?;
            let stands = members.get(&entry.label).is_some_and(|contents| contents.checksum == line.data)
                && line.stands(entry, args);
            stands.then_some((entry.label.clone(), line.row))
        });
        let known = known.collect();
        Ok(Self { run, members, known, state: Mutex::new(State { journal: Some(journal), fault: None }) })
    }

    /// What came of a data set that has ended before, and whose results stand where they would be written now.
    pub fn known(&self, entry: &Entry) -> Option<&Row> {
        self.known.get(&entry.label)
    }

    /// The folder of the journal of its trials.
    pub fn member(&self, entry: &Entry) -> PathBuf {
        self.run.member(&entry.label)
    }

    /// Takes down what came of a data set, unless somebody has stopped it, a file is missing or the device was lost: it goes on then.
    pub fn take(&self, entry: &Entry, row: &Row, outcome: &Outcome<'_>, clock: &Clock) {
        let Some((record, contents)) = row.record.as_ref().zip(self.members.get(&entry.label)) else { return };
        if clock.stopped() || row.is_failure() {
            return;
        }
        let Ok(sum) = checksum_of(record) else { return };
        let limit = clock.late().then(|| clock.limit()).flatten();
        let line = Ended {
            set: entry.label.clone(),
            data: contents.checksum.clone(),
            time_limit_s: limit.map(|limit| limit.as_secs_f64()),
            files: outcome.results.folder().written().collect(),
            record: sum,
            row: row.clone(),
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Err(error)) = state.journal.as_mut().map(|journal| journal.add(&line)) {
            (state.journal, state.fault) = (None, Some(error));
        }
    }

    /// Writes the table of all, and closes the journal.
    ///
    /// # Errors
    /// Why the table could not be written, or why the journal has taken no more from some moment on.
    pub fn close(self, batch: &Batch) -> Result<()> {
        let written = write_table(batch, &self.run.table(), true);
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.fault.map_or(Ok(()), Err).and(written)
    }
}

/// Writes the table to `path`, and where a page is wanted beside it one of the same name; a path that ends in .html is that of the page.
pub fn write_table(batch: &Batch, path: &Path, wants_page: bool) -> Result<()> {
    let page = path.with_extension(PAGE);
    if page == path {
        return write_bytes(path, batch.page(path)?.as_bytes());
    }
    write_bytes(path, batch.json()?.as_bytes())?;
    if wants_page { write_bytes(&page, batch.page(&page)?.as_bytes()) } else { Ok(()) }
}

impl Ended {
    /// Whether its results are where they would be written now, and no more time is given than it has had.
    fn stands(&self, entry: &Entry, args: &Args) -> bool {
        let given = args.time_limit.map_or(f64::INFINITY, |limit| limit.as_secs_f64());
        let record = entry.record(args.output.as_deref());
        let whole = |record: &Path| {
            let folder = record.parent().unwrap_or(Path::new(""));
            checksum_of(record).is_ok_and(|sum| sum == self.record)
                && self.files.iter().all(|name| folder.join(name).is_file())
        };
        self.time_limit_s.is_none_or(|had| given <= had) && self.row.record.as_ref() == Some(&record) && whole(&record)
    }
}

/// What a data set is read from; of what cannot be read its reader says so, when its turn has come.
fn contents(entry: &Entry) -> Contents {
    let sums: Vec<String> = entry.files.iter().filter_map(|path| checksum_of(path).ok()).collect();
    let name = entry.name.file_name().unwrap_or(entry.name.as_os_str()).to_string_lossy().into_owned();
    Contents { name, checksum: checksum_text(sums.join(" ").as_bytes()) }
}
