//! Bad input through the built program: one line that names the file and the remedy, exit code 1, nothing written.

use crate::program::{Outcome, repository, seedflip};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The good pair that is spoilt.
const EXAMPLE: &str = "aspirin";
/// Row of the `.hkl` that is replaced, counted from 1.
const BAD_ROW: usize = 10;
/// Capacity of the file system that is to be full: room for the model, not for the reflection list.
const TINY_DISK: &str = "size=64k";

/// A pair of files in a folder of its own.
struct Pair {
    folder: TempDir,
    ins: String,
    hkl: String,
}

impl Pair {
    fn new() -> Self {
        let text =
            |ending: &str| std::fs::read_to_string(repository(&format!("tests/data/{EXAMPLE}.{ending}"))).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), ins: text("ins"), hkl: text("hkl") }
    }

    /// The pair with a card of the `.ins` replaced.
    fn card(card: &str, by: &str) -> Self {
        let pair = Self::new();
        assert!(pair.ins.lines().any(|l| l.starts_with(card)));
        let lines: Vec<&str> = pair.ins.lines().map(|l| if l.starts_with(card) { by } else { l }).collect();
        Self { ins: lines.join("\n"), ..pair }
    }

    /// The pair with one row of the `.hkl` replaced.
    fn row(by: &str) -> Self {
        let pair = Self::new();
        let lines: Vec<&str> =
            pair.hkl.lines().enumerate().map(|(i, l)| if i + 1 == BAD_ROW { by } else { l }).collect();
        Self { hkl: lines.join("\n"), ..pair }
    }

    fn write(&self) -> PathBuf {
        let ins = self.folder.path().join("bad.ins");
        std::fs::write(&ins, &self.ins).unwrap();
        std::fs::write(ins.with_extension("hkl"), &self.hkl).unwrap();
        ins
    }

    fn output(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// The pair is refused in the words asked for, and nothing is written.
    fn refused(&self, place: &str, word: &str) {
        let ins = self.write();
        let run = solve(&ins, &self.output());
        check(&run, place, word);
        assert!(!self.output().exists(), "{word}: an output folder was left behind");
    }
}

fn solve(ins: &Path, output: &Path) -> Outcome {
    seedflip(&[Path::new("solve"), ins, Path::new("-o"), output, Path::new("--backend=cpu")])
}

/// One line: `seedflip: `, the place, what is wrong, `;` and a remedy.
fn check(run: &Outcome, place: &str, word: &str) {
    let said = &run.stderr;
    assert_eq!(said.lines().count(), 1, "not one line: {said}");
    assert!(said.starts_with("seedflip: "), "{said}");
    assert!(said.contains(place), "{place:?} is not named: {said}");
    assert!(said.contains(word), "{word:?} is not said: {said}");
    let remedy = said.trim_end().rsplit("; ").next().filter(|r| *r != said.trim_end()).unwrap_or("");
    assert!(remedy.split_whitespace().count() >= 3, "no remedy: {said}");
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{said}");
}

