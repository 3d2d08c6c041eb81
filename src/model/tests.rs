//! The model as a whole, on invented structures.

use super::atom::Atom;
use super::normal::{Calculator, PARAMETERS};
use super::simulated::{SCALE, Simulated, amide};
use super::{Model, build_model};
use crate::crystal::Site;

/// Number of atoms of the truth that the model has in place with the right element.
fn right(truth: &Simulated, model: &Model) -> usize {
    let same = |atom: &Atom, site: &Site| {
        site.element == Some(atom.z)
            && truth
                .group
                .operations()
                .iter()
                .any(|op| truth.cell.distance_mod_lattice(op.apply(site.xyz), atom.xyz) < 0.02)
    };
    truth.atoms.iter().filter(|a| model.sites[..model.atoms].iter().any(|s| same(a, s))).count()
}

#[test]
fn derivatives_are_those_of_finite_differences() {
    for with_iron in [false, true] {
        let truth = amide(with_iron, &[]);
        truth.with_calculator(|calculator| {
            let weights = vec![1.0; calculator.measurements.list.len()];
            let (_, blocks) = calculator.equations(&truth.atoms, &weights);
            for (n, block) in blocks.iter().enumerate().skip(truth.atoms.len() - 3) {
                for p in 0..PARAMETERS {
                    // Single precision: steps are far above its rounding.
                    let step = if p < 4 { 1e-4 } else { 1e-3 };
                    let derivative = numeric(calculator, &truth.atoms, n, p, step);
                    let square: f64 = derivative.iter().map(|d| d * d).sum();
                    let found = block.at(p, p);
                    assert!((found - square).abs() <= 1e-4 * square.max(1.0), "{n} {p}: {found} against {square}");
                    let list = &calculator.measurements.list;
                    let along: f64 = derivative.iter().zip(list).map(|(d, m)| d * m.f).sum();
                    let size: f64 = derivative.iter().zip(list).map(|(d, m)| (d * m.f).abs()).sum();
                    assert!((block.observed[p] - along).abs() <= 1e-4 * size.max(1.0), "{n} {p}");
                }
            }
        });
    }
}

/// ∂|Fc|/∂p of all reflections for one parameter of one atom.
fn numeric(calculator: &Calculator, atoms: &[Atom], n: usize, p: usize, step: f64) -> Vec<f64> {
    let at = |by: f64| {
        let mut moved = atoms.to_vec();
        match p {
            0..3 => moved[n].xyz[p] += by,
            3 => moved[n].u += by,
            _ => moved[n].power += by,
        }
        calculator.amplitudes(&moved)
    };
    at(step).iter().zip(at(-step)).map(|(a, b)| (a.norm() - b.norm()) / (2.0 * step)).collect()
}

#[test]
fn an_invented_amide_is_refined_with_its_elements() {
    let truth = amide(false, &[]);
    let model = build_model(&truth.given()).unwrap();
    assert!(model.r1 < 0.02, "R1 {}", model.r1);
    assert_eq!((right(&truth, &model), model.atoms), (truth.atoms.len(), truth.atoms.len()));
    assert!((model.scale / SCALE - 1.0).abs() < 0.01, "{}", model.scale);
    assert!(model.sites.iter().all(|s| s.label.len() <= 4));
    assert_eq!(model.sites[0].label, "S1");
    assert_eq!(model.formula, [(16, 4.0), (8, 12.0), (7, 4.0), (6, 24.0)]);
}

#[test]
fn an_atom_on_a_centre_stays_there() {
    let truth = amide(true, &[]);
    let model = build_model(&truth.given()).unwrap();
    assert!(model.r1 < 0.02, "R1 {}", model.r1);
    let iron = &model.sites[0];
    assert_eq!((iron.element, iron.sof), (Some(26), 0.5));
    assert!(iron.xyz.iter().all(|x| (2.0 * x - (2.0 * x).round()).abs() < 1e-9), "{:?}", iron.xyz);
    assert_eq!(right(&truth, &model), truth.atoms.len());
}

#[test]
fn missing_atoms_come_back() {
    let truth = amide(false, &[3, 9]);
    let model = build_model(&truth.given()).unwrap();
    assert_eq!((right(&truth, &model), model.atoms), (truth.atoms.len(), truth.atoms.len()));
}

#[test]
fn a_ghost_goes() {
    let mut truth = amide(false, &[]);
    // A peak where nothing is, higher than every light atom.
    let ghost = Site { xyz: [0.02, 0.10, 0.55], ..truth.solution.sites[0].clone() };
    let atom = Atom::new(&truth.cell, &truth.group, 16, ghost.xyz, 0.04);
    let mut with_ghost = truth.atoms.clone();
    with_ghost.push(atom);
    let kept = truth.with_calculator(|calculator| {
        let start = super::refinement::fitted(calculator, with_ghost);
        let moved =
            super::refinement::refined(&truth.given(), calculator, start, super::refinement::Refined::Powers, 4);
        let powers = super::powers::Powers::new(super::simulated::TABLE(), calculator.measurements);
        super::rounds::pruned(&truth.given(), &truth.given().expected(), &powers, moved.atoms)
    });
    assert_eq!(kept.len(), truth.atoms.len());
    truth.solution.sites.insert(0, ghost);
    let model = build_model(&truth.given()).unwrap();
    assert_eq!((right(&truth, &model), model.atoms), (truth.atoms.len(), truth.atoms.len()));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let truth = amide(true, &[2]);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| build_model(&truth.given()))
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn random_phases_give_no_model() {
    let mut truth = amide(false, &[]);
    for (n, site) in truth.solution.sites.iter_mut().enumerate() {
        site.xyz = [0.137, 0.731, 0.419].map(|step| (0.05 + step * (n + 1) as f64).fract());
    }
    let model = build_model(&truth.given());
    assert!(model.is_none_or(|m| m.r1 > 0.3));
}
