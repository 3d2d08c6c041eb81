//! Which files a name on the command line stands for: `NAME`, `NAME.ins`, or a file of reflections of any kind; endings
//! in any case.

use crate::Result;
use crate::formats::measured::{HEAD, Kind};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The files of a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    /// The instruction file that was named, or that a bare name stands for: it says what the crystal is.
    pub ins: Option<PathBuf>,
    /// The reflection file.
    pub data: PathBuf,
    /// Files beside a reflection file that was named, which say what it does not say of the crystal itself.
    pub beside: Vec<PathBuf>,
    /// What the results are named after, with the ending `.ins`.
    pub name: PathBuf,
    /// True where these are not just NAME.ins, as it was written, and NAME.hkl.
    pub found: bool,
}

/// Endings of instruction files, those that are looked for first in front.
pub(super) const INSTRUCTIONS: [&str; 2] = [".ins", ".res"];
/// Endings of reflection files, those that are looked for first in front.
pub(super) const REFLECTIONS: [&str; 10] =
    [".hkl", ".cif", ".fcf", ".mtz", "-sf.cif", ".cif.gz", "-sf.cif.gz", ".hkl.gz", ".fcf.gz", ".mtz.gz"];
/// Endings of files that name a cell: Bruker's, CrysAlis', any CIF.
const CRYSTALS: [&str; 3] = [".p4p", ".cif_od", ".cif"];
/// Ending of packed files.
const PACKED: &str = ".gz";

/// Finds the files that `name` stands for, the reflections in `hkl` where that is given.
///
/// # Errors
/// `Error::Input` where there is no file of that name. Reflections that are missing are left to their reader: the name
/// is then that of the file that should be there.
pub fn find(name: &Path, hkl: Option<&Path>) -> Result<Places> {
    let other_case = || beside(&name.with_extension(""), ending(name)?);
    let named = if name.is_file() { Some(name.to_owned()) } else { other_case() };
    if let Some(file) = named.as_deref().filter(|file| !says_what_the_crystal_is(file)) {
        let stem = stem_of(file);
        let mut others: Vec<PathBuf> =
            INSTRUCTIONS.iter().chain(&CRYSTALS).filter_map(|ending| beside(&stem, ending)).collect();
        others.retain(|other| other != file);
        let data = hkl.unwrap_or(file).to_owned();
        if hkl.is_some() {
            // The file that was named is then of use for the crystal alone.
            others.insert(0, file.to_owned());
        }
        return Ok(Places { ins: None, data, beside: others, name: with_ending(&stem, ".ins"), found: true });
    }
    let whole = || INSTRUCTIONS.iter().find_map(|ending| beside(name, ending));
    if let Some(ins) = named.or_else(whole) {
        let stem = ins.with_extension("");
        let plain = ins.with_extension("hkl");
        let data = match hkl {
            Some(path) => path.to_owned(),
            None => REFLECTIONS.iter().find_map(|ending| beside(&stem, ending)).unwrap_or_else(|| plain.clone()),
        };
        let found = ins != name || (hkl.is_none() && data != plain);
        return Ok(Places { name: ins.clone(), ins: Some(ins), data, beside: Vec::new(), found });
    }
    let data = REFLECTIONS.iter().find_map(|ending| beside(name, ending));
    match (data, hkl) {
        (Some(data), None) => find(&data, None),
        // The reader of instructions says what is missing.
        _ => {
            let data = hkl.map_or_else(|| name.with_extension("hkl"), Path::to_owned);
            let ins = Some(name.to_owned());
            Ok(Places { name: name.to_owned(), ins, data, beside: Vec::new(), found: false })
        }
    }
}

/// True where a name stands for data: a file of this name, or with an ending, is there.
pub fn stands_for_data(name: &Path) -> bool {
    find(name, None).is_ok_and(|places| places.ins.unwrap_or(places.data).is_file())
}

/// True for SHELX instructions, and for files that are nothing else and have their ending.
fn says_what_the_crystal_is(file: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(file).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head));
    let ending = ending(file).unwrap_or("");
    let named_so = INSTRUCTIONS.iter().any(|own| ending.eq_ignore_ascii_case(own));
    let of_data = REFLECTIONS.iter().chain(&[PACKED]).any(|own| ending.eq_ignore_ascii_case(own));
    if read.is_err() {
        return named_so;
    }
    match Kind::of(&head) {
        Kind::Instructions => true,
        Kind::Unknown => !of_data,
        Kind::List => named_so,
        _ => false,
    }
}

