//! `--backend` and `--device` through the built program: what is taken, what is said, what is refused.

#![cfg(feature = "cli")]

use seedflip::gpu::{Choice, choose, list};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What is said where the CPU has to do.
const NOTICE: &str = "no GPU found: the trials run on the CPU";
/// Options of a quick job.
const QUICK: [&str; 7] = ["--trials", "1", "--max-cycles", "10", "--method", "flipping", "--json"];

struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Outcome {
    /// `cpu` or `gpu`, as the run record says.
    fn backend(&self) -> String {
        let record: serde_json::Value = serde_json::from_str(&self.stdout).unwrap();
        record["device"]["backend"].as_str().unwrap().to_owned()
    }
}

/// Solves a little with more options; without `drivers` the Vulkan loader sees none.
fn solve(more: &[&str], drivers: bool) -> Outcome {
    solve_with(more, drivers, None)
}

/// The same with the user's folder for caches.
fn solve_with(more: &[&str], drivers: bool, caches: Option<&Path>) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_seedflip"));
    let ins = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/aspirin.ins");
    command.args(["solve", ins, "-o"]).arg(folder.path()).args(QUICK).args(more);
    if !drivers {
        command.env("VK_DRIVER_FILES", "/nonexistent").env("VK_ICD_FILENAMES", "/nonexistent");
    }
    if let Some(caches) = caches {
        command.env("XDG_CACHE_HOME", caches);
    }
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// True where a GPU can be had without Vulkan: then hiding Vulkan hides nothing.
fn other_interface() -> bool {
    list().iter().any(|a| a.backend != "vulkan")
}

#[test]
fn without_a_gpu_auto_takes_the_cpu_and_says_so_in_one_line() {
    if other_interface() {
        return;
    }
    let run = solve(&[], false);
    assert_eq!((run.code, run.backend().as_str()), (Some(0), "cpu"), "{}", run.stderr);
    assert_eq!(run.stderr.lines().next(), Some(NOTICE));
    let quiet = solve(&["--quiet"], false);
    assert_eq!((quiet.code, quiet.stderr.as_str(), quiet.backend().as_str()), (Some(0), "", "cpu"));
}

#[test]
fn auto_never_takes_software() {
    if choose(&list(), &Choice::Best).is_ok() {
        return;
    }
    let run = solve(&["--backend", "auto"], true);
    assert_eq!((run.code, run.backend().as_str()), (Some(0), "cpu"), "{}", run.stderr);
    assert!(run.stderr.lines().any(|line| line == NOTICE), "{}", run.stderr);
}

#[test]
fn a_gpu_that_was_asked_for_and_is_missing_is_an_error() {
    for more in [["--backend", "gpu"], ["--device", "0"], ["--device", "no such card"]] {
        if other_interface() && more[1] != "no such card" {
            continue;
        }
        let run = solve(&more, false);
        assert_eq!((run.code, run.stdout.as_str()), (Some(3), ""), "{more:?}: {}", run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{more:?}: {}", run.stderr);
        assert!(run.stderr.contains("--backend cpu") || run.stderr.contains("seedflip devices"), "{}", run.stderr);
    }
}

#[test]
fn a_device_contradicts_the_cpu() {
    let run = solve(&["--backend", "cpu", "--device", "0"], true);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{}", run.stderr);
    assert!(run.stderr.contains("--device") && run.stderr.contains("leave one out"), "{}", run.stderr);
}

#[test]
fn the_cpu_when_asked_for_needs_no_words() {
    let run = solve(&["--backend", "cpu"], true);
    assert_eq!((run.code, run.backend().as_str()), (Some(0), "cpu"), "{}", run.stderr);
    assert!(!run.stderr.contains("CPU"), "{}", run.stderr);
}

/// What drivers keep of kernels is no condition of a run, whatever has become of it.
#[cfg(target_os = "linux")]
#[test]
fn a_cache_of_kernels_that_is_broken_or_cannot_be_written_changes_nothing() {
    if list().is_empty() {
        return;
    }
    let caches = tempfile::tempdir().unwrap();
    let run = || {
        let run = solve_with(&["--backend", "gpu"], true, Some(caches.path()));
        assert_eq!((run.code, run.backend().as_str()), (Some(0), "gpu"), "{}", run.stderr);
        let record: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert!(!run.stderr.contains("cache"), "{}", run.stderr);
        record["trials"].clone()
    };
    let first = run();
    let folder = caches.path().join("seedflip");
    for file in fs::read_dir(&folder).into_iter().flatten().flatten() {
        let mut bytes = fs::read(file.path()).unwrap();
        let half = bytes.len() / 2;
        bytes[half] ^= 0xff;
        fs::write(file.path(), bytes).unwrap();
    }
    assert_eq!(run(), first);
    let _ = fs::remove_dir_all(&folder);
    fs::write(&folder, "no folder").unwrap();
    assert_eq!(run(), first);
}
