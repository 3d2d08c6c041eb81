//! Runs that go on: killed, torn, on other data, two at once, and shared among machines.

#![cfg(unix)]

use crate::program::repository;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longer than anything here takes, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);
/// Shards of a run at most.
const SHARDS: u32 = 16;

/// A data set with its model in a folder of its own.
struct Desk(TempDir);

impl Desk {
    fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn new(name: &str) -> Self {
        let desk = Self::empty();
        for (from, to) in [
            (format!("tests/data/{name}.ins"), "x.ins"),
            (format!("tests/data/{name}.hkl"), "x.hkl"),
            (format!("examples/models/{name}.cif"), "m.cif"),
        ] {
            std::fs::copy(repository(&from), desk.path(to)).unwrap();
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seedflip"));
        command.args(words).args(["--backend", "cpu", "--threads", "1"]).current_dir(self.0.path());
        command.stdin(Stdio::null());
        command
    }

    /// Runs a command that takes no device.
    fn bare(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_seedflip")).args(words).current_dir(self.0.path()).output().unwrap()
    }

    /// Runs to the end.
    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// The same, which has to end well.
    fn good(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {}", said(&output));
        said(&output)
    }

    /// The same, which has to be refused in one line that has these words.
    fn refused(&self, words: &[&str], expected: &[&str]) {
        let output = self.run(words);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        assert!(said.lines().count() == 1 && expected.iter().all(|word| said.contains(word)), "{expected:?}: {said}");
    }

    /// Starts it, and kills it once `ready`; true unless it ended by itself before.
    fn killed(&self, words: &[&str], mut ready: impl FnMut() -> bool) -> bool {
        let mut child = self.command(words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        while !ready() && child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < PATIENCE, "waited in vain");
            std::thread::sleep(Duration::from_millis(1));
        }
        let goes_on = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        goes_on
    }

    fn lines(&self, journal: &str) -> usize {
        std::fs::read(self.path(journal)).map_or(0, |bytes| bytes.iter().filter(|b| **b == b'\n').count())
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Files of a folder, journal apart, without what differs from run to run: times, and the folder itself.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    entries
        .filter(|path| path.is_file())
        .map(|path| (name(&path), path))
        .filter(|(name, _)| !name.starts_with("shard-") && name != "plan.json")
        .map(|(name, path)| {
            let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
            (name, timeless(&text))
        })
        .collect()
}

/// A text without times: lines of a listing that have them, and numbers of a record, in a page as well.
fn timeless(text: &str) -> String {
    const LINES: [&str; 4] = ["Timings", "Stages over", "Trials finished a second", "cycles/s"];
    const NUMBERS: [&str; 8] = [
        "_s\":",
        "_per_s\":",
        "\"columns\":",
        "\"planes\":",
        "\"weights\":",
        "\"merits\":",
        "\"busy\":",
        "\"seconds\":",
    ];
    let kept = text.lines().filter(|line| !LINES.iter().any(|words| line.contains(words)));
    let mut text = kept.collect::<Vec<_>>().join("\n");
    for key in NUMBERS {
        let is_number = |c: char| c.is_ascii_digit() || " .-+e".contains(c);
        let mut parts = text.split(key);
        let first = parts.next().unwrap_or("").to_owned();
        text = parts.fold(first, |done, rest| done + key + rest.trim_start_matches(is_number));
    }
    text
}

fn same(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>, what: &str) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{what}");
    for (name, text) in a {
        let place = text.bytes().zip(b[name].bytes()).position(|(a, b)| a != b);
        let shown = |text: &str| place.map(|at| text.get(at.saturating_sub(80)..at + 80).unwrap_or("").to_owned());
        assert!(*text == b[name], "{what}: {name} differs: {:?} {:?}", shown(text), shown(&b[name]));
    }
}

const SCREEN: [&str; 13] = [
    "screen",
    "x.ins",
    "--model",
    "m.cif",
    "-o",
    "s",
    "--fraction",
    "0.05,0.1",
    "--method",
    "mp-n1",
    "--wrong",
    "0",
    "-q",
];

fn screen(draws: &str) -> Vec<&str> {
    SCREEN.iter().copied().chain(["--draws", draws]).collect()
}

