//! The data sets that were named on the command line, one by one or by their folder.

use super::args::Args;
use crate::formats::read_ins;
use crate::input::folder::{Skipped, data_sets};
use crate::input::places::{self, Places};
use crate::output::{Folder, is_result};
use crate::{Error, Result};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// Bytes of a list for each Å³ of the cell: four reflections of half a sphere to 0.8 Å, 28 columns each.
const BYTES_PER_VOLUME: f64 = 112.0;

/// What a run is to solve.
pub enum Inputs {
    /// One data set that was named.
    One(PathBuf),
    /// Several, or those of folders.
    Many(List),
}

/// Several data sets in the order in which they were named; those of a folder by the alphabet.
pub struct List {
    /// The data sets.
    pub entries: Vec<Entry>,
    /// Files of folders that are none.
    pub skipped: Vec<Skipped>,
}

/// One of several data sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What it is called on the screen: its name, with as much of its folder as tells it from others.
    pub label: String,
    /// What `places::find` takes.
    pub name: PathBuf,
    /// What its results are named after.
    results: PathBuf,
    /// What it is read from.
    pub files: Vec<PathBuf>,
    /// False for a file of a folder that may turn out to be no data: it is skipped then, and no fault.
    pub certain: bool,
    /// Volume of the cell in Å³, or about that: by it the longest run is guessed.
    pub volume: f64,
}

impl Entry {
    /// The record of its run, where results go to the folder `output`.
    pub fn record(&self, output: Option<&Path>) -> PathBuf {
        let place = Folder::place(&self.results, output);
        let stem = place.file_name().unwrap_or_default().to_string_lossy();
        place.with_file_name(format!("{stem}.json"))
    }
}

impl Inputs {
    /// The data sets that `args` name.
    ///
    /// # Errors
    /// `Error::Usage` for options that only one data set can have, for two whose results would have the same names in the same
    /// folder, and for folders without any.
    pub fn named(args: &Args) -> Result<Self> {
        if let [name] = args.names.as_slice()
            && !is_folder(name)
        {
            return match &args.table {
                Some(_) => Err(Error::Usage(
                    "--table is for several data sets or a folder; --json has the record of one".into(),
                )),
                None => Ok(Self::One(name.clone())),
            };
        }
        for (option, given) in [
            ("--hkl", args.reading.hkl.is_some()),
            ("--seeds", args.seeds.is_some()),
            ("--map", !args.map.is_empty()),
            ("--superflip", args.superflip),
            ("--shard", args.shard.is_some()),
        ] {
            if given {
                return Err(Error::Usage(format!(
                    "{option} is of one data set; name that alone, or leave {option} out"
                )));
            }
        }
        let mut list = List::new(&args.names, args.output.as_deref())?;
        if args.run.is_some() {
            // What an earlier call of the same run has written: the table is the same whether there was one or not.
            list.skipped.retain(|skipped| !is_result(&skipped.path));
        }
        Ok(Self::Many(list))
    }
}

/// A folder, unless the name also stands for data beside it.
fn is_folder(name: &Path) -> bool {
    name.is_dir() && !places::stands_for_data(name)
}

impl List {
    fn new(names: &[PathBuf], output: Option<&Path>) -> Result<Self> {
        let mut list = Self { entries: Vec::new(), skipped: Vec::new() };
        for name in names {
            if !is_folder(name) {
                list.push(name.clone(), true);
                continue;
            }
            let found = data_sets(name, is_result)?;
            list.skipped.extend(found.skipped);
            found.members.into_iter().for_each(|member| list.push(member.name, member.certain));
        }
        if list.entries.is_empty() {
            let all: Vec<String> = names.iter().map(|name| name.display().to_string()).collect();
            let first = all.first().map_or("", |first| first.trim_end_matches('/'));
            return Err(Error::unusable(
                format!("{}: no data sets in it, such as NAME.ins with NAME.hkl or a CIF", all.join(" ")),
                format!("for those of its folders write {first}/*/"),
            ));
        }
        list.refuse_collisions(output)?;
        list.label();
        Ok(list)
    }

