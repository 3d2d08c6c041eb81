//! Starts from heavy atoms, the likeliest first: places of single ones, maxima of the Harker score over what is unique of the cell, and sets.

use super::cheshire::{Cheshire, mates_have_a_centre};
use super::harker::Harker;
use super::set_list::SetList;
use super::vector_evidence::VectorEvidence;
use super::{HeavyAtom, VectorMap};
use crate::crystal::{Cell, SpaceGroup};
use crate::reflections::NormalisedReflection;
use rayon::prelude::*;

/// Steps at which the score is taken, Å: maxima are as narrow as half an atom, since their vectors move twice as fast.
const STEP: f64 = 0.2;
/// No two places are nearer to each other, Å: from 0.3 Å beside a sulphur 16 of 24 trials solve toxin II, from 0.45 Å one (frontier notes §1).
const SPACING: f64 = 0.35;
/// Places that are kept.
const PLACES: usize = 400;
/// Maxima that are looked at for each of them: most are images of others.
const MAXIMA: usize = 64;
/// Images of a place have its score within this share: what interpolation costs.
const SAME_SCORE: f32 = 0.03;
/// Halvings of the step on the way to a maximum.
const HALVINGS: usize = 3;

/// Of four starts from pairs, where such atoms are often bonded, those that have the length of a bond. Of lysozyme 4AXT (four disulphides) the first
/// right one stands at place 210 of 3000, among pairs of any length at 3294 of 5000 (one structure).
const BONDED_OF_FOUR: usize = 3;
/// Cycles for which starts are held where one atom is little: of true pairs of lysozyme 4AXT 8 of 8 solve it then, 3 without, of true single
/// sulphurs 4 of 10, and none; but of pairs of toxin II, 0.3 Å off, 9 of 15, and 15 without (two structures).
const HOLD_WHEN_HUGE: u32 = 10;
/// Sets of two and three at least, and at most, however many trials there are.
const SETS: [usize; 2] = [40, 10_000];

/// Starts by their score, the best first, and the group whose vectors they were found by.
#[derive(Debug, Clone, PartialEq)]
pub struct AtomList {
    /// The group.
    pub group: SpaceGroup,
    /// Fractional coordinates of the atoms of each start.
    pub sets: Vec<Vec<[f64; 3]>>,
    /// Cycles for which a start is held.
    pub hold: u32,
}

impl AtomList {
    /// Looks for them in the Patterson map of unique reflections to `d_min` Å, for as many trials as are `wanted`, from as many atoms as are `needed`.
    /// Single atoms come first where one is enough, then pairs; where one is little of a start, both in turn. An atom whose mates have a centre, as in P2₁, says nothing that a
    /// random start lacks: there, pairs alone, and in P1 threes. `None` in centrosymmetric groups of that kind, and where the map says nothing.
    pub fn new(
        cell: &Cell,
        group: &SpaceGroup,
        reflections: &[NormalisedReflection],
        d_min: f64,
        heavy: &HeavyAtom,
        needed: usize,
        wanted: usize,
    ) -> Option<Self> {
        let centre = mates_have_a_centre(group);
        if centre && group.is_centrosymmetric() {
            return None;
        }
        let map = VectorMap::new(cell, group, reflections, d_min)?;
        let harker = Harker::new(cell, group, &map);
        let places = match harker {
            Some(harker) if !centre => places(&harker, cell, group),
            _ => Vec::new(),
        };
        let mut sets: Vec<Vec<[f64; 3]>> = places.into_iter().map(|x| vec![x]).collect();
        if needed > 1 || wanted > sets.len() {
            let shares = reflections.iter().map(|r| heavy.share(cell.stol_sq(r.merged.hkl)));
            let share = shares.sum::<f64>() / reflections.len().max(1) as f64;
            let evidence = VectorEvidence::new(cell, group, &map, map.expected(share));
            let pairs = pairs(cell, group, evidence, heavy, wanted);
            sets = if needed > 1 { in_turn(sets, pairs) } else { [sets, pairs].concat() };
        }
        (!sets.is_empty()).then(|| Self {
            group: group.clone(),
            sets,
            hold: if needed > 1 { HOLD_WHEN_HUGE } else { 0 },
        })
    }
}

