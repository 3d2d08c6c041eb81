//! Sets of heavy atoms that the Patterson map allows, the likeliest first: pairs, and threes grown from them.
//!
//! Two atoms bring the vectors between them and each other's mates to those of either with its own. In large cells one
//! atom is too little of a start; where it and its mates have a centre, a second atom chooses the hand (in P1 a third).

use super::atom_places::{around, by_coordinates};
use super::cell_points::CellPoints;
use super::cheshire::Cheshire;
use super::known_sets::KnownSets;
use super::vector_evidence::VectorEvidence;
use crate::crystal::{Cell, SpaceGroup};
use rayon::prelude::*;
use std::cmp::Ordering;

/// Steps at which places are tried, Å. Half of it is what an atom may be off by, and it still starts a structure
/// (frontier notes §1: 0.15 Å).
const STEP: f64 = 0.25;
/// Halvings of the step on the way to a maximum.
const HALVINGS: usize = 2;
/// A bond is as long as it should be, give or take this, Å: the disulphides of lysozyme 4AXT have 2.04 to 2.08, places
/// are 0.1 off.
const BOND_SPREAD: f64 = 0.15;
/// Pairs whose cross vectors are looked up, for each that is wanted, after those whose own vectors say most.
const LOOKED_UP: usize = 1000;
/// Maxima that are climbed for each that is wanted: most are images of others.
const CLIMBED: usize = 6;
/// Share of all places that a partner without a bond is looked for at, those whose own vectors say most.
const LIKELY: f64 = 0.1;
/// Partners of one first atom that are kept.
const PARTNERS: usize = 25;
/// First atoms whose partners are looked for, at most and at least, and the vectors that may be looked up for all of
/// them: for each set that is wanted, and at most. 10⁸ take a core about 40 s, since the map does not fit its cache.
const FIRSTS: [usize; 2] = [8, 400];
const LOOKUPS_EACH: usize = 200_000;
const LOOKUPS: usize = 100_000_000;
/// Third atoms that are kept of each pair.
const THIRDS: usize = 8;
/// Atoms of one set have scores within this of what their images have: what interpolation costs.
const SAME: f32 = 0.75;

/// Places, the evidence of each alone, and of all.
#[derive(Debug, Clone, PartialEq)]
pub struct AtomSet {
    /// Fractional coordinates.
    pub places: Vec<[f64; 3]>,
    /// Logarithm of the likelihood ratio.
    pub evidence: f32,
}

/// Looks for sets in one cell.
pub struct SetList<'a> {
    cell: &'a Cell,
    group: &'a SpaceGroup,
    evidence: VectorEvidence<'a>,
    cheshire: Cheshire,
    points: CellPoints,
    /// One point of each orbit, the best first; and one of each that looks alike to the map.
    unique: Vec<usize>,
    first: Vec<usize>,
    /// Evidence of an atom alone, at every point.
    alone: Vec<f32>,
    /// No two sets are nearer to each other in all their atoms, Å.
    spacing: f64,
}

impl<'a> SetList<'a> {
    /// For atoms whose vectors `evidence` judges; no two sets are nearer to each other than `spacing` Å in all their
    /// atoms.
    pub fn new(cell: &'a Cell, group: &'a SpaceGroup, evidence: VectorEvidence<'a>, spacing: f64) -> Self {
        let points = CellPoints::new(cell, group, STEP);
        let cheshire = Cheshire::new(group);
        let mut unique = points.unique(group);
        let own: Vec<f32> = unique.par_iter().map(|&p| evidence.alone(points.at(p))).collect();
        let mut alone = vec![f32::NEG_INFINITY; points.len()];
        for (&point, value) in unique.iter().zip(own) {
            points.images(group, point).for_each(|image| alone[image] = value);
        }
        let mut first = points.first(&unique, group, &cheshire);
        for list in [&mut unique, &mut first] {
            list.par_sort_by(|&a, &b| alone[b].total_cmp(&alone[a]).then(a.cmp(&b)));
        }
        Self { cell, group, evidence, cheshire, points, unique, first, alone, spacing }
    }

