//! Places where a single heavy atom may stand, the likeliest first: maxima of the Harker score over what is unique of
//! the cell.

use super::cheshire::Cheshire;
use super::harker::Harker;
use super::known_sets::KnownSets;
use crate::crystal::{Cell, SpaceGroup};
use rayon::prelude::*;
use std::cmp::Ordering;

/// Steps at which the score is taken, Å: maxima are as narrow as half an atom, since their vectors move twice as fast.
const STEP: f64 = 0.2;
/// Places that are kept.
const PLACES: usize = 400;
/// Maxima that are looked at for each of them: most are images of others.
const MAXIMA: usize = 64;
/// Images of a place have its score within this share: what interpolation costs.
const SAME_SCORE: f32 = 0.03;
/// Halvings of the step on the way to a maximum.
const HALVINGS: usize = 3;

/// Places of single atoms, no two nearer to each other than `spacing` Å.
pub fn atom_places(harker: &Harker<'_>, cell: &Cell, group: &SpaceGroup, spacing: f64) -> Vec<[f64; 3]> {
    let cheshire = Cheshire::new(group);
    let mut maxima = maxima(harker, cell, cheshire.extent);
    maxima.truncate(MAXIMA * PLACES);
    let mut climbed: Vec<(f32, [f64; 3])> = maxima.into_par_iter().map(|(_, x, step)| climb(harker, x, step)).collect();
    climbed.sort_by(|a, b| b.0.total_cmp(&a.0).then(by_coordinates(&a.1, &b.1)));
    let mut known = KnownSets::new(cell, spacing);
    let mut kept: Vec<(f32, [f64; 3])> = Vec::new();
    for (score, x) in climbed {
        let alike = |number: usize| kept[number].0 - score <= SAME_SCORE * kept[number].0.abs();
        let image_of_one = || cheshire.images(group, x).any(|image| known.has(&[image], &alike));
        if !known.has(&[x], &|_| true) && !image_of_one() {
            known.push(vec![x]);
            kept.push((score, x));
        }
        if kept.len() == PLACES {
            break;
        }
    }
    kept.into_iter().map(|(_, x)| x).collect()
}

/// Points of a grid over the box that score no less than those around them, the best first, each with the steps of the
/// grid.
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
        for x in around(centre, steps) {
            let score = harker.score(x);
            if score > best.0 {
                best = (score, x);
            }
        }
    }
    best
}

/// A place and those a step away from it along one axis, two or all three.
pub(super) fn around(centre: [f64; 3], steps: [f64; 3]) -> impl Iterator<Item = [f64; 3]> {
    let away = move |n: usize, i: usize| steps[i] * ((n / [1, 3, 9][i] % 3) as f64 - 1.0);
    (0..27).map(move |n| std::array::from_fn(|i| centre[i] + away(n, i)))
}

/// An order of places, so that what is equally good has one.
pub(super) fn by_coordinates(a: &[f64; 3], b: &[f64; 3]) -> Ordering {
    a.iter().zip(b).fold(Ordering::Equal, |order, (a, b)| order.then(a.total_cmp(b)))
}