/// Kills at many moments, one of them with a torn line: table, record and page are those of a screen that nothing broke off.
#[test]
fn a_screen_that_was_killed_goes_on_to_the_same_files() {
    let whole = Desk::new("aspirin");
    whole.good(&screen("20"));
    let desk = Desk::new("aspirin");
    let journal = "s/shard-0.jsonl";
    let mut kills = 0;
    for wanted in [1, 3, 4, 9, 17, 25] {
        kills += usize::from(desk.killed(&screen("20"), || desk.lines(journal) >= wanted));
        if let Ok(bytes) = std::fs::read(desk.path(journal)) {
            std::fs::write(desk.path(journal), &bytes[..bytes.len() - bytes.len().min(40) / 2]).unwrap();
        }
    }
    assert!(kills >= 3, "{kills}");
    desk.good(&screen("20"));
    same(&files(&desk.path("s")), &files(&whole.path("s")), "after kills");
    // More draws are another matter: what is there counts.
    let more = Desk::new("aspirin");
    more.good(&screen("5"));
    assert_eq!(more.lines("s/shard-0.jsonl"), 2 + 10);
    more.good(&screen("20"));
    assert_eq!(more.lines("s/shard-0.jsonl"), 3 + 40);
    same(&files(&more.path("s")), &files(&whole.path("s")), "after more draws");
    more.refused(&screen("5"), &["--draws was 20 and may only grow", "--restart"]);
}

/// Intensities in another order under the same name: nothing of the old ones is taken.
#[test]
fn a_screen_does_not_go_on_from_other_data() {
    let desk = Desk::new("aspirin");
    desk.good(&screen("2"));
    let before = files(&desk.path("s"));
    let text = std::fs::read_to_string(desk.path("x.hkl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (first, second) = (lines[0], lines[1]);
    let swapped = text.replacen(first, &format!("{}{}", &first[..12], &second[12..]), 1);
    std::fs::write(desk.path("x.hkl"), swapped).unwrap();
    desk.refused(&screen("4"), &["reflections x.hkl has other contents now", "--restart"]);
    same(&files(&desk.path("s")), &before, "a refused screen");
    let mut anew = screen("2");
    anew.push("--restart");
    desk.good(&anew);
    let mut other = screen("2");
    other.extend(["--told", "0.5"]);
    desk.refused(&other, &["--told was not given and is 0.5"]);
}

/// Rows of the table that are doubled, torn or of draw 0, and lines of the journal likewise, are no outcomes.
#[test]
fn a_table_that_was_changed_counts_for_nothing() {
    let desk = Desk::new("aspirin");
    desk.good(&screen("3"));
    let whole = files(&desk.path("s"));
    let table = desk.path("s/screen.csv");
    let text = std::fs::read_to_string(&table).unwrap();
    let last = text.lines().last().unwrap();
    for more in [format!("{last}\n"), last.replace(",3,", ",0,") + "\n", last[..20].to_owned()] {
        std::fs::write(&table, format!("{text}{more}")).unwrap();
        desk.good(&screen("3"));
        same(&files(&desk.path("s")), &whole, "a changed table");
    }
    let journal = desk.path("s/shard-0.jsonl");
    let lines = std::fs::read_to_string(&journal).unwrap();
    let entries: Vec<&str> = lines.lines().filter(|line| line.contains("\"draw\"")).collect();
    for more in [entries[0].to_owned(), entries[1].replace("\"draw\":2", "\"draw\":9"), entries[2][..30].to_owned()] {
        std::fs::write(&journal, format!("{lines}{more}\n")).unwrap();
        desk.good(&screen("3"));
        same(&files(&desk.path("s")), &whole, "a changed journal");
    }
    // A table without a plan is of somebody else.
    let other = Desk::new("aspirin");
    std::fs::create_dir(other.path("s")).unwrap();
    std::fs::write(other.path("s/screen.csv"), &text).unwrap();
    other.refused(&screen("3"), &["screen.csv", "without the plan.json", "--restart"]);
}

#[test]
fn of_two_at_once_the_second_is_told_who_has_the_folder() {
    let desk = Desk::new("aspirin");
    let mut words = screen("2000");
    let mut first = desk.command(&words).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while desk.lines("s/shard-0.jsonl") < 3 {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(2));
    }
    let pid = format!("process {}", first.id());
    desk.refused(&words, &[&pid, "shard-0.lock"]);
    words.push("--restart");
    desk.refused(&words, &[&pid]);
    first.kill().unwrap();
    first.wait().unwrap();
    // It is dead, and its lock counts no more.
    assert!(desk.path("s/shard-0.lock").exists());
    words = screen("2000");
    assert!(desk.killed(&words, || desk.lines("s/shard-0.jsonl") > 20));
}

const SOLVE: [&str; 9] = ["solve", "x.ins", "--run", "r", "-o", "o", "--trials", "12", "-q"];

fn solve<'a>(more: &[&'a str]) -> Vec<&'a str> {
    SOLVE.iter().copied().chain(more.iter().copied()).collect()
}

