//! The data sets of a folder: which of its files are taken, and which are not.

use super::inflip::is_inflip;
use super::places::{INSTRUCTIONS, REFLECTIONS, ending, find, stem_of};
use crate::{Error, Result};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A data set in a folder, by the name that `places::find` takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The name.
    pub name: PathBuf,
    /// True for instructions with reflections beside them: whoever puts both there means them to be solved. Anything else, a
    /// CIF say, is data if measured reflections are found in it.
    pub certain: bool,
}

/// A file that is none, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The file.
    pub path: PathBuf,
    /// Why it is not taken.
    pub why: String,
}

/// What a folder holds, by the alphabet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Its data sets.
    pub members: Vec<Member>,
    /// Files of the kinds that data sets are made of which belong to none.
    pub skipped: Vec<Skipped>,
}

/// The data sets of `folder`, not of folders in it: for each name the files that `places::find` takes. Files of which `is_result` says
/// that a run wrote them are left out.
///
/// # Errors
/// `Error::Input` where the folder cannot be read.
pub fn data_sets(folder: &Path, is_result: impl Fn(&Path) -> bool) -> Result<Contents> {
    let unread = |error: std::io::Error| {
        Error::file(folder, format!("cannot be read ({error})"), "check the permissions of the folder")
    };
    let entries: Vec<_> = std::fs::read_dir(folder).and_then(Iterator::collect).map_err(unread)?;
    let mut paths: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).filter(|path| is_data(path)).collect();
    paths.sort();
    let mut contents = Contents::default();
    let (results, paths): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(|path| is_result(path));
    let result = |path| Skipped { path, why: "a result of seedflip".into() };
    contents.skipped.extend(results.into_iter().map(result));
    // The file that stands for all else of its name, in the order in which a bare name is looked up.
    let mut first: HashMap<String, Option<usize>> = HashMap::new();
    for path in &paths {
        let rank = rank(path);
        first.entry(stem(path)).and_modify(|first| *first = rank.min(*first)).or_insert(rank);
    }
    for name in paths.iter() {
        if first.get(&stem(name)) != Some(&rank(name)) {
            continue;
        }
        let places = find(name, None)?;
        if places.ins.is_some() && !places.data.is_file() && !is_inflip(name) {
            let why = "no reflections of this name beside it".into();
            contents.skipped.push(Skipped { path: name.clone(), why });
        } else {
            contents.members.push(Member { name: name.clone(), certain: places.ins.is_some() || is_inflip(name) });
        }
    }
    Ok(contents)
}

/// Whether a file can be part of a data set, by its ending; those that begin with a point are of the system or of editors.
fn is_data(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
    !hidden && rank(path).is_some() && path.is_file()
}

/// Place of a file among those of its name: the lower the sooner it is taken.
fn rank(path: &Path) -> Option<usize> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let known = INSTRUCTIONS.iter().chain(&REFLECTIONS).position(|ending| name.ends_with(ending));
    // An input of Superflip says all by itself.
    known.map(|place| place + 1).or(is_inflip(path).then_some(0))
}

/// What names of a data set have in common, in small letters: `T.INS` goes with `t.hkl`.
fn stem(path: &Path) -> String {
    let plain = INSTRUCTIONS.iter().any(|own| ending(path).is_some_and(|e| e.eq_ignore_ascii_case(own)));
    let stem = if plain || is_inflip(path) { path.with_extension("") } else { stem_of(path) };
    stem.to_string_lossy().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_lists_and_what_belongs_to_none() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("b.ins", "TITL b\n"),
            ("b.hkl", "   1   0   0   10.00    1.00\n"),
            ("b.cif", "data_b\n"),
            ("B2.RES", "TITL b\n"),
            ("b2.hkl", "   1   0   0   10.00    1.00\n"),
            ("a.cif", "data_a\n"),
            ("a_a.res", "TITL ours\n"),
            ("c.ins", "TITL c\n"),
            ("d.fcf.gz", "?"),
            ("d2.res", "TITL d\n"),
            ("D2.res", "TITL d\n"),
            ("d2.hkl", "   1   0   0   10.00    1.00\n"),
            ("e.inflip", "cell 7 8 9 90 90 90\n"),
            ("notes.txt", "none"),
            (".hidden.ins", "TITL x\n"),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        std::fs::create_dir(folder.path().join("f.hkl")).unwrap();
        let contents = data_sets(folder.path(), |path| path.ends_with("a_a.res")).unwrap();
        let file = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        let members: Vec<(String, bool)> = contents.members.iter().map(|m| (file(&m.name), m.certain)).collect();
        let expected = [
            ("B2.RES", true),
            ("D2.res", true),
            ("a.cif", false),
            ("b.ins", true),
            ("d.fcf.gz", false),
            ("d2.res", true),
            ("e.inflip", true),
        ];
        assert_eq!(members, expected.map(|(name, certain)| (name.to_owned(), certain)));
        let skipped: Vec<(String, &str)> = contents.skipped.iter().map(|s| (file(&s.path), s.why.as_str())).collect();
        assert_eq!(
            skipped,
            [("a_a.res".into(), "a result of seedflip"), ("c.ins".into(), "no reflections of this name beside it")]
        );
        assert!(data_sets(&folder.path().join("none"), |_| false).is_err());
    }
}
