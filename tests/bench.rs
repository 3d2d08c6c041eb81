//! `seedflip bench` through the built program: its documents, and what it refuses.

#![cfg(feature = "cli")]

#[path = "common/gpu.rs"]
mod gpu;

use gpu::gpu_or_skip;
use serde_json::Value;
use std::process::Command;

/// Fields of a row.
const FIELDS: [&str; 16] = [
    "schema_version",
    "device",
    "grid",
    "trials",
    "recipe",
    "plan",
    "trial_cycles",
    "trial_cycles_per_s",
    "of_flipping",
    "ns_per_point",
    "fft_pair_ns_per_point",
    "cycle_over_fft_pair",
    "bytes_per_point",
    "copy_bandwidth",
    "bandwidth_share",
    "stages",
];

/// Exit code, standard output and standard error of `seedflip bench`.
fn run(arguments: &str) -> (Option<i32>, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_seedflip")).arg("bench").args(arguments.split_whitespace()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The document of a run that must succeed.
fn bench(arguments: &str) -> Value {
    let (code, stdout, stderr) = run(&format!("{arguments} --json --threads 1"));
    assert_eq!(code, Some(0), "{arguments}: {stderr}");
    serde_json::from_str(&stdout).unwrap()
}

fn number(row: &Value, field: &str) -> f64 {
    row[field].as_f64().unwrap_or_else(|| panic!("{field} is {}", row[field]))
}

/// The fields of a row, and that its share of the bandwidth is what the other numbers say.
fn check(row: &Value) {
    let mut found: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = FIELDS;
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    let points: f64 = row["grid"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).product();
    let moved = number(row, "trial_cycles_per_s") * number(row, "bytes_per_point") * points;
    let share = moved / number(row, "copy_bandwidth");
    assert!((number(row, "bandwidth_share") / share - 1.0).abs() < 1e-6, "{row}");
    assert!(number(row, "ns_per_point") > 0.0 && number(row, "fft_pair_ns_per_point") > 0.0);
}

#[test]
fn one_row_is_a_document_of_its_own_and_more_are_a_table() {
    let row = bench("--backend cpu --grid 12,16,18 --trials 2");
    check(&row);
    assert_eq!((&row["trials"], &row["grid"]), (&2.into(), &[12, 16, 18].as_slice().into()));
    assert_eq!((&row["recipe"]["method"], &row["of_flipping"]), (&"flipping".into(), &Value::Null));
    let table = bench("--backend cpu --grid 12,16,18 --trials 2 --method both");
    let rows = table["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &table["refused"]), (2, &Value::Array(Vec::new())));
    rows.iter().for_each(check);
    let ratio = number(&rows[1], "trial_cycles_per_s") / number(&rows[0], "trial_cycles_per_s");
    assert!((number(&rows[1], "of_flipping") / ratio - 1.0).abs() < 1e-9);
    assert_eq!(table["copy_bandwidth"], rows[0]["copy_bandwidth"]);
}

#[test]
fn rows_that_need_too_much_memory_are_named_and_passed_over() {
    let table = bench("--backend cpu --trials 1000000");
    assert_eq!(table["rows"], Value::Array(Vec::new()));
    let refused = table["refused"].as_array().unwrap();
    let edges: Vec<u64> = refused.iter().map(|r| r["grid"][0].as_u64().unwrap()).collect();
    assert_eq!(edges, [32, 48, 64, 96, 128, 192]);
    assert!(refused.iter().all(|r| r["why"].as_str().unwrap().contains("take fewer")), "{table}");
}

#[test]
fn what_makes_no_sense_is_refused_in_one_line() {
    for arguments in [
        "--backend cpu --storage f16",
        "--backend cpu --storage f32",
        "--backend cpu --grid 64,64",
        "--backend cpu --grid 4,4,4",
        "--backend cpu --grid 128,128,128 --trials 1000000",
    ] {
        let (code, stdout, stderr) = run(arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments}");
        assert_eq!(stderr.lines().count(), 1, "{arguments}: {stderr}");
    }
}

#[test]
fn half_precision_moves_half_the_bytes() {
    if gpu_or_skip().is_none() {
        return;
    }
    let rows = ["f32", "f16"].map(|storage| {
        let row = bench(&format!("--device 0 --grid 16,16,16 --trials 2 --storage {storage}"));
        check(&row);
        assert_eq!(row["device"]["backend"], "gpu");
        assert!(row["plan"].as_str().unwrap().ends_with(storage), "{}", row["plan"]);
        row
    });
    let ratio = number(&rows[0], "bytes_per_point") / number(&rows[1], "bytes_per_point");
    assert!((ratio - 2.0).abs() < 1e-9, "{ratio}");
}