/// One of each, as long as there are both.
fn in_turn<T>(first: Vec<T>, second: Vec<T>) -> Vec<T> {
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut out = Vec::new();
    loop {
        let turn = [first.next(), second.next()];
        if turn.iter().all(Option::is_none) {
            return out;
        }
        out.extend(turn.into_iter().flatten());
    }
}

/// Pairs, or threes where a pair has a centre.
fn pairs(
    cell: &Cell,
    group: &SpaceGroup,
    evidence: VectorEvidence<'_>,
    heavy: &HeavyAtom,
    wanted: usize,
) -> Vec<Vec<[f64; 3]>> {
    let [fewest, most] = SETS;
    let wanted = wanted.clamp(fewest, most);
    let list = SetList::new(cell, group, evidence);
    let mut bonded = heavy.bond.map(|bond| list.bonded(bond, wanted)).unwrap_or_default();
    let mut apart = list.pairs(wanted);
    if group.primitive_operations().len() == 1 {
        bonded = list.threes(&bonded, wanted);
        apart = list.threes(&apart, wanted);
    }
    let (mut bonded, mut apart) = (bonded.into_iter(), apart.into_iter());
    let turns = (0..2 * wanted).filter_map(|turn| {
        let next = if turn % 4 < BONDED_OF_FOUR { bonded.next() } else { None };
        next.or_else(|| apart.next()).or_else(|| bonded.next())
    });
    turns.take(wanted).map(|set| set.places).collect()
}

/// Places of single atoms.
fn places(harker: &Harker<'_>, cell: &Cell, group: &SpaceGroup) -> Vec<[f64; 3]> {
    let cheshire = Cheshire::new(group);
    let mut maxima = maxima(harker, cell, cheshire.extent);
    maxima.truncate(MAXIMA * PLACES);
    let mut climbed: Vec<(f32, [f64; 3])> = maxima.into_par_iter().map(|(_, x, step)| climb(harker, x, step)).collect();
    climbed.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then(a.1.iter().zip(b.1).fold(std::cmp::Ordering::Equal, |o, (a, b)| o.then(a.total_cmp(&b))))
    });
    let mut kept: Vec<(f32, [f64; 3])> = Vec::new();
    for (score, x) in climbed {
        let near = |a, b| cell.distance_mod_lattice(a, b) < SPACING;
        let known = kept.iter().any(|&(_, other)| near(x, other)) || {
            let alike: Vec<[f64; 3]> =
                kept.iter().filter(|(other, _)| *other - score <= SAME_SCORE * other.abs()).map(|k| k.1).collect();
            !alike.is_empty() && cheshire.images(group, x).any(|image| alike.iter().any(|&a| near(image, a)))
        };
        if !known {
            kept.push((score, x));
        }
        if kept.len() == PLACES {
            break;
        }
    }
    kept.into_iter().map(|(_, x)| x).collect()
}

/// Points of a grid over the box that score no less than those around them, the best first, each with the steps of the grid.
fn maxima(harker: &Harker<'_>, cell: &Cell, extent: [f64; 3]) -> Vec<(f32, [f64; 3], [f64; 3])> {
    let n: [usize; 3] = std::array::from_fn(|i| (extent[i] * cell.lengths[i] / STEP).ceil().max(1.0) as usize);
    let steps: [f64; 3] = std::array::from_fn(|i| extent[i] / n[i] as f64);
    let [_, ny, nz] = n;
    let at = |x: usize, y: usize, z: usize| [x as f64 * steps[0], y as f64 * steps[1], z as f64 * steps[2]];
    let mut scores = vec![0.0_f32; n.iter().product()];
    scores.par_chunks_mut(ny * nz).enumerate().for_each(|(x, plane)| {
        for (i, score) in plane.iter_mut().enumerate() {
            *score = harker.score(at(x, i / nz, i % nz));
        }
    });
    let scores = &scores;
    let peaks = |x: usize| {
        let around = move |i: usize, n: usize| i.saturating_sub(1)..(i + 2).min(n);
        (0..ny * nz).filter_map(move |i| {
            let (y, z) = (i / nz, i % nz);
            let own = scores[x * ny * nz + i];
            let highest = own > 0.0
                && around(x, n[0])
                    .all(|x| around(y, ny).all(|y| around(z, nz).all(|z| scores[(x * ny + y) * nz + z] <= own)));
            highest.then(|| (own, at(x, y, z), steps))
        })
    };
    let mut out: Vec<_> = (0..n[0]).into_par_iter().flat_map_iter(peaks).collect();
    out.sort_by(|a, b| b.0.total_cmp(&a.0));
    out
}

