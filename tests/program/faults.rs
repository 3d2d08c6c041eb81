//! What may happen to a run from outside: streams that close, folders that vanish, signals, cells that no memory holds.
//! Whatever it is, what has been found lies on the disk, whole.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const NAME: &str = "farnesiaside";
/// Files of every run that finished a trial.
const RESULTS: [&str; 5] = ["_a.res", "_a.fcf", "_a.ccp4", ".lst", ".json"];
/// Longer than anything here takes, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// So often a run is tried that has to be caught between two signals.
const ATTEMPTS: usize = 5;
/// From then on a second signal counts.
const SECOND_COUNTS: Duration = Duration::from_secs(1);
/// A run that would go on for a long time: trials that never converge at this resolution.
const ENDLESS: [&str; 6] = ["--trials", "100000", "--resolution", "2.5", "--max-cycles", "2000"];

/// An input pair in a folder of its own, with a folder for the results in it.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        for ending in ["ins", "hkl"] {
            let file = format!("{NAME}.{ending}");
            let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
            std::fs::copy(data.join(&file), desk.0.path().join(file)).unwrap();
        }
        desk
    }

    fn output(&self) -> PathBuf {
        self.0.path().join("out")
    }

    /// The command in this folder, on two threads.
    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seedflip"));
        let ins = format!("{NAME}.ins");
        command.args(["solve", &ins, "-o", "out", "--backend", "cpu", "--threads", "2"]).args(more);
        command.current_dir(self.0.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// A shell command in which `$RUN` is the solution of the pair.
    fn shell(&self, line: &str) -> ExitStatus {
        let run = format!("{} solve {NAME}.ins -o out --backend cpu", env!("CARGO_BIN_EXE_seedflip"));
        let line = line.replace("$RUN", &run);
        Command::new("bash").args(["-c", &line]).current_dir(self.0.path()).status().unwrap()
    }

    fn whole(&self, what: &str) {
        for ending in RESULTS {
            let file = self.output().join(format!("{NAME}{ending}"));
            assert!(std::fs::metadata(&file).is_ok_and(|m| m.len() > 0), "{what}: no {ending}");
        }
        readable(&self.output().join(format!("{NAME}_a.res")));
        nothing_half(&self.output());
    }
}

fn readable(res: &Path) {
    let text = std::fs::read_to_string(res).unwrap_or_else(|e| panic!("{}: {e}", res.display()));
    assert!(text.ends_with("\nEND\n"), "{} is half a file", res.display());
}

/// No temporary file is left.
fn nothing_half(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(!name.starts_with(".seedflip-"), "left over: {name}");
    }
}

