//! Seeds from the command line: made, checked, solved with, screened, and refused.

use crate::program::{Outcome, repository, seedflip};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

const INS: &str = "tests/data/farnesiaside.ins";
const MODEL: &str = "examples/models/farnesiaside.cif";

fn run(arguments: &[&str], paths: &[(&str, &Path)]) -> Outcome {
    let mut all: Vec<OsString> = arguments.iter().map(Into::into).collect();
    for (option, path) in paths {
        if !option.is_empty() {
            all.push(option.into());
        }
        all.push(path.into());
    }
    seedflip(&all)
}

/// Oracle seeds in a folder of their own.
fn made(folder: &Path, more: &[&str]) -> PathBuf {
    let path = folder.join("seeds.csv");
    let arguments = [&["seed", "make", INS, "--model", MODEL], more].concat();
    let outcome = run(&arguments, &[("-o", &path)]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    path
}

fn solve(seeds: &Path, out: &Path, more: &[&str]) -> (Outcome, serde_json::Value) {
    let arguments = [&["solve", INS, "--backend", "cpu", "--json"], more].concat();
    let outcome = run(&arguments, &[("--seeds", seeds), ("-o", out)]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let record = serde_json::from_str(&outcome.stdout).unwrap();
    (outcome, record)
}

#[test]
fn seeds_solve_and_every_result_is_a_seed_again() {
    let folder = tempfile::tempdir().unwrap();
    let seeds = made(folder.path(), &["--fraction", "0.3"]);
    let out = folder.path().join("out");
    let (outcome, record) = solve(&seeds, &out, &[]);
    assert_eq!(record["solved"], true, "{}", outcome.stderr);
    let of_seeds = &record["seeds"];
    assert!(of_seeds["counts"]["used"].as_u64().unwrap() > 100);
    let share = of_seeds["outcome"]["agreeing"].as_f64().unwrap() / of_seeds["outcome"]["compared"].as_f64().unwrap();
    assert!(share > 0.6, "{share} of the seeds in their bin");
    assert!(outcome.stderr.contains("seeds (CSV)") && outcome.stderr.contains("agree with _a"));
    // The files it wrote, and the model: found by content, whatever they are called.
    for (file, kind) in [
        (out.join("farnesiaside_a.fcf"), "fcf LIST 6"),
        (out.join("farnesiaside_a.ccp4"), "density map"),
        (repository(MODEL), "model"),
    ] {
        let renamed = folder.path().join("seeds.dat");
        std::fs::copy(file, &renamed).unwrap();
        let (outcome, record) = solve(&renamed, &folder.path().join("again"), &[]);
        assert!(outcome.stderr.contains(&format!("seeds ({kind})")), "{}", outcome.stderr);
        assert_eq!(record["solved"], true, "{kind}");
        let cosine = record["seeds"]["outcome"]["mean_cosine"].as_f64().unwrap();
        assert!(cosine > 0.7, "{kind}: {cosine}");
    }
}

/// Three oxygens of the simulated crystal, 0.1 Å off their places: a start, tried at places around it, and nothing that is held.
#[test]
fn a_small_fragment_is_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let fragment = folder.path().join("three.res");
    let text = "TITL three oxygens\nCELL 0.71073 11.691 9.336 12.37 90 114.82 90\nLATT -1\nSYMM -X, Y+1/2, -Z\nSFAC O\nUNIT 6\n\
                O1 1 1.2206 0.3422 0.3688 11 0.04\nO2 1 1.1402 0.1722 0.4540 11 0.04\nO3 1 1.1867 0.5792 0.3642 11 0.07\nHKLF 4\nEND\n";
    std::fs::write(&fragment, text).unwrap();
    let outcome = run(&["seed", "check", INS, "--backend", "cpu", "--json"], &[("", &fragment)]);
    let check: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(check["sets"], 13);
    // √(share·M/N) = 2.5 for weights all alike, and more since strong reflections weigh more.
    let height = check["feasibility"]["height"].as_f64().unwrap();
    assert!((3.0..5.0).contains(&height), "{check}");
    let (outcome, record) = solve(&fragment, &folder.path().join("out"), &[]);
    assert!(outcome.stderr.contains("(small fragment)") && outcome.stderr.contains("not held"), "{}", outcome.stderr);
    assert_eq!(record["solved"], true);
    // Six oxygens of 52 carbons and 20 oxygens.
    let share = record["seeds"]["share"].as_f64().unwrap();
    assert!((share - 6.0 * 64.0 / (52.0 * 36.0 + 20.0 * 64.0)).abs() < 0.002, "{share}");
    let arms: Vec<&str> = record["trials"].as_array().unwrap().iter().filter_map(|t| t["arm"].as_str()).collect();
    assert!(!arms.is_empty() && arms.iter().all(|arm| arm.starts_with("start ")), "{arms:?}");
}

#[test]
fn the_same_seeds_give_the_same_result_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let seeds = made(folder.path(), &["--fraction", "0.3", "--wrong", "0.2"]);
    let read = |threads: &str| {
        let out = folder.path().join(threads);
        solve(&seeds, &out, &["--threads", threads]);
        std::fs::read(out.join("farnesiaside_a.res")).unwrap()
    };
    assert_eq!(read("1"), read("2"));
}

