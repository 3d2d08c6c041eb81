use super::super::cheshire::Cheshire;
use super::*;
use crate::crystal::{ElementCount, Radiation, SymOp, in_half};
use crate::reflections::{CrystalHeader, MergedReflection};
use num_complex::Complex64;
use std::f64::consts::TAU;

fn group(generators: &[&str]) -> SpaceGroup {
    let ops: Vec<SymOp> = generators.iter().map(|text| SymOp::parse(text).unwrap()).collect();
    SpaceGroup::from_generators(&ops).unwrap()
}

/// Unique reflections of point atoms (height, place) in `group`, E normalised over all.
fn reflections(cell: &Cell, group: &SpaceGroup, atoms: &[(f64, [f64; 3])], d_min: f64) -> Vec<NormalisedReflection> {
    let [hm, km, lm] = cell.max_indices(d_min);
    let mut out = Vec::new();
    for h in -hm..=hm {
        for k in -km..=km {
            for l in -lm..=lm {
                let hkl = [h, k, l];
                if !in_half(hkl)
                    || group.laue_representative(hkl) != hkl
                    || cell.d_spacing(hkl) < d_min
                    || group.classify(hkl).absent
                {
                    continue;
                }
                let wave = |(height, x): &(f64, [f64; 3])| -> Complex64 {
                    let images = group.operations().iter().map(|op| op.apply(*x));
                    images
                        .map(|x| {
                            Complex64::from_polar(*height, TAU * (0..3).map(|i| f64::from(hkl[i]) * x[i]).sum::<f64>())
                        })
                        .sum()
                };
                let f = atoms.iter().map(wave).sum::<Complex64>().norm();
                let epsilon = group.classify(hkl).epsilon;
                let merged =
                    MergedReflection { hkl, intensity: f * f, sigma: 1.0, redundancy: 1, epsilon, centric: false };
                out.push(NormalisedReflection { merged, f, sigma_f: 0.1, e: f / f64::from(epsilon).sqrt() });
            }
        }
    }
    let mean = out.iter().map(|r| r.e * r.e).sum::<f64>() / out.len() as f64;
    out.iter_mut().for_each(|r| r.e /= mean.sqrt());
    out
}

fn sulphur() -> HeavyAtom {
    let element =
        |atomic_number, count| ElementCount { symbol: String::new(), atomic_number, count, coefficients: None };
    let header = CrystalHeader {
        title: String::new(),
        wavelength: 0.9,
        radiation: Radiation::Xray,
        cell: Cell::new([15.0, 15.0, 12.0], [90.0; 3]).unwrap(),
        space_group: SpaceGroup::p1(),
        z: 1.0,
        elements: vec![element(6, 120.0), element(16, 4.0)],
    };
    HeavyAtom::of(&header).unwrap()
}

fn wanted(needed: usize, starts: usize) -> Wanted {
    Wanted { needed, starts, recipe: ListRecipe::USUAL }
}

fn random() -> impl FnMut() -> f64 {
    let mut state = 7_u32;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 24)
    }
}

/// Where the heavy atoms of a list are those that were typed in, in one frame.
fn place_of(list: &AtomList, cell: &Cell, group: &SpaceGroup, heavy: &[[f64; 3]]) -> Option<usize> {
    let cheshire = Cheshire::new(group);
    let turns: Vec<Vec<[f64; 3]>> = (0..heavy.len())
        .flat_map(|n| {
            let turned = [&heavy[n..], &heavy[..n]].concat();
            let back = [&turned[..1], &turned[1..].iter().rev().copied().collect::<Vec<_>>()].concat();
            [turned, back]
        })
        .collect();
    let images: Vec<Vec<[f64; 3]>> = turns.iter().flat_map(|set| cheshire.images_of(group, set)).collect();
    let ops = group.operations();
    list.sets().iter().filter(|set| set.len() == heavy.len()).position(|set| {
        let near = |a: [f64; 3], b: [f64; 3]| ops.iter().any(|op| cell.distance_mod_lattice(op.apply(a), b) < 0.3);
        let first = |a: [f64; 3], b: [f64; 3]| cell.distance_mod_lattice(a, b) < 0.3;
        images
            .iter()
            .any(|image| first(image[0], set[0]) && image[1..].iter().zip(&set[1..]).all(|(a, b)| near(*a, *b)))
    })
}

