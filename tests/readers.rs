//! Readers against hostile bytes, and the whole input line against real data.

#![cfg(feature = "cli")]

use proptest::prelude::*;
use seedflip::formats::{Hklf, parse_hkl, parse_ins, read_hkl, read_ins};
use seedflip::reflections::DataSet;
use std::path::{Path, PathBuf};

const INS: &str = "TITL test in P 21/c\nREM a remark\nCELL 0.71073 7.1 8.2 9.3 90 95.5 90\nZERR 4 0.001 0.001 0.001 0 0.01 0\n\
LATT 1\nSYMM -X, 1/2+Y, 1/2-Z\nSFAC C H N O\nSFAC S 6.9 1.5 5.2 22.2 1.4 0.25 1.6 56.2 =\n 0.87 0.1 0.1 5.0 1.02 32.06\n\
UNIT 28 28 4 8 4\nFVAR 0.5 0.7\nC1 1 0.1 10.25 0.3 11 0.04\nH1 2 .1 .2 .3 21 -1.2\nQ1 1 .3 .4 .5 11 .05 3.2\n\
HKLF 4 1 0 1 0 1 0 0 0 0 -1\nEND\n";

const HKL: &str = "   1   0   0  323.11   10.61\r\n   1   1   011847.60   94.40   2\r\n  -2   3  10  -0.576 2.8328   1\n\
   0   0   0   -1.00   -1.00\n   4  -3   0    0.00    0.00\n   0   0   0    0.00    0.00\n_shelx_hkl_checksum 1\n";

/// Errors name the file, whatever the bytes.
fn feed_ins(bytes: &[u8]) {
    if let Err(error) = parse_ins(Path::new("some.ins"), bytes) {
        assert!(error.to_string().starts_with("some.ins"), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

fn feed_hkl(bytes: &[u8]) {
    let hklf = Hklf::parse(&["3", "2", "0", "1", "0", "0", "0", "1", "1", "0", "0"]).expect("a valid card");
    for hklf in [Hklf::default(), hklf] {
        match parse_hkl(Path::new("some.hkl"), bytes, &hklf) {
            Ok(file) => assert!(file.reflections.iter().all(|r| r.intensity.is_finite() && r.sigma >= 0.0)),
            Err(error) => {
                assert!(error.to_string().starts_with("some.hkl"), "{error}");
                assert!(!error.to_string().contains('\n'), "{error}");
            }
        }
    }
}

/// The text cut off somewhere, with some bytes replaced.
fn mutated(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((0..text.len(), any::<u8>()), 0..8);
    (0..=text.len(), changes).prop_map(move |(end, changes)| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        bytes.truncate(end);
        bytes
    })
}

/// Lines put together from pieces that mean something, in any order.
fn shuffled_cards() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "CELL",
        "SYMM",
        "LATT",
        "SFAC",
        "UNIT",
        "HKLF",
        "ZERR",
        "FVAR",
        "FRAG",
        "FEND",
        "END",
        "TITL",
        "C1",
        "Q1",
        "\n",
        "\n",
        "\n",
        " ",
        "=",
        "!",
        "-7",
        "2",
        "1e308",
        "nan",
        "-inf",
        "x,y,z",
        "2*x+y,x+y,z",
        "-x,",
        "1/2+y",
        "6x+6x+6x",
        "90",
        "5",
        "1.5",
        "C",
        "Fe3+",
        "é",
        "-21.5",
        "99999999999999999999",
        "0 0 0 1 0 0 0 1 0",
    ]);
    // A line that begins with a blank would be a comment.
    prop::collection::vec(pieces, 0..60).prop_map(|p| p.join(" ").replace("\n ", "\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        feed_ins(&bytes);
        feed_hkl(&bytes);
    }

    #[test]
    fn damaged_ins_never_panics(bytes in mutated(INS)) {
        feed_ins(&bytes);
    }

    #[test]
    fn shuffled_cards_never_panic(text in shuffled_cards()) {
        feed_ins(text.as_bytes());
        // Behind a sound head the cards reach the atoms.
        let head = INS.split("FVAR").next().unwrap_or("");
        feed_ins(format!("{head}{text}").as_bytes());
    }

    #[test]
    fn damaged_hkl_never_panics(bytes in mutated(HKL)) {
        feed_hkl(&bytes);
    }

    #[test]
    fn any_list_merges_or_is_refused(rows in prop::collection::vec((-9i16..9, -9i16..9, -9i16..9, -1e3..1e6f64, -1.0..1e3f64), 0..300)) {
        let text: String =
            rows.iter().map(|(h, k, l, i, s)| format!("{h:4}{k:4}{l:4}{:8.1}{:8.2}\n", i / 10.0, s)).collect();
        let ins = parse_ins(Path::new("x.ins"), INS.replace("HKLF 4 1 0 1 0 1 0 0 0 0 -1", "HKLF 4").as_bytes());
        let ins = ins.expect("the good file is good");
        if let Ok(file) = parse_hkl(Path::new("x.hkl"), text.as_bytes(), &ins.hklf)
            && let Ok(data) = DataSet::new(ins.header(), &file.reflections, |_| 100.0)
        {
            prop_assert!(data.reflections.iter().all(|r| r.f.is_finite() && r.f >= 0.0 && r.e.is_finite() && r.sigma_f.is_finite()));
        }
    }
}