#[test]
fn a_check_sees_good_seeds_and_bad_ones() {
    let folder = tempfile::tempdir().unwrap();
    let check = |seeds: &Path| {
        let arguments = ["seed", "check", INS, "--backend", "cpu", "--json", "--model", MODEL];
        let outcome = run(&arguments, &[("", seeds)]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        serde_json::from_str::<serde_json::Value>(&outcome.stdout).unwrap()
    };
    let seeds = made(folder.path(), &["--fraction", "0.5"]);
    let good = check(&seeds);
    assert_eq!(good["truth"]["right_bins"], 1.0);
    assert_eq!(good["truth"]["inverted"], false);
    assert!(good["tangent"]["sigmas"].as_f64().unwrap() > 3.0, "{good}");
    let wrong = check(&made(folder.path(), &["--fraction", "0.5", "--wrong", "0.3"]));
    let right = wrong["truth"]["right_bins"].as_f64().unwrap();
    assert!((right - 0.7).abs() < 0.08, "{right}");
    assert!(wrong["feasibility"]["height"].as_f64().unwrap() < good["feasibility"]["height"].as_f64().unwrap());
    // Every bin drawn anew.
    let text = std::fs::read_to_string(&seeds).unwrap();
    let shuffled: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(i, line)| match line.rsplitn(3, ',').collect::<Vec<_>>()[..] {
            ["4", _, hkl] => format!("{hkl},{},4", (i * i + i / 3) % 4),
            _ => line.to_owned(),
        })
        .collect();
    std::fs::write(&seeds, shuffled.join("\n")).unwrap();
    let random = check(&seeds);
    assert!(random["tangent"]["sigmas"].as_f64().unwrap() < 3.0, "{random}");
    assert!(random["truth"]["right_bins"].as_f64().unwrap() < 0.5, "{random}");
}

#[test]
fn gaussian_errors_and_other_pools_are_written_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let text = |more: &[&str]| std::fs::read_to_string(made(folder.path(), more)).unwrap();
    assert!(text(&["--gaussian", "40"]).contains("h,k,l,phase_deg,weight"));
    assert!(text(&["--wrong", "0.25"]).contains("#wrong=0.25\n"));
    assert!(!text(&["--wrong", "0.25", "--untold"]).contains("#wrong"));
    assert_eq!(text(&["--of", "top"]).lines().count(), text(&[]).lines().count());
    assert_ne!(text(&["--seed", "2"]), text(&[]));
}

