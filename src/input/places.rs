//! Which files a name on the command line stands for: `NAME`, `NAME.ins` or `NAME.hkl`, endings in any case.

use crate::Result;
use crate::error::Error;
use std::path::{Path, PathBuf};

/// The files of a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    /// The instruction file.
    pub ins: PathBuf,
    /// The reflection file.
    pub hkl: PathBuf,
    /// What was taken, where it is not what was written.
    pub remark: Option<String>,
}

/// Endings of instruction files, those that are looked for first in front.
const INSTRUCTIONS: [&str; 2] = [".ins", ".res"];
/// Ending of reflection files.
const REFLECTIONS: &str = ".hkl";

/// Finds the files that `name` stands for, the reflections in `hkl` where that is given.
///
/// # Errors
/// `Error::Input` where `name` is a reflection file without an instruction file beside it. Other files that are missing
/// are left to their readers: the name is then that of the file that should be there.
pub fn find(name: &Path, hkl: Option<&Path>) -> Result<Places> {
    let reflections = ending(name).is_some_and(|found| found.eq_ignore_ascii_case(REFLECTIONS));
    let ins = if reflections {
        let stem = name.with_extension("");
        INSTRUCTIONS.iter().find_map(|ending| beside(&stem, ending)).ok_or_else(|| {
            Error::file(
                name,
                "has no .ins beside it",
                "put NAME.ins with CELL, LATT, SYMM, SFAC and UNIT in its folder",
            )
        })?
    } else if name.is_file() {
        name.to_owned()
    } else {
        let whole = INSTRUCTIONS.iter().find_map(|ending| beside(name, ending));
        let other_case = || beside(&name.with_extension(""), ending(name)?);
        whole.or_else(other_case).unwrap_or_else(|| name.to_owned())
    };
    let own = if reflections { Some(name) } else { None };
    let hkl_path = match hkl.or(own) {
        Some(path) => path.to_owned(),
        None => beside(&ins.with_extension(""), REFLECTIONS).unwrap_or_else(|| ins.with_extension("hkl")),
    };
    let plain = hkl.is_some() || hkl_path == ins.with_extension("hkl");
    let file = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let remark = (ins != name || !plain).then(|| format!("{} and {} are read", file(&ins), file(&hkl_path)));
    Ok(Places { ins, hkl: hkl_path, remark })
}

/// True where a name stands for data: a file of this name, or with an ending, is there.
pub fn stands_for_data(name: &Path) -> bool {
    find(name, None).is_ok_and(|places| places.ins.is_file())
}

/// The ending of a path with its point.
fn ending(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    name.rfind('.').filter(|at| *at > 0).and_then(|at| name.get(at..))
}

/// The file `stem` + `ending` as written, else with the ending in other letters, else with the whole name so: the first
/// by the alphabet.
fn beside(stem: &Path, ending: &str) -> Option<PathBuf> {
    let stem_name = stem.file_name()?.to_str()?;
    let asked = stem.with_file_name(format!("{stem_name}{ending}"));
    if asked.is_file() {
        return Some(asked);
    }
    let folder = stem.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let whole = format!("{stem_name}{ending}");
    let names = std::fs::read_dir(folder).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found: Vec<String> = names.filter(|name| name.eq_ignore_ascii_case(&whole)).collect();
    found.sort_by_key(|name| (!name.starts_with(stem_name), name.clone()));
    found.into_iter().map(|name| stem.with_file_name(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// File names of what `name` stands for in a folder with these files.
    fn found(files: &[&str], name: &str) -> Option<(String, String, bool)> {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            std::fs::write(folder.path().join(file), "x").unwrap();
        }
        let places = find(&folder.path().join(name), None).ok()?;
        let file = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        Some((file(&places.ins), file(&places.hkl), places.remark.is_some()))
    }

    #[test]
    fn names_endings_and_letters() {
        for (files, name, ins, hkl, said) in [
            (&["t.ins", "t.hkl"][..], "t.ins", "t.ins", "t.hkl", false),
            (&["t.ins", "t.hkl"], "t", "t.ins", "t.hkl", true),
            (&["t.ins", "t.hkl"], "t.hkl", "t.ins", "t.hkl", true),
            (&["T.INS", "T.HKL"], "T.INS", "T.INS", "T.HKL", true),
            (&["T.INS", "T.HKL"], "t.ins", "T.INS", "T.HKL", true),
            (&["T.INS", "t.hkl"], "T", "T.INS", "t.hkl", true),
            (&["t.res", "t.hkl"], "t", "t.res", "t.hkl", true),
            (&["t.v2.ins", "t.v2.hkl"], "t.v2", "t.v2.ins", "t.v2.hkl", true),
            (&["t.ins", "t.res", "t.hkl"], "t.res", "t.res", "t.hkl", false),
            // What is missing is for the reader to say.
            (&["t.ins"], "t.ins", "t.ins", "t.hkl", false),
            (&[], "t.ins", "t.ins", "t.hkl", false),
        ] {
            assert_eq!(found(files, name), Some((ins.into(), hkl.into(), said)), "{files:?} {name}");
        }
        assert_eq!(found(&["t.hkl"], "t.hkl"), None);
    }
}
