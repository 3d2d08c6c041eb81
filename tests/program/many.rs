//! Several data sets in one run: what comes of each is what comes of it alone, and no one takes others along.

use crate::gpu::gpu_or_skip;
use crate::program::{Outcome, repository, seedflip};
use seedflip::formats::{read_hkl, read_ins, write_hkl};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

const EXAMPLES: [&str; 3] = ["aspirin", "ethyldeoxycytidine", "farnesiaside"];

/// Runs `solve` on the CPU.
fn solve(names: &[&Path], more: &[&str]) -> Outcome {
    let mut words: Vec<OsString> = vec!["solve".into()];
    words.extend(names.iter().map(|name| name.as_os_str().to_owned()));
    words.extend(["--backend", "cpu"].iter().chain(more).map(OsString::from));
    seedflip(&words)
}

/// Copies an example to `folder`, under another name.
fn put(example: &str, folder: &Path, name: &str) {
    std::fs::create_dir_all(folder).unwrap();
    for ending in ["ins", "hkl"] {
        let from = repository(&format!("tests/data/{example}.{ending}"));
        std::fs::copy(from, folder.join(format!("{name}.{ending}"))).unwrap();
    }
}

/// Writes an example whose intensities are turned round within all of the list: nothing is to be found in it.
fn put_noise(folder: &Path, name: &str) {
    put("aspirin", folder, name);
    let ins = folder.join(format!("{name}.ins"));
    let mut rows = read_hkl(&ins.with_extension("hkl"), &read_ins(&ins).unwrap().hklf).unwrap().reflections;
    let values: Vec<(f64, f64)> = rows.iter().map(|row| (row.intensity, row.sigma)).collect();
    for (row, value) in rows.iter_mut().zip(values.into_iter().rev()) {
        (row.intensity, row.sigma) = value;
    }
    write_hkl(&ins.with_extension("hkl"), &rows).unwrap();
}

/// A document without the times in it.
fn json(text: &str) -> Value {
    fn timeless(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                ["timings", "wall_s", "threads", "record", "input"].iter().for_each(|key| drop(fields.remove(*key)));
                fields.values_mut().for_each(timeless);
            }
            Value::Array(parts) => parts.iter_mut().for_each(timeless),
            _ => {}
        }
    }
    let mut value = serde_json::from_str(text).unwrap();
    timeless(&mut value);
    value
}

/// The files of a folder by their names, times masked.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let masked = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        match path.extension().unwrap().to_str().unwrap() {
            // Read and merged they are the same for certain; `input` of the record says of which file.
            "json" => json(std::str::from_utf8(&bytes).unwrap()).to_string().into_bytes(),
            // The document in it, but for times and for what was typed.
            "html" => {
                let text = String::from_utf8(bytes).unwrap();
                let document = text.rsplit_once("\nshow(").unwrap().1.split_once(");\n</script>").unwrap().0;
                let mut document: Value = serde_json::from_str(document).unwrap();
                document["record"] = json(&document["record"].to_string());
                document.as_object_mut().unwrap().remove("command");
                document.to_string().into_bytes()
            }
            "lst" => {
                let text = String::from_utf8(bytes).unwrap();
                let timed = ["Timings, s", "Stages over", "Trials finished a second", "the best trials agree"];
                let lines = text.lines().filter(|line| timed.iter().all(|start| !line.starts_with(start)));
                lines.collect::<Vec<_>>().join("\n").into_bytes()
            }
            _ => bytes,
        }
    };
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), masked(&entry.path()))).collect()
}

/// Names and outcomes of a table.
fn outcomes(table: &Value) -> Vec<(&str, &str)> {
    let rows = table["structures"].as_array().unwrap();
    rows.iter().map(|row| (row["name"].as_str().unwrap(), row["outcome"].as_str().unwrap())).collect()
}