/// Waits until `ready` or fails.
fn until(what: &str, mut ready: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !ready() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn end(mut child: Child) -> Option<i32> {
    let mut status = None;
    until("the end", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.and_then(|status| status.code())
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn whatever_becomes_of_the_streams_the_files_are_written() {
    for (line, code) in [
        ("$RUN 2>&1 >/dev/null | head -c 1; exit ${PIPESTATUS[0]}", 0),
        ("$RUN 2>/dev/full", 0),
        ("$RUN 2>&-", 0),
        ("$RUN >&- 2>&-", 0),
        // Who asked for the record and did not get it is told by the exit code.
        ("$RUN -q --json >/dev/full 2>/dev/null", 1),
        ("$RUN -q --json 2>/dev/full | true; exit ${PIPESTATUS[0]}", 1),
    ] {
        let desk = Desk::new();
        // A pipe that is still open when the record is written takes it.
        let ended = desk.shell(line).code();
        assert!(ended == Some(code) || (line.ends_with("| true; exit ${PIPESTATUS[0]}") && ended == Some(0)), "{line}");
        desk.whole(line);
    }
}

#[test]
fn a_folder_that_is_taken_away_is_made_again() {
    let desk = Desk::new();
    let mut long = ENDLESS.to_vec();
    long.extend(["--time-limit", "3"]);
    let child = desk.command(&long).spawn().unwrap();
    until("the folder", || desk.output().exists());
    std::thread::sleep(Duration::from_secs(1));
    std::fs::remove_dir_all(desk.output()).unwrap();
    assert_eq!(end(child), Some(0));
    desk.whole("folder taken away");
}

#[test]
fn a_place_that_takes_nothing_is_replaced_by_another() {
    let desk = Desk::new();
    let mut long = ENDLESS.to_vec();
    long.extend(["--time-limit", "3", "-q"]);
    let child = desk.command(&long).stderr(Stdio::piped()).spawn().unwrap();
    until("the folder", || desk.output().exists());
    std::thread::sleep(Duration::from_secs(1));
    std::fs::remove_dir_all(desk.output()).unwrap();
    std::fs::write(desk.output(), "in the way").unwrap();
    let run = child.wait_with_output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(
        said.lines().count() == 1
            && said.contains("_a.res")
            && said.contains("another place")
            && !said.contains("lost"),
        "{said}"
    );
    readable(&desk.0.path().join(format!("{NAME}_a.res")));
    assert_eq!(std::fs::read_to_string(desk.output()).unwrap(), "in the way");
    nothing_half(desk.0.path());
}

#[test]
fn a_limit_of_file_sizes_is_a_full_disk() {
    for limit in ["10", "0"] {
        let desk = Desk::new();
        let line = format!("ulimit -f {limit}; $RUN -q 2>/dev/null");
        assert_eq!(desk.shell(&line).code(), Some(1), "{limit}");
        nothing_half(desk.0.path());
        if desk.output().exists() {
            nothing_half(&desk.output());
        }
    }
}

#[test]
fn every_signal_ends_a_run_gently() {
    for (name, code) in [("INT", 130), ("TERM", 143), ("HUP", 130)] {
        let desk = Desk::new();
        let child = desk.command(&ENDLESS).spawn().unwrap();
        until("the folder", || desk.output().exists());
        std::thread::sleep(Duration::from_secs(1));
        // GNU timeout may send two.
        signal(&child, name);
        signal(&child, name);
        assert_eq!(end(child), Some(code), "{name}");
        desk.whole(name);
    }
}

#[test]
fn a_second_signal_ends_a_run_at_once_with_what_is_written() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        // On a busy machine the gentle end may come before the run is held.
        assert!((0..ATTEMPTS).any(|_| ended_by_two(name, code)), "{name}");
    }
}

/// Ends a run by two signals of this name; false where the first had ended it before the second came.
fn ended_by_two(name: &str, code: i32) -> bool {
    let desk = Desk::new();
    let mut child = desk.command(&ENDLESS).stderr(Stdio::piped()).spawn().unwrap();
    until("the listing", || desk.output().join(format!("{NAME}.lst")).exists());
    std::thread::sleep(Duration::from_secs(1));
    signal(&child, name);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("stopping")));
    // Its work rests until the second signal counts.
    signal(&child, "STOP");
    std::thread::sleep(SECOND_COUNTS);
    signal(&child, name);
    signal(&child, "CONT");
    assert_eq!(end(child), Some(code), "{name}");
    nothing_half(&desk.output());
    let text = std::fs::read_to_string(desk.output().join(format!("{NAME}.lst"))).unwrap();
    text.contains("The run goes on")
}