/// Killed after any number of trials and torn in the middle of a line, a run ends with the files of one that nothing broke off; what is
/// finished is not run again.
#[test]
fn a_run_that_was_killed_goes_on_to_the_same_files() {
    // Not solved, so that all trials are run, and solved in between.
    for more in [&["--resolution", "1.6", "--max-cycles", "60"][..], &[]] {
        let whole = Desk::new("ethyldeoxycytidine");
        whole.good(&solve(more));
        let journal = std::fs::read(whole.path("r/shard-0.jsonl")).unwrap();
        let expected = files(&whole.path("o"));
        let ends: Vec<usize> = (0..journal.len()).filter(|&i| journal[i] == b'\n').map(|i| i + 1).collect();
        for kept in 1..=ends.len() {
            let desk = Desk::new("ethyldeoxycytidine");
            // As a kill would leave it: lines up to here, half of the next, its phases written already.
            let half = ends.get(kept).map_or(0, |next| (next - ends[kept - 1]) / 2);
            copy_folder(&whole.path("r"), &desk.path("r"));
            std::fs::write(desk.path("r/shard-0.jsonl"), &journal[..ends[kept - 1] + half]).unwrap();
            desk.good(&solve(more));
            same(&files(&desk.path("o")), &expected, &format!("{more:?} after {kept} lines"));
            // The lines of the trials are the same, those that say when it was opened apart.
            let trials = |desk: &Desk| {
                let text = std::fs::read_to_string(desk.path("r/shard-0.jsonl")).unwrap();
                text.lines().filter(|l| l.starts_with("{\"trial\"")).map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(trials(&desk), trials(&whole), "{more:?} after {kept} lines");
        }
    }
}

#[test]
fn a_run_is_killed_where_it_stands_and_goes_on() {
    let more = ["--resolution", "1.6", "--max-cycles", "200"];
    let whole = Desk::new("ethyldeoxycytidine");
    whole.good(&solve(&more));
    let desk = Desk::new("ethyldeoxycytidine");
    let mut kills = 0;
    for wanted in [2, 3, 6, 9, 12] {
        kills += usize::from(desk.killed(&solve(&more), || desk.lines("r/shard-0.jsonl") >= wanted));
    }
    assert!(kills >= 2, "{kills}");
    desk.good(&solve(&more));
    same(&files(&desk.path("o")), &files(&whole.path("o")), "after kills");
    desk.refused(&solve(&["--resolution", "1.5"]), &["--max-cycles was 200 and is not given", "--restart"]);
    std::fs::write(desk.path("r/plan.json"), "{").unwrap();
    desk.refused(&solve(&more), &["plan.json", "no plan of a run"]);
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &name);
        } else {
            std::fs::copy(&path, &name).unwrap();
        }
    }
}

/// However many shards there are, the answer is the same, phases, model and record.
#[test]
fn any_number_of_shards_gives_the_same_answer() {
    let mut expected = None;
    for of in 1..=SHARDS {
        let desk = Desk::new("aspirin");
        for shard in 0..of {
            let shard = format!("{shard}/{of}");
            desk.good(&[
                "solve",
                "x.ins",
                "--run",
                "r",
                "--trials",
                "20",
                "--max-cycles",
                "60",
                "-q",
                "--shard",
                &shard,
            ]);
        }
        assert!(!desk.path("x_a.res").exists(), "a shard writes its journal alone");
        let status = desk.bare(&["status", "r", "--watch"]);
        assert!(String::from_utf8_lossy(&status.stdout).contains("20 of 20 trials"));
        desk.good(&["merge", "r", "-o", "o", "-q"]);
        let now = files(&desk.path("o"));
        assert!(now["x.json"].contains("\"solved\": true"));
        let expected = expected.get_or_insert_with(|| now.clone());
        same(&now, expected, &format!("{of} shards"));
    }
}

