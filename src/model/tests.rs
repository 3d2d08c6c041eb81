//! The model as a whole, on invented structures.

use super::atom::Atom;
use super::normal::{Calculator, PARAMETERS};
use super::simulated::{SCALE, Simulated, amide, twinned_amide};
use super::{Model, build_model};
use crate::crystal::Site;
use crate::twinning::TwinLaw;

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
            let blocks = calculator.blocks(&truth.atoms, &calculator.of(&truth.atoms), &weights);
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

#[test]
fn derivatives_of_a_twin_are_those_of_both_domains() {
    let truth = twinned_amide(0.3);
    let law = Some(TwinLaw::new([[1, 0, 0], [0, -1, 0], [0, 0, -1]]));
    let given = super::Given { twin: law, ..truth.given() };
    let measurements = super::measurements::Measurements::new(&given);
    let elements: Vec<u8> = truth.atoms.iter().map(|a| a.z).collect();
    let factors = super::factors::Factors::new(super::simulated::TABLE(), &elements, &measurements);
    let calculator = Calculator { measurements: &measurements, factors: &factors };
    let now = calculator.of(&truth.atoms);
    assert!((now.fraction.share - 0.3).abs() < 1e-3, "{:?}", now.fraction);
    let blocks = calculator.blocks(&truth.atoms, &now, &vec![1.0; measurements.list.len()]);
    // The share stays where it is while atoms move.
    let sizes = |atoms: &[Atom]| -> Vec<f64> {
        let [first, second] = now.fraction.shares();
        let of = calculator.of(atoms);
        of.fc.iter().zip(&of.second).map(|(a, b)| (first * a.norm_sqr() + second * b.norm_sqr()).sqrt()).collect()
    };
    for (n, p, step) in [(0, 0, 1e-4), (3, 1, 1e-4), (4, 2, 1e-4), (8, 3, 1e-4), (10, 4, 1e-3)] {
        let at = |by: f64| sizes(&moved(&truth.atoms, n, p, by));
        let derivative: Vec<f64> = at(step).iter().zip(at(-step)).map(|(a, b)| (a - b) / (2.0 * step)).collect();
        let square: f64 = derivative.iter().map(|d| d * d).sum();
        assert!((blocks[n].at(p, p) - square).abs() <= 2e-4 * square, "{n} {p}: {} {square}", blocks[n].at(p, p));
        let along: f64 = derivative.iter().zip(&measurements.list).map(|(d, m)| d * m.f).sum();
        let size: f64 = derivative.iter().zip(&measurements.list).map(|(d, m)| (d * m.f).abs()).sum();
        assert!((blocks[n].observed[p] - along).abs() <= 2e-4 * size, "{n} {p}");
    }
}

#[test]
fn a_twin_is_found_with_its_law_and_share_and_a_single_crystal_is_none() {
    for share in [0.0, 0.02, 0.06, 0.3, 0.5] {
        let truth = twinned_amide(share);
        let model = build_model(&truth.given()).unwrap();
        assert_eq!(model.laws.iter().filter(|test| test.law.reach().is_none()).count(), 1, "{share}");
        assert!((model.laws[0].fraction.share - share).abs() < 0.02, "{share}: {:?}", model.laws);
        assert_eq!(model.twin.is_some(), share > 0.03, "{share}: {:?}", model.twin);
        let Some(twin) = model.twin else { continue };
        assert_eq!(twin.law.to_string(), "h, -k, -l");
        assert!((twin.fraction.share - share).abs() < 0.003 && model.r1 < 0.5 * twin.single, "{share}: {twin:?}");
        assert!(model.r1 < 0.02 && right(&truth, &model) == truth.atoms.len(), "{share}: R1 {}", model.r1);
        // What is written of a twin is the first domain's part.
        let part = model.calculated.iter().map(|c| f64::from(c.share)).sum::<f64>() / model.calculated.len() as f64;
        assert!((0.5..1.5).contains(&part), "{part}");
    }
}

