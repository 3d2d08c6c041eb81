//! The folder of a run.

use super::lock::Lock;
use super::plan::{HINT, Plan};
use super::process::Process;
use super::shard::{Journal, Opening, Scan, scan};
use crate::formats::checksum::checksum_text;
use crate::formats::{write_bytes, write_new};
use crate::trials::Part;
use crate::{Error, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The plan in the folder.
const PLAN: &str = "plan.json";
/// What says that a shard is sure of its solution.
const SOLVED: &str = "solved.json";
/// How folders of runs begin that a run of several data sets has for each of them.
const MEMBER: &str = "set-";
/// The table of a run of several, and its page.
const TABLES: [&str; 2] = ["table.json", "table.html"];
/// How names begin that files have while they are written (`formats::atomic`).
const TEMPORARY: &str = ".seedflip-";

/// The folder of a run, with the lock of one of its parts.
#[derive(Debug)]
pub struct RunFolder {
    folder: PathBuf,
    part: Part,
    plan: Plan,
    _lock: Lock,
}

/// What a shard that is sure of its solution says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SolvedMark {
    /// The shard.
    pub shard: u32,
    /// Number of the trial.
    pub trial: u32,
    /// Probability that the structure is right.
    pub probability: f64,
    /// R1 of its model.
    pub r1: Option<f64>,
}

/// What a run left, seen by somebody who runs none of it.
#[derive(Debug)]
pub struct Shards {
    folder: PathBuf,
    /// The plan.
    pub plan: Plan,
}

impl RunFolder {
    /// The folder of the run of `plan`, made if it is missing, for its part `part`. With `restart` what an earlier run left goes first.
    ///
    /// # Errors
    /// `Error::Output` when it cannot be written; a folder of a run with another plan, with the difference; a part that another process works on.
    pub fn open(folder: &Path, plan: &Plan, part: Part, restart: bool) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|source| Error::Output { path: folder.to_owned(), source })?;
        let lock = Lock::take(&folder.join(lock_name(part)))?;
        if restart {
            clear(folder, part)?;
        }
        let path = folder.join(PLAN);
        let there = match write_new(&path, plan.text()?.as_bytes()) {
            Ok(()) => plan.clone(),
            Err(Error::Output { source, .. }) if source.kind() == ErrorKind::AlreadyExists => Plan::read(&path)?,
            Err(error) => return Err(error),
        };
        if let Some(difference) = there.difference(plan) {
            return Err(Error::file(folder, format!("holds another run: {difference}"), HINT));
        }
        // What may grow has grown.
        let mut now = plan.clone();
        now.call = there.call.clone();
        if now != there {
            now.write(&path)?;
        }
        let open = Self { folder: folder.to_owned(), part, plan: now, _lock: lock };
        // A run that was killed may have left files that have no name yet.
        if part.of() == 1 {
            remove_temporary(folder);
        }
        remove_temporary(&open.phases());
        Ok(open)
    }

    /// What the part has finished so far is handed to `take`, damaged lines are counted, and its journal is open for more.
    ///
    /// # Errors
    /// Those of `scan` and `Journal::open`.
    pub fn journal<T: DeserializeOwned>(&self, device: &str, take: impl FnMut(T)) -> Result<(Journal, usize)> {
        let path = shard(&self.folder, self.part);
        let checksum = self.plan.checksum();
        let found: Option<Scan> = scan(&path, &checksum, self.part, take)?;
        let opening = Opening::now(&Process::own().host, device);
        let journal = Journal::open(&path, &checksum, self.part, found.as_ref(), &opening)?;
        Ok((journal, found.map_or(0, |scan| scan.damaged)))
    }

    /// The plan, with what it has grown by.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The folder of the phases of this part; it may be missing.
    pub fn phases(&self) -> PathBuf {
        phases(&self.folder, self.part)
    }

    /// The folder of the run of one of several data sets; nothing of the name can lead out of this one.
    pub fn member(&self, name: &str) -> PathBuf {
        member(&self.folder, name)
    }

    /// Where the table of a run of several data sets goes; its page goes beside it.
    pub fn table(&self) -> PathBuf {
        self.folder.join(TABLES[0])
    }

    /// Where a shard that is sure of its solution says so.
    pub fn solved(&self) -> PathBuf {
        self.folder.join(SOLVED)
    }

    /// Says that this shard is sure of its solution.
    ///
    /// # Errors
    /// `Error::Output`.
    pub fn mark_solved(&self, mark: &SolvedMark) -> Result<()> {
        let text = serde_json::to_string_pretty(mark)
            .map_err(|error| Error::Bug(format!("the mark of a solution cannot be written: {error}")))?;
        write_bytes(&self.solved(), format!("{text}\n").as_bytes())
    }
}

impl Shards {
    /// The run in `folder`.
    ///
    /// # Errors
    /// A folder without a plan, and a plan that cannot be read.
    pub fn open(folder: &Path) -> Result<Self> {
        if !folder.join(PLAN).exists() {
            let what = if folder.is_dir() { "has no plan.json: it is no folder of a run" } else { "is no folder" };
            return Err(Error::file(folder, what, "name that of --run, or of a screen"));
        }
        Ok(Self { folder: folder.to_owned(), plan: Plan::read(&folder.join(PLAN))? })
    }

    /// Hands all that a part has finished to `take`; `None` where it has not begun.
    ///
    /// # Errors
    /// Those of `scan`.
    pub fn scan<T: DeserializeOwned>(&self, part: Part, take: impl FnMut(T)) -> Result<Option<Scan>> {
        scan(&shard(&self.folder, part), &self.plan.checksum(), part, take)
    }

    /// The folder of the phases of a part.
    pub fn phases(&self, part: Part) -> PathBuf {
        phases(&self.folder, part)
    }