    /// Pairs of atoms `bond` Å from each other.
    pub fn bonded(&self, bond: f64, wanted: usize) -> Vec<AtomSet> {
        let dims = self.points.dims();
        let reach: [i32; 3] = std::array::from_fn(|i| {
            ((bond + BOND_SPREAD) * self.cell.reciprocal_metric[i][i].sqrt() * dims[i] as f64).ceil() as i32
        });
        let fits = |by: &[i32; 3]| {
            let u = std::array::from_fn(|i| f64::from(by[i]) / dims[i] as f64);
            (self.cell.length_sq(u).sqrt() - bond).abs() < BOND_SPREAD
        };
        let along = |i: usize| -reach[i]..=reach[i];
        let bonds: Vec<[i32; 3]> =
            along(0).flat_map(|x| along(1).flat_map(move |y| along(2).map(move |z| [x, y, z]))).filter(fits).collect();
        // The better half of the places for either: nine of ten sulphurs of lysozyme 4AXT are among them.
        let half = &self.first[..self.first.len().div_ceil(2)];
        let both = |p: usize, by: &[i32; 3]| self.alone[p] + self.alone[self.points.beside(p, *by)];
        let every = half.len().div_ceil(1000);
        let mut sample: Vec<f32> =
            half.iter().step_by(every).flat_map(|&p| bonds.iter().map(move |by| both(p, by))).collect();
        sample.sort_by(|a, b| b.total_cmp(a));
        let share = (LOOKED_UP * wanted) as f64 / (half.len() * bonds.len()).max(1) as f64;
        let least = sample.get((share * sample.len() as f64) as usize).or(sample.last()).copied().unwrap_or(0.0);
        let mut found: Vec<(f32, usize, usize)> = half
            .par_iter()
            .flat_map_iter(|&p| {
                let partners = bonds.iter().map(move |by| (both(p, by), p, self.points.beside(p, *by)));
                partners.filter(move |(own, ..)| *own >= least && own.is_finite())
            })
            .map(|(own, p, q)| (own + self.evidence.between(self.points.at(p), self.points.at(q)), p, q))
            .collect();
        found.par_sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        found.truncate(CLIMBED * wanted);
        let keeps = |a: [f64; 3], b: [f64; 3]| (self.cell.distance_mod_lattice(a, b) - bond).abs() < BOND_SPREAD;
        let climbed = found
            .into_par_iter()
            .map(|(_, p, q)| self.climbed(vec![self.points.at(p), self.points.at(q)], &|set| keeps(set[0], set[1])))
            .collect();
        self.different(climbed, wanted)
    }

    /// Pairs of atoms wherever they are.
    pub fn pairs(&self, wanted: usize) -> Vec<AtomSet> {
        let partners = self.partners();
        let [fewest, most] = FIRSTS;
        let lookups = LOOKUPS.min(LOOKUPS_EACH * wanted);
        let firsts = (lookups / (partners.len() * self.evidence.vectors()).max(1)).clamp(fewest, most);
        let firsts: Vec<usize> = self.first.iter().copied().filter(|&p| self.is_maximum(p)).take(firsts).collect();
        let each = PARTNERS.max(wanted.div_ceil(firsts.len().max(1)));
        let found: Vec<AtomSet> =
            firsts.par_iter().flat_map_iter(|&p| self.grown(&[self.points.at(p)], partners, each)).collect();
        self.different(found, wanted)
    }

    /// `pairs` with a third atom.
    pub fn threes(&self, pairs: &[AtomSet], wanted: usize) -> Vec<AtomSet> {
        let partners = self.partners();
        let [fewest, _] = FIRSTS;
        let most = (LOOKUPS / (2 * partners.len() * self.evidence.vectors()).max(1)).max(fewest);
        let pairs = &pairs[..pairs.len().min(most).min(wanted.div_ceil(THIRDS / 2))];
        let found: Vec<AtomSet> =
            pairs.par_iter().flat_map_iter(|pair| self.grown(&pair.places, partners, THIRDS)).collect();
        self.different(found, wanted)
    }

    /// Where partners are looked for.
    fn partners(&self) -> &[usize] {
        let share = if self.evidence.says_of_one() { LIKELY } else { 1.0 };
        &self.unique[..(self.unique.len() as f64 * share).ceil() as usize]
    }

