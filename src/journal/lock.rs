//! One writer a shard.

use super::process::{Life, Process};
use crate::formats::write_new;
use crate::{Error, Result};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A lock that is held until it is dropped. A process that dies leaves the file, which tells who it was.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    text: String,
}

impl Lock {
    /// Takes the lock at `path`; that of a process that has ended is taken over.
    ///
    /// # Errors
    /// When another process has it, with its name; when it cannot be written.
    pub fn take(path: &Path) -> Result<Self> {
        let own = Process::own();
        let text = serde_json::to_string(&own)
            .map(|text| text + "\n")
            .map_err(|error| Error::Bug(format!("a lock cannot be written: {error}")))?;
        // Whoever was quicker is asked whether it lives; once it has been put away the way is free, unless a third came first.
        for _ in 0..2 {
            match write_new(path, text.as_bytes()) {
                Ok(()) => return Ok(Self { path: path.to_owned(), text }),
                Err(Error::Output { source, .. }) if source.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
            let Ok(found) = std::fs::read_to_string(path) else { continue };
            if let Some(holder) = holder(&found, &own) {
                return Err(held(path, &holder));
            }
            put_away(path, &found);
        }
        Err(held(path, "another process"))
    }

    /// Who holds the lock at `path`; `None` where nobody does.
    pub fn holder(path: &Path) -> Option<String> {
        holder(&std::fs::read_to_string(path).ok()?, &Process::own())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Unless somebody has taken it away and another has it now.
        if std::fs::read_to_string(&self.path).is_ok_and(|text| text == self.text) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Who holds a lock of this text; `None` for one that has ended, and for a text that no lock has.
fn holder(text: &str, own: &Process) -> Option<String> {
    let process: Process = serde_json::from_str(text).ok()?;
    let on = if process.host.is_empty() { String::new() } else { format!(" on {}", process.host) };
    (process.life(own) == Life::Lives).then(|| format!("process {}{on}", process.pid))
}

/// Puts the lock of a process that has ended away. What another process has put in its place meanwhile gets its name back.
fn put_away(path: &Path, text: &str) {
    let aside = path.with_extension(format!("lock-{}", std::process::id()));
    if std::fs::rename(path, &aside).is_err() {
        return;
    }
    if std::fs::read_to_string(&aside).is_ok_and(|found| found != text) {
        let _ = std::fs::hard_link(&aside, path);
    }
    let _ = std::fs::remove_file(&aside);
}

fn held(path: &Path, holder: &str) -> Error {
    Error::file(
        path,
        format!("{holder} works on this part of the run"),
        "wait for it, or choose another folder; if it has ended on a machine that cannot be asked, remove the file",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_and_the_dead_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shard-0.lock");
        let lock = Lock::take(&path).unwrap();
        let message = Lock::take(&path).unwrap_err().to_string();
        assert!(message.contains(&format!("process {}", std::process::id())) && message.lines().count() == 1);
        assert!(Lock::holder(&path).is_some());
        drop(lock);
        assert!(!path.exists() && Lock::holder(&path).is_none());
        let own = Process::own();
        for text in [
            serde_json::to_string(&Process { boot: "earlier".into(), ..own.clone() }).unwrap(),
            String::new(),
            "torn".into(),
        ] {
            std::fs::write(&path, text).unwrap();
            assert!(own.host.is_empty() || Lock::take(&path).is_ok());
            assert!(own.host.is_empty() || !path.exists());
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
