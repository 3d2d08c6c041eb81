//! The lines of one writer: a header, then lines that are only added.

use super::line::{opened, sealed};
use super::plan::HINT;
use crate::formats::write_bytes;
use crate::trials::Part;
use crate::{Error, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// No line is longer, in bytes: a trial has at most a few thousand looks of some 40 characters.
const LONGEST: u64 = 1 << 22;
/// Pause between two calls that bring the lines from the memory of the system to the disk: what a kill of the process alone
/// leaves is safe at once, and this much is lost if the machine goes down.
const SYNC_PAUSE: Duration = Duration::from_secs(2);

/// The first line.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Head {
    /// Checksum of the plan.
    journal: String,
    shard: u32,
    of: u32,
}

/// A line for each time that somebody began to write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// Seconds since 1970.
    pub opened: u64,
    /// The machine.
    pub host: String,
    /// What runs the trials.
    pub device: String,
}

impl Opening {
    /// Now.
    pub fn now(host: &str, device: &str) -> Self {
        let opened = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self { opened, host: host.into(), device: device.into() }
    }
}

/// What was found in the file of a shard.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scan {
    /// Bytes up to the end of the last line that is whole.
    pub end: u64,
    /// Lines that are not whole and stand before one that is.
    pub damaged: usize,
    /// When it was last opened, and entries since.
    pub opening: Option<(Opening, usize)>,
}

/// Hands all entries in the file of a shard to `take`, in their order; `None` where there is no such file, or its first line is not whole.
///
/// # Errors
/// A file that cannot be read, and that of another plan (`plan` is the checksum) or another part.
pub fn scan<T: DeserializeOwned>(path: &Path, plan: &str, part: Part, mut take: impl FnMut(T)) -> Result<Option<Scan>> {
    let unread = |error: std::io::Error| Error::file(path, format!("cannot be read ({error})"), HINT);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unread(error)),
    };
    read_lines(path, BufReader::with_capacity(1 << 20, file), plan, part, &mut take)
}

/// The same of what `reader` gives; `path` is for messages.
///
/// # Errors
/// As `scan`.
pub fn read_lines<T: DeserializeOwned>(
    path: &Path,
    mut reader: impl BufRead,
    plan: &str,
    part: Part,
    take: &mut dyn FnMut(T),
) -> Result<Option<Scan>> {
    let unread = |error: std::io::Error| Error::file(path, format!("cannot be read ({error})"), HINT);
    let mut line = Vec::new();
    let mut next = |line: &mut Vec<u8>| {
        line.clear();
        reader.by_ref().take(LONGEST).read_until(b'\n', line)
    };
    next(&mut line).map_err(unread)?;
    let Some(head) = opened::<Head>(&line).filter(|_| line.ends_with(b"\n")) else { return Ok(None) };
    let own = Head { journal: plan.into(), shard: part.index(), of: part.of() };
    if head != own {
        return Err(Error::line(path, 1, format!("is of another plan than plan.json, or not of shard {part}"), HINT));
    }
    let mut scan = Scan { end: line.len() as u64, ..Scan::default() };
    // Lines that are not whole, and bytes, since the last that is.
    let (mut bad, mut behind) = (0, 0);
    loop {
        let length = next(&mut line).map_err(unread)? as u64;
        if length == 0 {
            return Ok(Some(scan));
        }
        behind += length;
        let whole = line.ends_with(b"\n");
        let is_opening = line.starts_with(b"{\"opened\"");
        let opening = opened::<Opening>(&line).filter(|_| whole && is_opening);
        let entry = if whole && !is_opening { opened::<T>(&line) } else { None };
        if opening.is_none() && entry.is_none() {
            bad += 1;
            continue;
        }
        scan.end += behind;
        scan.damaged += bad;
        (bad, behind) = (0, 0);
        match opening {
            Some(opening) => scan.opening = Some((opening, 0)),
            None => scan.opening.iter_mut().for_each(|(_, entries)| *entries += 1),
        }
        entry.into_iter().for_each(&mut *take);
    }
}

/// The file of a shard, open for more lines.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes of whole lines.
    end: u64,
    synced: Instant,
}

