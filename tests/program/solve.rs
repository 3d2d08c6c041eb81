//! The main job through the built program: simulated examples are solved, shuffled ones are not claimed.

use crate::compare::compare;
use crate::program::{Outcome, repository, seedflip};
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
fn peaks_stand_behind_the_end_where_no_program_takes_them_for_atoms() {
    let folder = tempfile::tempdir().unwrap();
    let run = solve(&example("aspirin"), folder.path(), &["--quiet"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let res = folder.path().join("aspirin_a.res");
    let text = std::fs::read_to_string(&res).unwrap();
    // The last line of all says that the file is whole.
    let (model, behind) = text.strip_suffix("END\n").unwrap().split_once("\nEND\n").unwrap();
    let (_, fit) = model.split_once("\nHKLF 4\n").unwrap();
    assert!(fit.lines().all(|l| l.starts_with("REM ")) && fit.contains("REM R1 = "), "{fit}");
    let peaks = |part: &str| part.lines().filter(|l| l.starts_with('Q')).count();
    assert_eq!(peaks(model), 0);
    assert!(peaks(behind) > 0 && behind.lines().all(|l| l.starts_with('Q') || l.starts_with("REM")), "{behind}");
    // Both are read back.
    let sites = read_ins(&res).unwrap().sites;
    assert_eq!(sites.iter().filter(|s| s.element.is_some()).count(), 13);
    assert_eq!(sites.iter().filter(|s| s.element.is_none()).count(), peaks(behind));
}

/// R1 of the rows of a LIST 6 above 4σ(F) and of all, as anybody would count it.
fn r1_of_list(text: &str) -> [f64; 2] {
    let (mut off, mut sum) = ([0.0; 2], [0.0; 2]);
    let (_, rows) = text.split_once("_refln_phase_calc\n").unwrap();
    for row in rows.lines() {
        let fields: Vec<f64> = row.split_whitespace().map(|field| field.parse().unwrap()).collect();
        let [_, _, _, intensity, sigma, f_calc, _] = fields[..] else { panic!("{row}") };
        let f = intensity.max(0.0).sqrt();
        for n in [0, 1] {
            // σ(F) is σ(F²)/2F.
            if n == 1 || f > 4.0 * sigma / (2.0 * f) {
                off[n] += (f - f_calc).abs();
                sum[n] += f;
            }
        }
    }
    [0, 1].map(|n| off[n] / sum[n])
}

#[test]
fn the_list_of_reflections_has_the_r1_that_is_said() {
    for name in EXAMPLES {
        let folder = tempfile::tempdir().unwrap();
        let run = solve(&example(name), folder.path(), &["--quiet"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let text = std::fs::read_to_string(folder.path().join(format!("{name}_a.fcf"))).unwrap();
        let first = &record(folder.path(), name)["candidates"][0];
        let found = r1_of_list(&text);
        for (found, field) in found.into_iter().zip(["r1", "r1_all"]) {
            let said = first[field].as_f64().unwrap();
            assert!((found - said).abs() < 0.001, "{name}: {field} {said}, by the list {found}");
        }
        assert!(text.contains("F_calc and phases of the model"), "{text}");
    }
}

#[test]
fn nobodys_files_are_lost() {
    let folder = tempfile::tempdir().unwrap();
    let theirs = ["aspirin.lst", "aspirin_a.res", "aspirin_a.fcf", "aspirin_e.res"];
    for name in theirs {
        std::fs::write(folder.path().join(name), format!("TITL {name}, by hand for a week\n")).unwrap();
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let run = solve(&example("aspirin"), folder.path(), &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for name in theirs {
        // What is not in the way keeps its name.
        let in_the_way = name.starts_with("aspirin_a");
        let now = if in_the_way { format!("{name}.1") } else { name.to_owned() };
        assert_eq!(read(&now), format!("TITL {name}, by hand for a week\n"));
        assert_eq!(run.stderr.lines().filter(|line| line.ends_with(&now)).count(), usize::from(in_the_way));
    }
    let wrote: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("wrote ")).collect();
    assert!(wrote.len() == 1 && wrote[0].contains(" aspirin.sfl (aspirin.lst "), "{}", run.stderr);
    assert!(read("aspirin.sfl").contains(wrote[0]) && read("aspirin_a.res").contains("REM seedflip"));
    // Our own are replaced without a word, until somebody changes them.
    let changed = read("aspirin_a.res").replace("TITL", "TITL mine:");
    let again = solve(&example("aspirin"), folder.path(), &["--quiet"]);
    assert_eq!((again.code, again.stderr.as_str()), (Some(0), ""));
    std::fs::write(folder.path().join("aspirin_a.res"), &changed).unwrap();
    std::fs::remove_file(folder.path().join("aspirin.lst")).unwrap();
    let third = solve(&example("aspirin"), folder.path(), &["--quiet"]);
    assert!(
        third.stderr.lines().count() == 1 && third.stderr.trim_end().ends_with("aspirin_a.res.2"),
        "{}",
        third.stderr
    );
    assert_eq!(read("aspirin_a.res.2"), changed);
    assert!(read("aspirin.lst").starts_with("seedflip ") && !folder.path().join("aspirin.sfl").exists());
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