#[test]
fn a_folder_has_the_results_of_its_data_sets_one_by_one() {
    let home = tempfile::tempdir().unwrap();
    let (data, all, alone) = (home.path().join("data"), home.path().join("all"), home.path().join("alone"));
    EXAMPLES.iter().for_each(|name| put(name, &data, name));
    std::fs::copy(repository("examples/models/aspirin.cif"), data.join("model.cif")).unwrap();
    std::fs::write(data.join("left.ins"), "TITL left\n").unwrap();
    let table = home.path().join("table.json");
    let more = ["-o", all.to_str().unwrap(), "--threads", "2", "--table", table.to_str().unwrap()];
    let run = solve(&[&data], &more);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{}", run.stderr);
    for name in EXAMPLES {
        let run = solve(&[&data.join(format!("{name}.ins"))], &["-o", alone.to_str().unwrap(), "--threads", "1", "-q"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    }
    let (all, alone) = (files(&all), files(&alone));
    assert_eq!(all.keys().collect::<Vec<_>>(), alone.keys().collect::<Vec<_>>());
    for (name, bytes) in &alone {
        assert!(all[name] == *bytes, "{name} differs");
    }
    let text = std::fs::read_to_string(&table).unwrap();
    let table: Value = serde_json::from_str(&text).unwrap();
    let solved = EXAMPLES.map(|name| (name, "solved"));
    let expected: Vec<_> = solved.into_iter().chain([("model.cif", "skipped"), ("left.ins", "skipped")]).collect();
    assert_eq!(outcomes(&table), expected);
    for (row, name) in table["structures"].as_array().unwrap().iter().zip(EXAMPLES) {
        let record = std::fs::read_to_string(row["record"].as_str().unwrap()).unwrap();
        let record: Value = serde_json::from_str(&record).unwrap();
        assert_eq!(
            (&row["probability"], &row["r1"], &row["trials_finished"]),
            (&record["probability"], &record["candidates"][0]["r1"], &record["trials_finished"]),
            "{name}"
        );
        // A line says of each what came of it, and the table says it again.
        assert!(run.stderr.lines().any(|line| line.starts_with(&format!("{name}: SOLVED"))), "{}", run.stderr);
        assert!(run.stderr.lines().any(|line| line.starts_with(&format!(" {name} "))), "{}", run.stderr);
    }
    assert!(run.stderr.contains("3 solved, 0 not solved, 0 failed, 2 skipped in "), "{}", run.stderr);
    let schema = serde_json::from_str(&std::fs::read_to_string(repository("docs/table.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&table), "{text}");
    let mut spoilt = table.clone();
    spoilt["structures"][0]["outcome"] = "splendid".into();
    assert!(!validator.is_valid(&spoilt));
    // What a run has written is no data of the next.
    let again = || {
        let run = solve(&[&data], &["--trials", "1", "--max-cycles", "10", "-q", "--json"]);
        serde_json::from_str::<Value>(&run.stdout).unwrap()["structures"].as_array().unwrap().clone()
    };
    let (first, second) = (again(), again());
    let taken = |rows: &[Value]| {
        let runs = rows.iter().filter(|row| row["probability"].is_number());
        runs.map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (taken(&first), taken(&second)),
        (EXAMPLES.map(str::to_owned).to_vec(), EXAMPLES.map(str::to_owned).to_vec())
    );
    let results = second.iter().filter(|row| row["reason"] == "a result of seedflip").count();
    assert!(first.len() == 5 && results >= 3 * EXAMPLES.len(), "{} rows, {results} results", first.len());
}

#[test]
fn bad_data_and_data_without_a_solution_stop_no_others() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    put("farnesiaside", folder, "good");
    put("aspirin", folder, "bad");
    let list = std::fs::read_to_string(folder.join("bad.hkl")).unwrap();
    std::fs::write(folder.join("bad.hkl"), list.replacen("   1", "   x", 1)).unwrap();
    put_noise(folder, "noise");
    let [bad, noise, good, none] = ["bad.ins", "noise.ins", "good.ins", "none.ins"].map(|name| folder.join(name));
    let more = ["--trials", "8", "--threads", "2", "--json", "-q", "--require-solved"];
    let run = solve(&[&bad, &noise, &good, &none], &more);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let table: Value = serde_json::from_str(&run.stdout).unwrap();
    let expected = [("bad", "failed"), ("noise", "not_solved"), ("good", "solved"), ("none", "failed")];
    assert_eq!(outcomes(&table), expected);
    // One line for each that failed, as it would say alone.
    for (at, path) in [(0, &bad), (3, &none)] {
        let reason = table["structures"][at]["reason"].as_str().unwrap();
        let alone = solve(&[path], &["-q"]);
        assert_eq!(alone.stderr.trim_end(), format!("seedflip: {reason}"));
        assert!(run.stderr.lines().any(|line| line.ends_with(reason)), "{}", run.stderr);
    }
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
    assert!(folder.join("noise_a.res").exists() && folder.join("good_a.res").exists());
    assert!(!folder.join("bad.lst").exists());
    // Without the bad ones the exit code is that of the unsolved.
    let codes = [&["--require-solved"][..], &[]].map(|more| {
        let more: Vec<&str> = ["--trials", "8", "-q"].iter().chain(more).copied().collect();
        solve(&[&noise, &good], &more).code
    });
    assert_eq!(codes, [Some(5), Some(0)]);
}

#[test]
fn names_that_meet_and_options_of_one_are_refused_before_anything_is_done() {
    let home = tempfile::tempdir().unwrap();
    let [a, b, out] = ["a", "b", "out"].map(|name| home.path().join(name));
    put("aspirin", &a, "x");
    put("farnesiaside", &b, "x");
    let refused = |names: &[&Path], more: &[&str], what: &str| {
        let run = solve(names, more);
        assert_eq!((run.code, run.stderr.lines().count()), (Some(2), 1), "{}", run.stderr);
        assert!(run.stderr.contains(what) && !out.exists() && !a.join("x.lst").exists(), "{}", run.stderr);
    };
    refused(&[&a, &b], &["-o", out.to_str().unwrap()], "would have the same names");
    refused(&[&a, &a.join("x.hkl")], &[], "name one of them");
    for option in ["--hkl", "--seeds", "--map"] {
        refused(&[&a, &b], &[option, "x.xplor"], option);
    }
    refused(&[&a.join("x.ins")], &["--table", "t.json"], "--table");
    std::fs::create_dir(home.path().join("empty")).unwrap();
    let empty = solve(&[&home.path().join("empty")], &[]);
    assert_eq!((empty.code, empty.stderr.lines().count()), (Some(1), 1), "{}", empty.stderr);
    assert!(empty.stderr.contains("no data sets in it"), "{}", empty.stderr);
    // Each beside its data there is room for both.
    let run = solve(&[&a, &b], &["--trials", "2", "--max-cycles", "10"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(a.join("x_a.res").exists() && b.join("x_a.res").exists());
    let names = [&a, &b].map(|folder| folder.join("x").display().to_string());
    assert!(names.iter().all(|name| run.stderr.lines().any(|line| line.starts_with(&format!("{name}: ")))));
}

#[test]
fn the_published_schema_is_the_one_of_the_program() {
    let run = seedflip(&["schema", "--table"]);
    let text = std::fs::read_to_string(repository("docs/table.schema.json")).unwrap();
    assert!(text == run.stdout, "bring it up to date: seedflip schema --table > docs/table.schema.json");
    assert_eq!(run.code, Some(0));
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    assert!(readme.contains("](docs/table.schema.json)"), "README.md does not lead to docs/table.schema.json");
}

/// Stopped while the first is under way: it is written, the others have not begun, and the table says so.
#[cfg(unix)]
#[test]
fn an_interrupt_ends_with_the_table_of_what_is_finished() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    put_noise(folder, "noise");
    put("aspirin", folder, "late");
    let table = folder.join("table.json");
    let mut child = Command::new(env!("CARGO_BIN_EXE_seedflip"))
        .args([Path::new("solve"), &folder.join("noise.ins"), &folder.join("late.ins"), Path::new("--table"), &table])
        .args(["--backend", "cpu", "--threads", "1", "--trials", "100000", "-q"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let one_has_begun = || ["noise.lst", "late.lst"].iter().any(|name| folder.join(name).exists());
    while !one_has_begun() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let table: Value = serde_json::from_str(&std::fs::read_to_string(&table).unwrap()).unwrap();
    let mut ended = outcomes(&table);
    ended.sort_by_key(|(_, outcome)| *outcome == "not_begun");
    assert!(ended[0].1 != "not_begun" && ended[1].1 == "not_begun", "{ended:?}");
    let record = std::fs::read_to_string(folder.join(format!("{}.json", ended[0].0))).unwrap();
    assert!(record.contains("\"stopped\""));
}

#[test]
fn searches_that_share_a_gpu_find_what_each_finds_alone() {
    if gpu_or_skip().is_none() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let names = ["aspirin", "farnesiaside"].map(|name| repository(&format!("tests/data/{name}.ins")));
    let [all, alone] = ["all", "alone"].map(|folder| home.path().join(folder));
    let run = |names: &[&Path], folder: &Path| {
        let mut words: Vec<OsString> = vec!["solve".into()];
        words.extend(names.iter().map(|name| name.as_os_str().to_owned()));
        let options = ["--backend", "gpu", "--trials", "8", "--threads", "2", "-q", "-o"];
        words.extend(options.iter().map(OsString::from).chain([folder.into()]));
        let run = seedflip(&words);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    };
    run(&[&names[0], &names[1]], &all);
    names.iter().for_each(|name| run(&[name], &alone));
    let (all, alone) = (files(&all), files(&alone));
    assert_eq!(all.keys().collect::<Vec<_>>(), alone.keys().collect::<Vec<_>>());
    alone.iter().for_each(|(name, bytes)| assert!(all[name] == *bytes, "{name} differs"));
}
