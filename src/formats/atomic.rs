//! Writing files whole or not at all.

use crate::error::{Error, Result};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Writes `path` through a temporary file in the same folder that takes its name only when all of it
/// is on the disk: a full disk, an interrupt or a failing `fill` leaves the old file, or none.
///
/// # Errors
/// `Error::Output` naming `path` when the folder is missing or read-only, or the disk is full.
pub fn write_atomically<F>(path: &Path, fill: F) -> Result<()>
where
    F: FnOnce(&mut dyn Write) -> io::Result<()>,
{
    let output = |source: io::Error| Error::Output { path: path.to_owned(), source };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let file = new_file(folder).map_err(output)?;
    let mut writer = BufWriter::new(file);
    fill(&mut writer).map_err(output)?;
    let file = writer.into_inner().map_err(|e| output(e.into_error()))?;
    // Some file systems tell of a full disk only when the data are flushed.
    file.as_file().sync_all().map_err(output)?;
    file.persist(path).map_err(|e| output(e.error))?;
    Ok(())
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
    fn a_missing_folder_is_an_output_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_atomically(&folder.path().join("no/such.res"), |_| Ok(())).unwrap_err();
        assert!(matches!(error, Error::Output { .. }) && error.exit_code() == 1);
    }
}