/// A path without the endings of its kind: `t` of `t.hkl`, `t-sf.cif.gz` and `t.v2.mtz` gives `t`, `t` and `t.v2`.
pub(super) fn stem_of(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    let lower = name.to_ascii_lowercase();
    let mut endings = REFLECTIONS;
    endings.sort_by_key(|ending| std::cmp::Reverse(ending.len()));
    let known = endings.iter().find(|ending| lower.ends_with(*ending) && lower.len() > ending.len());
    match known.and_then(|ending| name.get(..name.len() - ending.len())) {
        Some(stem) => file.with_file_name(stem),
        None => file.with_extension(""),
    }
}

/// `stem` + `ending`.
fn with_ending(stem: &Path, ending: &str) -> PathBuf {
    let name = stem.file_name().unwrap_or(stem.as_os_str()).to_string_lossy();
    stem.with_file_name(format!("{name}{ending}"))
}

/// The ending of a path with its point.
pub(super) fn ending(path: &Path) -> Option<&str> {
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

    /// What the files of the tests hold, by their endings.
    fn content(file: &str) -> &'static str {
        match file.to_ascii_lowercase().rsplit('.').next() {
            Some("ins" | "res") => "TITL x\n",
            Some("cif" | "fcf") => "data_x\n",
            _ => "   1   0   0   10.00    1.00\n",
        }
    }

    /// File names of what `name` stands for in a folder with these files: instructions, data, the stem of the results,
    /// and how many lie beside.
    fn found(files: &[&str], name: &str) -> (Option<String>, String, String, usize, bool) {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            std::fs::write(folder.path().join(file), content(file)).unwrap();
        }
        let places = find(&folder.path().join(name), None).unwrap();
        let file = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        let stem = places.name.file_stem().unwrap().to_string_lossy().into_owned();
        (places.ins.as_deref().map(file), file(&places.data), stem, places.beside.len(), places.found)
    }

    #[test]
    fn names_endings_and_letters() {
        for (files, name, ins, data, said) in [
            (&["t.ins", "t.hkl"][..], "t.ins", "t.ins", "t.hkl", false),
            (&["t.ins", "t.hkl"], "t", "t.ins", "t.hkl", true),
            (&["T.INS", "T.HKL"], "T.INS", "T.INS", "T.HKL", true),
            (&["T.INS", "T.HKL"], "t.ins", "T.INS", "T.HKL", true),
            (&["T.INS", "t.hkl"], "T", "T.INS", "t.hkl", true),
            (&["t.res", "t.hkl"], "t", "t.res", "t.hkl", true),
            (&["t.v2.ins", "t.v2.hkl"], "t.v2", "t.v2.ins", "t.v2.hkl", true),
            (&["t.ins", "t.res", "t.hkl"], "t.res", "t.res", "t.hkl", false),
            (&["t.ins", "t.fcf"], "t.ins", "t.ins", "t.fcf", true),
            (&["t.ins", "t.hkl", "t.cif"], "t", "t.ins", "t.hkl", true),
            // What is missing is for the reader to say.
            (&["t.ins"], "t.ins", "t.ins", "t.hkl", false),
            (&[], "t.ins", "t.ins", "t.hkl", false),
        ] {
            let (found_ins, found_data, _, beside, found_said) = found(files, name);
            assert_eq!((found_ins.as_deref(), found_data.as_str(), beside), (Some(ins), data, 0), "{files:?} {name}");
            assert_eq!(found_said, said, "{files:?} {name}");
        }
    }

    #[test]
    fn reflections_by_their_own_name() {
        for (files, name, data, stem, beside) in [
            (&["t.hkl"][..], "t.hkl", "t.hkl", "t", 0),
            (&["t.hkl", "t.ins", "t.p4p"], "t.hkl", "t.hkl", "t", 2),
            (&["T.HKL", "t.ins"], "t.hkl", "T.HKL", "T", 1),
            (&["t.cif"], "t.cif", "t.cif", "t", 0),
            (&["t.cif", "t.cif_od", "t.ins"], "t.cif", "t.cif", "t", 2),
            (&["t.cif"], "t", "t.cif", "t", 0),
            (&["t-sf.cif"], "t", "t-sf.cif", "t", 0),
            (&["t-sf.cif"], "t-sf.cif", "t-sf.cif", "t", 0),
            (&["t.v2.fcf"], "t.v2.fcf", "t.v2.fcf", "t.v2", 0),
            (&["t.ref"], "t.ref", "t.ref", "t", 0),
        ] {
            let expected = (None, data.to_owned(), stem.to_owned(), beside, true);
            assert_eq!(found(files, name), expected, "{files:?} {name}");
        }
    }
}