#[test]
fn missing_shards_are_listed_and_a_shard_that_was_killed_goes_on() {
    let desk = Desk::new("aspirin");
    let shard = |part: &'static str| {
        ["solve", "x.ins", "--run", "r", "--trials", "30", "--max-cycles", "60", "-q", "--shard", part]
    };
    desk.killed(&shard("0/3"), || desk.lines("r/shard-0.jsonl") >= 4);
    desk.good(&shard("2/3"));
    let merge = ["merge", "r", "-o", "o", "-q"];
    let output = desk.run(&merge);
    assert_eq!(output.status.code(), Some(4));
    let text = said(&output);
    assert!(text.contains("shard 1/3: 0 of 10 trials, nobody works on it") && !text.contains("shard 2/3"), "{text}");
    assert!(!desk.path("o").exists());
    desk.good(&[&merge[..], &["--partial"]].concat());
    assert!(desk.path("o/x.json").exists());
    desk.refused(
        &["solve", "x.ins", "--run", "r", "--trials", "30", "--max-cycles", "60", "-q", "--shard", "0/4"],
        &["n was 3 and is 4"],
    );
    desk.good(&shard("0/3"));
    desk.good(&shard("1/3"));
    desk.good(&merge);
    let whole = Desk::new("aspirin");
    whole.good(&["solve", "x.ins", "--run", "r", "--trials", "30", "--max-cycles", "60", "-q", "--shard", "0/1"]);
    whole.good(&merge);
    same(&files(&desk.path("o")), &files(&whole.path("o")), "after a kill");
    std::fs::write(desk.path("x.hkl"), std::fs::read(desk.path("x.hkl")).unwrap().repeat(2)).unwrap();
    desk.refused(&merge, &["cannot be merged"]);
    desk.refused(&["merge", "o", "-q"], &["o: has no plan.json", "name that of --run"]);
    for (name, words) in [("o", "o: has no plan.json"), ("none", "none: is no folder")] {
        let output = desk.bare(&["status", name]);
        let text = said(&output);
        assert_eq!((output.status.code(), text.lines().count()), (Some(1), 1), "{text}");
        assert!(text.contains(words) && !text.contains("--restart"), "{text}");
    }
}

/// The shard that is sure says so, and those that look for it do nothing more.
#[test]
fn a_sure_solution_ends_the_other_shards() {
    let desk = Desk::new("aspirin");
    let shard =
        |part: &'static str| ["solve", "x.ins", "--run", "r", "--trials", "4000", "--until-solved", "--shard", part];
    let text = desk.good(&shard("0/2"));
    assert!(text.contains("a structure is found") && desk.path("r/solved.json").exists(), "{text}");
    assert!(desk.good(&shard("1/2")).contains("another shard is sure"));
    assert!(desk.good(&["merge", "r", "-o", "o"]).contains("shard 0 is sure"));
    assert!(files(&desk.path("o"))["x.json"].contains("\"solved\": true"));
}

/// Three data sets in a folder, one without a solution and one that is no data.
fn put_several(desk: &Desk) {
    let folder = desk.path("d");
    std::fs::create_dir(&folder).unwrap();
    for name in ["aspirin", "ethyldeoxycytidine", "farnesiaside"] {
        for ending in ["ins", "hkl"] {
            let file = format!("{name}.{ending}");
            std::fs::copy(repository(&format!("tests/data/{file}")), folder.join(file)).unwrap();
        }
    }
    std::fs::write(folder.join("bad.hkl"), "   1   0   x\n").unwrap();
    std::fs::write(folder.join("bad.ins"), "TITL bad\nCELL 0.71 x\n").unwrap();
}

fn several<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let words = ["solve", "d", "--run", "r", "--trials", "8", "--resolution", "1.1", "-q"];
    words.into_iter().chain(more.iter().copied()).collect()
}

/// Results, table and page of a run of several.
fn several_files(desk: &Desk) -> [BTreeMap<String, String>; 2] {
    ["d", "r"].map(|name| files(&desk.path(name)))
}