#[test]
fn the_good_pair_is_good() {
    let pair = Pair::new();
    let run = solve(&pair.write(), &pair.output());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

#[test]
fn files_that_are_missing_or_empty() {
    let pair = Pair::new();
    let ins = pair.folder.path().join("bad.ins");
    check(&solve(&ins, &pair.output()), "bad.ins: ", "cannot be read");
    std::fs::write(&ins, &pair.ins).unwrap();
    check(&solve(&ins, &pair.output()), "bad.hkl: ", "cannot be read");
    check(&solve(pair.folder.path(), &pair.output()), "", "no data sets in it");
    assert!(!pair.output().exists());
    Pair { ins: String::new(), ..Pair::new() }.refused("bad.ins: ", "is empty");
    Pair { hkl: String::new(), ..Pair::new() }.refused("bad.hkl: ", "is empty");
    Pair { hkl: "\n\n".into(), ..Pair::new() }.refused("bad.hkl: ", "no reflections");
}

#[test]
fn cells_and_operations_that_do_not_exist() {
    for (cell, word) in [
        ("CELL 0.71073 11.233 6.544 11.231 90 295.89 90", "angles"),
        ("CELL 0.71073 11.233 6.544 11.231 10 10 90", "angles"),
        ("CELL 0.71073 11.233 0 11.231 90 95.89 90", "edges"),
        ("CELL 0.71073 11.233 -6.5 11.231 90 95.89 90", "edges"),
        ("CELL 0.71073 11.233 NaN 11.231 90 95.89 90", "numbers"),
        ("CELL -1 11.233 6.544 11.231 90 95.89 90", "wavelength"),
        ("CELL 0.71073 11.233", "numbers"),
    ] {
        Pair::card("CELL", cell).refused("bad.ins:5: ", word);
    }
    for cell in ["CELL 0.71073 0.0001 6.544 11.231 90 90 90", "CELL 0.71073 1e9 6.544 11.231 90 90 90"] {
        Pair::card("CELL", cell).refused("bad.hkl: ", "cell");
    }
    Pair::card("SYMM", "SYMM -X, W+1/2, Z").refused("bad.ins:8: ", "W+1/2");
    Pair::card("SYMM", "SYMM -X, Y+1/7, Z").refused("bad.ins:8: ", "1/7");
    Pair::card("SYMM", "SYMM X, X, Z").refused("bad.ins:8: ", "SYMM");
    Pair::card("LATT", "LATT 9").refused("bad.ins:7: ", "LATT 9");
    Pair::card("LATT", "LATT P").refused("bad.ins:7: ", "LATT");
    Pair::card("SFAC", "SFAC C Xx").refused("bad.ins:9: ", "Xx");
    Pair::card("UNIT", "UNIT 36 32 16 8").refused("bad.ins:10: ", "UNIT");
    Pair::card("UNIT", "UNIT 36 x").refused("bad.ins:10: ", "UNIT");
    Pair::card("HKLF", "HKLF 7").refused("bad.ins:11: ", "HKLF");
    Pair::card("CELL", "REM").refused("bad.ins: ", "CELL");
}

#[test]
fn rows_that_are_no_reflections() {
    let place = format!("bad.hkl:{BAD_ROW}: ");
    for (row, word) in [
        ("   1   x   2   12.00    1.00", "no reflection"),
        ("_symmetry_equiv_pos", "no reflection"),
        ("40000 0 2 12.00 1.00", "no reflection in the layout of the list (columns 3I4,2F8,I4)"),
        ("99999999999999999999 0 2 12.00 1.00", "no reflection"),
        ("   1   0   2     NaN    1.00", "finite"),
        ("   1   0   2   12.00     NaN", "finite"),
        ("   1   0   2     inf    1.00", "finite"),
        ("   1   0   2   1e300    1.00", "large"),
    ] {
        Pair::row(row).refused(&place, word);
    }
}

#[test]
fn lists_that_cannot_be_phased() {
    let good = Pair::new().hkl;
    let zero: Vec<String> = good.lines().map(|l| format!("{}    0.00{}", &l[..12], &l[20..])).collect();
    Pair { hkl: zero.join("\n"), ..Pair::new() }.refused("bad.hkl: ", "zero");
    let few: Vec<&str> = good.lines().take(5).collect();
    Pair { hkl: few.join("\n"), ..Pair::new() }.refused("bad.hkl: ", "5 unique reflections");
    let other = std::fs::read_to_string(repository("tests/data/ethyldeoxycytidine.hkl")).unwrap();
    Pair { hkl: other, ..Pair::new() }.refused("bad.hkl: ", "do not belong to this cell");
    Pair::row("9999 999 999   12.00    1.00").refused("bad.hkl: ", "no crystal reaches");
}

#[test]
fn output_paths_that_cannot_be() {
    let pair = Pair::new();
    let ins = pair.write();
    let file = pair.folder.path().join("a_file");
    std::fs::write(&file, "precious").unwrap();
    // A folder below a file fails for root too, whom permissions do not bind.
    for output in [file.clone(), file.join("below")] {
        check(&solve(&ins, &output), "a_file", "cannot be written");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission() {
    use std::os::unix::fs::PermissionsExt;
    let pair = Pair::new();
    let ins = pair.write();
    let closed = pair.output();
    std::fs::create_dir(&closed).unwrap();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(closed.join("probe"), "").is_ok() {
        eprintln!("skipped: this user may write to a read-only folder (root)");
        return;
    }
    check(&solve(&ins, &closed), "out: ", "cannot be written");
    assert_eq!(std::fs::read_dir(&closed).unwrap().count(), 0);
}

/// A small file system, taken away at the end.
struct TinyDisk(PathBuf);

impl TinyDisk {
    /// `None` where the user may not mount.
    fn new(folder: &Path) -> Option<Self> {
        std::fs::create_dir(folder).ok()?;
        let mount = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", TINY_DISK, "tmpfs"])
            .arg(folder)
            .output()
            .ok()?;
        mount.status.success().then(|| Self(folder.to_owned()))
    }
}

impl Drop for TinyDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk() {
    let pair = Pair::new();
    let ins = pair.write();
    let Some(disk) = TinyDisk::new(&pair.output()) else {
        eprintln!("skipped: no file system can be mounted here to be filled");
        return;
    };
    let run = solve(&ins, &disk.0);
    // Progress and warnings come first; the last line is the error.
    let last = run.stderr.lines().last().unwrap_or("").to_owned();
    check(&Outcome { stderr: last, ..run }, "bad_a.ccp4", "could be written");
    // What matters most is where it should be, and whole; what has no room is in the folder of the input.
    let text = std::fs::read_to_string(disk.0.join("bad_a.res")).unwrap();
    assert!(text.ends_with("\nEND\n"), "half a file");
    let record = std::fs::read_to_string(disk.0.join("bad.json")).unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&record).is_ok(), "half a record");
    assert!(!disk.0.join("bad_a.ccp4").exists() && ins.with_file_name("bad_a.ccp4").exists());
}

#[test]
fn a_time_limit_beyond_all_clocks_is_a_usage_error() {
    let ins = repository("tests/data/aspirin.ins");
    let run = seedflip(&["solve", &*ins.to_string_lossy(), "--time-limit", "1e30"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
}
