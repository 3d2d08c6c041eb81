//! Simulation from a CIF to a pair of files, and the CIF reader under ill-treatment.

#![cfg(feature = "cli")]

use proptest::prelude::*;
use seedflip::Error;
use seedflip::cli::simulate::{SimulateArgs, run};
use seedflip::crystal::structure_factors::structure_factors;
use seedflip::crystal::{Radiation, ScatteringTable};
use seedflip::formats::cif::{Model, parse_model, read_model};
use seedflip::simulate::{SimulateOptions, simulate};
use std::path::{Path, PathBuf};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn example(name: &str) -> Model {
    read_model(&repository(&format!("examples/models/{name}.cif"))).unwrap()
}

fn options() -> SimulateOptions {
    let radiation = Radiation::Xray;
    SimulateOptions {
        d_min: 1.0,
        noise: 0.0,
        completeness: 1.0,
        missing_cone: None,
        radiation,
        friedel: None,
        second: None,
        seed: 1,
    }
}

/// Indices, intensity and σ of the rows of an HKLF 4 file, the end line left out.
fn rows(path: &Path) -> Vec<([i32; 3], f64, f64)> {
    let text = std::fs::read_to_string(path).unwrap();
    let number = |l: &str, from: usize, to: usize| l[from..to].trim().parse::<f64>().unwrap();
    let lines = text.lines().take_while(|l| !l.starts_with("   0   0   0"));
    lines.map(|l| ([0, 4, 8].map(|i| number(l, i, i + 4) as i32), number(l, 12, 20), number(l, 20, 28))).collect()
}

#[test]
fn exact_intensities_are_the_squared_structure_factors() {
    for name in ["aspirin", "ethyldeoxycytidine", "farnesiaside"] {
        let model = example(name);
        let data = simulate(&model, &options()).unwrap();
        assert_eq!((data.reflections.len(), data.in_cone), (data.possible, 0));
        let hkls: Vec<_> = data.reflections.iter().map(|r| r.hkl).collect();
        let table = ScatteringTable::new(Radiation::Xray);
        let f = structure_factors(&model.cell, &model.space_group, &model.sites, table, &hkls).unwrap();
        let scale = 9999.0 / f.iter().map(|f| f.norm_sqr()).fold(0.0, f64::max);
        for (row, f) in data.reflections.iter().zip(f) {
            assert!((row.intensity - scale * f.norm_sqr()).abs() < 1e-6 && row.sigma > 0.0);
        }
    }
}

#[test]
fn noise_gaps_and_cone_do_what_they_say() {
    let model = example("farnesiaside");
    let exact = simulate(&model, &options()).unwrap();
    let noisy = simulate(&model, &SimulateOptions { noise: 0.1, ..options() }).unwrap();
    let pulls: Vec<f64> =
        exact.reflections.iter().zip(&noisy.reflections).map(|(a, b)| (b.intensity - a.intensity) / b.sigma).collect();
    let variance = pulls.iter().map(|x| x * x).sum::<f64>() / pulls.len() as f64;
    assert!((variance - 1.0).abs() < 0.15, "{variance}");

    let gaps = simulate(&model, &SimulateOptions { completeness: 0.8, ..options() }).unwrap();
    let kept = gaps.reflections.len() as f64 / gaps.possible as f64;
    assert!((kept - 0.8).abs() < 0.04, "{kept}");

    let cone = simulate(&model, &SimulateOptions { missing_cone: Some(30.0), ..options() }).unwrap();
    // Both caps of the sphere: 1 − cos 30° of the directions.
    let lost = cone.in_cone as f64 / cone.possible as f64;
    assert!((lost - 0.134).abs() < 0.03, "{lost}");
    assert!(cone.reflections.iter().all(|r| r.hkl != [0, 0, 4]));

    let electrons = simulate(&model, &SimulateOptions { radiation: Radiation::Electron, ..options() }).unwrap();
    assert_ne!(electrons.reflections[5].intensity, exact.reflections[5].intensity);
}

#[test]
fn options_out_of_range_are_usage_errors() {
    let model = example("aspirin");
    let faults = [
        SimulateOptions { d_min: 0.0, ..options() },
        SimulateOptions { d_min: f64::NAN, ..options() },
        SimulateOptions { d_min: 1e-6, ..options() },
        SimulateOptions { noise: -1.0, ..options() },
        SimulateOptions { completeness: 0.0, ..options() },
        SimulateOptions { missing_cone: Some(90.0), ..options() },
    ];
    for fault in faults {
        assert!(matches!(simulate(&model, &fault), Err(Error::Usage(_))), "{fault:?}");
    }
    let error = simulate(&model, &SimulateOptions { d_min: 50.0, ..options() }).unwrap_err();
    assert_eq!(error.exit_code(), 1);
}

