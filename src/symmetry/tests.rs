//! Space groups found again in the phases of invented structures, over the tables.

use super::{GroupCandidate, OperatorFits, group_candidates};
use crate::crystal::identity::{every_setting, group_by_name};
use crate::crystal::{Cell, SpaceGroup, SymOp, reframe};
use crate::reflections::PhasedReflection;
use crate::structure::Hand;
use crate::structure::invented::{Invented, hashed, invent_in};
use nalgebra::{Matrix3, Vector3};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Phase errors of each P1 reflection by itself, degrees: settled phases have 20–40.
const NOISE: f64 = 35.0;
/// E of absences goes up to this.
const EXTINCT: f64 = 0.3;
/// Atoms in the primitive cell to aim at …
const ATOMS: usize = 160;
/// … with no more and no fewer in the asymmetric unit: three atoms in P 4 3 2 or F 4 3 2 happen to be nearly centrosymmetric.
const MOST_ATOMS: usize = 10;
const FEWEST_ATOMS: usize = 4;
/// A triclinic cell; its mean over the rotations is the shape of each class.
const SHAPE: ([f64; 3], [f64; 3]) = ([1.0, 1.13, 0.84], [76.0, 81.0, 72.0]);

/// A cell that every rotation of the group leaves as it is.
fn shape(group: &SpaceGroup) -> Cell {
    let metric = Cell::new(SHAPE.0, SHAPE.1).unwrap().metric;
    let mean = |i: usize, j: usize| {
        let of = |op: &SymOp| -> f64 {
            (0..9).map(|n| f64::from(op.rot[n / 3][i]) * metric[n / 3][n % 3] * f64::from(op.rot[n % 3][j])).sum()
        };
        let sum: f64 = group.primitive_operations().iter().map(of).sum();
        let mean = sum / group.primitive_operations().len() as f64;
        if mean.abs() < 1e-9 { 0.0 } else { mean }
    };
    let lengths = std::array::from_fn(|i| mean(i, i).sqrt());
    let angle = |i: usize, j: usize| {
        let cosine: f64 = mean(i, j) / (lengths[i] * lengths[j]);
        let degrees = cosine.acos().to_degrees();
        if (degrees - degrees.round()).abs() < 1e-9 { degrees.round() } else { degrees }
    };
    Cell::new(lengths, [angle(1, 2), angle(0, 2), angle(0, 1)]).unwrap()
}

/// The phases as a phasing run gives them: any origin, either hand, errors, absences with what noise leaves.
fn phases(truth: &Invented, seed: u64) -> Vec<PhasedReflection> {
    let shift = std::array::from_fn(|i| hashed(5_000_000_000 + 4 * seed + i as u64));
    let hand = Hand::BOTH[usize::from(hashed(5_000_000_003 + 4 * seed) < 0.5)];
    let mut phased = truth.disguised(shift, hand, NOISE);
    phased.extend(truth.extinct(EXTINCT));
    phased
}

/// ⟨|E²−1|⟩ of reflections in general positions.
fn mean_e2_minus_1(laue: &SpaceGroup, phased: &[PhasedReflection]) -> f64 {
    let general: Vec<f64> = phased.iter().filter(|r| laue.classify(r.hkl).epsilon == 1).map(|r| r.e * r.e).collect();
    let n = general.len() as f64;
    let mean = general.iter().sum::<f64>() / n;
    general.iter().map(|e| (e / mean - 1.0).abs()).sum::<f64>() / n
}

/// What was found for an invented structure.
struct Outcome {
    candidates: Vec<GroupCandidate>,
    statistics: f64,
    time: Duration,
}

fn found(truth: &Invented, seed: u64) -> Outcome {
    let laue = truth.group.symmorphic();
    let phased = phases(truth, seed);
    let statistics = mean_e2_minus_1(&laue, &phased);
    let start = Instant::now();
    let fits = OperatorFits::new(&truth.cell, &laue, &phased);
    let candidates = group_candidates(&truth.cell, &laue, &laue, &phased, &fits, statistics);
    Outcome { candidates, statistics, time: start.elapsed() }
}

/// True for one group on the same axes, about any origin, or the other hand of it.
fn same_group(cell: &Cell, a: &SpaceGroup, b: &SpaceGroup) -> bool {
    let inverted: Vec<SymOp> = a.operations().iter().map(|op| SymOp::new(op.rot, op.trans.map(|t| -t))).collect();
    let same = |group: &SpaceGroup| {
        reframe(Some(cell), Some(group), cell, b).is_ok_and(|way| way.rotation == SymOp::IDENTITY.rot)
    };
    same(a) || SpaceGroup::from_generators(&inverted).is_ok_and(|group| same(&group))
}

fn name(group: &SpaceGroup) -> String {
    crate::crystal::identity::identify(group).map_or_else(|| "?".into(), |found| found.hm)
}

fn atoms(group: &SpaceGroup) -> usize {
    (ATOMS / group.primitive_operations().len()).clamp(FEWEST_ATOMS, MOST_ATOMS)
}

/// Goes over settings and returns how many came back and a table of the others.
fn over(settings: &[(String, SpaceGroup)]) -> (usize, String) {
    let (mut right, mut table, mut slowest) = (0, String::new(), (Duration::ZERO, ""));
    for (n, (hm, group)) in settings.iter().enumerate() {
        let truth = invent_in(hm, group.clone(), &shape(group), atoms(group), 1000 + n as u64);
        let outcome = found(&truth, n as u64);
        slowest = slowest.max((outcome.time, hm));
        let place = outcome.candidates.iter().position(|c| same_group(&truth.cell, &c.group, group));
        if place == Some(0) {
            right += 1;
            continue;
        }
        write!(table, "{hm:14} place {place:?} |E2-1| {:.2}:", outcome.statistics).unwrap();
        for c in outcome.candidates.iter().take(4) {
            let s = c.score;
            let absences = s.absences.unwrap_or(-1.0);
            write!(table, " {} {:.2} ({:.2} {:.2} {absences:.2})", name(&c.group), s.total, s.held, s.left_out)
                .unwrap();
        }
        table.push('\n');
    }
    println!("{right} of {}; slowest {} {:?}\n{table}", settings.len(), slowest.1, slowest.0);
    (right, table)
}

