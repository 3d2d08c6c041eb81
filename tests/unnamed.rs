//! Elements that SFAC does not name, in a crystal whose bonds do not show as long as heavy atoms are taken for light ones: through the built
//! program, on the made-up case beside the checkout.

#![cfg(feature = "cli")]

#[path = "common/program.rs"]
#[allow(dead_code)] // Neither stdout nor files of the repository are asked for here.
mod program;

use program::seedflip;
use serde_json::Value;
use std::path::Path;

/// Fe2 Cl2 S2 O2 N2 C4 at random places 2.4 Å apart and more, with SFAC C H N O.
const CASE: &str = "../shared/cases/inputs/25-element-not-in-sfac";

#[test]
fn elements_are_told_from_displacements_where_no_bond_shows() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join(CASE).join("t.ins");
    if !case.exists() {
        eprintln!("skipped: no {CASE} beside the checkout");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let solved = seedflip(&["solve", &case.to_string_lossy(), "-o", &out.to_string_lossy(), "-q", "--backend", "cpu"]);
    assert_eq!(solved.code, Some(0), "{}", solved.stderr);
    let record: Value = serde_json::from_str(&std::fs::read_to_string(out.join("t.json")).unwrap()).unwrap();
    // With all displacements free it was P8 O16 C32, R1 0.075.
    let model = &record["candidates"][0];
    assert!(model["r1"].as_f64().unwrap() < 0.04, "{model}");
    let res = std::fs::read_to_string(out.join("t_a.res")).unwrap();
    let named = |line: &str| line.starts_with("SFAC") && ["Mn", "Fe", "Co"].iter().any(|metal| line.contains(metal));
    assert!(res.lines().any(named), "{res}");
}