    /// `set` with one more atom, the best ones.
    fn grown(&self, set: &[[f64; 3]], partners: &[usize], wanted: usize) -> Vec<AtomSet> {
        let gain = |&p: &usize| {
            let x = self.points.at(p);
            (self.alone[p] + set.iter().map(|&other| self.evidence.between(other, x)).sum::<f32>(), p)
        };
        let mut found: Vec<(f32, usize)> = partners.iter().map(gain).filter(|(gain, _)| gain.is_finite()).collect();
        let kept = (CLIMBED * wanted).min(found.len());
        if kept < found.len() {
            found.select_nth_unstable_by(kept, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            found.truncate(kept);
        }
        let mut climbed: Vec<AtomSet> =
            found.into_iter().map(|(_, p)| self.climbed([set, &[self.points.at(p)]].concat(), &|_| true)).collect();
        climbed.sort_by(|a, b| b.evidence.total_cmp(&a.evidence));
        let mut kept: Vec<AtomSet> = Vec::new();
        for one in climbed {
            let near = |other: &AtomSet| {
                one.places.iter().zip(&other.places).all(|(a, b)| self.cell.distance_mod_lattice(*a, *b) < self.spacing)
            };
            if kept.len() < wanted && !kept.iter().any(near) {
                kept.push(one);
            }
        }
        kept
    }

    /// No place around a point says more of an atom alone.
    fn is_maximum(&self, point: usize) -> bool {
        let around = (0..27).map(|n: i32| [n / 9 - 1, n / 3 % 3 - 1, n % 3 - 1]);
        self.alone[point].is_finite()
            && around.map(|by| self.points.beside(point, by)).all(|q| self.alone[q] <= self.alone[point])
    }

    /// Evidence of a set: each atom alone, and between any two.
    fn of(&self, set: &[[f64; 3]]) -> f32 {
        let alone: f32 = set.iter().map(|&x| self.evidence.alone(x)).sum();
        let between = |i: usize| set[..i].iter().map(|&y| self.evidence.between(y, set[i])).sum::<f32>();
        alone + (1..set.len()).map(between).sum::<f32>()
    }

    /// The best set near `set` that `allowed` lets be, by smaller and smaller steps of one atom after the other.
    fn climbed(&self, set: Vec<[f64; 3]>, allowed: &dyn Fn(&[[f64; 3]]) -> bool) -> AtomSet {
        let mut best = AtomSet { evidence: self.of(&set), places: set };
        let mut steps = self.points.dims().map(|n| 1.0 / n as f64);
        for _ in 0..HALVINGS {
            steps = steps.map(|s| 0.5 * s);
            for atom in 0..best.places.len() {
                let centre = best.places[atom];
                let mut tried = best.places.clone();
                for place in around(centre, steps) {
                    tried[atom] = place;
                    if allowed(&tried) {
                        let evidence = self.of(&tried);
                        if evidence > best.evidence {
                            best = AtomSet { places: tried.clone(), evidence };
                        }
                    }
                }
            }
        }
        best
    }

    /// The best of `sets`, none of them an image of another.
    fn different(&self, mut sets: Vec<AtomSet>, wanted: usize) -> Vec<AtomSet> {
        sets.par_sort_by(|a, b| {
            let places = || a.places.iter().zip(&b.places);
            let first = places().fold(Ordering::Equal, |order, (a, b)| order.then(by_coordinates(a, b)));
            b.evidence.total_cmp(&a.evidence).then(first)
        });
        let mut known = KnownSets::new(self.cell, self.spacing);
        let mut kept: Vec<(Vec<f32>, AtomSet)> = Vec::new();
        for set in sets.into_iter().filter(|set| set.evidence.is_finite()) {
            let mut alone: Vec<f32> = set.places.iter().map(|&x| self.evidence.alone(x)).collect();
            alone.sort_by(f32::total_cmp);
            let alike = |number: usize| {
                let (own, other) = &kept[number];
                (other.evidence - set.evidence).abs() < SAME
                    && own.iter().zip(&alone).all(|(a, b)| (a - b).abs() < SAME)
            };
            let mut turns = (0..set.places.len()).map(|n| {
                let mut places = set.places.clone();
                places.rotate_left(n);
                places
            });
            let is_known =
                turns.any(|places| self.cheshire.images_of(self.group, &places).any(|image| known.has(&image, &alike)));
            if !is_known {
                known.push(set.places.clone());
                kept.push((alone, set));
            }
            if kept.len() == wanted {
                break;
            }
        }
        kept.into_iter().map(|(_, set)| set).collect()
    }
}