/// The first setting of each type and those that people use beside it.
#[test]
fn groups_come_back_on_standard_axes() {
    let mut types = std::collections::HashSet::new();
    let settings: Vec<(String, SpaceGroup)> = every_setting()
        .into_iter()
        .filter(|(id, _)| types.insert(id.number))
        .map(|(id, group)| (id.hm, group))
        .collect();
    let (right, table) = over(&settings);
    assert!(right == settings.len(), "{table}");
}

/// All tabulated settings: half a minute.
#[test]
#[ignore = "slow: every tabulated setting"]
fn groups_come_back_on_all_tabulated_axes() {
    let settings: Vec<_> = every_setting().into_iter().map(|(id, group)| (id.hm, group)).collect();
    let (right, table) = over(&settings);
    assert!(right == settings.len(), "{table}");
}

/// A setting on other axes: column j of `basis`, in twelfths, is the new axis j in units of the old ones.
fn on_axes(hm: &str, basis: [[i32; 3]; 3]) -> (String, SpaceGroup) {
    let matrix = Matrix3::from_fn(|r, c| f64::from(basis[r][c]) / 12.0);
    let inverse = matrix.try_inverse().unwrap();
    let group = group_by_name(hm, false).unwrap();
    let column = |v: Vector3<f64>| {
        assert!(v.iter().all(|t| (t - t.round()).abs() < 1e-6), "{hm}: {v}");
        [v.x, v.y, v.z].map(|t| t.round() as i32)
    };
    let axis = |j: usize| inverse * Vector3::from_fn(|i, _| if i == j { 24.0 } else { 0.0 });
    let mut generators: Vec<SymOp> = (0..3).map(|j| SymOp::IDENTITY.translated(column(axis(j)))).collect();
    for op in group.operations() {
        let rot = inverse * Matrix3::from_fn(|r, c| f64::from(op.rot[r][c])) * matrix;
        let rot = std::array::from_fn(|r| std::array::from_fn(|c| rot[(r, c)].round() as i32));
        generators.push(SymOp::new(rot, column(inverse * Vector3::from_fn(|i, _| f64::from(op.trans[i])))));
    }
    (format!("{hm} {basis:?}"), SpaceGroup::from_generators(&generators).unwrap())
}

#[test]
fn groups_come_back_on_axes_of_no_table() {
    const C: [[i32; 3]; 3] = [[12, 12, 0], [-12, 12, 0], [0, 0, 12]];
    const F: [[i32; 3]; 3] = [[-12, 12, 12], [12, -12, 12], [12, 12, -12]];
    const I: [[i32; 3]; 3] = [[0, 12, 12], [12, 0, 12], [12, 12, 0]];
    const PRIMITIVE_C: [[i32; 3]; 3] = [[6, 6, 0], [-6, 6, 0], [0, 0, 12]];
    const PRIMITIVE_F: [[i32; 3]; 3] = [[0, 6, 6], [6, 0, 6], [6, 6, 0]];
    const PRIMITIVE_I: [[i32; 3]; 3] = [[-6, 6, 6], [6, -6, 6], [6, 6, -6]];
    const REVERSE: [[i32; 3]; 3] = [[-12, 0, 0], [0, -12, 0], [0, 0, 12]];
    const QUARTER: [[i32; 3]; 3] = [[0, -12, 0], [12, 0, 0], [0, 0, 12]];
    const ODD: [[i32; 3]; 3] = [[12, 0, 12], [12, 12, 0], [0, 12, 12]];
    const H: [[i32; 3]; 3] = [[12, 12, 0], [-12, 24, 0], [0, 0, 12]];
    const B: [[i32; 3]; 3] = [[12, 0, 12], [0, 12, 0], [-12, 0, 12]];
    let settings = [
        ("P -1", C),
        ("P 1", C),
        ("P -1", F),
        ("P -1", I),
        ("P 1", I),
        ("P -1", B),
        ("C 2/c", PRIMITIVE_C),
        ("C 2", PRIMITIVE_C),
        ("C c", PRIMITIVE_C),
        ("C 2/m", PRIMITIVE_C),
        ("P 21/c", B),
        ("P 21/c", C),
        ("P 21", F),
        ("C 2/c", ODD),
        ("P 21/c", ODD),
        ("P 41", C),
        ("P 43 21 2", C),
        ("P 42/n", C),
        ("I 41/a", PRIMITIVE_I),
        ("I -4 2 d", C),
        ("I 41/a", C),
        ("F d d 2", PRIMITIVE_F),
        ("I b a 2", PRIMITIVE_I),
        ("C m c a", PRIMITIVE_C),
        ("I 21 21 21", PRIMITIVE_I),
        ("P a -3", QUARTER),
        ("I a -3 d", PRIMITIVE_I),
        ("F d -3 m", PRIMITIVE_F),
        ("R 3", REVERSE),
        ("R -3 c", REVERSE),
        ("P 31 2 1", H),
        ("P 61", H),
        ("P 65 2 2", H),
    ]
    .map(|(hm, basis)| on_axes(hm, basis));
    let (right, table) = over(&settings);
    assert!(right == settings.len(), "{table}");
}
