//! The main job on the GPU: the examples are solved, with the structure that the CPU finds.

#![cfg(feature = "cli")]

#[path = "common/compare.rs"]
mod compare;
#[path = "common/gpu.rs"]
mod gpu;
#[path = "common/program.rs"]
mod program;

use compare::compare;
use gpu::gpu_or_skip;
use program::{repository, seedflip};
use seedflip::formats::read_ins;
use std::path::{Path, PathBuf};

/// Solves an example into a folder on a device; the model that comes first.
fn solve(name: &str, backend: &str, folder: &Path) -> PathBuf {
    let ins = repository(&format!("tests/data/{name}.ins"));
    let folder = folder.join(backend);
    let arguments = ["solve", &ins.to_string_lossy(), "-o", &folder.to_string_lossy(), "--backend", backend, "--json"];
    let run = seedflip(&arguments);
    assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
    let record: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&record["solved"], &record["device"]["backend"]), (&true.into(), &backend.into()), "{name}");
    folder.join(format!("{name}_a.res"))
}

/// On both devices the first structure has the atoms of the model, the same number of sites, and the same space group.
fn the_same_on_both(name: &str) {
    if gpu_or_skip().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let models = ["cpu", "gpu"].map(|backend| {
        let model = solve(name, backend, folder.path());
        let found = compare(&model, &repository(&format!("examples/models/{name}.cif")));
        println!("{name} {backend}: recall {:.2}, precision {:.2}", found.recall, found.precision);
        assert!(found.recall >= 0.9 && found.precision >= 0.9, "{name}: {} {}", found.recall, found.precision);
        read_ins(&model).unwrap()
    });
    let [cpu, gpu] = models;
    assert_eq!(cpu.space_group.operations(), gpu.space_group.operations(), "{name}");
    let [a, b] = [cpu.sites.len() as f64, gpu.sites.len() as f64];
    assert!((a - b).abs() <= 0.1 * a, "{name}: {a} and {b} sites");
}

#[test]
fn aspirin_is_the_same_on_both_devices() {
    the_same_on_both("aspirin");
}

#[test]
fn ethyldeoxycytidine_is_the_same_on_both_devices() {
    the_same_on_both("ethyldeoxycytidine");
}

#[test]
fn farnesiaside_is_the_same_on_both_devices() {
    the_same_on_both("farnesiaside");
}