    fn push(&mut self, name: PathBuf, certain: bool) {
        // What cannot be found is for its reader to say, when its turn has come.
        let (volume, results, files) = match places::find(&name, None) {
            Ok(places) => {
                let beside = places.beside.iter().filter(|path| !is_result(path));
                let files = places.ins.iter().chain([&places.data]).chain(beside).cloned().collect();
                (volume(&places), places.name, files)
            }
            Err(_) => (0.0, name.clone(), vec![name.clone()]),
        };
        self.entries.push(Entry { label: String::new(), name, results, files, certain, volume });
    }

    /// Results are named after the data: two of one name must not go to one folder.
    fn refuse_collisions(&self, output: Option<&Path>) -> Result<()> {
        let mut taken: HashMap<PathBuf, &Path> = HashMap::new();
        for entry in &self.entries {
            let place = Folder::place(&entry.results, output);
            let folder = place.parent().and_then(|folder| folder.canonicalize().ok());
            let place = folder.map_or(place.clone(), |folder| folder.join(place.file_name().unwrap_or_default()));
            // Where capitals make no other file.
            let folded = || PathBuf::from(place.to_string_lossy().to_lowercase());
            let place = if cfg!(any(windows, target_os = "macos")) { folded() } else { place };
            if let Some(other) = taken.insert(place.clone(), &entry.name) {
                let what = if output.is_some() { "leave out -o, or rename one" } else { "name one of them" };
                return Err(Error::Usage(format!(
                    "the results of {} and {} would have the same names, {}_a.res and so on; {what}",
                    other.display(),
                    entry.name.display(),
                    place.display(),
                )));
            }
        }
        Ok(())
    }

    /// The stem of each, behind its folder where two have the same.
    fn label(&mut self) {
        let stem = |entry: &Entry| {
            entry.results.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
        };
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        self.entries.iter().for_each(|entry| *times.entry(stem(entry)).or_default() += 1);
        for entry in &mut self.entries {
            let short = stem(entry);
            let alone = times.get(&short) == Some(&1) && !short.is_empty();
            entry.label = if alone { short } else { entry.name.with_extension("").display().to_string() };
        }
    }
}

/// Volume of the cell of a data set: as its instructions say, else by the length of its list.
fn volume(places: &Places) -> f64 {
    let instructions = places.ins.iter().chain(&places.beside);
    let known = instructions.filter(|path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("ins")));
    let known = known.filter_map(|path| read_ins(path).ok()).map(|ins| ins.cell.volume).next();
    known.unwrap_or_else(|| places.data.metadata().map_or(0.0, |meta| meta.len() as f64 / BYTES_PER_VOLUME))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files of a data set.
    fn pair(folder: &Path, name: &str) -> PathBuf {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join(format!("{name}.ins")), "TITL x\n").unwrap();
        std::fs::write(folder.join(format!("{name}.hkl")), "   1   0   0   10.00    1.00\n").unwrap();
        folder.join(format!("{name}.ins"))
    }

    #[test]
    fn names_that_would_meet_are_refused_and_others_are_told_apart() {
        let home = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|folder| pair(&home.path().join(folder), "x"));
        let c = pair(&home.path().join("b"), "y");
        let list = List::new(&[a.clone(), home.path().join("b")], None).unwrap();
        let labels: Vec<&str> = list.entries.iter().map(|entry| entry.label.as_str()).collect();
        let long = |path: &Path| path.with_extension("").display().to_string();
        assert_eq!(labels, [long(&a), long(&b), "y".into()]);
        let refused = |names: &[PathBuf], output: Option<&Path>| List::new(names, output).err().unwrap().to_string();
        let out = home.path().join("out");
        assert!(refused(&[a.clone(), b.clone()], Some(&out)).contains("leave out -o"));
        let twice = home.path().join("a/../b/x.hkl");
        assert!(refused(&[b.clone(), twice], None).contains("name one of them"));
        assert!(List::new(&[a, c], Some(&out)).is_ok());
    }
}
