//! The yardstick of `benches/` runs the cycle it says it runs: one cycle on numpy against f64, where python3 has numpy.

#![cfg(feature = "cli")]

use std::process::Command;

#[test]
fn one_cycle_of_the_yardstick_agrees_with_f64() {
    let python = |arguments: &[&str]| Command::new("python3").args(arguments).output();
    if !python(&["-c", "import numpy"]).is_ok_and(|run| run.status.success()) {
        eprintln!("python3 has no numpy: the yardstick is not tested");
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/cupy_cycle.py");
    for grid in ["12,15,16", "16,16,17"] {
        let run = python(&[script, "--array", "numpy", "--check", "--grid", grid]).unwrap();
        let said = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{grid}: {said}");
        let errors: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
        let largest = ["map", "r", "flipped"].map(|name| errors[name].as_f64().unwrap());
        assert!(largest.iter().all(|error| *error < 1e-5), "{grid}: {errors}");
    }
}