impl Journal {
    /// Opens the file behind the last whole line that `scan` found, or begins it.
    ///
    /// # Errors
    /// `Error::Output`.
    pub fn open(path: &Path, plan: &str, part: Part, found: Option<&Scan>, opening: &Opening) -> Result<Self> {
        let lost = |source| Error::Output { path: path.to_owned(), source };
        let end = match found {
            Some(scan) => scan.end,
            None => {
                let head = sealed(&Head { journal: plan.into(), shard: part.index(), of: part.of() })?;
                write_bytes(path, head.as_bytes())?;
                head.len() as u64
            }
        };
        let mut file = OpenOptions::new().write(true).open(path).map_err(lost)?;
        file.set_len(end).map_err(lost)?;
        file.seek(SeekFrom::Start(end)).map_err(lost)?;
        let mut journal = Self { path: path.to_owned(), file, end, synced: Instant::now() };
        journal.add(opening)?;
        Ok(journal)
    }

    /// Adds a line.
    ///
    /// # Errors
    /// `Error::Output`; nothing of the line is in the file then.
    pub fn add<T: Serialize>(&mut self, entry: &T) -> Result<()> {
        let line = sealed(entry)?;
        let lost = |source| Error::Output { path: self.path.clone(), source };
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            // Half a line would spoil the next; where that fails too, its checksum tells.
            let _ = self.file.set_len(self.end).and_then(|()| self.file.seek(SeekFrom::Start(self.end)));
            return Err(lost(error));
        }
        self.end += line.len() as u64;
        if self.synced.elapsed() >= SYNC_PAUSE {
            self.synced = Instant::now();
            self.file.sync_data().map_err(lost)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Row {
        trial: u32,
    }

    fn rows(path: &Path) -> (Vec<u32>, Option<Scan>) {
        let mut rows = Vec::new();
        let scan = scan(path, "p", Part::WHOLE, |row: Row| rows.push(row.trial)).unwrap();
        (rows, scan)
    }

    fn open(path: &Path) -> Journal {
        let found = rows(path).1;
        Journal::open(path, "p", Part::WHOLE, found.as_ref(), &Opening::now("here", "cpu")).unwrap()
    }

    #[test]
    fn a_torn_end_is_cut_off_wherever_it_is_torn() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shard-0.jsonl");
        assert_eq!(rows(&path), (vec![], None));
        let mut journal = open(&path);
        (0..3).for_each(|trial| journal.add(&Row { trial }).unwrap());
        let whole = std::fs::read(&path).unwrap();
        let ends: Vec<usize> = (0..whole.len()).filter(|&i| whole[i] == b'\n').map(|i| i + 1).collect();
        assert_eq!(ends.len(), 5);
        for end in 0..=whole.len() {
            std::fs::write(&path, &whole[..end]).unwrap();
            let expected = ends.iter().filter(|&&e| e <= end).count().saturating_sub(2) as u32;
            assert_eq!(rows(&path).0, (0..expected).collect::<Vec<_>>(), "{end}");
            open(&path).add(&Row { trial: 9 }).unwrap();
            let (now, scan) = rows(&path);
            assert_eq!(now, (0..expected).chain([9]).collect::<Vec<_>>(), "{end}");
            let scan = scan.unwrap();
            assert_eq!((scan.damaged, scan.opening.unwrap().1), (0, 1));
        }
    }

    #[test]
    fn a_damaged_line_is_no_entry_and_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shard-0.jsonl");
        let mut journal = open(&path);
        (0..4).for_each(|trial| journal.add(&Row { trial }).unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("\"trial\":1", "\"trial\":7", 1)).unwrap();
        let (left, scan) = rows(&path);
        assert_eq!((left, scan.unwrap().damaged), (vec![0, 2, 3], 1));
        let other = Part::new(1, 2).unwrap();
        for (plan, part) in [("q", Part::WHOLE), ("p", other)] {
            let error = super::scan(&path, plan, part, |_: Row| ()).unwrap_err().to_string();
            assert!(error.contains("shard-0.jsonl:1: is of another plan"), "{error}");
        }
    }
}
