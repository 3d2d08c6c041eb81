//! Twins of HKLF 5 through the built program: made, solved, refined against the sums of both domains, and what cannot be is refused.

use crate::amide::Crystal;
use crate::program::{Outcome, seedflip};
use serde_json::Value;
use std::path::Path;

const CRYSTAL: Crystal =
    Crystal { group: "P 1 21/c 1", edges: [12.1, 8.3, 9.7], angles: [90.0, 97.3, 90.0], tilt: 0.0 };
/// Share of the second domain.
const FRACTION: f64 = 0.35;

/// `amide.ins` and its list in `folder`, the second domain turned about c.
fn simulated(folder: &Path, overlap: f64) {
    let path = folder.join("amide.cif");
    std::fs::write(&path, crate::amide::cif(&CRYSTAL)).unwrap();
    let (model, out) = (path.to_string_lossy(), folder.to_string_lossy());
    let (fraction, overlap) = (FRACTION.to_string(), overlap.to_string());
    let twin = ["--domain", "0,0,1", "--fraction", &fraction, "--overlap", &overlap];
    let made = seedflip(&[&["simulate", &model, "-d", "0.85", "--noise", "0.03", "-o", &out], &twin[..]].concat());
    assert_eq!(made.code, Some(0), "{}", made.stderr);
}

/// Solves it; the files go to `out` in the folder.
fn solved(folder: &Path) -> Outcome {
    let (ins, out) = (folder.join("amide.ins"), folder.join("out"));
    seedflip(&["solve", &ins.to_string_lossy(), "-o", &out.to_string_lossy(), "--backend", "cpu"])
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn first(folder: &Path) -> Value {
    let record: Value = serde_json::from_str(&read(folder, "out/amide.json")).unwrap();
    assert_eq!(record["solved"], true, "{}", record["data"]);
    record["candidates"][0].clone()
}

/// R1, fraction and share of overlaps of the first structure, which must be right.
fn right(first: &Value, overlap: f64) {
    let domains = &first["domains"];
    let number = |of: &Value| of.as_f64().unwrap();
    assert!(number(&first["r1"]) <= 0.06, "{first}");
    assert!((number(&domains["fractions"][1]) - FRACTION).abs() < 0.02, "{domains}");
    assert!((number(&domains["overlap"]) - overlap).abs() < 0.05, "{domains}");
    assert!(first["twin"].is_null() && first["twin_laws"].as_array().unwrap().is_empty());
}

#[test]
fn twins_with_few_and_with_many_overlaps_are_solved_and_refined_against_the_sums() {
    for overlap in [0.10, 0.45] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        simulated(folder, overlap);
        let run = solved(folder);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let of_five = first(folder);
        right(&of_five, overlap);
        let (res, listing, cif) =
            (read(folder, "out/amide_a.res"), read(folder, "out/amide.lst"), read(folder, "out/amide_a.cif"));
        assert!(res.contains("\nHKLF 5\n") && res.contains("\nBASF 0.3") && !res.contains("TWIN"), "{res}");
        for text in [&run.stderr, &listing, &res] {
            assert!(text.contains("HKLF 5: two domains, fraction of the second 0.3"), "{text}");
        }
        assert!(
            cif.contains("_twin_individual_mass_fraction_refined") && !cif.contains("_twin_individual_twin_matrix")
        );
        // The numbers of the list say what it is, whatever the card does.
        let ins = read(folder, "amide.ins").replace("HKLF 5", "HKLF 4");
        std::fs::write(folder.join("amide.ins"), ins).unwrap();
        let run = solved(folder);
        assert!(run.stderr.contains("the batch numbers are those of HKLF 5"), "{}", run.stderr);
        assert_eq!(first(folder)["r1"], of_five["r1"]);
        assert!(read(folder, "out/amide_a.res").contains("\nHKLF 5\n"));
    }
}