/// ∂|Fc|/∂p of all reflections for one parameter of one atom.
fn numeric(calculator: &Calculator, atoms: &[Atom], n: usize, p: usize, step: f64) -> Vec<f64> {
    let at = |by: f64| calculator.amplitudes(&moved(atoms, n, p, by));
    at(step).iter().zip(at(-step)).map(|(a, b)| (a.norm() - b.norm()) / (2.0 * step)).collect()
}

/// Atoms of which one has one parameter changed.
fn moved(atoms: &[Atom], n: usize, p: usize, by: f64) -> Vec<Atom> {
    let mut moved = atoms.to_vec();
    match p {
        0..3 => moved[n].xyz[p] += by,
        3 => moved[n].u += by,
        _ => moved[n].power += by,
    }
    moved
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
        let moved = super::refinement::weighed(&truth.given(), calculator, start, 4);
        let powers = super::powers::Powers::new(super::simulated::TABLE(), calculator.measurements);
        super::rounds::pruned(&truth.given(), &truth.given().expected(), &powers, moved)
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

#[test]
fn contents_are_found_whatever_unit_says() {
    let truth = amide(false, &[]);
    let headers: [&[(u8, f64)]; 7] = [
        // All ones; zero; Z forgotten; seven tenths; elements that are not there; nothing but elements that are usual; nothing.
        &[(6, 1.0), (1, 1.0), (7, 1.0), (8, 1.0), (16, 1.0)],
        &[(6, 0.0), (1, 0.0), (7, 0.0), (8, 0.0), (16, 0.0)],
        &[(6, 6.0), (1, 10.0), (7, 1.0), (8, 3.0), (16, 1.0)],
        &[(6, 17.0), (1, 28.0), (7, 3.0), (8, 8.0), (16, 3.0)],
        &[(6, 24.0), (1, 40.0), (7, 4.0), (8, 12.0), (16, 4.0), (15, 4.0), (17, 4.0), (35, 4.0)],
        &[(6, 34.0), (1, 50.0), (7, 4.0), (8, 8.0)],
        &[],
    ];
    for contents in headers {
        let mut spoiled = amide(false, &[]);
        spoiled.contents = contents.to_vec();
        let model = build_model(&spoiled.given()).unwrap();
        assert!(model.r1 < 0.03, "R1 {} with {contents:?}", model.r1);
        assert_eq!(model.atoms, truth.atoms.len(), "{contents:?}");
        let right = right(&truth, &model);
        assert!(right + 1 >= truth.atoms.len(), "{right} elements right with {contents:?}: {:?}", model.formula);
        // Where sulphur is not named its neighbour in the table is as good.
        let (named, z) = (contents.iter().any(|c| c.0 == 16), model.sites[0].element.unwrap());
        assert!(z.abs_diff(16) <= u8::from(!named), "{z} with {contents:?}");
        assert_eq!(model.contents.proposed, if named { vec![] } else { vec![z] }, "{contents:?}");
    }
}

#[test]
fn numbers_of_unit_that_hold_are_told_from_those_that_do_not() {
    let mut truth = amide(false, &[]);
    let model = build_model(&truth.given()).unwrap();
    assert_eq!((model.contents.multiple, model.contents.said, model.contents.found), (Some(1.0), 44.0, 44.0));
    truth.contents = vec![(6, 6.0), (1, 10.0), (7, 1.0), (8, 3.0), (16, 1.0)];
    let model = build_model(&truth.given()).unwrap();
    assert_eq!((model.contents.multiple, model.contents.said), (Some(4.0), 11.0));
    truth.contents = vec![(6, 4.0), (1, 4.0), (7, 40.0), (8, 4.0), (16, 4.0)];
    assert_eq!(build_model(&truth.given()).unwrap().contents.multiple, None);
}

#[test]
fn a_metal_that_nobody_named_is_proposed() {
    let mut truth = amide(true, &[]);
    truth.contents.retain(|c| c.0 != 26);
    let model = build_model(&truth.given()).unwrap();
    let z = model.sites[0].element.unwrap();
    assert!(z.abs_diff(26) <= 3, "{z}");
    assert_eq!(model.contents.proposed, [z]);
    let types = model.scattering_types(&[]);
    assert!(types.iter().any(|t| t.atomic_number == z && (t.count - 2.0).abs() < 1e-9));
}

#[test]
fn a_finished_model_says_how_good_it_is() {
    let truth = amide(false, &[]);
    let model = build_model(&truth.given()).unwrap();
    assert!(model.agreement.r1_all < 0.03 && model.agreement.wr2 < 0.1, "{:?}", model.agreement);
    assert_eq!(model.agreement.reflections[0], truth.reflections.len());
    assert!(model.residual.of_atom() < 0.15 && model.residual.hole < 0.0, "{:?}", model.residual);
    assert_eq!((model.geometry.clashes, model.geometry.isolated), (0, 0), "{:?}", model.geometry);
    assert!(model.geometry.bonds >= 9 && model.geometry.mean_ln > 0.0, "{:?}", model.geometry);
    assert!((0.7..1.3).contains(&model.contents.share()), "{:?}", model.contents);
}

#[test]
fn bonds_tell_which_axis_is_too_long() {
    // Pairs of carbon atoms along each axis, at the lengths of single and aromatic bonds.
    let lengths = [12.0, 13.0, 14.0];
    let group = crate::crystal::SpaceGroup::from_generators(&[]).unwrap();
    let mut atoms: Vec<(u8, [f64; 3])> = Vec::new();
    for axis in 0..3 {
        for (n, bond) in [1.53, 1.39, 1.53].into_iter().enumerate() {
            let mut xyz: [f64; 3] = std::array::from_fn(|i| 0.1 + 0.3 * if i == axis { n } else { axis } as f64);
            xyz[(axis + 1) % 3] += 0.25 * n as f64;
            atoms.push((6, xyz));
            xyz[axis] += bond / lengths[axis];
            atoms.push((6, xyz));
        }
    }
    let fitted = |by: [f64; 3]| {
        let cell = crate::crystal::Cell::new(std::array::from_fn(|i| lengths[i] * by[i]), [90.0; 3]).unwrap();
        super::Bonds::new(&cell, &group, &atoms, 0.8).unwrap()
    };
    let gain = |by: [f64; 3], factors| fitted(by).gain(factors);
    assert!(gain([1.0; 3], [1.0, 1.08, 1.0]) < -4.0 && gain([1.0, 1.08, 1.0], [1.0, 1.08, 1.0]) > 4.0);
    // Only ratios count.
    assert!(gain([1.0, 1.08, 1.0], [0.926, 1.0, 0.926]) > 4.0);
    let fitted = |by| fitted(by).scale().unwrap();
    let right = fitted([1.0; 3]);
    assert!(right.factors.iter().all(|f| (f - 1.0).abs() < 0.01), "{right:?}");
    for axis in 0..3 {
        let mut by = [1.0; 3];
        by[axis] = 1.08;
        let found = fitted(by);
        assert!((found.factors[axis] - 1.08).abs() < 0.02, "{axis}: {found:?}");
        assert!(found.gain > right.gain + 3.0, "{axis}: {found:?}");
    }
}

#[test]
fn atoms_that_stand_anywhere_say_nothing_of_the_axes() {
    let cell = crate::crystal::Cell::new([14.0, 15.0, 16.0], [90.0; 3]).unwrap();
    let group = crate::crystal::SpaceGroup::from_generators(&[]).unwrap();
    // Pairs of carbon atoms at any length from 1.0 to 1.7 Å.
    let pair = |n: usize| {
        let at: [f64; 3] = std::array::from_fn(|i| 0.05 + 0.21 * ((n / [1, 4, 16][i]) % 4) as f64);
        let mut other = at;
        other[n % 3] += (1.0 + 0.7 * (n as f64 * 0.618).fract()) / cell.lengths[n % 3];
        [(6, at), (6, other)]
    };
    let atoms: Vec<(u8, [f64; 3])> = (0..16).flat_map(pair).collect();
    let scale = super::Bonds::new(&cell, &group, &atoms, 0.8).unwrap().scale();
    assert!(scale.is_none(), "{scale:?}");
}