/// Two atoms with a bond between them and two without, among light ones: P2₁2₁2₁, P4₁, and P2₁ and C2, where one atom
/// leaves the hand open.
#[test]
fn the_true_pair_is_among_the_first() {
    let cell = Cell::new([15.0, 15.0, 12.0], [90.0; 3]).unwrap();
    let x = [0.117, 0.208, 0.331];
    for apart in [[0.117 + 1.3 / 15.0, 0.208 + 1.2 / 15.0, 0.331 + 1.05 / 12.0], [0.412, 0.061, 0.743]] {
        for generators in [
            &["-x+1/2,-y,z+1/2", "-x,y+1/2,-z+1/2"][..],
            &["-y,x,z+1/4"],
            &["-x,y+1/2,-z"],
            &["-x,y,-z", "x+1/2,y+1/2,z"],
        ] {
            let group = group(generators);
            let mut random = random();
            let mut atoms = vec![(3.0, x), (3.0, apart)];
            atoms.extend((0..24).map(|_| (1.0, [random(), random(), random()])));
            let reflections = reflections(&cell, &group, &atoms, 1.0);
            let list = AtomList::new(&cell, &group, &reflections, 1.0, &sulphur(), wanted(2, 40)).unwrap();
            let at = place_of(&list, &cell, &group, &[x, apart]);
            // In turn with pairs of the other kind, three of four with the length of a bond.
            assert!(at.is_some_and(|at| at < 12), "{generators:?} {apart:?}: {at:?}");
            assert_eq!(list.hold, HOLD_WHEN_HUGE);
        }
    }
}

/// In P1 a pair has a centre, and it takes a third atom.
#[test]
fn the_true_three_are_found_in_p1() {
    let cell = Cell::new([15.0, 13.0, 12.0], [90.0, 95.0, 90.0]).unwrap();
    let mut random = random();
    let heavy = [[0.1, 0.2, 0.3], [0.412, 0.761, 0.643], [0.7, 0.35, 0.9]];
    let mut atoms: Vec<(f64, [f64; 3])> = heavy.iter().map(|&x| (3.0, x)).collect();
    atoms.extend((0..60).map(|_| (1.0, [random(), random(), random()])));
    let group = SpaceGroup::p1();
    let reflections = reflections(&cell, &group, &atoms, 1.0);
    let list = AtomList::new(&cell, &group, &reflections, 1.0, &sulphur(), wanted(2, 40)).unwrap();
    assert!(list.sets().iter().all(|set| set.len() == 3));
    let at = place_of(&list, &cell, &group, &heavy);
    assert!(at.is_some_and(|at| at < 16), "{at:?}");
}

#[test]
fn a_heavy_atom_is_among_the_first_places() {
    let cell = Cell::new([15.0, 15.0, 12.0], [90.0; 3]).unwrap();
    let heavy = [0.117, 0.208, 0.331];
    let mut random = random();
    let mut atoms = vec![(3.5, heavy)];
    atoms.extend((0..30).map(|_| (1.0, [random(), random(), random()])));
    for generators in [&["-x+1/2,-y,z+1/2", "-x,y+1/2,-z+1/2"][..], &["-y,x,z+1/4"]] {
        let group = group(generators);
        let reflections = reflections(&cell, &group, &atoms, 1.0);
        let list = AtomList::new(&cell, &group, &reflections, 1.0, &sulphur(), wanted(1, 10)).unwrap();
        assert!(list.sets().len() > 20 && list.sets().iter().all(|set| set.len() == 1) && list.hold == 0);
        let cheshire = Cheshire::new(&group);
        let there = |place: &[f64; 3]| {
            cheshire
                .images(&group, heavy)
                .any(|image| cell.distance_mod_lattice(image, *place) < ListRecipe::USUAL.spacing)
        };
        let at = list.sets().iter().position(|set| there(&set[0]));
        assert!(at.is_some_and(|at| at < 3), "{generators:?}: {at:?}");
        // No other place of the list is an image of it.
        assert_eq!(list.sets().iter().filter(|set| there(&set[0])).count(), 1);
    }
}
