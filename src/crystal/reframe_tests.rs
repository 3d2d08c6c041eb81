//! Structure factors of one model, computed in both frames, must be the same through the reframing.

use super::*;
use crate::crystal::identity::group_by_name;
use crate::crystal::structure_factors::structure_factors;
use crate::crystal::symop::inverse_rotation;
use crate::crystal::{Radiation, ScatteringTable, Site};

/// Largest difference of structure factors in electrons; sums are exact to rounding.
const SAME: f64 = 1e-8;

fn cell(lengths: [f64; 3], angles: [f64; 3]) -> Cell {
    Cell::new(lengths, angles).unwrap()
}

fn on_axes(from: &Cell, q: &Matrix) -> Cell {
    from.transformed(&q.map(|row| row.map(f64::from))).unwrap()
}

fn group(operations: &[&str]) -> SpaceGroup {
    let operations: Vec<SymOp> = operations.iter().map(|s| SymOp::parse(s).unwrap()).collect();
    SpaceGroup::from_generators(&operations).unwrap()
}

fn named(name: &str) -> SpaceGroup {
    group_by_name(name, false).unwrap()
}

fn model() -> Vec<Site> {
    let coordinates = [[0.113, 0.271, 0.391], [0.417, 0.053, 0.229], [0.731, 0.619, 0.083], [0.557, 0.897, 0.743]];
    let site = |(n, xyz): (usize, [f64; 3])| Site {
        label: format!("A{n}"),
        element: Some(6 + n as u8),
        xyz,
        sof: 1.0,
        u_iso: 0.02,
        u_aniso: None,
        height: None,
    };
    coordinates.into_iter().enumerate().map(site).collect()
}

/// Reframes and compares the structure factors of the model in the two frames, modulus and phase.
fn checked(from: &Cell, from_group: &SpaceGroup, to: &Cell, to_group: &SpaceGroup) -> Reframing {
    let way = reframe(Some(from), Some(from_group), to, to_group).unwrap();
    let moved: Vec<Site> = model().into_iter().map(|site| Site { xyz: way.position(site.xyz), ..site }).collect();
    let mut of_list = Vec::new();
    for h in -3..=3 {
        of_list.extend((-3..=3).flat_map(|k| (-3..=3).map(move |l| [h, k, l])));
    }
    let of_data: Vec<Hkl> = of_list.iter().map(|&hkl| way.hkl(hkl)).collect();
    let table = ScatteringTable::new(Radiation::Xray);
    let listed = structure_factors(from, from_group, &model(), table, &of_list).unwrap();
    let expected = structure_factors(to, to_group, &moved, table, &of_data).unwrap();
    for (i, (f, e)) in listed.iter().zip(&expected).enumerate() {
        assert_eq!(way.hkl_of_list(of_data[i]), of_list[i]);
        let (hkl, phase) = way.seed(of_list[i], f.arg());
        assert_eq!(hkl, of_data[i]);
        let turned = rustfft::num_complex::Complex::from_polar(f.norm(), phase);
        assert!((turned - e).norm() < SAME, "{:?} → {hkl:?}: {turned} instead of {e}", of_list[i]);
    }
    way
}

const ORTHORHOMBIC: [f64; 3] = [6.1, 8.3, 11.7];
const RIGHT: [f64; 3] = [90.0; 3];

#[test]
fn one_frame_is_itself_and_what_is_missing_is_of_the_data() {
    let (cell, group) = (cell(ORTHORHOMBIC, RIGHT), named("P 21 21 21"));
    assert!(checked(&cell, &group, &cell, &group).is_identity());
    for (c, g) in [(None, None), (Some(&cell), None), (None, Some(&group))] {
        let way = reframe(c, g, &cell, &group).unwrap();
        assert!(way.is_identity() && !way.floating);
    }
    // A trigonal group does not tell its axes from their mirror images, but untouched axes come first.
    let trigonal = Cell::new([9.0, 9.0, 7.0], [90.0, 90.0, 120.0]).unwrap();
    assert!(checked(&trigonal, &named("P 3"), &trigonal, &named("P 3")).is_identity());
}

