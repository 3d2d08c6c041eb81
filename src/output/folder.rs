//! Where the files of a run go: the folder that was asked for and, once that is full or gone, the folder of the input,
//! then the working folder. Files that somebody else wrote are neither written over nor taken away.

use super::aside::{is_there, kept_line, set_aside};
use super::mark::is_own;
use crate::formats::{can_write, write_bytes, write_new};
use crate::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Longest ending of a result, with the number of an older file that was kept.
const LONGEST: &str = "_patterson.ccp4.99";

/// The folder of a run's results, and what became of files that it would not take.
#[derive(Debug)]
pub struct Folder {
    /// The folder asked for, then others to try.
    places: Vec<PathBuf>,
    stem: String,
    /// Made for this run.
    made: bool,
    /// Endings of the files of this run that are where they should be.
    written: BTreeSet<String>,
    /// Files that are not where they should be, by ending: where they are instead, if anywhere.
    astray: BTreeMap<String, Option<PathBuf>>,
    /// Why, for the last of them.
    reason: String,
    /// Files of others that were in the way, and where they are now.
    kept: Vec<(PathBuf, PathBuf)>,
}

impl Folder {
    /// The folder `output`, or that of `ins`, for files that begin with the name of `ins`. It is made if it is missing
    /// and tried at once: a run of an hour must not end at a folder that cannot be written.
    ///
    /// # Errors
    /// `Error::Output` when it cannot be made or takes no files.
    pub fn new(ins: &Path, output: Option<&Path>) -> Result<Self> {
        let of_input = folder_of(ins);
        let asked = output.map_or_else(|| of_input.clone(), Path::to_owned);
        let stem = stem_of(ins);
        let failed = |source| Error::Output { path: asked.clone(), source };
        let made = !asked.exists();
        std::fs::create_dir_all(&asked).map_err(failed)?;
        let usable =
            can_write(&asked).map_err(failed).and_then(|()| short_enough(ins, &asked.join(format!("{stem}{LONGEST}"))));
        if let Err(error) = usable {
            if made {
                // Nothing is in it yet.
                let _ = std::fs::remove_dir(&asked);
            }
            return Err(error);
        }
        let mut places = vec![asked];
        for place in [of_input, PathBuf::from(".")] {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        Ok(Self {
            places,
            stem,
            made,
            written: BTreeSet::new(),
            astray: BTreeMap::new(),
            reason: String::new(),
            kept: Vec::new(),
        })
    }

    /// What the names of results begin with that `new` would write: folder and stem. Nothing is made or tried.
    pub fn place(ins: &Path, output: Option<&Path>) -> PathBuf {
        output.map_or_else(|| folder_of(ins), Path::to_owned).join(stem_of(ins))
    }

    /// NAME of the files.
    pub fn stem(&self) -> &str {
        &self.stem
    }

    /// The file of this ending in the folder asked for.
    pub fn path(&self, ending: &str) -> PathBuf {
        self.places[0].join(format!("{}{ending}", self.stem))
    }

    /// Whether a file of this ending lies in the folder asked for that somebody else wrote.
    pub fn holds_foreign(&self, ending: &str) -> bool {
        is_foreign(&self.path(ending), ending)
    }

    /// Takes a file away, that of an earlier run or one that this run no longer stands for; what somebody else wrote
    /// stays. One that cannot be removed is an old file for everybody to see, and counts as lost.
    pub fn remove(&mut self, ending: &str) {
        self.written.remove(ending);
        let copies = [Some(self.path(ending)), self.astray.remove(ending).flatten()];
        for path in copies.into_iter().flatten().filter(|path| is_own(path, ending)) {
            match std::fs::remove_file(&path) {
                Err(error) if path.exists() => self.miss(ending, None, &error),
                _ => {}
            }
        }
    }

    /// Writes a file, whole or not at all, where it belongs or else where there is room; `trouble` tells of it. A file
    /// of somebody else that lies where it belongs gets another name, of which `kept` tells; those other places are
    /// not used where one lies.
    pub fn write(&mut self, ending: &str, bytes: &[u8]) {
        let path = self.path(ending);
        let free = self.make_way(&path, ending).map_err(|source| Error::Output { path: path.clone(), source });
        let first = free.and_then(|()| write_bytes(&path, bytes)).or_else(|error| match error {
            // Somebody took the folder away.
            Error::Output { source, .. } if source.kind() == ErrorKind::NotFound => {
                std::fs::create_dir_all(&self.places[0])
                    .map_err(|source| Error::Output { path: path.clone(), source })
                    .and_then(|()| write_bytes(&path, bytes))
            }
            other => Err(other),
        });
        // Where an earlier version of it lies instead.
        let known = self.astray.remove(ending).flatten();
        let Err(Error::Output { source, .. }) = first else {
            known.iter().for_each(|path| drop(std::fs::remove_file(path)));
            self.written.insert(ending.to_owned());
            return;
        };
        let others = self.places[1..].iter().map(|place| place.join(format!("{}{ending}", self.stem)));
        let found = match known {
            Some(path) => write_bytes(&path, bytes).is_ok().then_some(path),
            None => others.into_iter().find(|path| write_new(path, bytes).is_ok()),
        };
        // An older version may have taken the room; it goes only when the new one is safe.
        if let Some(copy) = &found
            && is_own(&path, ending)
            && std::fs::remove_file(&path).is_ok()
            && write_bytes(&path, bytes).is_ok()
        {
            let _ = std::fs::remove_file(copy);
            self.written.insert(ending.to_owned());
            return;
        }
        self.written.remove(ending);
        self.miss(ending, found, &source);
    }

    /// Names of the files of this run that are where they should be.
    pub fn written(&self) -> impl Iterator<Item = String> {
        self.written.iter().map(|ending| format!("{}{ending}", self.stem))
    }

    /// Renames a file of somebody else to NAME.1 or the next number that is free.
    fn make_way(&mut self, path: &Path, ending: &str) -> std::io::Result<()> {
        if !is_foreign(path, ending) {
            return Ok(());
        }
        let other = set_aside(path)?;
        self.kept.push((path.to_owned(), other));
        Ok(())
    }

    /// What became of files of others that were in the way, one line each.
    pub fn kept(&self) -> impl Iterator<Item = String> {
        let line = |(path, other): &(PathBuf, PathBuf)| kept_line(path, other);
        self.kept.iter().map(line)
    }

    fn miss(&mut self, ending: &str, instead: Option<PathBuf>, source: &std::io::Error) {
        self.astray.insert(ending.to_owned(), instead);
        // The kind: the system's own words come with the name of a temporary file.
        self.reason = source.kind().to_string();
    }

    /// What is not where it should be; `None` when everything is.
    pub fn trouble(&self) -> Option<Error> {
        let elsewhere = self.astray.values().flatten().cloned().collect();
        let lost = self.astray.iter().filter(|(_, place)| place.is_none());
        let lost = lost.map(|(ending, _)| PathBuf::from(format!("{}{ending}", self.stem))).collect();
        (!self.astray.is_empty()).then(|| Error::Misplaced {
            folder: self.places[0].clone(),
            reason: self.reason.clone(),
            elsewhere,
            lost,
        })
    }

    /// Removes the folder again where this run made it and nothing is in it.
    pub fn unmake(&self) {
        if self.made {
            // A folder with something in it is not removed.
            let _ = std::fs::remove_dir(&self.places[0]);
        }
    }
}

fn folder_of(ins: &Path) -> PathBuf {
    ins.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_owned)
}

