//! Decisions of stored runs taken again: what comes of them is what it was when their constants were last measured.
//!
//! `tests/evidence/runs.jsonl.gz` holds diaries of runs on measured data with the truth beside them (`benches/evidence.py`): figures of
//! merit, no data. `tests/evidence/table.txt` is what `seedflip replay` printed of them. Whoever moves a constant sees here what it does;
//! when that is meant, the command below writes the table anew.

use crate::program::{repository, seedflip};

const RUNS: &str = "tests/evidence/runs.jsonl.gz";
const TABLE: &str = "tests/evidence/table.txt";

#[test]
fn decisions_come_out_as_they_were_measured() {
    let replayed = seedflip(&["replay", RUNS]);
    assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);
    let table = std::fs::read_to_string(repository(TABLE)).unwrap();
    assert_eq!(replayed.stdout, table, "if this is meant: seedflip replay {RUNS} > {TABLE}");
}

#[test]
fn a_line_that_is_no_diary_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("diaries.jsonl");
    std::fs::write(&path, "{}\n").unwrap();
    let replayed = seedflip(&["replay", &path.to_string_lossy()]);
    assert_eq!(replayed.code, Some(1));
    assert!(
        replayed.stderr.contains("diaries.jsonl:1: ") && replayed.stderr.lines().count() == 1,
        "{}",
        replayed.stderr
    );
}

/// A run keeps its diary, and its decisions are taken again as they fell.
#[test]
fn a_diary_of_today_is_replayed_as_it_went() {
    let folder = tempfile::tempdir().unwrap();
    let diary = folder.path().join("diary.jsonl");
    let ins = repository("tests/data/aspirin.ins");
    let (ins, out, diary) = (ins.to_string_lossy(), folder.path().to_string_lossy(), diary.to_string_lossy());
    let solved = seedflip(&["solve", &ins, "-o", &out, "-q", "--backend", "cpu", "--diary", &diary]);
    assert_eq!(solved.code, Some(0), "{}", solved.stderr);
    let replayed = seedflip(&["replay", &diary]);
    let figure = |what: &str| {
        let line = replayed.stdout.lines().find(|line| line.starts_with(what)).unwrap_or_default();
        line[what.len()..].trim().to_owned()
    };
    let share = |what: &str| {
        let text = figure(what);
        let (yes, all) = text.split_once(" of ").unwrap();
        (yes.parse::<u32>().unwrap(), all.parse::<u32>().unwrap())
    };
    for what in ["trials given the arm they had", "pauses where the run paused"] {
        let (yes, all) = share(what);
        assert!(yes == all && all > 0, "{what}: {yes} of {all}\n{}", replayed.stdout);
    }
}