/// Killed at many moments, with a torn line, a run of a folder has in the end the files, the table and the page of one that nothing broke off; what
/// has ended is not done again.
#[test]
fn a_run_of_a_folder_that_was_killed_goes_on_to_the_same_table() {
    let whole = Desk::empty();
    put_several(&whole);
    let run = |desk: &Desk| {
        let output = desk.run(&several(&[]));
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).lines().count() == 1 && said(&output).contains("bad"), "{}", said(&output));
    };
    run(&whole);
    let expected = several_files(&whole);
    assert!(expected[1]["table.html"].contains("\"../d/aspirin.html\""));
    let desk = Desk::empty();
    put_several(&desk);
    let trials = |desk: &Desk| {
        let members = std::fs::read_dir(desk.path("r")).into_iter().flatten().flatten();
        members.map(|entry| desk.lines(&format!("r/{}/shard-0.jsonl", entry.file_name().display()))).sum::<usize>()
    };
    let mut kills = 0;
    for (ended, wanted) in [(0, 3), (0, 7), (3, 0), (0, 16), (4, 0)] {
        let ready = || desk.lines("r/shard-0.jsonl") >= ended && trials(&desk) >= wanted;
        kills += usize::from(desk.killed(&several(&[]), ready));
        if let Ok(bytes) = std::fs::read(desk.path("r/shard-0.jsonl")) {
            std::fs::write(desk.path("r/shard-0.jsonl"), &bytes[..bytes.len() - bytes.len().min(30) / 2]).unwrap();
        }
    }
    assert!(kills >= 3, "{kills}");
    run(&desk);
    let same_as = |desk: &Desk, what: &str| {
        several_files(desk).iter().zip(&expected).for_each(|(a, b)| same(a, b, what));
    };
    same_as(&desk, "after kills");
    // Nothing is done again: the results are the very files, and one that is missing is made again from the trials that are known.
    let times = |name: &str| std::fs::metadata(desk.path(name)).unwrap().modified().unwrap();
    let before = ["d/aspirin.json", "d/farnesiaside.json"].map(times);
    std::fs::remove_file(desk.path("d/farnesiaside_a.ccp4")).unwrap();
    let known = trials(&desk);
    run(&desk);
    same_as(&desk, "again");
    let after = ["d/aspirin.json", "d/farnesiaside.json"].map(times);
    assert!(before[0] == after[0] && before[1] < after[1]);
    // One line more says that its journal was opened again.
    assert_eq!(trials(&desk), known + 1);
    let status = desk.bare(&["status", "r"]);
    assert!(String::from_utf8_lossy(&status.stdout).contains("3 of 4 data sets have ended, nobody at work"));
}

#[test]
fn a_run_of_a_folder_refuses_other_data_and_takes_more() {
    let desk = Desk::empty();
    put_several(&desk);
    std::fs::remove_file(desk.path("d/bad.ins")).unwrap();
    std::fs::remove_file(desk.path("d/bad.hkl")).unwrap();
    desk.good(&several(&[]));
    desk.refused(&several(&["--seed", "2"]), &["--seed was 1 and is 2", "--restart"]);
    for ending in ["ins", "hkl"] {
        std::fs::copy(desk.path(&format!("d/aspirin.{ending}")), desk.path(&format!("d/more.{ending}"))).unwrap();
    }
    desk.good(&several(&[]));
    assert!(files(&desk.path("r"))["table.json"].contains("\"name\": \"more\""));
    std::fs::remove_file(desk.path("d/more.hkl")).unwrap();
    desk.refused(&several(&[]), &["it has data set more"]);
    let reflections = std::fs::read(desk.path("d/aspirin.hkl")).unwrap();
    std::fs::write(desk.path("d/more.hkl"), reflections.repeat(2)).unwrap();
    desk.refused(&several(&[]), &["data set more has other contents now"]);
    std::fs::write(desk.path("r/mine.txt"), "").unwrap();
    desk.good(&several(&["--restart", "--seed", "2", "--max-cycles", "10"]));
    desk.good(&several(&["--seed", "2", "--max-cycles", "10"]));
    let left = std::fs::read_dir(desk.path("r")).unwrap();
    let members = left.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("set-"));
    assert!(members.count() == 4 && desk.path("r/mine.txt").exists());
}
