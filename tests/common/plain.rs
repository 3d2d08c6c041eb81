//! The plain structure of `tests/data/doors`, and folders to run the program in.

use super::program::repository;
use tempfile::TempDir;

/// What its cell holds.
pub const CONTENTS: &str = "O4 N4 C20 in the cell";
/// Seconds that a small structure may take on any machine.
pub const TIME_LIMIT: &str = "--time-limit=60";

/// A file of it.
pub fn text(file: &str) -> String {
    std::fs::read_to_string(repository(&format!("tests/data/doors/{file}"))).unwrap()
}

/// A folder with these files.
pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}