#[test]
fn a_run_under_nohup_does_not_hear_of_the_terminal() {
    let desk = Desk::new();
    let run =
        format!("exec {} solve {NAME}.ins -o out --backend cpu {}", env!("CARGO_BIN_EXE_seedflip"), ENDLESS.join(" "));
    let mut child = Command::new("bash")
        .args(["-c", &format!("trap '' HUP; {run}")])
        .current_dir(desk.0.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("the listing", || desk.output().join(format!("{NAME}.lst")).exists());
    signal(&child, "HUP");
    std::thread::sleep(SECOND_COUNTS);
    assert!(child.try_wait().unwrap().is_none());
    signal(&child, "TERM");
    assert_eq!(end(child), Some(143));
    desk.whole("nohup");
}

#[test]
fn a_fin_file_ends_a_run_and_an_old_one_does_not() {
    let desk = Desk::new();
    std::fs::create_dir(desk.output()).unwrap();
    let fin = desk.output().join(format!("{NAME}.fin"));
    std::fs::write(&fin, "").unwrap();
    let child = desk.command(&ENDLESS).spawn().unwrap();
    until("the old file's end", || !fin.exists());
    std::thread::sleep(Duration::from_secs(1));
    std::fs::write(&fin, "").unwrap();
    assert_eq!(end(child), Some(130));
    desk.whole("fin");
    assert!(!fin.exists());
}

#[test]
fn a_run_that_is_killed_early_leaves_a_listing() {
    let desk = Desk::new();
    let mut child = desk.command(&ENDLESS).spawn().unwrap();
    let listing = desk.output().join(format!("{NAME}.lst"));
    until("the listing", || listing.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    let text = std::fs::read_to_string(&listing).unwrap();
    assert!(text.contains("The run goes on") && text.contains("1887 unique"), "{text}");
}

/// Stopped at many moments after the first structure stands, by one signal or two, or killed: there is always a model.
#[test]
fn once_there_is_a_structure_there_is_always_a_model() {
    let kills = [["TERM"].as_slice(), &["TERM", "TERM"], &["KILL"]];
    for (n, names) in kills.into_iter().cycle().take(12).enumerate() {
        let desk = Desk::new();
        std::fs::create_dir(desk.output()).unwrap();
        let res = desk.output().join(format!("{NAME}_a.res"));
        std::fs::write(&res, "of an earlier run").unwrap();
        let mut child = desk.command(&[]).spawn().unwrap();
        until("a new model", || std::fs::read_to_string(&res).is_ok_and(|text| text.contains("REM seedflip")));
        std::thread::sleep(Duration::from_millis(7 * n as u64));
        for name in names {
            // It may have ended by itself in the meantime.
            if child.try_wait().unwrap().is_none() {
                signal(&child, name);
            }
        }
        end(child);
        readable(&res);
        if names != ["KILL"] {
            nothing_half(&desk.output());
        }
    }
}

#[test]
fn a_run_that_is_refused_takes_nothing_away() {
    let desk = Desk::new();
    std::fs::create_dir(desk.output()).unwrap();
    let res = desk.output().join(format!("{NAME}_a.res"));
    std::fs::write(&res, "of an earlier run").unwrap();
    let run = desk.command(&["--memory", "0.01"]).stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.lines().count() == 1 && said.contains("GB of memory") && said.contains("--memory"), "{said}");
    assert_eq!(std::fs::read_to_string(&res).unwrap(), "of an earlier run");
}

/// A small list with a huge cell asks for no more memory than it needs, or is refused in one line.
#[test]
fn huge_cells_neither_abort_nor_go_on_for_ever() {
    // The list ends at 8 Å in the second, for a hundred thousand atoms.
    for (edge, word) in [(500, "resolution ends"), (129, "for about")] {
        let desk = Desk::new();
        let ins = desk.0.path().join(format!("{NAME}.ins"));
        let text = std::fs::read_to_string(&ins).unwrap();
        let cell = format!("CELL 0.71073 {edge} {edge} {edge} 90 90 90");
        let lines: Vec<&str> = text.lines().map(|l| if l.starts_with("CELL") { cell.as_str() } else { l }).collect();
        std::fs::write(&ins, lines.join("\n")).unwrap();
        let begun = Instant::now();
        let run = desk
            .command(&["--trials", "1", "--max-cycles", "10", "--time-limit", "5", "-q"])
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(1), "{edge}: {said}");
        assert!(said.lines().count() == 1 && said.contains(word), "{said}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{edge}: {:?}", begun.elapsed());
        assert!(!desk.output().exists(), "{edge}");
    }
}