#[test]
fn the_committed_data_are_what_the_commands_give() {
    let folder = tempfile::tempdir().unwrap();
    for (name, d_min, noise) in
        [("aspirin", 0.84, 0.03), ("ethyldeoxycytidine", 0.84, 0.03), ("farnesiaside", 0.9, 0.05)]
    {
        run(&SimulateArgs {
            model: repository(&format!("examples/models/{name}.cif")),
            d_min,
            noise,
            completeness: 1.0,
            missing_cone: None,
            element: None,
            b: None,
            whole: false,
            radiation: None,
            friedel: false,
            domain: None,
            fraction: 0.3,
            overlap: 0.2,
            seed: 1,
            output: Some(folder.path().to_owned()),
        })
        .unwrap();
        let pair = |extension: &str| {
            let file = format!("{name}.{extension}");
            (folder.path().join(&file), repository(&format!("tests/data/{file}")))
        };
        let (new, committed) = pair("ins");
        let text = std::fs::read_to_string(new).unwrap();
        assert_eq!(text, std::fs::read_to_string(committed).unwrap());
        assert!(text.starts_with(&format!("TITL {name} simulated")) && text.contains("REM simulated by seedflip"));
        let (new, committed) = pair("hkl");
        let (new, committed) = (rows(&new), rows(&committed));
        assert_eq!(new.len(), committed.len());
        // The last digit may round the other way with another mathematical library.
        for (a, b) in new.iter().zip(&committed) {
            assert!(a.0 == b.0 && (a.1 - b.1).abs() < 0.021 && (a.2 - b.2).abs() < 0.021, "{a:?} {b:?}");
        }
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let args = SimulateArgs {
        model: repository("examples/models/aspirin.cif"),
        d_min: 1.0,
        noise: 0.0,
        completeness: 1.0,
        missing_cone: None,
        element: None,
        b: None,
        whole: false,
        radiation: Some("muon".into()),
        friedel: false,
        domain: None,
        fraction: 0.3,
        overlap: 0.2,
        seed: 1,
        output: Some(repository("Cargo.toml/no")),
    };
    assert_eq!(run(&args).unwrap_err().exit_code(), 2);
    let error = run(&SimulateArgs { radiation: None, ..args }).unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
}

/// Words that drive the reader into its corners.
const CIF_WORDS: &[&str] = &[
    "data_x",
    "loop_",
    "_cell_length_a",
    "_cell_length_b",
    "_cell_length_c",
    "_cell_angle_beta",
    "_atom_site_label",
    "_atom_site_fract_x",
    "_atom_site_fract_y",
    "_atom_site_fract_z",
    "_atom_site_occupancy",
    "_space_group_symop_operation_xyz",
    "_space_group_name_H-M_alt",
    "'P 21/c'",
    "x,y,z",
    "-x,1/2+y,1/2-z",
    "1,2,3",
    "5.6(1)",
    "0",
    "-1e300",
    "?",
    ".",
    "'open",
    ";",
    "\n;",
    "\n",
    "C1",
    "é",
    "#",
    "'",
    "\"q\"",
    "save_",
    "stop_",
];

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse_model(&String::from_utf8_lossy(&bytes), Path::new("random.cif"));
    }

    #[test]
    fn random_words_never_panic(words in proptest::collection::vec(proptest::sample::select(CIF_WORDS), 0..80)) {
        let _ = parse_model(&words.join(" "), Path::new("words.cif"));
    }

    #[test]
    fn truncated_models_never_panic(end in 0usize..3000, cut in 0usize..3000, name in 0usize..3) {
        let file = ["aspirin", "ethyldeoxycytidine", "farnesiaside"][name];
        let text = std::fs::read_to_string(repository(&format!("examples/models/{file}.cif"))).unwrap();
        let head: String = text.chars().take(end).collect();
        let tail: String = text.chars().skip(cut).collect();
        for broken in [head.clone(), tail.clone(), head + &tail] {
            if let Ok(model) = parse_model(&broken, Path::new("cut.cif")) {
                prop_assert!(model.sites.iter().all(|s| s.element.is_some() && s.sof.is_finite()));
                let _ = simulate(&model, &SimulateOptions { d_min: 3.0, ..options() });
            }
        }
    }
}