#[test]
fn the_larger_domain_and_its_overlaps_suffice() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    simulated(folder, 0.45);
    let list = read(folder, "amide.hkl");
    let mut rows: Vec<&str> = Vec::new();
    let mut goes_on = false;
    for row in list.lines() {
        if goes_on || !row.ends_with("   2") {
            rows.push(row);
        }
        goes_on = row.ends_with("  -2");
    }
    // In columns that are none of SHELX: the models then go with a list of their own.
    let spaced = |row: &&str| format!("  {}  {}", row.get(..12).unwrap_or(row), row.get(12..).unwrap_or(""));
    let text: Vec<String> = rows.iter().map(spaced).collect();
    std::fs::write(folder.join("amide.hkl"), text.join("\n") + "\n").unwrap();
    let run = solved(folder);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let found = first(folder);
    assert!(found["r1"].as_f64().unwrap() <= 0.06 && found["domains"]["alone"][1] == 0, "{found}");
    let (res, own) = (read(folder, "out/amide_a.res"), read(folder, "out/amide_a.hkl"));
    assert!(res.contains("\nHKLF 5\n") && own.lines().any(|row| row.ends_with("  -2")), "{res}");
    assert_eq!(own.lines().count(), rows.len());
}

#[test]
fn what_cannot_be_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    simulated(folder, 0.45);
    let (ins, list) = (read(folder, "amide.ins"), read(folder, "amide.hkl"));
    let rows: Vec<&str> = list.lines().collect();
    let first_overlap = rows.iter().position(|row| row.ends_with("  -2")).unwrap();
    let third = list.replacen("  -2\n", "  -3\n", 1);
    let cut = rows[..=first_overlap].join("\n") + "\n";
    let mut overlaps = Vec::new();
    for pair in rows.windows(2).filter(|pair| pair[0].ends_with("  -2")) {
        overlaps.extend_from_slice(pair);
    }
    let overlaps = overlaps.join("\n") + "\n";
    let twin = ins.replace("HKLF 5", "TWIN -1 0 0 0 -1 0 0 0 1\nHKLF 5");
    let half = ins.replace("HKLF 5", "HKLF 5 1 .5 0 0 0 2 0 0 0 1");
    let line = first_overlap + 1;
    let card = ins.lines().position(|line| line == "HKLF 5").unwrap() + 1;
    for (ins, list, said) in [
        (&ins, &third, format!("amide.hkl:{line}: batch number -3 is that of domain 3")),
        (&ins, &cut, format!("amide.hkl:{line}: the list ends within an overlap")),
        (&ins, &overlaps, "amide.hkl: holds overlaps alone".to_owned()),
        (&twin, &list, format!("amide.ins:{card}: TWIN beside HKLF 5; take TWIN out")),
        (&half, &list, "the matrix on HKLF does not turn".to_owned()),
    ] {
        std::fs::write(folder.join("amide.ins"), ins).unwrap();
        std::fs::write(folder.join("amide.hkl"), list).unwrap();
        let run = solved(folder);
        assert!(run.code == Some(1) && run.stderr.contains(&said), "{said}: {:?} {}", run.code, run.stderr);
        assert_eq!(run.stderr.trim_end().lines().count(), 1, "{}", run.stderr);
    }
}

#[test]
fn options_of_a_second_domain_are_checked() {
    for (options, said) in [
        (&["--domain", "0,0"][..], "is no row of the lattice"),
        (&["--domain", "0,0,0"], "is no row of the lattice"),
        (&["--domain", "0,0,1", "--fraction", "1"], "--fraction 1 is out of range"),
        (&["--domain", "0,0,1", "--overlap", "1"], "--overlap 1 is out of range"),
        (&["--domain", "0,0,1", "--friedel"], "--friedel and --domain"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("amide.cif");
        std::fs::write(&model, crate::amide::cif(&CRYSTAL)).unwrap();
        let (model, out) = (model.to_string_lossy(), folder.path().to_string_lossy());
        let run = seedflip(&[&["simulate", &model, "-d", "1", "-o", &out], options].concat());
        assert!(run.code == Some(2) && run.stderr.contains(said), "{options:?}: {:?} {}", run.code, run.stderr);
    }
}
