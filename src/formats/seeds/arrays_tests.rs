//! NumPy files written in memory, and each refusal.

use super::*;
use crate::formats::seeds::npy::tests::npy_f8;
use crate::seed::Knowledge;
use std::f64::consts::PI;
use std::io::Write;

fn npz(arrays: &[(&str, &str, &[f64])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (i, (name, shape, values)) in arrays.iter().enumerate() {
        let method = [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated][i % 2];
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        archive.start_file(format!("{name}.npy"), options).unwrap();
        archive.write_all(&npy_f8(shape, values)).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn parse(arrays: &[(&str, &str, &[f64])]) -> Result<SeedList> {
    read_npz(Path::new("a.npz"), &npz(arrays)).map(Option::unwrap)
}

fn parse_npy(shape: &str, values: &[f64]) -> Result<SeedList> {
    read_npy(Path::new("a.npy"), &npy_f8(shape, values))
}

const HKL: (&str, &str, &[f64]) = ("hkl", "(2, 3)", &[1.0, 0.0, 2.0, -1.0, 3.0, 0.0]);

#[test]
fn a_table_is_read() {
    let list = parse_npy("(2, 4)", &[1.0, 0.0, 2.0, 180.0, 0.0, 1.0, 0.0, f64::NAN]).unwrap();
    assert_eq!((list.kind, list.sets.len()), ("NPY", 1));
    let [seed] = &list.sets[0][..] else { panic!() };
    assert_eq!((seed.hkl, &seed.knowledge), ([1, 0, 2], &Knowledge::Phase { phase: PI, weight: None }));
    let values = [1.0, 0.0, 2.0, 180.0, 0.5, 1.0, 0.0, 2.0, 0.0, 0.25];
    let list = parse_npy("(2, 1, 5)", &values).unwrap();
    assert_eq!(list.sets[1][0].knowledge, Knowledge::Phase { phase: 0.0, weight: Some(0.25) });
}

#[test]
fn sets_of_phases_bins_and_classes() {
    let list = parse(&[
        HKL,
        ("phase_deg", "(2, 2)", &[180.0, 0.0, f64::NAN, 90.0]),
        ("weight", "(2,)", &[0.5, 1.0]),
        ("wrong", "()", &[0.25]),
        ("note", "()", &[1.0]),
    ])
    .unwrap();
    assert_eq!((list.kind, list.wrong), ("NPZ", Some(0.25)));
    assert_eq!(list.sets.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(list.sets[0][0].knowledge, Knowledge::Phase { phase: PI, weight: Some(0.5) });
    assert_eq!(list.sets[1][0].hkl, [-1, 3, 0]);
    assert!(list.warnings[0].starts_with("arrays note are not used"), "{:?}", list.warnings);

    let weight: (_, _, &[f64]) = ("weight", "(2, 2)", &[1.0, 0.0, 1.0, 1.0]);
    let list = parse(&[HKL, ("bin", "(2,)", &[3.0, 7.0]), ("nbins", "(1,)", &[8.0]), weight]).unwrap();
    assert_eq!(list.sets.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(list.sets[1][1].knowledge, Knowledge::Bin { bin: 7, bins: 8, weight: Some(1.0) });

    let p = [0.5, 0.5, 1.0, 0.0, 0.25, 0.75, 0.0, 1.0];
    let list = parse(&[HKL, ("p", "(2, 2, 2)", &p)]).unwrap();
    assert_eq!(list.sets[1][0].knowledge, Knowledge::Classes(vec![0.25, 0.75]));
    let list = parse(&[HKL, ("p", "(2, 2)", &p[..4]), weight]).unwrap();
    assert_eq!(list.sets[1][1].knowledge, Knowledge::Classes(vec![1.0, 0.0]));
}

#[test]
fn refusals() {
    let fault = |arrays: &[(&str, &str, &[f64])]| parse(arrays).unwrap_err().to_string();
    let phases: (_, _, &[f64]) = ("phase_deg", "(2,)", &[0.0, 180.0]);
    assert!(fault(&[phases]).starts_with("a.npz: has no array hkl; shapes are"));
    assert_eq!(fault(&[HKL]), "a.npz: of phase_deg, bin and p it has none; give one of them");
    assert!(fault(&[HKL, phases, ("p", "(2, 2)", &[0.5; 4])]).contains("it has phase_deg and p"));
    assert!(fault(&[("hkl", "(6,)", HKL.2), phases]).contains("hkl has shape [6]"));
    assert!(fault(&[HKL, ("phase_deg", "(3,)", &[0.0; 3])]).contains("phase_deg has shape [3] beside hkl [2, 3]"));
    assert!(fault(&[HKL, ("bin", "(2,)", &[0.0, 1.0])]).contains("row 0 (from 0): the bin has no number of bins"));
    assert!(fault(&[HKL, ("bin", "(2,)", &[0.0, 1.0]), ("nbins", "(2,)", &[4.0; 2])]).contains("nbins has shape [2]"));
    assert!(fault(&[HKL, ("p", "(2, 2)", &[0.5, 0.5, 0.5, 0.4])]).contains("row 1 (from 0): the probabilities sum to"));
    assert!(fault(&[HKL, phases, ("wrong", "()", &[2.0])]).contains("wrong is 2"));
    assert!(fault(&[HKL, phases, ("weight", "(2,)", &[1.0, 2.0])]).contains("row 1 (from 0): the weight is 2"));
    assert!(fault(&[HKL, phases, ("weight", "(2,)", &[0.0; 2])]).contains("has no seeds"));
    assert!(fault(&[HKL, ("phase_deg", "(2,)", &[f64::INFINITY, 0.0])]).contains("the phase is inf"));
    let many: Vec<f64> = (0..150).map(|i| if i % 5 == 3 { 0.1 + f64::from(i) * 0.01 } else { 1.0 }).collect();
    assert!(parse_npy("(30, 5)", &many).unwrap_err().to_string().contains("in radians?"));
    assert!(parse_npy("(2, 3)", &[0.0; 6]).unwrap_err().to_string().contains("the array has shape [2, 3]"));
    assert!(parse_npy("(1, 4)", &[0.5, 0.0, 0.0, 0.0]).unwrap_err().to_string().contains("h is 0.5"));
    assert!(read_npz(Path::new("a.npz"), b"PK\x03\x04").unwrap_err().to_string().contains("cannot be unpacked"));
    assert_eq!(
        read_npz(Path::new("a.npz"), &zip::ZipWriter::new(Cursor::new(Vec::new())).finish().unwrap().into_inner())
            .unwrap(),
        None
    );
}

#[test]
fn neither_no_rows_nor_a_bomb_fills_the_memory() {
    let none = [("hkl", "(0, 3)", &[][..]), ("phase_deg", "(1000000000000, 0)", &[][..])];
    assert!(parse(&none).unwrap_err().to_string().contains("hkl has no rows"));
    let zeros = vec![0.0; (LARGEST_ARRAY / 8) as usize];
    let rows = format!("({}, 1)", zeros.len());
    let error = parse(&[("phase_deg", "(1,)", &[0.0]), ("hkl", &rows, &zeros)]).unwrap_err().to_string();
    assert!(error.contains("hkl takes more than 64 MB unpacked"), "{error}");
    let error = few_enough(101, 40_000, Path::new("a.npz")).unwrap_err().to_string();
    assert!(error.contains("101 sets of 40000 seeds, more than 4 million in all"), "{error}");
    assert!(few_enough(100, 40_000, Path::new("a.npz")).is_ok());
}