fn stem_of(ins: &Path) -> String {
    ins.file_stem().map_or_else(|| "seedflip".into(), |s| s.to_string_lossy().into_owned())
}

/// Refuses a name that leaves no room for the endings of results: `longest` is the longest of their paths.
fn short_enough(ins: &Path, longest: &Path) -> Result<()> {
    match longest.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::InvalidFilename => Err(Error::file(
            ins,
            "has too long a name: those of the results, such as NAME_a.res, would be longer than names may be",
            "give it a shorter name",
        )),
        _ => Ok(()),
    }
}

fn is_foreign(path: &Path, ending: &str) -> bool {
    is_there(path) && !is_own(path, ending)
}

#[cfg(test)]
mod tests {
    use super::super::mark::sealed;
    use super::*;

    /// A folder of the input and one for the output in it.
    fn places() -> (tempfile::TempDir, Folder) {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::new(&home.path().join("x.ins"), Some(&home.path().join("out"))).unwrap();
        (home, folder)
    }

    #[test]
    fn a_name_without_room_for_endings_is_refused_before_anything_is_written() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("out");
        let named = |n: usize| Folder::new(Path::new(&format!("{}.ins", "x".repeat(n))), Some(&out));
        let message = named(251).unwrap_err().to_string();
        assert!(message.contains("too long a name") && !out.exists(), "{message}");
        assert!(named(200).is_ok());
    }

    #[test]
    fn a_folder_that_was_taken_away_is_made_again() {
        let (home, mut folder) = places();
        std::fs::remove_dir(home.path().join("out")).unwrap();
        let model = sealed("END\n");
        folder.write("_a.res", model.as_bytes());
        assert!(folder.trouble().is_none());
        assert_eq!(std::fs::read_to_string(home.path().join("out/x_a.res")).unwrap(), model);
        folder.unmake();
        folder.remove("_a.res");
        folder.unmake();
        assert!(!home.path().join("out").exists());
    }

    #[test]
    fn files_of_others_get_another_name_and_are_never_taken_away() {
        let (home, mut folder) = places();
        let file = |name: &str| home.path().join("out").join(name);
        for (name, text) in [("x_a.res", "week"), ("x_a.res.1", "month"), ("x_b.res", "other"), ("x.lst", "listing")] {
            std::fs::write(file(name), text).unwrap();
        }
        let models = ["END\n", "HKLF 4\nEND\n"].map(sealed);
        for ending in ["_a.res", "_b.res"] {
            folder.remove(ending);
        }
        models.iter().for_each(|model| folder.write("_a.res", model.as_bytes()));
        folder.remove("_b.res");
        assert!(folder.holds_foreign(".lst") && !folder.holds_foreign("_a.res") && !folder.holds_foreign(".json"));
        for (name, text) in [
            ("x_a.res", models[1].as_str()),
            ("x_a.res.1", "month"),
            ("x_a.res.2", "week"),
            ("x_b.res", "other"),
            ("x.lst", "listing"),
        ] {
            assert_eq!(std::fs::read_to_string(file(name)).unwrap(), text, "{name}");
        }
        let kept: Vec<String> = folder.kept().collect();
        assert!(kept.len() == 1 && kept[0].ends_with("x_a.res.2") && folder.trouble().is_none(), "{kept:?}");
    }

    #[test]
    fn what_has_no_room_goes_to_the_folder_of_the_input_and_spares_what_lies_there() {
        let (home, mut folder) = places();
        let out = home.path().join("out");
        std::fs::remove_dir(&out).unwrap();
        // No folder can be made below a file, whoever asks.
        std::fs::write(&out, "a file").unwrap();
        std::fs::write(home.path().join("x.lst"), "precious").unwrap();
        folder.places.truncate(2);
        folder.write("_a.res", b"one");
        folder.write("_a.res", b"two");
        folder.write(".lst", b"mine");
        assert_eq!(std::fs::read(home.path().join("x_a.res")).unwrap(), b"two");
        assert_eq!(std::fs::read(home.path().join("x.lst")).unwrap(), b"precious");
        let error = folder.trouble().unwrap();
        let text = error.to_string();
        assert!(text.lines().count() == 1 && error.exit_code() == 1, "{text}");
        assert!(text.contains("x_a.res in another place") && text.contains("lost: x.lst"), "{text}");
        // Once there is room again everything is where it belongs.
        std::fs::remove_file(&out).unwrap();
        folder.write("_a.res", b"three");
        folder.write(".lst", b"mine");
        assert!(folder.trouble().is_none() && !home.path().join("x_a.res").exists());
        assert_eq!(folder.written().collect::<Vec<_>>(), ["x.lst", "x_a.res"]);
        assert_eq!(std::fs::read(out.join("x_a.res")).unwrap(), b"three");
    }
}