    /// The run of one of several data sets; `None` where it has not begun.
    pub fn member(&self, name: &str) -> Option<Self> {
        Self::open(&member(&self.folder, name)).ok()
    }

    /// Who works on a part now.
    pub fn holder(&self, part: Part) -> Option<String> {
        Lock::holder(&self.folder.join(lock_name(part)))
    }

    /// When a part finished its last trial, as the file system has it.
    pub fn touched(&self, part: Part) -> Option<std::time::SystemTime> {
        std::fs::metadata(shard(&self.folder, part)).and_then(|meta| meta.modified()).ok()
    }

    /// What a shard that is sure of its solution has said.
    pub fn solved(&self) -> Option<SolvedMark> {
        serde_json::from_slice(&std::fs::read(self.folder.join(SOLVED)).ok()?).ok()
    }
}

fn member(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{MEMBER}{}", checksum_text(name.as_bytes())))
}

fn shard(folder: &Path, part: Part) -> PathBuf {
    folder.join(format!("shard-{}.jsonl", part.index()))
}

fn phases(folder: &Path, part: Part) -> PathBuf {
    folder.join(format!("shard-{}", part.index()))
}

/// Takes away what a run left in its folder, the lock of `own` apart.
fn clear(folder: &Path, own: Part) -> Result<()> {
    let lost = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Output { path, source }
    };
    let entries = std::fs::read_dir(folder).map_err(lost(folder))?;
    let names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    let number = |name: &str| name.strip_prefix("shard-").and_then(|rest| rest.split('.').next()?.parse::<u32>().ok());
    for name in names.iter().filter(|name| name.ends_with(".lock") && number(name) != Some(own.index())) {
        if let Some(holder) = Lock::holder(&folder.join(name)) {
            return Err(Error::file(
                &folder.join(name),
                format!("{holder} works on this run"),
                "wait for it, or choose another folder",
            ));
        }
    }
    // A plan of somebody else is not for us to remove.
    let plan = std::fs::read(folder.join(PLAN)).unwrap_or_default();
    let of_seedflip = |plan: serde_json::Value| plan.get("program").is_some_and(|program| program == "seedflip");
    if !plan.is_empty() && !serde_json::from_slice(&plan).is_ok_and(of_seedflip) {
        return Err(Error::file(&folder.join(PLAN), "is no plan of a run of seedflip", "choose another folder"));
    }
    // The plan first: without it nothing of what is left counts.
    let ours = |name: &&String| number(name).is_some() && !name.ends_with(".lock");
    let own_files = [PLAN, SOLVED].into_iter().chain(TABLES);
    for name in own_files.chain(names.iter().filter(ours).map(String::as_str)) {
        let path = folder.join(name);
        let removed = if path.is_dir() { remove_phases(&path) } else { std::fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(lost(&path)(error)),
            _ => {}
        }
    }
    for name in names.iter().filter(|name| name.starts_with(MEMBER)) {
        let path = folder.join(name);
        clear(&path, Part::WHOLE)?;
        // What is not ours stays, and with it the folder.
        let _ = std::fs::remove_file(path.join(lock_name(Part::WHOLE)));
        let _ = std::fs::remove_dir(&path);
    }
    Ok(())
}

fn lock_name(part: Part) -> String {
    format!("shard-{}.lock", part.index())
}

/// Removes the folder of the phases of a part: what a run writes into it, and nothing else.
fn remove_phases(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "npy") {
            std::fs::remove_file(path)?;
        }
    }
    std::fs::remove_dir(folder)
}

fn remove_temporary(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let left = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(TEMPORARY));
    left.for_each(|entry| drop(std::fs::remove_file(entry.path())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Call;

    #[derive(Serialize, Deserialize)]
    struct Row {
        trial: u32,
    }

    #[test]
    fn a_run_goes_on_with_the_same_plan_alone() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("run");
        let plan = Plan::new("screen", Call::default()).with("--wrong", 0.1);
        let rows = |plan: &Plan, restart: bool, add: Option<u32>| -> Result<Vec<u32>> {
            let open = RunFolder::open(&folder, plan, Part::WHOLE, restart)?;
            let mut rows = Vec::new();
            let (mut journal, _) = open.journal("cpu", |row: Row| rows.push(row.trial))?;
            std::fs::create_dir_all(open.phases()).unwrap();
            std::fs::write(open.phases().join("0.npy"), "x").unwrap();
            add.map_or(Ok(()), |trial| journal.add(&Row { trial }))?;
            Ok(rows)
        };
        assert_eq!(rows(&plan, false, Some(3)).unwrap(), Vec::<u32>::new());
        std::fs::write(folder.join(".seedflip-x"), "").unwrap();
        assert_eq!(rows(&plan, false, None).unwrap(), [3]);
        assert!(!folder.join(".seedflip-x").exists());
        let other = plan.clone().with("--wrong", 0.2);
        let message = rows(&other, false, None).unwrap_err().to_string();
        assert!(message.contains("--wrong was 0.1 and is 0.2; --restart begins anew"), "{message}");
        std::fs::write(folder.join("mine.txt"), "x").unwrap();
        assert_eq!(rows(&other, true, None).unwrap(), Vec::<u32>::new());
        assert!(folder.join("mine.txt").exists() && !folder.join("shard-0.lock").exists());
        let held = RunFolder::open(&folder, &other, Part::WHOLE, false).unwrap();
        assert!(rows(&other, true, None).unwrap_err().to_string().contains("works on"));
        drop(held);
        let second = Part::new(1, 2).unwrap();
        let _held = RunFolder::open(&folder, &other, second, false).unwrap();
        assert!(rows(&other, true, None).unwrap_err().to_string().contains("works on this run"));
    }
}
