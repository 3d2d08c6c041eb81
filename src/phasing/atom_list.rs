//! Places where a heavy atom may stand, the likeliest first: maxima of the Harker score over what is unique of the cell.

use super::cheshire::{Cheshire, mates_have_a_centre};
use super::harker::Harker;
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

/// Places by their score, the best first, and the group whose vectors they were found by.
#[derive(Debug, Clone, PartialEq)]
pub struct AtomList {
    /// The group.
    pub group: SpaceGroup,
    /// Fractional coordinates.
    pub places: Vec<[f64; 3]>,
}

impl AtomList {
    /// Looks for the places in the Patterson map of unique reflections to `d_min` Å. `None` where one atom and its mates say nothing that a
    /// random start lacks: in groups without mates, and where they have a centre, as in P2₁, which leaves the hand open.
    pub fn new(cell: &Cell, group: &SpaceGroup, reflections: &[NormalisedReflection], d_min: f64) -> Option<Self> {
        if mates_have_a_centre(group) {
            return None;
        }
        let harker = Harker::new(cell, group, reflections, d_min)?;
        let cheshire = Cheshire::new(group);
        let mut maxima = maxima(&harker, cell, cheshire.extent);
        maxima.truncate(MAXIMA * PLACES);
        let mut climbed: Vec<(f32, [f64; 3])> =
            maxima.into_par_iter().map(|(_, x, step)| climb(&harker, x, step)).collect();
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
        let places: Vec<[f64; 3]> = kept.into_iter().map(|(_, x)| x).collect();
        (!places.is_empty()).then(|| Self { group: group.clone(), places })
    }
}

/// Points of a grid over the box that score no less than those around them, the best first, each with the steps of the grid.
fn maxima(harker: &Harker, cell: &Cell, extent: [f64; 3]) -> Vec<(f32, [f64; 3], [f64; 3])> {
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
fn climb(harker: &Harker, x: [f64; 3], mut steps: [f64; 3]) -> (f32, [f64; 3]) {
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
    use crate::crystal::{SymOp, in_half};
    use crate::reflections::MergedReflection;
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

    #[test]
    fn a_heavy_atom_is_among_the_first_places() {
        let cell = Cell::new([15.0, 15.0, 12.0], [90.0; 3]).unwrap();
        let heavy = [0.117, 0.208, 0.331];
        let mut state = 7_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24)
        };
        let mut atoms = vec![(3.5, heavy)];
        atoms.extend((0..30).map(|_| (1.0, [random(), random(), random()])));
        for generators in [&["-x+1/2,-y,z+1/2", "-x,y+1/2,-z+1/2"][..], &["-y,x,z+1/4"]] {
            let group = group(generators);
            let list = AtomList::new(&cell, &group, &reflections(&cell, &group, &atoms, 1.0), 1.0).unwrap();
            assert!(list.places.len() > 20);
            let cheshire = Cheshire::new(&group);
            let there = |place: &[f64; 3]| {
                cheshire.images(&group, heavy).any(|image| cell.distance_mod_lattice(image, *place) < SPACING)
            };
            let at = list.places.iter().position(there);
            assert!(at.is_some_and(|at| at < 3), "{generators:?}: {at:?}");
            // No other place of the list is an image of it.
            assert_eq!(list.places.iter().filter(|place| there(place)).count(), 1);
        }
    }
}
