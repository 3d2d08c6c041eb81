//! The one error type. Every message says where, what is wrong and what to do, in one line.

pub mod shown;

use shown::shown;
use std::path::{Path, PathBuf};

/// Exit code of a run that wrote its files, solved or not.
pub const EXIT_OK: u8 = 0;
/// Exit code of a merge of shards that have not all finished.
pub const EXIT_MISSING: u8 = 4;
/// Exit code of `--require-solved` when no trial convinced.
pub const EXIT_NOT_SOLVED: u8 = 5;
/// Exit code after an interrupt (128 + SIGINT), a hang-up or a file `NAME.fin`, the finished trials having been written.
pub const EXIT_INTERRUPTED: u8 = 130;
/// The same after a termination (128 + SIGTERM).
pub const EXIT_TERMINATED: u8 = 143;

/// What went wrong, worded for the person who has to put it right.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that was given cannot be used as it stands.
    #[error("{}{}: {}; {}", place(path), line_suffix(*line), shown(what), shown(hint))]
    Input {
        /// File that was read.
        path: PathBuf,
        /// Line in that file, counted from 1, where one line is to blame.
        line: Option<usize>,
        /// What is wrong.
        what: String,
        /// What to do.
        hint: String,
    },
    /// Files that read well one by one but make no usable phasing problem together.
    #[error("{}; {}", shown(what), shown(hint))]
    Unusable {
        /// What is wrong.
        what: String,
        /// What to do.
        hint: String,
    },
    /// An output file or folder that cannot be written.
    #[error(
        "{}: cannot be written ({source}); check the folder's permissions and the free space, or choose another with -o",
        place(path)
    )]
    Output {
        /// File or folder that was to be written.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The folder of the results did not take all of them.
    #[error(
        "{}: not every result could be written ({reason}){}{}; check the folder's permissions and the free space",
        place(folder),
        files(": ", elsewhere, " in another place"),
        files("; lost: ", lost, "")
    )]
    Misplaced {
        /// The folder.
        folder: PathBuf,
        /// Why, in the system's words.
        reason: String,
        /// Files that are in another place, with their folders.
        elsewhere: Vec<PathBuf>,
        /// Files that are nowhere.
        lost: Vec<PathBuf>,
    },
    /// Standard output did not take what was to be printed.
    #[error("standard output cannot be written ({0}); files are whole, read them or give it another place to go")]
    Stdout(std::io::Error),
    /// Something that cannot be: the program is wrong, not its input.
    #[error("{}: a fault of seedflip itself; please report it with the input that brought it about", shown(.0))]
    Bug(String),
    /// Arguments that contradict each other.
    #[error("{}", shown(.0))]
    Usage(String),
    /// The device failed in the middle of a run; what had finished by then is written.
    #[error(
        "{}; {finished} finished trials are written; run again, with --backend cpu if it happens again",
        shown(what)
    )]
    Lost {
        /// What the engine said.
        what: String,
        /// Trials that are in the files.
        finished: usize,
    },
    /// The asked-for compute device is not there.
    #[error("{}", shown(.0))]
    Device(String),
}

/// Shorthand used by every module.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A fault in a file that no single line is to blame for.
    pub fn file(path: &Path, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Input { path: path.to_owned(), line: None, what: what.into(), hint: hint.into() }
    }

    /// A fault in one line of a file; lines count from 1.
    pub fn line(path: &Path, line: usize, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Input { path: path.to_owned(), line: Some(line), what: what.into(), hint: hint.into() }
    }

    /// A fault of the data as a whole.
    pub fn unusable(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Unusable { what: what.into(), hint: hint.into() }
    }

    /// A fault of the data as a whole blamed on the file that holds them; other errors as they are.
    #[must_use]
    pub fn of_file(self, path: &Path) -> Self {
        match self {
            Self::Unusable { what, hint } => Self::file(path, what, hint),
            other => other,
        }
    }

    /// True when whoever read the output has simply gone, as `head` does: there is nothing to tell anyone.
    pub fn is_reader_gone(&self) -> bool {
        matches!(self, Self::Stdout(source) if source.kind() == std::io::ErrorKind::BrokenPipe)
    }

    /// The process exit code of this error: 1 input or run-time error, 2 usage, 3 device missing.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Input { .. } | Self::Unusable { .. } | Self::Output { .. } | Self::Misplaced { .. } => 1,
            Self::Lost { .. } | Self::Stdout(_) | Self::Bug(_) => 1,
            Self::Usage(_) => 2,
            Self::Device(_) => 3,
        }
    }
}

fn line_suffix(line: Option<usize>) -> String {
    line.map_or_else(String::new, |n| format!(":{n}"))
}

/// Characters of the name of a file in a message.
const LONGEST_NAME: usize = 120;

/// The name of a file or folder on one line.
fn place(path: &Path) -> String {
    shown::cut(&path.to_string_lossy(), LONGEST_NAME)
}

/// Names in a row between two words; nothing for none.
fn files(before: &str, paths: &[PathBuf], after: &str) -> String {
    let names: Vec<String> = paths.iter().map(|path| place(path)).collect();
    if names.is_empty() { String::new() } else { format!("{before}{}{after}", names.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_file_line_fault_and_remedy() {
        let error = Error::line(Path::new("a.hkl"), 7, "h is not a number", "correct the line");
        assert_eq!(error.to_string(), "a.hkl:7: h is not a number; correct the line");
        assert_eq!(error.exit_code(), 1);
        let unusable = Error::unusable("all zero", "measure again");
        assert_eq!(unusable.of_file(Path::new("a.hkl")).to_string(), "a.hkl: all zero; measure again");
        assert_eq!(Error::Device("no such GPU".into()).exit_code(), 3);
    }
}