/// The best place near a point of the grid, by smaller and smaller steps.
fn climb(harker: &Harker<'_>, x: [f64; 3], mut steps: [f64; 3]) -> (f32, [f64; 3]) {
    let mut best = (harker.score(x), x);
    for _ in 0..HALVINGS {
        steps = steps.map(|s| 0.5 * s);
        let centre = best.1;
        for n in 0..27_usize {
            let x = std::array::from_fn(|i| centre[i] + steps[i] * ((n / [1, 3, 9][i] % 3) as f64 - 1.0));
            let score = harker.score(x);
            if score > best.0 {
                best = (score, x);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
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
    fn reflections(
        cell: &Cell,
        group: &SpaceGroup,
        atoms: &[(f64, [f64; 3])],
        d_min: f64,
    ) -> Vec<NormalisedReflection> {
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
                                Complex64::from_polar(
                                    *height,
                                    TAU * (0..3).map(|i| f64::from(hkl[i]) * x[i]).sum::<f64>(),
                                )
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
        list.sets.iter().filter(|set| set.len() == heavy.len()).position(|set| {
            let near = |a: [f64; 3], b: [f64; 3]| ops.iter().any(|op| cell.distance_mod_lattice(op.apply(a), b) < 0.3);
            let first = |a: [f64; 3], b: [f64; 3]| cell.distance_mod_lattice(a, b) < 0.3;
            images
                .iter()
                .any(|image| first(image[0], set[0]) && image[1..].iter().zip(&set[1..]).all(|(a, b)| near(*a, *b)))
        })
    }

    /// Two atoms with a bond between them and two without, among light ones: P2₁2₁2₁, P4₁, and P2₁ and C2, where one atom leaves the hand open.
    #[test]
    fn the_true_pair_comes_first() {
        let cell = Cell::new([15.0, 15.0, 12.0], [90.0; 3]).unwrap();
        let x = [0.117, 0.208, 0.331];
        for apart in [[0.117 + 2.05 / 15.0, 0.208, 0.331], [0.412, 0.061, 0.743]] {
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
                let list = AtomList::new(&cell, &group, &reflections, 1.0, &sulphur(), 2, 40).unwrap();
                let at = place_of(&list, &cell, &group, &[x, apart]);
                // In turn with pairs of the other kind, three of four with the length of a bond.
                assert!(at.is_some_and(|at| at <= 3), "{generators:?} {apart:?}: {at:?}");
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
        let list = AtomList::new(&cell, &group, &reflections, 1.0, &sulphur(), 2, 40).unwrap();
        assert!(list.sets.iter().all(|set| set.len() == 3));
        let at = place_of(&list, &cell, &group, &heavy);
        assert!(at.is_some_and(|at| at < 8), "{at:?}");
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
            let list = AtomList::new(&cell, &group, &reflections, 1.0, &sulphur(), 1, 10).unwrap();
            assert!(list.sets.len() > 20 && list.sets.iter().all(|set| set.len() == 1) && list.hold == 0);
            let cheshire = Cheshire::new(&group);
            let there = |place: &[f64; 3]| {
                cheshire.images(&group, heavy).any(|image| cell.distance_mod_lattice(image, *place) < SPACING)
            };
            let at = list.sets.iter().position(|set| there(&set[0]));
            assert!(at.is_some_and(|at| at < 3), "{generators:?}: {at:?}");
            // No other place of the list is an image of it.
            assert_eq!(list.sets.iter().filter(|set| there(&set[0])).count(), 1);
        }
    }
}
