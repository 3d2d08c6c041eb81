use super::*;
use crate::crystal::SymOp;

fn p21c() -> (Cell, SpaceGroup) {
    let cell = Cell::new([7.0, 8.0, 9.0], [90.0, 95.0, 90.0]).unwrap();
    (cell, SpaceGroup::from_latt_symm(1, &[SymOp::parse("-x, 1/2+y, 1/2-z").unwrap()]).unwrap())
}

fn row(hkl: [i32; 3], intensity: f64, sigma: f64) -> RawReflection {
    RawReflection { hkl, intensity, sigma, batch: None }
}

/// Enough general reflections to pass the size check.
fn filler() -> Vec<RawReflection> {
    (1..=4).flat_map(|h| (1..=4).flat_map(move |k| (1..=4).map(move |l| row([h, k, l], 100.0, 1.0)))).collect()
}

#[test]
fn equivalents_are_averaged_and_absences_dropped() {
    let (cell, group) = p21c();
    let mut rows = filler();
    rows.push(row([5, 1, 2], 10.0, 1.0));
    rows.push(row([-5, 1, -2], 16.0, 2.0));
    rows.push(row([1, 0, 1], 50.0, 1.0));
    rows.push(row([0, 3, 0], 0.5, 1.0));
    let merged = merge(&rows, &cell, &group).unwrap();
    assert_eq!((merged.report.n_rows, merged.report.n_unique), (68, 65));
    let absences = merged.report.absences;
    assert_eq!((absences.n_rows, absences.n_unique, absences.n_strong), (2, 2, 1));
    let pair = merged.reflections.iter().find(|r| r.redundancy == 2).unwrap();
    assert!((pair.intensity - (10.0 + 4.0) / 1.25).abs() < 1e-12);
    // scatter (1.2 + 4.8) / 2 = 3 beats 1/√1.25
    assert!((pair.sigma - (pair.intensity - 10.0 + 16.0 - pair.intensity) / 2.0).abs() < 1e-12);
    assert!((merged.report.r_int.unwrap() - 6.0 / 26.0).abs() < 1e-12);
    let d: Vec<f64> = merged.reflections.iter().map(|r| cell.d_star_sq(r.hkl)).collect();
    assert!(d.is_sorted());
}

#[test]
fn rows_without_sigma_neither_rule_nor_vanish() {
    let (cell, group) = p21c();
    let mut rows = filler();
    rows.push(row([5, 1, 2], 100.0, 0.0));
    rows.push(row([-5, 1, -2], 200.0, 1.0));
    let merged = merge(&rows, &cell, &group).unwrap();
    let pair = merged.reflections.iter().find(|r| r.redundancy == 2).unwrap();
    assert!(pair.intensity > 140.0 && pair.intensity < 160.0 && pair.sigma > 0.0);
    let bare: Vec<RawReflection> = filler().into_iter().map(|r| row(r.hkl, r.intensity, 0.0)).collect();
    assert!(merge(&bare, &cell, &group).unwrap().reflections.iter().all(|r| r.sigma > 0.0));
}

#[test]
fn useless_lists_are_refused() {
    let (cell, group) = p21c();
    assert!(merge(&[], &cell, &group).unwrap_err().to_string().contains("unique reflections"));
    let zero: Vec<RawReflection> = filler().into_iter().map(|r| row(r.hkl, 0.0, 0.0)).collect();
    assert!(merge(&zero, &cell, &group).unwrap_err().to_string().contains("zero"));
}
