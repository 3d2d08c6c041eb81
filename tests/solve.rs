//! The main job through the built program: simulated examples are solved, shuffled ones are not claimed.

#[path = "common/compare.rs"]
mod compare;
#[path = "common/program.rs"]
mod program;

use compare::compare;
use program::{Outcome, repository, seedflip};
use seedflip::formats::{read_hkl, read_ins, write_hkl};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

const EXAMPLES: [&str; 3] = ["aspirin", "ethyldeoxycytidine", "farnesiaside"];
/// Files of every run that finished a trial.
const RESULTS: [&str; 5] = ["_a.res", "_a.fcf", "_a.ccp4", ".lst", ".json"];
/// Reflections that count as one resolution shell when intensities are shuffled.
const SHELL: usize = 60;
/// What a run of one second may take in all, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Solves `ins` into `folder` on the CPU with more options.
fn solve(ins: &Path, folder: &Path, more: &[&str]) -> Outcome {
    let (ins, folder) = (ins.to_string_lossy(), folder.to_string_lossy());
    let mut arguments = vec!["solve", &ins, "-o", &folder, "--backend", "cpu"];
    arguments.extend(more);
    seedflip(&arguments)
}

fn example(name: &str) -> std::path::PathBuf {
    repository(&format!("tests/data/{name}.ins"))
}

/// The run record, without the one field that may differ between two runs.
fn record(folder: &Path, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
    let mut value: Value = serde_json::from_str(&text).unwrap();
    assert!(value["timings"]["wall_s"].as_f64().unwrap() > 0.0);
    value.as_object_mut().unwrap().remove("timings");
    value
}

#[test]
fn the_examples_are_solved() {
    for name in EXAMPLES {
        let folder = tempfile::tempdir().unwrap();
        let run = solve(&example(name), folder.path(), &[]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{name}: {}", run.stderr);
        for ending in RESULTS {
            let file = folder.path().join(format!("{name}{ending}"));
            assert!(std::fs::metadata(&file).is_ok_and(|m| m.len() > 0), "{}", file.display());
        }
        assert_eq!(record(folder.path(), name)["solved"], true, "{name}");
        let found =
            compare(&folder.path().join(format!("{name}_a.res")), &repository(&format!("examples/models/{name}.cif")));
        println!("{name}: recall {:.2}, precision {:.2}", found.recall, found.precision);
        assert!(found.recall >= 0.9 && found.precision >= 0.9, "{name}: {} {}", found.recall, found.precision);
    }
}

#[test]
fn the_comparison_can_fail() {
    // A solution with its atoms pushed about, each another way, is none.
    let folder = tempfile::tempdir().unwrap();
    let run = solve(&example("aspirin"), folder.path(), &["--quiet"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let text = std::fs::read_to_string(folder.path().join("aspirin_a.res")).unwrap();
    let mut seen = 0;
    let moved: Vec<String> = text
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            // Sites are the lines with at least seven fields, these aside.
            if fields.len() < 7 || ["TITL", "REM", "CELL", "ZERR"].contains(&fields[0]) {
                return line.to_owned();
            }
            seen += 1;
            let x: f64 = fields[2].parse().unwrap();
            format!("{} {} {:.5} {}", fields[0], fields[1], x + 0.07 * f64::from(seen), fields[3..].join(" "))
        })
        .collect();
    assert!(seen >= 13, "{seen} sites");
    let wrong = folder.path().join("wrong.res");
    std::fs::write(&wrong, moved.join("\n")).unwrap();
    let found = compare(&wrong, &repository("examples/models/aspirin.cif"));
    assert!(found.recall < 0.8, "{}", found.recall);
}

#[test]
fn same_seed_same_result_for_any_number_of_threads() {
    for name in ["aspirin", "farnesiaside"] {
        let runs: Vec<_> = ["1", "2"]
            .iter()
            .map(|threads| {
                let folder = tempfile::tempdir().unwrap();
                let run = solve(&example(name), folder.path(), &["--seed", "7", "--threads", threads, "--json", "-q"]);
                assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
                let printed: Value = serde_json::from_str(&run.stdout).unwrap();
                let record = record(folder.path(), name);
                assert_eq!(printed["candidates"], record["candidates"], "stdout and {name}.json differ");
                assert_eq!(record["seed"], 7);
                (std::fs::read(folder.path().join(format!("{name}_a.res"))).unwrap(), record)
            })
            .collect();
        assert_eq!(runs[0], runs[1], "{name}");
    }
}

/// The integer hash of splitmix64 (Steele, Lea & Flood 2014).
fn hash(n: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Writes an example whose intensities have changed places within their resolution shells: the statistics of a
/// crystal without one.
fn shuffled(name: &str, folder: &Path, seed: u64) -> std::path::PathBuf {
    let ins = read_ins(&example(name)).unwrap();
    let mut rows = read_hkl(&example(name).with_extension("hkl"), &ins.hklf).unwrap().reflections;
    rows.sort_by(|a, b| ins.cell.d_star_sq(a.hkl).total_cmp(&ins.cell.d_star_sq(b.hkl)));
    for (s, shell) in rows.chunks_mut(SHELL).enumerate() {
        for i in (1..shell.len()).rev() {
            let j = (hash(seed << 40 ^ (s as u64) << 20 ^ i as u64) % (i as u64 + 1)) as usize;
            let (a, b) = (shell[i], shell[j]);
            (shell[i].intensity, shell[i].sigma) = (b.intensity, b.sigma);
            (shell[j].intensity, shell[j].sigma) = (a.intensity, a.sigma);
        }
    }
    let path = folder.join(format!("{name}.ins"));
    std::fs::copy(example(name), &path).unwrap();
    write_hkl(&path.with_extension("hkl"), &rows).unwrap();
    path
}

#[test]
fn shuffled_intensities_are_never_claimed() {
    let folder = tempfile::tempdir().unwrap();
    let ins = shuffled("aspirin", folder.path(), 1);
    let run = solve(&ins, folder.path(), &["--require-solved"]);
    assert_eq!(record(folder.path(), "aspirin")["solved"], false, "{}", run.stderr);
    assert_eq!(run.code, Some(5), "{}", run.stderr);
    assert!(run.stderr.contains("NOT SOLVED"), "{}", run.stderr);
    let res = std::fs::read_to_string(folder.path().join("aspirin_a.res")).unwrap();
    assert!(res.contains("not claimed"), "{res}");
}

#[test]
fn a_time_limit_is_kept_and_the_best_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let ins = shuffled("farnesiaside", folder.path(), 2);
    let begun = Instant::now();
    let run = solve(&ins, folder.path(), &["--time-limit", "1"]);
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let record = record(folder.path(), "farnesiaside");
    assert_eq!((&record["solved"], &record["stopped"]), (&Value::Bool(false), &Value::from("time_limit")));
    for ending in RESULTS {
        assert!(folder.path().join(format!("farnesiaside{ending}")).exists(), "{ending}");
    }
}