#[test]
fn cells_of_monoclinic_settings_are_found() {
    let n = cell([7.1, 9.2, 10.3], [90.0, 97.0, 90.0]);
    let c = on_axes(&n, &[[1, 0, -1], [0, -1, 0], [0, 0, -1]]);
    let way = checked(&n, &named("P 21/n"), &c, &named("P 21/c"));
    assert_ne!(way.rotation, SymOp::IDENTITY.rot);
    let back = checked(&c, &named("P 21/c"), &n, &named("P 21/n"));
    assert_eq!(product(&way.rotation, &back.rotation).map(|r| r.map(i32::abs)), SymOp::IDENTITY.rot);
    let i = cell([11.0, 6.3, 13.1], [90.0, 95.0, 90.0]);
    let c = on_axes(&i, &[[-1, 0, 1], [0, -1, 0], [1, 0, 0]]);
    checked(&i, &named("I 2/a"), &c, &named("C 2/c"));
    // The same axes in another group of the class are no way.
    let error = reframe(None, Some(&named("P 21/n")), &c, &named("P 21/c")).unwrap_err();
    assert!(matches!(error, Mismatch::Group { .. }), "{error}");
}

#[test]
fn permuted_axes_are_found() {
    let to = cell(ORTHORHOMBIC, RIGHT);
    for q in [[[0, 0, 1], [1, 0, 0], [0, 1, 0]], [[0, -1, 0], [-1, 0, 0], [0, 0, -1]]] {
        let from = on_axes(&to, &inverse_rotation(q));
        checked(&from, &named("P 21 21 21"), &to, &named("P 21 21 21"));
        let turned: Vec<SymOp> = named("P 21 21 2")
            .operations()
            .iter()
            .map(|op| SymOp::new(product(&product(&q, &op.rot), &inverse_rotation(q)), column_times(&q, op.trans)))
            .collect();
        checked(&from, &SpaceGroup::from_generators(&turned).unwrap(), &to, &named("P 21 21 2"));
    }
}

#[test]
fn other_origins_are_found() {
    let cell = cell(ORTHORHOMBIC, RIGHT);
    let old = group(&["1/2-x, 1/2-y, 1/2+z", "1/2+x, -y, -z"]);
    let way = checked(&cell, &old, &cell, &named("P 21 21 21"));
    assert!(way.shift.iter().any(|x| *x != 0.0) && way.rotation == SymOp::IDENTITY.rot);
    checked(&cell, &named("F d d d:1"), &cell, &named("F d d d:2"));
    checked(&cell, &named("F d d d:2"), &cell, &named("F d d d:1"));
    checked(
        &cell,
        &group(&["1/4-x, -y, z", "x+1/8, 1/4-y, z+1/4"]),
        &cell,
        &group(&["1/4-x, 1/4-y, z", "x+1/8, 1/2-y, z+1/4"]),
    );
    let moved = group(&["1/4-x, 1/2+y, 1/3-z"]);
    let way = checked(&cell, &moved, &cell, &named("P 21"));
    assert_eq!(way.shift[1], 0.0);
}

#[test]
fn axes_and_origin_at_once() {
    let to = cell(ORTHORHOMBIC, RIGHT);
    let from = cell([11.7, 6.1, 8.3], RIGHT);
    let old = group(&["1/2-x, 1/2-y, 1/2+z", "1/2+x, -y, -z"]);
    let way = checked(&from, &old, &to, &named("P 21 21 21"));
    assert!(way.shift.iter().any(|x| *x != 0.0) && way.rotation != SymOp::IDENTITY.rot);
}

