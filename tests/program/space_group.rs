//! Space group, elements and R1 through the built program, whatever the input says of the space group.

use crate::amide::{Crystal, simulated};
use crate::program::{Outcome, repository, seedflip};
use serde_json::Value;
use std::path::Path;

/// Example, cards of the lowest group of its Laue class, published group (aspirin P2₁/c, the others P2₁ and P2₁2₁2₁).
const EXAMPLES: [(&str, &[&str], &str); 3] = [
    ("aspirin", &["LATT -1", "SYMM -X,Y,-Z"], "P 1 21/c 1"),
    ("ethyldeoxycytidine", &["LATT -1", "SYMM -X,-Y,Z", "SYMM -X,Y,-Z", "SYMM X,-Y,-Z"], "P 21 21 21"),
    ("farnesiaside", &["LATT -1", "SYMM -X,Y,-Z"], "P 1 21 1"),
];
/// R1 of a model without hydrogen.
const GOOD_R1: f64 = 0.15;

fn solve(ins: &Path, folder: &Path, more: &[&str]) -> Outcome {
    let (ins, folder) = (ins.to_string_lossy(), folder.to_string_lossy());
    let mut arguments = vec!["solve", &ins, "-o", &folder, "--backend", "cpu"];
    arguments.extend(more);
    seedflip(&arguments)
}

fn record(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()).unwrap()
}

/// A copy of an example in `folder` with other symmetry cards.
fn with_symmetry(name: &str, cards: &[&str], folder: &Path) -> std::path::PathBuf {
    let text = std::fs::read_to_string(repository(&format!("tests/data/{name}.ins"))).unwrap();
    let mut lines: Vec<&str> = text.lines().filter(|l| !l.starts_with("LATT") && !l.starts_with("SYMM")).collect();
    let at = 1 + lines.iter().position(|l| l.starts_with("ZERR")).unwrap();
    lines.splice(at..at, cards.iter().copied());
    std::fs::copy(repository(&format!("tests/data/{name}.hkl")), folder.join(format!("{name}.hkl"))).unwrap();
    let path = folder.join(format!("{name}.ins"));
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    path
}

/// Symbols of the atoms in a `.res`, hydrogen and peaks left out, sorted.
fn elements(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let model = text.split("FVAR").nth(1).unwrap();
    let mut found: Vec<String> = model
        .lines()
        .skip(1)
        .take_while(|l| !l.starts_with("HKLF"))
        .filter_map(|l| l.split_whitespace().next())
        .map(|label| label.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned())
        .filter(|symbol| symbol != "Q")
        .collect();
    found.sort();
    found
}

#[test]
fn group_and_elements_come_out_whatever_group_of_the_laue_class_goes_in() {
    for (name, cards, group) in EXAMPLES {
        let folder = tempfile::tempdir().unwrap();
        let given = folder.path().join("given");
        let lowest = folder.path().join("lowest");
        let run = solve(&repository(&format!("tests/data/{name}.ins")), &given, &[]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{name}: {}", run.stderr);
        let run = solve(&with_symmetry(name, cards, folder.path()), &lowest, &[]);
        assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
        for out in [&given, &lowest] {
            let record = record(out, name);
            let first = &record["candidates"][0];
            assert_eq!((&record["solved"], &first["space_group"]), (&true.into(), &group.into()), "{name}: {first}");
            assert!(record["probability"].as_f64().unwrap() > 0.95);
            assert!(first["r1"].as_f64().unwrap() < GOOD_R1, "{name}: {first}");
        }
        let [a, b] = [&given, &lowest].map(|out| elements(&out.join(format!("{name}_a.res"))));
        assert_eq!(a, b, "{name}");
    }
}

#[test]
fn elements_of_the_examples_are_those_of_their_formulae() {
    // Non-hydrogen atoms of the asymmetric unit: aspirin C9O4, 5-ethyl-2'-deoxycytidine C11N3O4, farnesiaside C26O10.
    let formulae = [("aspirin", 9, 0, 4), ("ethyldeoxycytidine", 11, 3, 4), ("farnesiaside", 26, 0, 10)];
    for (name, c, n, o) in formulae {
        let folder = tempfile::tempdir().unwrap();
        let run = solve(&repository(&format!("tests/data/{name}.ins")), folder.path(), &["--quiet"]);
        assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
        let found = elements(&folder.path().join(format!("{name}_a.res")));
        let count = |symbol: &str| found.iter().filter(|e| *e == symbol).count();
        assert_eq!((count("C"), count("N"), count("O")), (c, n, o), "{name}: {found:?}");
    }
}

#[test]
fn a_group_can_be_forced_and_nonsense_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ins = repository("tests/data/aspirin.ins");
    let run = solve(&ins, folder.path(), &["--space-group", "P21"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(record(folder.path(), "aspirin")["candidates"][0]["space_group"], "P 1 21 1");
    for (symbol, complaint) in [("P21/q", "no such space group"), ("P 4", "does not have this symmetry")] {
        let out = folder.path().join("none");
        let run = solve(&ins, &out, &["--space-group", symbol]);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains(complaint) && run.stderr.lines().count() == 1, "{}", run.stderr);
        assert!(!out.exists(), "something was written");
    }
}

#[test]
fn the_listing_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let run = solve(&repository("tests/data/aspirin.ins"), folder.path(), &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let listing = std::fs::read_to_string(folder.path().join("aspirin.lst")).unwrap();
    for words in ["Laue class 2/m", "Why _a is believed", "from different starts", "Space group of _a: P 1 21/c 1"] {
        assert!(listing.contains(words), "{words} is not in\n{listing}");
    }
    let folder = tempfile::tempdir().unwrap();
    let run =
        solve(&repository("tests/data/farnesiaside.ins"), folder.path(), &["--trials", "1", "--max-cycles", "10"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let listing = std::fs::read_to_string(folder.path().join("farnesiaside.lst")).unwrap();
    assert!(listing.contains("Why nothing is claimed") && listing.contains("more trials"), "{listing}");
    assert!(run.stderr.contains("what may help: "), "{}", run.stderr);
}

/// One asymmetric unit of 4/m is one of 222 about the diagonals as well. The program once left P 41 in P 1 1 21.
#[test]
fn a_list_of_one_asymmetric_unit_is_solved_in_its_own_class() {
    let folder = tempfile::tempdir().unwrap();
    simulated(folder.path(), &Crystal { group: "P 41", edges: [9.6, 9.6, 11.9], angles: [90.0; 3], tilt: 0.0 });
    let ins = folder.path().join("amide.ins");
    let text = std::fs::read_to_string(&ins).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("SYMM")).map(|line| format!("{line}\n"));
    std::fs::write(&ins, lines.collect::<String>()).unwrap();
    let outcome = solve(&ins, folder.path(), &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let record = record(folder.path(), "amide");
    let group = record["candidates"][0]["space_group"].as_str().unwrap().to_owned();
    // Without anomalous scattering the hand is open.
    assert!(["P 41", "P 43"].contains(&group.as_str()) && record["solved"] == true, "{}", outcome.stderr);
}