#[test]
fn a_screen_goes_on_where_it_was_ended() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("screen");
    let screen = |draws: &str| {
        let arguments = [
            "screen",
            INS,
            "--model",
            MODEL,
            "--fraction",
            "0.05,0.4",
            "--wrong",
            "0,0.3",
            "--draws",
            draws,
            "--cycles",
            "30",
            "--backend",
            "cpu",
            "--method",
            "mp-2h,flip-e",
        ];
        let outcome = run(&arguments, &[("-o", &out)]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        (outcome.stderr, std::fs::read_to_string(out.join("screen.csv")).unwrap())
    };
    let (said, first) = screen("3");
    assert!(said.contains("8 conditions, 3 draws each, 0 trials known from before"), "{said}");
    assert_eq!(first.lines().count(), 2 + 24);
    // Half of it lost.
    let journal = out.join("shard-0.jsonl");
    let lines = std::fs::read_to_string(&journal).unwrap();
    let half: Vec<&str> = lines.lines().take(14).collect();
    std::fs::write(&journal, half.join("\n") + "\n").unwrap();
    let (said, second) = screen("3");
    assert!(said.contains("12 trials known from before"), "{said}");
    assert_eq!(first, second);
    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("screen.json")).unwrap()).unwrap();
    let best = record["conditions"].as_array().unwrap().iter().map(|c| c["solved"].as_u64().unwrap()).max();
    assert_eq!(best, Some(3), "40 % right seeds solve a small cell: {record}");
    let page = std::fs::read_to_string(out.join("screen.html")).unwrap();
    assert!(page.contains("\"solved\":3,\"trials\":3") && page.ends_with("</html>\n"));
    let other = run(&["screen", INS, "--model", MODEL, "--told", "0.5", "--backend", "cpu"], &[("-o", &out)]);
    assert_eq!(other.code, Some(1));
    assert!(
        other.stderr.contains("holds another run: --cycles was 30 and is not given; --restart begins anew"),
        "{}",
        other.stderr
    );
}

/// Each bad file is one line that names it, exit code 1, and nothing written.
#[test]
fn bad_seeds_are_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.csv");
    let radians: String = (1..36).map(|i| format!("{},{},1,{:.3}\n", i % 6, i / 6, 0.17 * f64::from(i))).collect();
    let cases: [(&str, String); 14] = [
        ("foo", "h,k,l,foo\n1,0,0,3\n".into()),
        ("radians", format!("h,k,l,phase_deg\n{radians}")),
        ("bad.csv:2", "h,k,l,phase_deg\n1,2,3,nan\n".into()),
        ("bad.csv:2", "h,k,l,bin,nbins\n1,2,3,4,4\n".into()),
        ("bad.csv:2", "h,k,l,p0,p1\n1,2,3,0.9,0.4\n".into()),
        ("bad.csv:2", "h,k,l,phase_deg\n1,2.5,3,90\n".into()),
        ("systematically absent", "h,k,l,phase_deg\n1,2,3,90\n0,3,0,90\n".into()),
        ("contradicts", "h,k,l,bin,nbins\n1,2,3,0,4\n-1,-2,-3,2,4\n".into()),
        ("cell", "#cell=7 8 9 90 90 90\nh,k,l,phase_deg\n1,2,3,90\n".into()),
        ("point group", "#setting=P 21 21 21\nh,k,l,phase_deg\n1,2,3,90\n".into()),
        ("none of its 1 seeds", "h,k,l,phase_deg\n90,2,3,90\n".into()),
        ("bad.csv", "h,k,l,phase_deg\n".into()),
        ("bad.csv", "nothing of the kind".into()),
        ("is empty", String::new()),
    ];
    for (word, text) in cases {
        std::fs::write(&path, &text).unwrap();
        let out = folder.path().join("out");
        let outcome = run(&["solve", INS, "--backend", "cpu", "--quiet"], &[("--seeds", &path), ("-o", &out)]);
        assert_eq!(outcome.code, Some(1), "{text:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(word) && outcome.stderr.contains("bad.csv"), "{text:?}: {}", outcome.stderr);
        assert_eq!(outcome.stderr.trim_end().lines().count(), 1, "{}", outcome.stderr);
        assert!(outcome.stderr.contains("; "), "no remedy: {}", outcome.stderr);
        assert!(!out.exists(), "{text:?} left files");
    }
    let missing = run(&["solve", INS], &[("--seeds", &folder.path().join("no.csv"))]);
    assert!(missing.code == Some(1) && missing.stderr.contains("cannot be read"), "{}", missing.stderr);
    assert_eq!(run(&["solve", INS, "--wrong", "0.1"], &[]).code, Some(2));
    assert!(repository(INS).exists());
}