#[test]
fn small_differences_of_the_cell_are_tolerated_and_large_ones_not() {
    let to = cell([7.1, 9.2, 10.3], [90.0, 97.0, 90.0]);
    let group = named("P 21/c");
    let near = cell([7.2, 9.1, 10.2], [90.0, 98.0, 90.0]);
    assert!(reframe(Some(&near), Some(&group), &to, &group).unwrap().is_identity());
    let far = cell([7.3, 9.2, 10.3], [90.0, 97.0, 90.0]);
    let error = reframe(Some(&far), Some(&group), &to, &group).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Mismatch::Cell { .. }) && text.contains("7.300 9.200") && text.contains("7.100"), "{text}");
}

#[test]
fn phases_without_symmetry_float() {
    let cell = cell([7.1, 9.2, 10.3], [90.0, 97.0, 90.0]);
    let way = reframe(Some(&cell), Some(&SpaceGroup::p1()), &cell, &named("P 21/c")).unwrap();
    assert!(way.floating && way.is_identity());
    assert!(!reframe(Some(&cell), Some(&SpaceGroup::p1()), &cell, &SpaceGroup::p1()).unwrap().floating);
}

#[test]
fn groups_that_do_not_fit_are_refused_with_their_reason() {
    let o = cell(ORTHORHOMBIC, RIGHT);
    let refusal = |from: &Cell, list: &str, to: &Cell, data: &str| {
        reframe(Some(from), Some(&named(list)), to, &named(data)).unwrap_err()
    };
    assert!(matches!(refusal(&o, "P 21", &o, "P 21 21 21"), Mismatch::PointGroup { .. }));
    assert!(matches!(refusal(&o, "P 21 21 21", &o, "P 1"), Mismatch::PointGroup { .. }));
    assert!(matches!(refusal(&o, "P 21 21 2", &o, "P 21 21 21"), Mismatch::Group { .. }));
    assert!(matches!(refusal(&o, "C 2 2 21", &o, "P 21 21 21"), Mismatch::Group { .. }));
    let t = cell([9.0, 9.0, 7.0], RIGHT);
    assert!(matches!(refusal(&t, "P 41 21 2", &t, "P 43 21 2"), Mismatch::Hand { .. }));
    let text = refusal(&t, "P 41", &t, "P 43").to_string();
    assert!(text.contains("P 41 ") && text.contains("P 43"), "{text}");
}

#[test]
fn ways_that_symmetry_does_not_make_one_are_refused() {
    let ways = |result: Result<Reframing, Mismatch>| match result.unwrap_err() {
        Mismatch::Ambiguous { ways } => ways,
        other => panic!("{other}"),
    };
    let hexagonal = cell([9.0, 9.0, 7.0], [90.0, 90.0, 120.0]);
    // P 3 on axes at 60°: the lattice has 12 rotations, the class 3.
    let narrow = on_axes(&hexagonal, &[[1, 0, 0], [1, 1, 0], [0, 0, 1]]);
    let p3 = group(&["-y, x+y, z", "-x, -y, z"]);
    let three = SpaceGroup::from_generators(&[p3.operations()[1].compose(&p3.operations()[1])]).unwrap();
    assert_eq!(three.operations().len(), 3);
    assert_eq!(ways(reframe(Some(&narrow), Some(&three), &hexagonal, &named("P 3"))), 4);
    // P 4 along a for P 4 along c: the fourfold axis may point either way.
    let tetragonal = cell([9.0, 9.0, 7.0], RIGHT);
    let turned = cell([7.0, 9.0, 9.0], RIGHT);
    let along_a = group(&["x, -z, y"]);
    assert_eq!(ways(reframe(Some(&turned), Some(&along_a), &tetragonal, &named("P 4"))), 2);
    // With P 4 2 2 both are the same.
    let both = group(&["x, -z, y", "-x, y, -z"]);
    checked(&turned, &both, &tetragonal, &named("P 4 2 2"));
    // Equal edges: which is which?
    let near = cell([8.3, 8.35, 11.7], RIGHT);
    let permuted = cell([11.7, 8.3, 8.35], RIGHT);
    let group = named("P 21 21 21");
    assert_eq!(ways(reframe(Some(&permuted), Some(&group), &near, &group)), 2);
}
