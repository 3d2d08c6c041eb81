//! Writing files whole or not at all.

use crate::error::{Error, Result};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;

/// Read by whoever brings a file to the disk, several at a time, so that a process that must end at once can wait for their names.
static WRITING: RwLock<()> = RwLock::new(());
/// Pause between two looks whether the file is written.
const LOOK: Duration = Duration::from_millis(10);

/// Writes `path` through a temporary file in the same folder that takes its name only when all of it
/// is on the disk: a full disk, an interrupt or a failing `fill` leaves the old file, or none.
///
/// # Errors
/// `Error::Output` naming `path` when the folder is missing or read-only, or the disk is full.
pub fn write_atomically<F>(path: &Path, fill: F) -> Result<()>
where
    F: FnOnce(&mut dyn Write) -> io::Result<()>,
{
    if is_device(path) {
        return write_straight(path, fill);
    }
    write(path, fill, |file| file.persist(path).map(drop))
}

/// Whether `path` is a device, a pipe, or one of the names of the standard streams: none of these may be put away for a file.
fn is_device(path: &Path) -> bool {
    let other = |meta: std::fs::Metadata| !meta.is_file() && !meta.is_dir();
    std::fs::metadata(path).is_ok_and(other) || (path.starts_with("/dev") && path.exists() && !path.is_dir())
}

/// Writes into what is there.
fn write_straight(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let output = |source: io::Error| Error::Output { path: path.to_owned(), source };
    let mut writer = BufWriter::new(std::fs::OpenOptions::new().write(true).open(path).map_err(output)?);
    fill(&mut writer).and_then(|()| writer.flush()).map_err(output)
}

/// Writes `bytes` to `path`, whole or not at all, and never over a file that lies there.
///
/// # Errors
/// As `write_atomically`; and when there is such a file.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    write(path, |out| out.write_all(bytes), |file| file.persist_noclobber(path).map(drop))
}

/// Whether a file can be made in `folder`.
///
/// # Errors
/// The system's reason why not.
pub fn can_write(folder: &Path) -> io::Result<()> {
    let _writing = writing();
    new_file(folder).map(drop)
}

/// Keeps every other thread from writing files, for a process about to end: no temporary file is left behind. Waits for
/// the files that are being written, `most` at the longest; `None` when they are still not done then.
pub fn between_files(most: Duration) -> Option<RwLockWriteGuard<'static, ()>> {
    let begun = Instant::now();
    loop {
        match WRITING.try_write() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if begun.elapsed() >= most => return None,
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK),
        }
    }
}

fn writing() -> RwLockReadGuard<'static, ()> {
    WRITING.read().unwrap_or_else(PoisonError::into_inner)
}

/// Fills a temporary file beside `path`, brings it to the disk and has it named.
fn write<F, N>(path: &Path, fill: F, name: N) -> Result<()>
where
    F: FnOnce(&mut dyn Write) -> io::Result<()>,
    N: FnOnce(NamedTempFile) -> std::result::Result<(), tempfile::PersistError>,
{
    let output = |source: io::Error| Error::Output { path: path.to_owned(), source };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let _writing = writing();
    let file = new_file(folder).map_err(output)?;
    let mut writer = BufWriter::new(file);
    fill(&mut writer).map_err(output)?;
    let file = writer.into_inner().map_err(|e| output(e.into_error()))?;
    // Some file systems tell of a full disk only when the data are flushed.
    file.as_file().sync_all().map_err(output)?;
    name(file).map_err(|e| output(e.error))
}

/// Writes `bytes` to `path`, whole or not at all.
///
/// # Errors
/// As `write_atomically`.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    write_atomically(path, |out| out.write_all(bytes))
}

/// A temporary file with the permissions of any new file (the default of `tempfile` is owner only).
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".seedflip-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Read and write for all, less the user's umask, as `open` does.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_device_stays_one() {
        use std::os::unix::fs::FileTypeExt;
        write_bytes(Path::new("/dev/null"), b"x").unwrap();
        assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
        if std::fs::metadata("/dev/full").is_ok_and(|meta| meta.file_type().is_char_device()) {
            assert!(matches!(write_bytes(Path::new("/dev/full"), b"x"), Err(Error::Output { .. })));
            assert!(std::fs::metadata("/dev/full").unwrap().file_type().is_char_device());
        }
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.res");
        write_atomically(&path, |w| w.write_all(b"old")).unwrap();
        let error = write_atomically(&path, |w| {
            w.write_all(b"half")?;
            Err(io::Error::other("disk full"))
        });
        assert!(error.unwrap_err().to_string().contains("a.res: cannot be written"));
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_spares_an_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.res");
        write_new(&path, b"mine").unwrap();
        assert!(write_new(&path, b"yours").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        can_write(folder.path()).unwrap();
        assert!(can_write(&path).is_err());
    }

    #[test]
    fn an_end_waits_for_the_file_that_is_being_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ccp4");
        let (begun, waiting) = std::sync::mpsc::channel();
        let write = || {
            write_atomically(&path, |out| {
                let _ = begun.send(());
                std::thread::sleep(20 * LOOK);
                out.write_all(b"whole")
            })
        };
        std::thread::scope(|scope| {
            scope.spawn(write);
            waiting.recv().unwrap();
            assert!(between_files(Duration::ZERO).is_none());
            // Other tests of this process write files as well.
            let guard = between_files(Duration::from_secs(20)).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), b"whole");
            drop(guard);
        });
    }

    #[test]
    fn a_missing_folder_is_an_output_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_atomically(&folder.path().join("no/such.res"), |_| Ok(())).unwrap_err();
        assert!(matches!(error, Error::Output { .. }) && error.exit_code() == 1);
    }
}