#[test]
fn the_undamaged_files_are_good() {
    let ins = parse_ins(Path::new("x.ins"), INS.replace(" 1 0 1 0 1 0 0 0 0 -1", "").as_bytes()).expect("ins");
    assert_eq!((ins.elements.len(), ins.sites.len()), (5, 3));
    let hkl = parse_hkl(Path::new("x.hkl"), HKL.as_bytes(), &ins.hklf).expect("hkl");
    assert_eq!(hkl.reflections.len(), 4);
}

#[test]
fn missing_and_empty_files_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("none.ins");
    assert!(read_ins(&path).expect_err("missing").to_string().contains("none.ins: cannot be read"));
    std::fs::write(&path, "").expect("writable");
    assert!(read_ins(&path).expect_err("empty").to_string().contains("none.ins: is empty"));
    assert!(read_hkl(folder.path(), &Hklf::default()).is_err());
}

/// The shared data sets beside the checkout, when there are any: (folder, INDEX.tsv).
fn shared_data() -> Option<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let index = std::fs::read_to_string(folder.join("INDEX.tsv")).ok()?;
    Some((folder, index))
}

/// Σf² good enough for a slope: carbon's X-ray factor (International Tables C, 6.1.1.4), scaled to other elements
/// as Thomas and Fermi do: f(Z, s) = Z/6 · f_C(s·(6/Z)^⅓).
fn rough_sum_f2(elements: &[seedflip::crystal::ElementCount], stol_sq: f64) -> f64 {
    const CARBON: [(f64, f64); 4] = [(2.31, 20.8439), (1.02, 10.2075), (1.5886, 0.5687), (0.865, 51.6512)];
    let f = |z: f64| {
        let x = stol_sq * (6.0 / z).powf(2.0 / 3.0);
        z / 6.0 * (0.2156 + CARBON.iter().map(|(a, b)| a * (-b * x).exp()).sum::<f64>())
    };
    elements.iter().map(|e| e.count * f(f64::from(e.atomic_number)).powi(2)).sum()
}

#[test]
fn real_data_sets_are_read_as_their_index_says() {
    let Some((folder, index)) = shared_data() else {
        eprintln!("skipped: no ../shared/data beside the checkout");
        return;
    };
    let (mut checked, mut with_warnings) = (0, 0);
    for line in index.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let (name, measured, unique) = (columns[0], columns[11], columns[12]);
        let (d_min, completeness): (f64, f64) = (columns[13].parse().expect("d_min"), columns[14].parse().expect("%"));
        let file = |ending: &str| folder.join(name).join(format!("{name}.{ending}"));
        let ins = read_ins(&file("ins")).expect("ins");
        let hkl = read_hkl(&file("hkl"), &ins.hklf).expect("hkl");
        let data = DataSet::new(ins.header(), &hkl.reflections, |x| rough_sum_f2(&ins.elements, x)).expect("data set");
        let m = &data.merge;
        println!("{name}: {} unique, {:?} {:?}", m.n_unique, hkl.warnings, data.warnings);
        let unique: f64 = unique.parse().expect("n_unique");
        assert!((m.n_unique as f64 / unique - 1.0).abs() < 0.03, "{name}: {} unique, not {unique}", m.n_unique);
        assert!((data.shells.completeness - completeness).abs() < 0.03, "{name}: {}", data.shells.completeness);
        assert!((data.shells.d_min - d_min).abs() < 0.005, "{name}: d_min {}", data.shells.d_min);
        assert_eq!(hkl.reflections.len().to_string(), measured, "{name}: rows");
        let e_sq: f64 = data.reflections.iter().map(|r| r.e * r.e).sum();
        assert!((e_sq / data.reflections.len() as f64 - 1.0).abs() < 1e-6, "{name}: ⟨E²⟩");
        assert!(data.reflections.iter().all(|r| r.f >= 0.0 && r.sigma_f.is_finite() && r.e.is_finite()), "{name}");
        checked += 1;
        with_warnings += usize::from(!data.warnings.is_empty());
    }
    assert!(checked > 0, "INDEX.tsv lists nothing");
    // Published structures: a warning is for the twins among them.
    assert!(with_warnings * 10 <= checked, "{with_warnings} of {checked} good data sets draw warnings");
}

#[test]
fn untouched_source_files_are_read() {
    let Some((folder, _)) = shared_data() else {
        eprintln!("skipped: no ../shared/data beside the checkout");
        return;
    };
    // CR LF and centred absences; columns that run together and no end line; 8000 rows `-1 -1` for missing data.
    for (file, rows) in [("f183_c2c/183.hkl", 13_686), ("nket_p41/nket.ref", 952), ("pd_malbac_pm1/malbac.hkl", 7595)] {
        let hkl = read_hkl(&folder.join("originals").join(file), &Hklf::default()).expect("readable");
        assert_eq!(hkl.reflections.len(), rows, "{file}: {:?}", hkl.warnings);
    }
}

#[test]
fn the_reflections_of_another_crystal_are_refused() {
    let Some((folder, _)) = shared_data() else {
        eprintln!("skipped: no ../shared/data beside the checkout");
        return;
    };
    let ins = read_ins(&folder.join("toxin2_1aho_p212121/toxin2_1aho_p212121.ins")).expect("ins");
    let hkl = read_hkl(&folder.join("si_p21c/si_p21c.hkl"), &ins.hklf).expect("hkl");
    let data = DataSet::new(ins.header(), &hkl.reflections, |x| rough_sum_f2(&ins.elements, x));
    let error = data.map(|d| d.warnings).expect_err("another cell");
    assert!(error.to_string().contains("do not belong to this cell"), "{error}");
}
